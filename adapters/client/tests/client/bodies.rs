//! Bodies that are compressed, in an old charset, pages for a browser, endless or cut.

use std::io::Write as _;

use choreoai::{Error, ErrorClass, ErrorKind, TransportErrorKind};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use crate::support::*;

fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_ref()).unwrap();
    encoder.finish().unwrap()
}

fn zlib(text: &str) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn deflate(text: &str) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn refused(reply: Reply) -> Error {
    let script = Script::new([reply]);
    let client = script.builder().max_retries(0).build().unwrap();
    stream(&script, &client).1.unwrap()
}

/// Every shape of error body, the message and the code it holds.
const SHAPES: [(&str, &str, Option<&str>); 10] = [
    (r#"{"error": {"message": "no", "type": "t", "code": "c", "param": null}}"#, "no", Some("c")),
    (r#"{"error": {"message": "no", "code": 1234}}"#, "no", Some("1234")),
    (r#"{"error": "text"}"#, "text", None),
    (r#"{"error": "x", "error_type": "y"}"#, "x", None),
    (r#"[{"error": {"message": "listed"}}]"#, "listed", None),
    (r#"{"object": "error", "message": "m", "code": 40301}"#, "m", Some("40301")),
    (r#"{"code": 20013, "message": "x", "data": null}"#, "x", Some("20013")),
    (r#"{"detail": "text"}"#, "text", None),
    (r#"{"message": "x"}"#, "x", None),
    ("plain text", "plain text", None),
];

#[test]
fn every_shape_is_understood_in_every_coding() {
    for (body, message, code) in SHAPES {
        for (coding, bytes) in [
            (None, body.as_bytes().to_vec()),
            (Some("identity"), body.as_bytes().to_vec()),
            (Some("gzip"), gzip(body)),
            (Some("x-gzip"), gzip(body)),
            // Nobody says so, or says so wrongly.
            (None, gzip(body)),
            (Some("gzip"), body.as_bytes().to_vec()),
            (Some("deflate"), zlib(body)),
            (Some("deflate"), deflate(body)),
        ] {
            let mut whole = Reply::status(418);
            let mut bytewise = Reply::status(418);
            if let Some(coding) = coding {
                whole = whole.header("content-encoding", coding);
                bytewise = bytewise.header("content-encoding", coding);
            }
            for &byte in &bytes {
                bytewise = bytewise.data(vec![byte]);
            }
            for reply in [whole.data(bytes), bytewise] {
                let error = refused(reply);
                assert_eq!((error.message(), error.code()), (message, code), "{coding:?} {body}");
                assert_eq!(error.body(), body, "{coding:?}");
                assert!(!error.is_body_shortened(), "{coding:?} {body}");
            }
        }
    }
}

#[test]
fn no_text_is_lost_to_a_charset() {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    for (content_type, body) in [
        ("text/plain; charset=iso-8859-1", b"{\"detail\": \"cl\xe9 refus\xe9e\"}".to_vec()),
        // Not said, or not so.
        ("application/json", b"{\"detail\": \"cl\xe9 refus\xe9e\"}".to_vec()),
        ("application/json; charset=utf-8", "{\"detail\": \"clé refusée\"}".as_bytes().to_vec()),
        ("application/json; charset=utf-16le", utf16("{\"detail\": \"clé refusée\"}")),
    ] {
        let error = refused(Reply::status(400).header("content-type", content_type).data(body));
        assert_eq!(error.message(), "clé refusée", "{content_type}");
        assert_eq!(error.to_string(), "the gateway answered 400 Bad Request: clé refusée");
    }
}

#[test]
fn a_key_in_another_coding_or_charset_is_not_shown() {
    let text = format!("{{\"detail\": \"the key {KEY} is not good\"}}");
    let utf16 = text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
    for (name, value, body) in [
        ("content-encoding", "gzip", gzip(&text)),
        ("content-type", "text/plain; charset=utf-16be", utf16.clone()),
        ("content-type", "text/plain", [b"\xfe\xff", &*utf16].concat()),
        ("content-type", "text/plain; charset=latin1", text.into_bytes()),
    ] {
        let error = refused(Reply::status(400).header(name, value).data(body));
        assert_eq!(error.message(), "the key [redacted] is not good", "{value}");
        let bytes = error.body().iter().copied().filter(|&byte| byte != 0).collect::<Vec<_>>();
        assert!(!String::from_utf8_lossy(&bytes).contains(KEY), "{value}");
        assert!(!format!("{error:?}").contains(KEY));
    }
}

#[test]
fn large_bodies_and_bombs_are_cut_short() {
    let text = "x".repeat(20 << 20);
    for body in [text.as_bytes().to_vec(), gzip(&text)] {
        let error = refused(Reply::status(500).data(body));
        assert_eq!(error.body().len(), 64 << 10);
        assert!(error.is_body_shortened());
        assert_eq!((error.kind(), error.class()), (ErrorKind::Http, ErrorClass::Server));
        assert!(error.to_string().len() < 1000);
        assert!(error.to_string().starts_with("the gateway answered 500 Internal Server Error: xxx"));
    }
}

#[test]
fn what_came_of_a_cut_body_counts() {
    let body = r#"{"error": {"message": "the quota is used up", "code": "insufficient_quota", "more": "#;
    let compressed = gzip(format!("{body}{}", "\"and more\"}}".repeat(100)));
    let cut = &compressed[..compressed.len() - 9];
    for reply in [
        Reply::status(429).data(body).step(Step::Fail(TransportErrorKind::Truncated)),
        Reply::status(429).data(cut.to_vec()),
        Reply::status(429).data(cut.to_vec()).step(Step::Fail(TransportErrorKind::Io)),
    ] {
        let error = refused(reply);
        assert_eq!(error.kind(), ErrorKind::Http);
        assert!(error.body().starts_with(body.as_bytes()));
        assert!(error.is_body_shortened());
        assert_eq!(error.message(), "the quota is used up");
        assert_eq!((error.code(), error.class()), (Some("insufficient_quota"), ErrorClass::Quota));
        assert!(!error.is_retryable());
    }
    let error = refused(Reply::status(400).data("{\"error\": {\"message\": \"cut within the mess"));
    assert_eq!(error.message(), "cut within the mess");
    // Nothing of it can be read: the status is enough.
    let error = refused(Reply::status(503).data(&b"\x1f\x8b\x08garbage"[..]));
    assert_eq!(error.to_string(), "the gateway answered 503 Service Unavailable");
    assert!(error.is_body_shortened());
}

#[test]
fn a_page_is_told_by_its_title() {
    for (status, page, line) in [
        (
            502,
            "<html>\r\n<head><title>502 Bad Gateway</title></head><body><center>nginx</center>",
            "the gateway answered 502 Bad Gateway; \
             the model's provider failed, not this program: try again later, or another model",
        ),
        (
            503,
            "<!DOCTYPE html><title>Down for\n maintenance</title><p>x",
            "the gateway answered 503 Service Unavailable: a web page that says \"Down for maintenance\"; \
             a proxy answered and not the gateway; check the base URL, or try again later",
        ),
        (
            403,
            "<html><title>Attention Required! &amp; more</title>",
            "the gateway answered 403 Forbidden: a web page that says \"Attention Required! & more\"; \
             the key may not use this model or endpoint",
        ),
    ] {
        assert_eq!(refused(Reply::status(status).data(page)).to_string(), line);
    }
}

#[test]
fn a_compressed_answer_is_inflated_as_it_comes() {
    let whole =
        r#"{"choices": [{"index": 0, "message": {"content": "Hello world"}, "finish_reason": "stop"}]}"#;
    for text in [answer(), whole.to_owned()] {
        let compressed = gzip(&text);
        for pieces in [vec![&*compressed], compressed.chunks(1).collect()] {
            let reply = || pieces.iter().fold(Reply::status(200), |reply, piece| reply.data(piece.to_vec()));
            let script = Script::new([reply().header("content-encoding", "gzip"), reply()]);
            let client = script.client();
            let (text, failure) = stream(&script, &client);
            assert!(failure.is_none(), "{failure:?}");
            assert_eq!(text, "Hello world");
            let completion = script.run(client.chat().create(&request())).unwrap();
            assert_eq!(completion.text(), "Hello world");
        }
    }
}

#[test]
fn a_chunk_of_a_compressed_stream_is_there_when_its_event_is() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content("Hello").as_bytes()).unwrap();
    encoder.flush().unwrap();
    let begun = std::mem::take(encoder.get_mut());
    let script = Script::new([Reply::body(begun).step(Step::Hang)]);
    let client = script.client();
    script.run(async {
        let mut stream = client.chat().stream(&request()).await.unwrap();
        assert_eq!(next(&mut stream).await.unwrap().unwrap().text(), "Hello");
    });
    assert_eq!(script.now(), seconds(0));
}

#[test]
fn a_compressed_answer_cut_anywhere_is_truncated() {
    // Without `[DONE]`, so that nothing but the clean end makes it complete.
    let compressed = gzip([ROLE, &content("Hello"), STOP].concat());
    for cut in 0..compressed.len() {
        let reply = Reply::body(compressed[..cut].to_vec()).header("content-encoding", "gzip");
        let (_, failure) = read_one(reply);
        assert_eq!(failure.map(|error| error.kind()), Some(ErrorKind::Truncated), "{cut}");
    }
    assert!(read_one(Reply::body(compressed)).1.is_none());
}

#[test]
fn a_compressed_answer_that_is_broken_is_told_after_what_came() {
    let mut compressed = gzip([ROLE, &content("Hello"), STOP].concat());
    let checksum = compressed.len() - 8;
    compressed[checksum] ^= 1;
    let (text, failure) = read_one(Reply::body(compressed));
    let failure = failure.unwrap();
    assert_eq!((&*text, failure.kind()), ("Hello", ErrorKind::Protocol));
    assert_eq!(failure.class(), ErrorClass::Protocol);
    assert!(failure.to_string().contains("its checksum does not fit its text"), "{failure}");
    assert!(std::error::Error::source(&failure).is_some());
}

#[test]
fn a_bomb_in_an_answer_holds_up_nobody() {
    let bomb = gzip(" ".repeat(8 << 20));
    let script = Script::new([Reply::body(bomb)]);
    let (text, failure) = stream(&script, &script.client());
    assert_eq!((&*text, failure.unwrap().kind()), ("", ErrorKind::Truncated));
}

fn read_one(reply: Reply) -> (String, Option<Error>) {
    let script = Script::new([reply]);
    let client = script.builder().max_retries(0).build().unwrap();
    stream(&script, &client)
}
