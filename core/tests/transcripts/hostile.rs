//! Input that no server should send.

use crate::harness::{Transcript, Wants, check, check_cuts, check_with, run, values_in_pieces};
use choreoai_core::chat::Verdict;
use choreoai_core::{Error, ErrorKind};

#[test]
fn malformed_json() {
    use ErrorKind::*;
    // The offset is that of the byte that cannot stand where it stands.
    let cases: &[(&[u8], ErrorKind, u64)] = &[
        (b"data: {\"a\" 1}\n\n", UnexpectedByte, 11),
        (b"data: {\"a\":1,}\n\n", UnexpectedByte, 13),
        (b"data: {,}\n\n", UnexpectedByte, 7),
        (b"data: [1,]\n\n", UnexpectedByte, 9),
        (b"data: [1}\n\n", UnexpectedByte, 8),
        (b"data: {\"a\":1]\n\n", UnexpectedByte, 12),
        (b"data: {a:1}\n\n", UnexpectedByte, 7),
        (b"data: {'a':1}\n\n", UnexpectedByte, 7),
        (b"data: {\"a\":nul}\n\n", UnexpectedByte, 14),
        (b"data: {\"a\":True}\n\n", UnexpectedByte, 11),
        (b"data: {\"a\":NaN}\n\n", UnexpectedByte, 11),
        (b"data: {\"a\":+1}\n\n", UnexpectedByte, 11),
        (b"data: {\"a\":.5}\n\n", UnexpectedByte, 11),
        (b"data: {\"a\":01}\n\n", InvalidNumber, 12),
        (b"data: {\"a\":1.}\n\n", InvalidNumber, 13),
        (b"data: {\"a\":-}\n\n", InvalidNumber, 12),
        (b"data: {\"a\":1e}\n\n", InvalidNumber, 13),
        (b"data: {\"a\":1e+}\n\n", InvalidNumber, 14),
        (b"data: {\"created\":01}\n\n", InvalidNumber, 18),
        (b"data: {\"a\":\"\\x\"}\n\n", InvalidEscape, 13),
        (b"data: {\"a\":\"\\u12g4\"}\n\n", InvalidEscape, 16),
        (b"data: {\"id\":\"\\u12\"}\n\n", InvalidEscape, 17),
        (b"data: {\"a\":\"\t\"}\n\n", ControlCharacter, 12),
        (b"data: {\"id\":\"\x00\"}\n\n", ControlCharacter, 13),
        (b"data: {\"a\t\":1}\n\n", ControlCharacter, 9),
        (b"data: {\"a\":\"b\ndata: c\"}\n\n", ControlCharacter, 19),
        (b"data: {} {}\n\n", TrailingData, 9),
        (b"data: {}x\n\n", TrailingData, 8),
        (b"data: {\"a\":\xc3\xa4}\n\n", UnexpectedByte, 11),
        (b"data: {\x0c}\n\n", UnexpectedByte, 7),
        (b"data: {\"a\":1\n\n", UnfinishedJson, 14),
        (b"data: {\"a\":\"\n\n", UnfinishedJson, 14),
        (b"data: [\n\n", UnfinishedJson, 9),
        (b"data: [DO\n\n", UnfinishedJson, 11),
        (b"data: [DOWN]\n\n", UnexpectedByte, 9),
        (b"data: hello\n\n", UnexpectedByte, 6),
        (b"data: <html>\n\n", UnexpectedByte, 6),
        (b"data: true false\n\n", TrailingData, 11),
    ];
    for (body, kind, offset) in cases {
        let name = String::from_utf8_lossy(body);
        let whole = run::<64>(Wants::default(), &[body]);
        assert_eq!(whole.error, Some(Error::new(*kind, *offset)), "{name}");
        assert_eq!(whole.verdict, Err(Error::new(*kind, *offset)), "{name}");
        check_cuts(Wants::default(), &name, body, &whole);
    }
}

#[test]
fn what_came_before_an_error_is_delivered() {
    check(&[
        Transcript {
            name: "text",
            body: b"data: {\"choices\":[{\"delta\":{\"content\":\"caf\\u00e9\x01",
            events: "
                choice
                content caf\u{e9}",
            verdict: Err(ErrorKind::ControlCharacter),
        },
        Transcript {
            name: "a value that is wanted whole",
            body: b"data: {\"id\":\"ab\\u0063\\q",
            events: "id: abc...",
            verdict: Err(ErrorKind::InvalidEscape),
        },
        Transcript {
            name: "a value that is looked at, but not handed out",
            body: b"data: {\"object\":\"ab\\q",
            events: "",
            verdict: Err(ErrorKind::InvalidEscape),
        },
        Transcript {
            name: "a raw value",
            body: b"data: {\"id\":12x",
            events: "id: 12",
            verdict: Err(ErrorKind::UnexpectedByte),
        },
        Transcript {
            name: "a value that is wanted whole, of an event that ends too early",
            body: b"data: {\"id\":\"ab\n\ndata: {\"id\":\"c\"}\n\n",
            events: "id: ab...",
            verdict: Err(ErrorKind::UnfinishedJson),
        },
        Transcript {
            name: "a long value, of an event that ends too early",
            body: b"data: {\"id\":\"an id of more than sixty-four bytes, which is more than the scratch will ever hold\r\n\r\n",
            events: "id: an id of more than sixty-four bytes, which is more than the scratch will ever hold...",
            verdict: Err(ErrorKind::UnfinishedJson),
        },
        Transcript {
            name: "an event",
            body: b"data: {\"choices\":[{\"delta\":{\"content\":\"x\"},\"index\":0,\"finish_reason\":\"stop\"}]}\n\ndata: {]\n\ndata: [DONE]\n\n",
            events: "
                choice
                content x
                finish: stop
                choice 0 ends
                chunk ends",
            verdict: Err(ErrorKind::UnexpectedByte),
        },
    ]);
}

