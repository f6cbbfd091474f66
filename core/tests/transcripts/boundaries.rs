//! The last of what is right, and the first of what is not.

use crate::harness::{Transcript, check};
use choreoai_core::ErrorKind;
use choreoai_core::chat::Verdict;

#[test]
fn escapes() {
    check(&[
        Transcript {
            name: "all of two characters",
            body: br#"data: {"choices":[{"index":0,"delta":{"content":"\"\\\/<\b\f\t>"},"finish_reason":"stop"}]}

"#,
            events: "
                choice
                content \"\\/<\u{8}\u{c}\t>
                finish: stop
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "digits of both cases",
            body: br#"data: {"choices":[{"index":0,"delta":{"content":"\u00aF\uABCD\uefEf\u0019\u9876"},"finish_reason":"stop"}]}

"#,
            events: "
                choice
                content \u{af}\u{abcd}\u{efef}\u{19}\u{9876}
                finish: stop
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "the ends of the ranges of surrogates, in pairs",
            body: br#"data: {"choices":[{"index":0,"delta":{"content":"\ud800\udc00\ud800\udfff\udbff\udc00\udbff\udfff"},"finish_reason":"stop"}]}

"#,
            events: "
                choice
                content \u{10000}\u{103ff}\u{10fc00}\u{10ffff}
                finish: stop
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "the ends of the ranges of surrogates, alone, and their neighbours",
            body: br#"data: {"choices":[{"index":0,"delta":{"content":"\ud7ff\ud800|\udbff|\udc00|\udfff|\ue000|\udbff\ue000|\ud800\ud7ff"},"finish_reason":"stop"}]}

"#,
            events: "
                choice
                content \u{d7ff}\u{fffd}|\u{fffd}|\u{fffd}|\u{fffd}|\u{e000}|\u{fffd}\u{e000}|\u{fffd}\u{d7ff}
                finish: stop
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
    ]);
}

/// Table 3-7 of the Unicode standard: the ends of each row, and what lies just beyond, of which each maximal part is one
/// U+FFFD.
#[test]
fn utf8() {
    let cases: &[(&[u8], &str)] = &[
        (b"\x7f\xc2\x80\xdf\xbf", "\u{7f}\u{80}\u{7ff}"),
        (b"\xe0\xa0\x80\xe0\xbf\xbf", "\u{800}\u{fff}"),
        (b"\xed\x80\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf", "\u{d000}\u{d7ff}\u{e000}\u{ffff}"),
        (b"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "\u{10000}\u{10ffff}"),
        (b"\x80|\xbf|\xc0\x80|\xc1\xbf", "\u{fffd}|\u{fffd}|\u{fffd}\u{fffd}|\u{fffd}\u{fffd}"),
        (b"\xc2|\xc2\xc2\x80|\xe0\x9f\xbf", "\u{fffd}|\u{fffd}\u{80}|\u{fffd}\u{fffd}\u{fffd}"),
        (b"\xed\xa0\x80|\xe4\xb8|\xe4\xb8\xe4\xb8\xad", "\u{fffd}\u{fffd}\u{fffd}|\u{fffd}|\u{fffd}\u{4e2d}"),
        (
            b"\xf0\x8f\xbf\xbf|\xf4\x90\x80\x80",
            "\u{fffd}\u{fffd}\u{fffd}\u{fffd}|\u{fffd}\u{fffd}\u{fffd}\u{fffd}",
        ),
        (b"\xf5\x80|\xff|\xf0\x9f|\xf0\x9f\xa6|", "\u{fffd}\u{fffd}|\u{fffd}|\u{fffd}|\u{fffd}|"),
    ];
    // Miri has no time for all of them.
    let most = if cfg!(miri) { 3 } else { cases.len() };
    for (bytes, text) in cases.iter().take(most) {
        let name = format!("{text:?}");
        let body = [&b"data: {\"choices\":[{\"delta\":{\"content\":\""[..], bytes, b"\"}}]}\n\ndata: [DONE]"]
            .concat();
        let events = format!("choice\ncontent {text}\nchoice 0 ends\nchunk ends\ndone");
        check(&[Transcript { name: &name, body: &body, events: &events, verdict: Ok(Verdict::Done) }]);
    }
}

#[test]
fn the_byte_order_mark() {
    check(&[
        Transcript {
            name: "a second one begins a name that is not known",
            body: b"\xef\xbb\xbf\xef\xbb\xbfdata: {\"id\":\"a\"}\n\ndata: {\"id\":\"b\"}\n\ndata: [DONE]\n\n",
            events: "
                id: b
                chunk ends
                done",
            verdict: Ok(Verdict::Done),
        },
        Transcript {
            name: "one that is not at the start begins a name that is not known",
            body: b"data: {\"id\":\"a\"}\n\n\xef\xbb\xbfdata: {\"id\":\"b\"}\n\ndata: [DONE]\n\n",
            events: "
                id: a
                chunk ends
                done",
            verdict: Ok(Verdict::Done),
        },
    ]);
}

#[test]
fn the_sentinel() {
    check(&[
        Transcript {
            name: "all but its last byte",
            body: b"data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DONE",
            events: "
                choice
                content Hi
                choice 0 ends
                chunk ends",
            verdict: Err(ErrorKind::Truncated),
        },
        Transcript {
            name: "all but its last byte, in an event that ends",
            body: b"data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DONE\n\n",
            events: "
                choice
                content Hi
                choice 0 ends
                chunk ends",
            verdict: Err(ErrorKind::UnfinishedJson),
        },
        Transcript {
            name: "in lower case",
            body: b"data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [done]\n\n",
            events: "
                choice
                content Hi
                choice 0 ends
                chunk ends",
            verdict: Err(ErrorKind::UnexpectedByte),
        },
    ]);
}

#[test]
fn the_type_of_an_event() {
    for other in
        ["e", "erro", "errors", "error error", "Error", " error", "error\nevent", "error\nevent: message"]
    {
        let body = format!("event: {other}\ndata: {{\"id\":\"a\"}}\n\ndata: [DONE]\n\n");
        let events = "
            id: a
            chunk ends
            done";
        check(&[Transcript { name: other, body: body.as_bytes(), events, verdict: Ok(Verdict::Done) }]);
    }
    check(&[Transcript {
        name: "the last type counts, without regard to the ones of other events",
        body: b"event: error\n\nevent: x\nevent:error\ndata: {\"message\":\"m\"}\n\n",
        events: "
            error message: m
            error ends
            chunk ends",
        verdict: Err(ErrorKind::Server),
    }]);
}

#[test]
fn the_scope_of_an_index() {
    check(&[
        Transcript {
            name: "the index of a choice is not that of the next one",
            body: br#"data: {"choices":[{"index":5,"delta":{"content":"a"},"finish_reason":"stop"},{"delta":{"content":"b"},"finish_reason":"stop"}]}

data: {"choices":[{"delta":{"content":"c"}}]}

data: [DONE]

"#,
            events: "
                choice
                content a
                finish: stop
                choice 5 ends
                choice
                content b
                finish: stop
                choice 1 ends
                chunk ends
                choice
                content c
                choice 0 ends
                chunk ends
                done",
            verdict: Ok(Verdict::Done),
        },
        Transcript {
            name: "the index of a tool call is not that of the next one",
            body: br#"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":3,"id":"a"},{"id":"b"}],"function_call":{"name":"f"}},"finish_reason":"stop"}]}

data: {"choices":[{"index":0,"delta":{"tool_calls":[{"id":"c"}]}}]}

"#,
            events: "
                choice
                call
                call id: a
                call 3 ends
                call
                call id: b
                call ends
                call
                call name: f
                call 0 ends
                finish: stop
                choice 0 ends
                chunk ends
                choice
                call
                call id: c
                call ends
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
    ]);
}
