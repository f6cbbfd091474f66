//! HTTP/1.1 framing (RFC 9112).

use choreoai::ErrorKind;

use crate::conformance::Ability::{
    AfterHttp10, Bounds, BrokenBodies, FramingBounds, HeadSize, Interim, InterimBounds, StrictHeads, Surplus,
    TolerantHeads, TornHeads,
};
use crate::conformance::behaviour::{Behaviour, Case};
use crate::conformance::bodies::{CHUNKED, chunk, content, document, events, raw, raw_and_close};
use crate::conformance::expect::Expect;
use crate::conformance::hurried::Wait;
use crate::{Answer, Framing};

pub(super) fn behaviours() -> Vec<Behaviour> {
    [bodies(), lengths(), chunks(), heads(), interim_responses(), refused_heads(), bounds()]
        .into_iter()
        .flatten()
        .collect()
}

/// A head of these lines with the length of the body, and the body.
fn with_lines(status_line: &str, lines: &str, body: &str) -> Answer {
    let length = body.len();
    raw(format!("{status_line}\r\n{lines}content-length: {length}\r\n\r\n{body}"))
}

fn ok_with(lines: &str, body: &str) -> Answer {
    with_lines("HTTP/1.1 200 OK", lines, body)
}

/// Content-Length lines in which `{}` stands for the length of the body.
fn with_length(lines: &'static str) -> impl Fn(&str) -> Answer {
    move |body| {
        let lines = lines.replace("{}", &body.len().to_string());
        raw(format!("HTTP/1.1 200 OK\r\n{lines}\r\n\r\n{body}"))
    }
}

fn chunked(body: &[u8]) -> Answer {
    raw([CHUNKED.as_bytes(), body].concat())
}

fn bodies() -> Vec<Behaviour> {
    let framed = |name, framing, expect| {
        Behaviour::framed(name, move |body| Answer::new(200).framed(framing).body(body), expect)
    };
    let text = Expect::answer;
    vec![
        framed("gives the body's length", Framing::ContentLength, text()),
        framed("sends the body in one chunk", Framing::Chunked, text()),
        framed("ends the body with the connection", Framing::Close, text().closed()),
        Behaviour::framed(
            "sends each byte as a chunk",
            |body| {
                let chunks: Vec<u8> = body.bytes().flat_map(|byte| chunk([byte])).collect();
                chunked(&[&chunks[..], b"0\r\n\r\n"].concat())
            },
            text(),
        ),
        Behaviour::framed(
            "sends each byte as a segment",
            |body| Answer::new(200).chunked().body(body).cut(1),
            text(),
        ),
        Behaviour::framed(
            "answers 200 with an empty body",
            |_| Answer::new(200),
            Expect::error(ErrorKind::Truncated).says("empty").kept(),
        ),
        Behaviour::framed(
            "answers 204",
            |_| raw("HTTP/1.1 204 No Content\r\n\r\n"),
            Expect::error(ErrorKind::Truncated).says("empty").kept(),
        ),
        Behaviour::framed(
            "answers 204 with a body",
            |body| with_lines("HTTP/1.1 204 No Content", "", body),
            Expect::error(ErrorKind::Truncated).closed(),
        )
        .needs(Surplus),
        Behaviour::framed(
            "answers 304",
            |_| raw("HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n"),
            Expect::status(304),
        ),
        Behaviour::framed(
            "sends bytes behind the body",
            |body| {
                raw(format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}HTTP/1.1 200 OK\r\n",
                    body.len()
                ))
            },
            text().closed(),
        )
        .needs(Surplus),
    ]
}

