use http::{HeaderValue, header};

use super::*;

/// All that a body gives: the fragments, chunk by chunk, and how it ended.
fn outcome<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> (Vec<String>, Result<Verdict, Failure>) {
    let mut decoder = ChunkDecoder::new();
    let mut chunks = Vec::new();
    let mut failure = None;
    let mut take = |item: Option<Result<ChatChunk, Error>>| match item {
        Some(Ok(chunk)) => chunks.push(format!("{:?}", chunk.fragments())),
        Some(Err(error)) => assert!(failure.replace(Failure::from(error)).is_none(), "a second error"),
        None => {}
    };
    for mut piece in pieces {
        while !piece.is_empty() {
            take(decoder.next_chunk(&mut piece));
        }
    }
    decoder.end();
    for _ in 0..4 {
        take(decoder.next_chunk(&mut &[][..]));
    }
    let verdict = decoder.verdict();
    assert_eq!(verdict.is_none(), failure.is_some());
    (chunks, failure.map_or_else(|| Ok(verdict.unwrap()), Err))
}

#[derive(Clone, Debug, PartialEq)]
struct Failure {
    kind: ErrorKind,
    message: String,
    body: Vec<u8>,
    shortened: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            kind: error.kind(),
            message: error.to_string(),
            body: error.body().to_vec(),
            shortened: error.is_body_shortened(),
        }
    }
}

const CONTENT: &str =
    r#"data: {"id": "x", "choices": [{"delta": {"content": "Gr\u00fc\u00dfe \ud83e\udd80"}, "index": 0}]}"#;

/// A body, the number of its chunks, and how it ends: the verdict, or the kind of error and a part of its message.
type Case = (String, usize, Result<Verdict, (ErrorKind, &'static str)>);

fn cases() -> Vec<Case> {
    let failed = |kind, words| Err((kind, words));
    vec![
        (format!("{CONTENT}\n\ndata: [DONE]\n\n"), 1, Ok(Verdict::Done)),
        (format!("{CONTENT}\r\n\r\n: ping\r\n\r\n{CONTENT}\r\n\r\ndata: [DONE]"), 2, Ok(Verdict::Done)),
        (format!("{CONTENT}\n\n"), 1, failed(ErrorKind::Truncated, "ended before the answer was complete")),
        (String::new(), 0, failed(ErrorKind::Truncated, "its body is empty")),
        (" \n".to_owned(), 0, failed(ErrorKind::Truncated, "its body is empty")),
        (
            "<html>\n<b>no</b></html>".to_owned(),
            0,
            failed(ErrorKind::Protocol, "it begins: <html> <b>no</b></html>"),
        ),
        (format!("<{}", "y".repeat(START_LIMIT - 1)), 0, failed(ErrorKind::Protocol, "it begins: <yyy")),
        (format!("<{}", "y".repeat(START_LIMIT)), 0, failed(ErrorKind::Protocol, "it begins: <yyy")),
        (
            r#"{"object": "list", "data": []}"#.to_owned(),
            1,
            failed(ErrorKind::Protocol, r#"it begins: {"object": "list", "data": []}"#),
        ),
        (
            format!("{CONTENT}\n\ndata: {{]\n\n{CONTENT}\n\n"),
            1,
            failed(ErrorKind::Protocol, "malformed JSON"),
        ),
        ("data: {\"choices\": ]\n\n".to_owned(), 0, failed(ErrorKind::Protocol, "malformed JSON")),
        (
            format!(
                "{CONTENT}\n\ndata: {{\"error\": {{\"message\": \"no\", \"code\": 5}}}}\n\n{CONTENT}\n\n"
            ),
            1,
            failed(ErrorKind::Server, "no (5)"),
        ),
        (
            format!("{CONTENT}\n\ndata: {{\"error\": {{\"code\": 5, \"message\": \"not n"),
            1,
            failed(ErrorKind::Server, "not n (5)"),
        ),
        (
            "data: {\"error\": {\"message\": \"not\", \"type\": \"t\"\n".to_owned(),
            0,
            failed(ErrorKind::Server, "not"),
        ),
        (
            format!("{CONTENT}\n\ndata: {{\"error\": {{\"message\": \"not n\n\n{CONTENT}\n\n"),
            1,
            failed(ErrorKind::Server, "not n"),
        ),
        (
            "data: {\"error\": {\"mess".to_owned(),
            0,
            failed(ErrorKind::Server, "the gateway reported an error"),
        ),
    ]
}

#[test]
fn the_outcome_does_not_depend_on_the_cut() {
    for (body, chunks, end) in cases() {
        let bytes = body.as_bytes();
        let whole = outcome([bytes]);
        assert_eq!(whole.0.len(), chunks, "{body}");
        match (&whole.1, end) {
            (Ok(verdict), Ok(expected)) => assert_eq!(*verdict, expected, "{body}"),
            (Err(failure), Err((kind, words))) => {
                assert_eq!(failure.kind, kind, "{body}");
                assert!(failure.message.contains(words), "{body}: {}", failure.message);
            }
            (other, _) => panic!("{body}: {other:?}"),
        }
        assert_eq!(outcome(bytes.chunks(1)), whole, "{body} byte by byte");
        for cut in 0..=bytes.len() {
            let (head, tail) = bytes.split_at(cut);
            assert_eq!(outcome([head, tail]), whole, "{body} cut at {cut}");
        }
    }
}

#[test]
fn a_report_that_is_cut_within_the_key_does_not_tell_its_beginning() {
    for (said, kept) in
        [("bad key sk-1", "bad key"), ("bad key sk-1234567", "bad key"), ("bad key x", "bad key x")]
    {
        let header = (&header::AUTHORIZATION, &HeaderValue::from_static("Bearer sk-12345678"));
        let mut decoder =
            ChunkDecoder::new().with_credentials(Credentials::of_headers([header].into_iter(), true));
        let body = format!(r#"data: {{"error": {{"message": "{said}"#);
        assert!(decoder.next_chunk(&mut body.as_bytes()).is_none());
        decoder.end();
        let error = decoder.next_chunk(&mut &[][..]).unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Server);
        assert_eq!(error.message().trim_end(), kept);
    }
}

#[test]
fn what_is_kept_of_a_body_that_is_no_answer() {
    let page = |length: usize| format!("<{}", "y".repeat(length - 1));
    for (length, shortened) in [(10, false), (START_LIMIT, false), (START_LIMIT + 1, true)] {
        let body = page(length);
        let (_, end) = outcome([body.as_bytes()]);
        let failure = end.unwrap_err();
        assert_eq!(failure.body, &body.as_bytes()[..length.min(START_LIMIT)]);
        assert_eq!(failure.shortened, shortened);
    }
}

#[test]
fn a_cut_choice_is_handed_out_before_the_error() {
    let cut = &CONTENT[..CONTENT.find(", \"index\"").unwrap()];
    let (chunks, end) = outcome([cut.as_bytes()]);
    assert_eq!(chunks, ["[Fragment { choice: None, kind: Content(\"Grüße 🦀\") }]"]);
    assert_eq!(end.unwrap_err().kind, ErrorKind::Truncated);
}