#[test]
fn text_that_is_no_text() {
    check(&[Transcript {
        name: "lone surrogates and invalid UTF-8",
        body: b"data: {\"id\":\"a\xffb\\udc00\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\\ud800a\\ud800\\ud800\\udc00\\ud800\\u0041\\ud800\\n\\udc00\\ud800\xe4\xb8z\xf0\x9f\xa6\x80\xc0\x80\xed\xa0\x80\xe4\"},\"finish_reason\":\"stop\"}]}\n\n",
        events: "
            id: a\u{fffd}b\u{fffd}
            choice
            content \u{fffd}a\u{fffd}\u{10000}\u{fffd}A\u{fffd}\\n\u{fffd}\u{fffd}\u{fffd}z\u{1f980}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}
            finish: stop
            choice 0 ends
            chunk ends",
        verdict: Ok(Verdict::Finished),
    }]);
}

#[test]
fn nesting() {
    let nested = |depth: usize| {
        let mut body = b"data: {\"x\":".to_vec();
        body.extend(std::iter::repeat_n(b'[', depth));
        body.extend(std::iter::repeat_n(b']', depth));
        body.extend(b"}\n\ndata: [DONE]\n\n");
        body
    };
    let body = nested(126);
    let whole = run::<64>(Wants::default(), &[&body]);
    assert_eq!(whole.verdict, Ok(Verdict::Done));
    check_cuts(Wants::default(), "127 levels", &body, &whole);

    let body = nested(127);
    let whole = run::<64>(Wants::default(), &[&body]);
    assert_eq!(whole.verdict, Err(Error::new(ErrorKind::DepthLimit, 11 + 126)));
    check_cuts(Wants::default(), "128 levels", &body, &whole);
}

#[test]
fn nesting_of_the_schema_itself() {
    let depth = 60;
    let body = format!("{}{{\"message\":\"deep\"}}{}", "{\"error\":".repeat(depth), "}".repeat(depth));
    let whole = run::<64>(Wants::default(), &[body.as_bytes()]);
    assert_eq!(whole.verdict.map_err(|error| error.kind()), Err(ErrorKind::Server));
    check_cuts(Wants::default(), "errors in errors", body.as_bytes(), &whole);
}

#[test]
fn indices() {
    let event = |index: &str| {
        format!(
            "data: {{\"choices\":[{{\"index\":{index},\"delta\":{{\"content\":\"x\"}},\"finish_reason\":\"stop\"}}]}}\n\n"
        )
    };
    for (index, expected) in [
        ("127", Ok(Verdict::Finished)),
        ("128", Err(ErrorKind::ChoiceIndexLimit)),
        ("4294967296", Err(ErrorKind::ChoiceIndexLimit)),
        ("99999999999999999999999", Err(ErrorKind::ChoiceIndexLimit)),
        ("\"128\"", Err(ErrorKind::ChoiceIndexLimit)),
        ("\"99999999999999999999\"", Err(ErrorKind::ChoiceIndexLimit)),
    ] {
        let body = event(index);
        let whole = run::<64>(Wants::default(), &[body.as_bytes()]);
        assert_eq!(whole.verdict.map_err(|error| error.kind()), expected, "index {index}");
        assert!(whole.log.contains(&"content x".to_owned()), "index {index}: the text is delivered");
        check_cuts(Wants::default(), index, body.as_bytes(), &whole);
    }
}