fn lengths() -> Vec<Behaviour> {
    let accepted = |name, lines| Behaviour::framed(name, with_length(lines), Expect::answer());
    let refused = |name, lines| {
        let expect = Expect::error(ErrorKind::Protocol).retryable(false);
        Behaviour::framed(name, with_length(lines), expect).needs(StrictHeads)
    };
    vec![
        accepted("gives the same length twice", "content-length: {}\r\nContent-Length: {}"),
        accepted("gives the same length in a list", "content-length: {}, {}"),
        accepted("gives the length with leading zeros", "content-length: 000{}"),
        refused("gives two lengths that differ", "content-length: {}\r\ncontent-length: 5"),
        refused("gives lengths that differ in a list", "content-length: {}, 5"),
        refused("gives a negative length", "content-length: -{}"),
        refused("gives a length with a plus sign", "content-length: +{}"),
        refused("gives a hexadecimal length", "content-length: 0x{}"),
        refused("gives a fractional length", "content-length: {}.0"),
        refused("gives an empty length", "content-length:"),
        refused("gives a length that is no number", "content-length: all"),
        Behaviour::framed(
            "gives a length over 64 bits",
            with_length("content-length: 99999999999999999999"),
            Expect::error(ErrorKind::Limit),
        )
        .needs(FramingBounds),
        Behaviour::new("gives a length that its body never reaches", || {
            let short = |body: String| {
                raw_and_close(format!("HTTP/1.1 200 OK\r\ncontent-length: 9223372036854775807\r\n\r\n{body}"))
            };
            let cut = Expect::error(ErrorKind::Truncated).after("Hello");
            vec![
                Case::new("stream").answer(short(content("Hello"))).stream(cut.clone()),
                Case::new("create").answer(short(content("Hello"))).create(cut.clone()),
                // The answer was complete: what the connection owes counts for nothing.
                Case::new("after [DONE]").answer(short(events())).stream(Expect::answer().closed()),
            ]
        }),
        Behaviour::framed(
            "gives a length beside chunks",
            |body| {
                let body = [&chunk(body)[..], b"0\r\n\r\n"].concat();
                let head = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n";
                raw([head.as_bytes(), &body].concat())
            },
            Expect::answer().closed(),
        ),
    ]
}

fn chunks() -> Vec<Behaviour> {
    let accepted = |name, edit: fn(&str) -> Vec<u8>| {
        Behaviour::framed(name, move |body| chunked(&edit(body)), Expect::answer())
    };
    // A first chunk that is well-formed, and then one that is not.
    let broken = |name, rest: &'static str, kind| {
        let body = [&chunk(content("Hello"))[..], rest.as_bytes()].concat();
        Behaviour::both(name, chunked(&body), Expect::error(kind).after("Hello").retryable(false))
            .needs(BrokenBodies)
    };
    let coding = |name, coding: &'static str| {
        let answer = move |body: &str| {
            let head = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: {coding}\r\n\r\n");
            raw([head.as_bytes(), &chunk(body), b"0\r\n\r\n"].concat())
        };
        Behaviour::framed(name, answer, Expect::error(ErrorKind::Protocol)).needs(StrictHeads)
    };
    vec![
        accepted("writes chunk extensions", |body| {
            format!("{:x};a=\"b;c\";d\r\n{body}\r\n0;last\r\n\r\n", body.len()).into_bytes()
        }),
        accepted("writes chunk sizes in capitals with leading zeros", |body| {
            format!("0000{:X}\r\n{body}\r\n000\r\n\r\n", body.len()).into_bytes()
        }),
        accepted("writes trailers", |body| {
            [&chunk(body)[..], b"0\r\nexpires: never\r\nx-sum: 1\r\n\r\n"].concat()
        }),
        accepted("writes trailers that speak of framing", |body| {
            [&chunk(body)[..], b"0\r\ncontent-length: 5\r\ntransfer-encoding: gzip\r\n\r\n"].concat()
        }),
        Behaviour::framed(
            "names the transfer coding in capitals",
            |body| {
                let head = "HTTP/1.1 200 OK\r\nTRANSFER-ENCODING: Chunked\r\n\r\n";
                raw([head.as_bytes(), &chunk(body), b"0\r\n\r\n"].concat())
            },
            Expect::answer(),
        ),
        broken("writes a chunk size that is no number", "xyz\r\n", ErrorKind::Protocol),
        broken("writes a negative chunk size", "-5\r\nabcde\r\n", ErrorKind::Protocol),
        broken("writes a chunk size with a plus sign", "+5\r\nabcde\r\n", ErrorKind::Protocol),
        broken("writes a chunk size with a prefix", "0x5\r\nabcde\r\n", ErrorKind::Protocol),
        broken("writes no chunk size", "\r\nabcde\r\n", ErrorKind::Protocol),
        broken("writes a chunk that is longer than its size", "3\r\nabcdef\r\n", ErrorKind::Protocol),
        broken("writes a chunk size over 64 bits", "ffffffffffffffff0\r\n", ErrorKind::Limit)
            .needs(FramingBounds),
        Behaviour::both(
            "writes a chunk that never ends",
            raw_and_close([CHUNKED.as_bytes(), &chunk(content("Hello")), b"7fffffff\r\ndata: "].concat()),
            Expect::error(ErrorKind::Truncated).after("Hello"),
        ),
        coding("uses a transfer coding besides chunked", "gzip, chunked"),
        coding("uses the transfer coding identity", "identity"),
        coding("says chunked twice", "chunked, chunked"),
    ]
}

