use std::string::String;
use std::vec::Vec;
use std::{format, vec};

use proptest::prelude::*;

use crate::http1::{Method, RequestErrorKind, RequestHead};

type Fields<'a> = [(&'a str, &'a [u8])];

/// Encodes through buffers of `size` bytes.
fn encode<'a>(
    mut head: RequestHead<'a, impl Iterator<Item = (&'a str, &'a [u8])> + Clone>,
    size: usize,
) -> Vec<u8> {
    let length = head.remaining();
    let mut written = Vec::new();
    let mut buffer = vec![0; size];
    loop {
        let count = head.encode(&mut buffer);
        written.extend_from_slice(&buffer[..count]);
        assert_eq!(head.remaining(), length - written.len());
        if count < size {
            break;
        }
    }
    assert_eq!(written.len(), length);
    assert_eq!(head.encode(&mut buffer), 0);
    assert_eq!(head.remaining(), 0);
    written
}

fn check<'a>(head: &RequestHead<'a, impl Iterator<Item = (&'a str, &'a [u8])> + Clone>, expected: &str) {
    // Miri takes minutes for all of them.
    let step = if cfg!(miri) { 17 } else { 1 };
    for size in (1..=expected.len() + 1).step_by(step) {
        assert_eq!(String::from_utf8_lossy(&encode(head.clone(), size)), expected, "in pieces of {size}");
    }
    let mut unwritten = head.clone();
    assert_eq!(unwritten.encode(&mut []), 0);
    assert_eq!(encode(unwritten, expected.len()), expected.as_bytes());
}