#[test]
fn indices_of_other_types() {
    // The choice is the third of the array: that is its index if it says none.
    for (index, expected) in [
        ("7", 7),
        ("7.0", 7),
        ("\"7\"", 7),
        ("\"007\"", 7),
        ("\"\\u0037\"", 7),
        ("-0", 0),
        ("null", 2),
        ("-1", 2),
        ("7.5", 2),
        ("7e0", 2),
        ("\"\"", 2),
        ("\"-1\"", 2),
        ("\"+7\"", 2),
        ("\" 7\"", 2),
        ("\"7.0\"", 2),
        ("\"seven\"", 2),
        ("\"000000000000000000007\"", 2),
        ("\"0000000000000000000000000000000000000000000000000000000000000000007\"", 2),
        ("true", 2),
        ("[7]", 2),
        ("{\"index\":7}", 2),
    ] {
        let body = format!(
            "data: {{\"choices\":[{{}},{{}},{{\"delta\":{{\"content\":\"x\"}},\"index\":{index},\"finish_reason\":\"stop\"}}]}}\n\ndata: [DONE]\n\n"
        );
        let whole = run::<64>(Wants::default(), &[body.as_bytes()]);
        let ends: Vec<String> = [0, 1, expected].map(|index| format!("choice {index} ends")).into();
        let found: Vec<&String> = whole.log.iter().filter(|line| line.starts_with("choice ")).collect();
        assert_eq!(found, ends.iter().collect::<Vec<_>>(), "index {index}");
        check_cuts(Wants::default(), index, body.as_bytes(), &whole);
    }
    for (index, expected) in [
        ("1", "call 1 ends"),
        ("\"1\"", "call 1 ends"),
        ("1.5", "call ends"),
        ("-1", "call ends"),
        ("\"x\"", "call ends"),
    ] {
        let body = format!(
            "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"tool_calls\":[{{\"id\":\"a\",\"index\":{index}}}]}}}}]}}\n\ndata: [DONE]\n\n"
        );
        let whole = run::<64>(Wants::default(), &[body.as_bytes()]);
        assert!(whole.log.contains(&expected.to_owned()), "index {index}: {:?}", whole.log);
        check_cuts(Wants::default(), index, body.as_bytes(), &whole);
    }
}

#[test]
fn values_longer_than_the_scratch_come_in_pieces() {
    for length in [27, 28, 29, 59, 60, 61, 64, 65, 300] {
        let id: String = "0123456789".chars().cycle().take(length - 2).collect();
        let body = format!("data: {{\"id\":\"{id}\\u00e9\",\"model\":\"{id}\"}}\n\ndata: [DONE]\n\n");
        let whole = run::<64>(Wants::default(), &[body.as_bytes()]);
        assert_eq!(
            whole.log,
            [format!("id: {id}é"), format!("model: {id}"), "chunk ends".into(), "done".into()]
        );
        check_cuts(Wants::default(), "long values", body.as_bytes(), &whole);
    }
}

#[test]
fn values_that_fit_the_scratch_come_whole() {
    let body = br#"data: {"id":1234567890,"model":"m\u006fdel","x":{"a":"\u00e9"},"choices":[{"logprobs":{"content":[null,-0.5]},"delta":{"tool_calls":[{"id":12}]}}],"error":{"code":-17}}

"#;
    let wants = Wants { extra: true, logprobs: true, ..Wants::default() };
    // Miri takes minutes for all of them.
    let step = if cfg!(miri) { 50 } else { 1 };
    for size in (1..=body.len()).step_by(step) {
        let pieces: Vec<&[u8]> = body.chunks(size).collect();
        assert_eq!(values_in_pieces::<32>(wants, &pieces), 0, "in pieces of {size}");
    }
    for cut in (0..=body.len()).step_by(step) {
        let (head, tail) = body.split_at(cut);
        assert_eq!(values_in_pieces::<32>(wants, &[head, tail]), 0, "cut at {cut}");
    }
}

#[test]
fn what_is_only_looked_at_is_never_handed_out() {
    check(&[
        Transcript {
            name: "a long object that is no error",
            body: b"data: {\"object\":\"chat.completion.chunk.of.an.experimental.kind.and.of.many.words.indeed.error\",\"id\":\"a\"}\n\ndata: [DONE]\n\n",
            events: "
                id: a
                chunk ends
                done",
            verdict: Ok(Verdict::Done),
        },
        Transcript {
            name: "an object that is no text",
            body: b"data: {\"object\":\"chat\x01",
            events: "",
            verdict: Err(ErrorKind::ControlCharacter),
        },
    ]);
}

#[test]
fn long_names_that_are_cut() {
    let wants = Wants { extra: true, ..Wants::default() };
    check_with(
        wants,
        &[
            Transcript {
                name: "by the end of the body",
                body: b"data: {\"a_name_of_more_than_64_bytes_that_no_schema_knows_and_no_scratch_will_hold",
                events: "extra name in Chunk: a_name_of_more_than_64_bytes_that_no_schema_knows_and_no_scratch_will_hold...",
                verdict: Err(ErrorKind::Truncated),
            },
            Transcript {
                name: "by an error",
                body:
                    b"data: {\"a_name_of_more_than_64_bytes_that_no_schema_knows_and_no_scratch_will_hold\x01",
                events: "extra name in Chunk: a_name_of_more_than_64_bytes_that_no_schema_knows_and_no_scratch_will_hold...",
                verdict: Err(ErrorKind::ControlCharacter),
            },
            Transcript {
                name: "by the end of the event",
                body: b"data: {\"a_name_of_more_than_64_bytes_that_no_schema_knows_and_no_scratch_will_hold\n\ndata: {}\n\n",
                events: "extra name in Chunk: a_name_of_more_than_64_bytes_that_no_schema_knows_and_no_scratch_will_hold...",
                verdict: Err(ErrorKind::UnfinishedJson),
            },
            Transcript {
                name: "while they may still become known",
                body: b"data: {\"completion_tokens_deta",
                events: "",
                verdict: Err(ErrorKind::Truncated),
            },
        ],
    );
}
