//! Event-stream framing: WHATWG HTML 9.2, and what servers make of it.

use crate::harness::{Transcript, check};
use choreoai_core::ErrorKind;
use choreoai_core::chat::Verdict;

const HI: &str = "
    choice
    content Hi
    finish: stop
    choice 0 ends
    chunk ends";

const HI_DONE: &str = "
    choice
    content Hi
    finish: stop
    choice 0 ends
    chunk ends
    done";

macro_rules! hi {
    () => {
        r#"{"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}"#
    };
}

#[test]
fn line_ends_and_fields() {
    let cases: &[(&str, &[u8])] = &[
        ("LF", concat!("data: ", hi!(), "\n\ndata: [DONE]\n\n").as_bytes()),
        ("CRLF", concat!("data: ", hi!(), "\r\n\r\ndata: [DONE]\r\n\r\n").as_bytes()),
        ("CR", concat!("data: ", hi!(), "\r\rdata: [DONE]\r\r").as_bytes()),
        ("mixed line ends", concat!("data: ", hi!(), "\r\n\n\rdata: [DONE]\n\r\n").as_bytes()),
        ("no space after the colon", concat!("data:", hi!(), "\n\ndata:[DONE]\n\n").as_bytes()),
        ("two spaces after the colon", concat!("data:  ", hi!(), "\n\ndata:  [DONE]\n\n").as_bytes()),
        ("a byte order mark", concat!("\u{feff}data: ", hi!(), "\n\ndata: [DONE]\n\n").as_bytes()),
        ("a line that is half a byte order mark", b"\xef\xbb\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"),
        ("blank lines first", concat!("\r\n\n\n\rdata: ", hi!(), "\n\ndata: [DONE]\n\n").as_bytes()),
        (
            "comments",
            concat!(
                ": OPENROUTER PROCESSING\n\n:\n: keep-alive\n\ndata: ",
                hi!(),
                "\n: within\n\ndata: [DONE]\n\n"
            )
            .as_bytes(),
        ),
        (
            "comments inside data",
            concat!("data: : keepalive\n\ndata: ", hi!(), "\n\ndata: : {\n\ndata: [DONE]\n\n").as_bytes(),
        ),
        (
            "blank data",
            concat!("data:\n\ndata: \n\ndata\n\ndata: ", hi!(), "\n\ndata:\t\n\ndata: [DONE]\n\n").as_bytes(),
        ),
        (
            "other fields",
            concat!(
                "id: 7\nretry: 10\nevent: message\nfoo: bar\ndatax: {\ndat: {\ndata: ",
                hi!(),
                "\nid: 8\n\nid:\n\nretry: x\n\ndata: [DONE]\n\n"
            )
            .as_bytes(),
        ),
        ("an indented line is no data", concat!(" data: {\n\ndata: ", hi!(), "\n\ndata: [DONE]\n\n").as_bytes()),
        ("no blank line at the end", concat!("data: ", hi!(), "\n\ndata: [DONE]\n").as_bytes()),
        ("no line end at the end", concat!("data: ", hi!(), "\n\ndata: [DONE]").as_bytes()),
        (
            "what follows the sentinel is ignored",
            concat!("data: ", hi!(), "\n\ndata: [DONE]\n\ndata: {\"error\": \"x\"}\n\n<{\u{fffd}").as_bytes(),
        ),
        (
            "data in several lines",
            b"data: {\"choices\":\ndata: [{\"index\":0,\"delta\":{\"content\":\"Hi\"}\r\ndata:,\rdata: \"finish_reason\":\"stop\"}\ndata:]}\ndata\n\ndata: [DONE]\n\n",
        ),
        (
            "a blank line of data first",
            concat!("data:\ndata: ", hi!(), "\n\ndata:\ndata: [DONE]\n\n").as_bytes(),
        ),
    ];
    for (name, body) in cases {
        check(&[Transcript { name, body, events: HI_DONE, verdict: Ok(Verdict::Finished) }]);
    }
}