#[test]
fn heads_are_written_alike_into_any_buffer() {
    let none: &Fields<'_> = &[];
    let get = RequestHead::new(Method::Get, "/", "localhost", none.iter().copied()).unwrap();
    check(&get, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    check(&get.clone().with_close(), "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    let head =
        RequestHead::new(Method::Head, "/v1/models?a=b%20c", "[::1]:8000", none.iter().copied()).unwrap();
    check(&head, "HEAD /v1/models?a=b%20c HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n");

    let fields: &Fields<'_> = &[("Authorization", b"Bearer k-1"), ("X-Empty", b""), ("x", b"a\tb  c")];
    let post = RequestHead::new(
        Method::Post,
        "http://gateway.example/v1",
        "gateway.example",
        fields.iter().copied(),
    )
    .unwrap();
    check(
        &post.clone(),
        "POST http://gateway.example/v1 HTTP/1.1\r\nHost: gateway.example\r\nAuthorization: Bearer k-1\r\n\
         X-Empty: \r\nx: a\tb  c\r\nContent-Length: 0\r\n\r\n",
    );
    check(
        &post.clone().with_content_length(1_203).with_close(),
        "POST http://gateway.example/v1 HTTP/1.1\r\nHost: gateway.example\r\nAuthorization: Bearer k-1\r\n\
         X-Empty: \r\nx: a\tb  c\r\nContent-Length: 1203\r\nConnection: close\r\n\r\n",
    );
    check(
        &get.clone().with_content_length(u64::MAX),
        "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 18446744073709551615\r\n\r\n",
    );
    let fields: &Fields<'_> = &[("Proxy-Authorization", b"Basic dTpw")];
    let connect =
        RequestHead::new(Method::Connect, "[::1]:443", "[::1]:443", fields.iter().copied()).unwrap();
    check(
        &connect,
        "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\nProxy-Authorization: Basic dTpw\r\n\r\n",
    );
    for (length, digits) in
        [(1, "1"), (9, "9"), (10, "10"), (99, "99"), (100, "100"), (10_u64.pow(19), "10000000000000000000")]
    {
        let expected = format!("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {digits}\r\n\r\n");
        check(&get.clone().with_content_length(length), &expected);
    }
}

#[test]
fn what_cannot_be_sent_is_refused_and_named() {
    use RequestErrorKind::{InvalidFieldName, InvalidFieldValue, InvalidHost, InvalidTarget, ReservedField};

    let refused = |target, host, fields: &[(&'static str, &'static [u8])]| {
        RequestHead::new(Method::Get, target, host, fields.to_vec()).unwrap_err()
    };
    for target in [
        "",
        "v1",
        "*",
        "/a b",
        "/a\r\nX: y",
        "/a\n",
        "/a\0",
        "/a\u{7f}",
        "/\u{fc}",
        "/a#b",
        "ftp://a/",
        "http:/a",
        "http://",
        "https:///a",
    ] {
        assert_eq!(refused(target, "a", &[]).kind(), InvalidTarget, "{target:?}");
    }
    for target in
        ["", "/", "a", ":443", "a:", "a:b", "a:+1", "a:1/", "u@a:1", "a b:1", "a:1\r\n", "http://a:1"]
    {
        let refused = RequestHead::new(Method::Connect, target, "a:1", []).unwrap_err();
        assert_eq!(refused.kind(), InvalidTarget, "CONNECT {target:?}");
    }
    for host in ["", "a b", "a\r\n", "a\0", "user@a", "a/b", "a?b", "a#b", "a\\b", "\u{fc}.example", "a,b"] {
        assert_eq!(refused("/", host, &[]).kind(), InvalidHost, "{host:?}");
    }
    for name in ["", "a b", "a:", "a\r\n", "\u{fc}", "a\0", "(a)"] {
        let error = refused("/", "a", &[("ok", b"ok"), (name, b"v")]);
        assert_eq!((error.kind(), error.field()), (InvalidFieldName, None), "{name:?}");
        assert!(format!("{error}").contains("header field 1 "), "{error}");
    }
    for value in [&b"a\r\nb"[..], b"a\r", b"a\n", b"\0", b"\x7f", b"\x1b["] {
        let error = refused("/", "a", &[("X-Key", value)]);
        assert_eq!((error.kind(), error.field()), (InvalidFieldValue, Some("X-Key")), "{value:?}");
    }
    for name in ["Host", "content-length", "TRANSFER-ENCODING", "Connection", "Upgrade", "TE"] {
        let error = refused("/", "a", &[(name, b"v")]);
        assert_eq!((error.kind(), error.field()), (ReservedField, Some(name)));
        assert_eq!(
            format!("{error}"),
            format!("header field `{name}` is set by the client itself; remove it")
        );
    }
}

#[test]
fn nothing_secret_is_shown() {
    let secret: &[u8] = b"Bearer k-secret\n";
    let error = RequestHead::new(Method::Get, "/", "a", [("Authorization", secret)]).unwrap_err();
    assert_eq!(
        format!("{error}"),
        "the value of header field `Authorization` holds a control character; \
         remove line breaks, a trailing newline for instance"
    );
    assert!(!format!("{error:?}").contains("secret"));
    let swapped =
        RequestHead::new(Method::Get, "/", "a", [("Bearer k-secret", &b"Authorization"[..])]).unwrap_err();
    assert!(!format!("{swapped} {swapped:?}").contains("secret"));
    let fine = [("Authorization", &b"Bearer k-secret"[..])];
    let head = RequestHead::new(Method::Get, "/?key=secret", "a", fine).unwrap();
    assert!(!format!("{head:?}").contains("secret"));
    let target = RequestHead::new(Method::Get, "/?key=secret\n", "a", fine).unwrap_err();
    assert!(!format!("{target} {target:?}").contains("secret"));
}

#[test]
fn a_bearer_key_stands_before_the_fields() {
    let fields = [("Accept", &b"*/*"[..])];
    let head = RequestHead::new(Method::Get, "/", "a", fields).unwrap();
    let with_key = head.clone().with_bearer("k-secret").unwrap();
    check(&with_key, "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer k-secret\r\nAccept: */*\r\n\r\n");
    assert!(!format!("{with_key:?}").contains("secret"));
    for key in ["", "k-secret\n", "k\r\nsecret", "k secret", "k\0secret"] {
        let error = head.clone().with_bearer(key).unwrap_err();
        assert_eq!(
            (error.kind(), error.field()),
            (RequestErrorKind::InvalidFieldValue, Some("Authorization")),
            "{key:?}"
        );
        assert!(!format!("{error} {error:?}").contains("secret"));
    }
}

proptest! {
    #[test]
    #[cfg_attr(miri, ignore)]
    fn what_is_written_parses_to_the_same(
        target in "/[!$-;=?-~]{0,20}",
        host in "[a-z0-9.-]{1,12}(:[0-9]{1,5})?",
        fields in prop::collection::vec(("x[!#-'*+.0-9A-Z^-z|~-]{0,8}", "[!-~]([\t -~\u{80}-\u{ff}]{0,12}[!-~])?"), 0..5),
        length in any::<u64>(),
        size in 1..40_usize,
    ) {
        let fields: Vec<(&str, &[u8])> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let head = RequestHead::new(Method::Post, &target, &host, fields.iter().copied())
            .unwrap()
            .with_content_length(length);
        let bytes = encode(head, size);

        let mut slots = [httparse::EMPTY_HEADER; 8];
        let mut request = httparse::Request::new(&mut slots);
        prop_assert_eq!(request.parse(&bytes), Ok(httparse::Status::Complete(bytes.len())));
        prop_assert_eq!((request.method, request.path, request.version), (Some("POST"), Some(&target[..]), Some(1)));
        let length = format!("{length}");
        let mut expected = vec![("Host", host.as_bytes())];
        expected.extend(fields);
        expected.push(("Content-Length", length.as_bytes()));
        let parsed: Vec<_> = request.headers.iter().map(|header| (header.name, header.value)).collect();
        prop_assert_eq!(parsed, expected);
    }
}