fn heads() -> Vec<Behaviour> {
    let accepted =
        |name, lines: &'static str, expect| Behaviour::framed(name, move |body| ok_with(lines, body), expect);
    let status = |name, line: &'static str, expect| {
        Behaviour::framed(name, move |body| with_lines(line, "", body), expect)
    };
    let text = Expect::answer;
    vec![
        status("gives no reason", "HTTP/1.1 200 ", text()),
        status("leaves out the reason and its space", "HTTP/1.1 200", text()).needs(TolerantHeads),
        Behaviour::framed(
            "gives a reason in Latin-1",
            |body| {
                let length = format!("\r\ncontent-length: {}\r\n\r\n", body.len());
                raw([b"HTTP/1.1 200 Tr\xe8s bien", length.as_bytes(), body.as_bytes()].concat())
            },
            text(),
        ),
        accepted("sends a field with an empty value", "x-empty:\r\nx-blank: \t \r\n", text()),
        accepted("sends fields in any case", "CONTENT-type: Text/Event-Stream\r\nX-a: b\r\n", text()),
        accepted("closes after the answer", "connection: close\r\n", text().closed()),
        accepted("closes after the answer, in a list", "Connection: x-other, Close\r\n", text().closed()),
        accepted("keeps alive and says so", "connection: keep-alive\r\nkeep-alive: timeout=5\r\n", text()),
        Behaviour::framed(
            "sends bytes beyond ASCII in a field",
            |body| {
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nx-name: ", body.len());
                raw([head.as_bytes(), b"J\xf6rg \xff\r\n\r\n", body.as_bytes()].concat())
            },
            text(),
        ),
        accepted("folds a field", "x-long: one\r\n two\r\n\tthree\r\n", text().closed()).needs(TolerantHeads),
        Behaviour::framed(
            "ends lines with LF alone",
            |body| raw(format!("HTTP/1.1 200 OK\ncontent-length: {}\nx: y\n\n{body}", body.len())),
            text().closed(),
        )
        .needs(TolerantHeads),
        status("sends blank lines before its answer", "\r\n\r\nHTTP/1.1 200 OK", text().closed())
            .needs(TolerantHeads),
        status("speaks HTTP/1.0", "HTTP/1.0 200 OK", text().closed()),
        status("speaks HTTP/1.0 and keeps alive", "HTTP/1.0 200 OK\r\nconnection: keep-alive", text())
            .needs(AfterHttp10),
        Behaviour::framed(
            "speaks HTTP/1.0 and gives no length",
            |body| raw_and_close(format!("HTTP/1.0 200 OK\r\n\r\n{body}")),
            text().closed(),
        ),
    ]
}

fn interim_responses() -> Vec<Behaviour> {
    let before = |name, interim: String, expect| {
        let answer = move |body: &str| {
            let length = body.len();
            raw(format!("{interim}HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}"))
        };
        Behaviour::framed(name, answer, expect).needs(Interim)
    };
    let hundred = "HTTP/1.1 100 Continue\r\n\r\n";
    vec![
        before("sends 100 first", hundred.into(), Expect::answer()),
        before(
            "sends early hints that speak of framing",
            "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\nconnection: close\r\ncontent-length: 7\r\n\r\n".into(),
            Expect::answer(),
        ),
        before("sends sixteen interim responses", hundred.repeat(16), Expect::answer()),
        before("sends seventeen interim responses", hundred.repeat(17), Expect::error(ErrorKind::Limit))
            .needs(InterimBounds),
        Behaviour::both(
            "switches protocols",
            raw("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n"),
            Expect::error(ErrorKind::Protocol).says("101"),
        )
        .needs(StrictHeads),
        Behaviour::one("sends an interim response and closes", move || {
            let cut = Expect::error(ErrorKind::Truncated).waits([0, 1].map(Wait::backoff));
            Case::new("each time").answers(3, &raw_and_close(hundred)).stream(cut)
        })
        .needs(Interim)
        .needs(TornHeads),
    ]
}