#[test]
fn no_sentinel() {
    let cases: &[(&str, &[u8])] = &[
        ("a blank line at the end", concat!("data: ", hi!(), "\n\n").as_bytes()),
        ("a line end at the end", concat!("data: ", hi!(), "\n").as_bytes()),
        ("no line end at the end", concat!("data: ", hi!()).as_bytes()),
        ("a comment after it", concat!("data: ", hi!(), "\n\n: bye").as_bytes()),
    ];
    for (name, body) in cases {
        check(&[Transcript { name, body, events: HI, verdict: Ok(Verdict::Finished) }]);
    }
}

#[test]
fn truncation() {
    let half = "
        choice
        content Hi
        choice 0 ends
        chunk ends";
    check(&[
        Transcript { name: "nothing", body: b"", events: "", verdict: Err(ErrorKind::Truncated) },
        Transcript { name: "white space", body: b"\r\n \n", events: "", verdict: Err(ErrorKind::Truncated) },
        Transcript { name: "half a mark", body: b"\xef\xbb", events: "", verdict: Err(ErrorKind::Truncated) },
        Transcript { name: "comments", body: b": hi\n\n", events: "", verdict: Err(ErrorKind::Truncated) },
        Transcript { name: "blank data", body: b"data:\n\n", events: "", verdict: Err(ErrorKind::Truncated) },
        Transcript {
            name: "neither a reason nor the sentinel",
            body: b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\n",
            events: half,
            verdict: Err(ErrorKind::Truncated),
        },
        Transcript {
            name: "an empty reason is none",
            body: b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"\"}]}\n\n",
            events: "
                choice
                content Hi
                finish:
                choice 0 ends
                chunk ends",
            verdict: Err(ErrorKind::Truncated),
        },
        Transcript {
            name: "in a text",
            body: b"data: {\"choices\":[{\"delta\":{\"content\":\"Hell\\u00e9\\ud83e",
            events: "
                choice
                content Hell\u{e9}",
            verdict: Err(ErrorKind::Truncated),
        },
        Transcript {
            name: "in a value that is wanted whole",
            body: b"data: {\"id\": \"chatcm",
            events: "id: chatcm...",
            verdict: Err(ErrorKind::Truncated),
        },
        Transcript {
            name: "before the index",
            body: b"data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"",
            events: "
                choice
                content Hi
                finish: stop",
            verdict: Err(ErrorKind::Truncated),
        },
        Transcript {
            name: "between two lines of data",
            body: b"data: {\"choices\":\n",
            events: "",
            verdict: Err(ErrorKind::Truncated),
        },
        Transcript {
            name: "in the sentinel",
            body: b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DON",
            events: half,
            verdict: Err(ErrorKind::Truncated),
        },
        Transcript {
            name: "in the name of a field",
            body: concat!("data: ", hi!(), "\n\ndat").as_bytes(),
            events: HI,
            verdict: Err(ErrorKind::Truncated),
        },
        Transcript {
            name: "behind the name of a field",
            body: concat!("data: ", hi!(), "\n\ndata:").as_bytes(),
            events: HI,
            verdict: Err(ErrorKind::Truncated),
        },
        Transcript {
            name: "in white space before the data",
            body: concat!("data: ", hi!(), "\n\ndata:  \t").as_bytes(),
            events: HI,
            verdict: Err(ErrorKind::Truncated),
        },
        Transcript {
            name: "behind the name of a second line of data",
            body: concat!("data: ", hi!(), "\ndata:").as_bytes(),
            events: HI,
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "behind the name of a field, after a line without data",
            body: concat!("data: ", hi!(), "\n\ndata:\ndata:").as_bytes(),
            events: HI,
            verdict: Err(ErrorKind::Truncated),
        },
        Transcript {
            name: "behind a line without data",
            body: concat!("data: ", hi!(), "\n\ndata:\n").as_bytes(),
            events: HI,
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "in a comment after all reasons were seen",
            body: concat!("data: ", hi!(), "\n\n: keep").as_bytes(),
            events: HI,
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "in an event after all reasons were seen",
            body: concat!("data: ", hi!(), "\n\ndata: {\"usage\":{\"prompt_tokens\":1").as_bytes(),
            events: HI,
            verdict: Err(ErrorKind::Truncated),
        },
    ]);
}