fn refused_heads() -> Vec<Behaviour> {
    let refused = |name, head: &'static [u8]| {
        let expect = Expect::error(ErrorKind::Protocol).retryable(false);
        let answer = move |body: &str| {
            let length = format!("content-length: {}\r\n\r\n", body.len());
            raw([head, length.as_bytes(), body.as_bytes()].concat())
        };
        Behaviour::framed(name, answer, expect).needs(StrictHeads)
    };
    vec![
        refused("answers in HTML alone", b"<html><body>It works!</body></html>\r\n"),
        refused("answers with a TLS alert", b"\x15\x03\x01\x00\x02\x02\x16"),
        refused("is an SSH server", b"SSH-2.0-OpenSSH_9.6\r\n"),
        refused("is an Icecast server", b"ICY 200 OK\r\n"),
        refused("answers in HTTP/2", b"\x00\x00\x12\x04\x00\x00\x00\x00\x00"),
        refused("names HTTP/2 in its status line", b"HTTP/2 200 OK\r\n"),
        refused("gives a status of two digits", b"HTTP/1.1 20 OK\r\n"),
        refused("gives a status of four digits", b"HTTP/1.1 2000 OK\r\n"),
        refused("gives a status below 100", b"HTTP/1.1 099 Odd\r\n"),
        refused("puts a NUL into the reason", b"HTTP/1.1 200 O\0K\r\n"),
        refused("puts a NUL into a value", b"HTTP/1.1 200 OK\r\nx-a: b\0c\r\n"),
        refused("puts a bare CR into a value", b"HTTP/1.1 200 OK\r\nx-a: b\rc\r\n"),
        refused("puts a control character into a value", b"HTTP/1.1 200 OK\r\nx-a: b\x1b[31mc\r\n"),
        refused("puts a space before a colon", b"HTTP/1.1 200 OK\r\nx-a : b\r\n"),
        refused("sends a field without a colon", b"HTTP/1.1 200 OK\r\nx-a\r\n"),
        refused("sends a field without a name", b"HTTP/1.1 200 OK\r\n: b\r\n"),
        refused("sends a name beyond ASCII", b"HTTP/1.1 200 OK\r\nn\xc3\xa4me: b\r\n"),
        refused("begins its fields with a folded line", b"HTTP/1.1 200 OK\r\n folded\r\n"),
    ]
}

fn bounds() -> Vec<Behaviour> {
    let fields = |count: usize| (0..count).map(|n| format!("x-{n}: y\r\n")).collect::<String>();
    // With the status line, the length and the blank line it is a little less, or more, than 64 KiB.
    let long = |length: usize| format!("x-long: {}\r\n", "y".repeat(length));
    let bounded = |name, lines: String, expect| {
        Behaviour::framed(name, move |body| ok_with(&lines, body), expect).needs(Bounds)
    };
    let limit = || Expect::error(ErrorKind::Limit).retryable(false);
    vec![
        bounded("sends 255 fields and the length", fields(255), Expect::answer()),
        bounded("sends 256 fields and the length", fields(256), limit()),
        bounded("sends a head of 64 KiB, nearly", long(65_400), Expect::answer()),
        bounded("sends a head over 64 KiB", long(65_500), limit()).needs(HeadSize),
        Behaviour::both(
            "sends trailers over 16 KiB",
            chunked(
                format!(
                    "{:x}\r\n{}\r\n0\r\nx: {}\r\n\r\n",
                    document().len(),
                    document(),
                    "y".repeat(17 << 10)
                )
                .as_bytes(),
            ),
            Expect::error(ErrorKind::Limit).after("Hello world"),
        )
        .needs(FramingBounds),
        Behaviour::both(
            "sends a chunk extension over 16 KiB",
            chunked([&chunk(content("Hello"))[..], b"5;", &[b'x'; 17 << 10], b"\r\n"].concat().as_slice()),
            Expect::error(ErrorKind::Limit).after("Hello"),
        )
        .needs(FramingBounds),
    ]
}
