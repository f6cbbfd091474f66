//! The gateway seen by plain sockets.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::{Answer, Gate, Gateway, Outcome, Script, Step};

const GET: &str = "GET /a HTTP/1.1\r\nhost: x\r\n\r\n";

fn connect(gateway: &Gateway) -> TcpStream {
    let stream = TcpStream::connect(gateway.addr()).unwrap();
    stream.set_read_timeout(Some(crate::gateway::PATIENCE)).unwrap();
    stream
}

fn ask(gateway: &Gateway, request: &str) -> TcpStream {
    let mut stream = connect(gateway);
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(end.as_bytes()) {
        let read = stream.read(&mut byte).unwrap();
        assert_eq!(read, 1, "closed before {end:?}, after {:?}", String::from_utf8_lossy(&text));
        text.push(byte[0]);
    }
    String::from_utf8(text).unwrap()
}

fn read_to_end(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn framings_and_heads() {
    let cases = [
        (
            Answer::json(200, "{}"),
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
        ),
        (
            Answer::new(429).header("retry-after", "1").body("a").body("bc"),
            "HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 3\r\n\r\nabc",
        ),
        (
            Answer::new(200).chunked().body("0123456789").body("").body("x"),
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\na\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n",
        ),
        (Answer::new(200).close_delimited().body("x"), "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nx"),
        (
            Answer::new(200).header("Content-Length", "9").body("x").close(),
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx",
        ),
        (
            Answer::new(200).chunked().body("x").close().body("never"),
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n",
        ),
        (Answer::raw([Step::Send(b"\xef\xbb\xbfHTTP".to_vec())]), "\u{feff}HTTP"),
    ];
    for (answer, expected) in cases {
        for answer in [answer.clone(), answer.clone().cut(1), answer.cut(7)] {
            let gateway = Gateway::start(answer).unwrap();
            let mut stream = ask(&gateway, "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
            assert_eq!(read_to_end(&mut stream), expected);
            assert_eq!(gateway.wait_for_outcome(0), Outcome::Complete);
            assert_eq!(gateway.requests()[0].bytes_sent, expected.len() as u64);
        }
    }
}

#[test]
fn a_request_longer_than_what_is_read_ahead_is_read_to_its_end() {
    let gate = Gate::new();
    // After the pause nothing wakes the thread that reads ahead, but that there is room again.
    let first = Answer::new(200).gate(&gate).pause(Duration::from_millis(50));
    let gateway = Gateway::start(Script::sequence([first, Answer::json(200, "{}")])).unwrap();
    let mut stream = ask(&gateway, GET);
    let long = 16 << 20;
    let mut request = format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {long}\r\n\r\n").into_bytes();
    request.resize(request.len() + long, b'x');
    // Until neither the gateway nor the sockets take any more.
    stream.set_write_timeout(Some(Duration::from_millis(100))).unwrap();
    let mut rest = &request[..];
    while let Ok(written) = stream.write(rest) {
        rest = &rest[written..];
        assert!(!rest.is_empty(), "it was all read ahead");
    }
    gate.open();
    stream.set_write_timeout(Some(crate::gateway::PATIENCE)).unwrap();
    stream.write_all(rest).unwrap();
    assert!(read_until(&mut stream, "{}").ends_with("content-length: 2\r\n\r\n{}"));
    assert_eq!(gateway.requests()[1].body.len(), long);
}

#[test]
fn a_connection_carries_many_requests() {
    let gateway = Gateway::start(Script::sequence([
        Answer::json(200, "1"),
        Answer::new(200).chunked().body("2"),
        Answer::json(200, "3"),
    ]))
    .unwrap();
    let mut stream = ask(&gateway, GET);
    assert!(read_until(&mut stream, "\r\n\r\n1").starts_with("HTTP/1.1 200 OK\r\n"));
    // Two at once, with bodies in both framings.
    let requests = "POST /b?q HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi\
                    POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\n1\r\n]\r\n0\r\n\r\n";
    stream.write_all(requests.as_bytes()).unwrap();
    read_until(&mut stream, "1\r\n2\r\n0\r\n\r\n");
    read_until(&mut stream, "\r\n\r\n3");
    let requests = gateway.requests();
    let seen: Vec<_> = requests.iter().map(|r| (r.connection, r.path(), r.body.as_slice())).collect();
    assert_eq!(seen, [(0, "/a", &b""[..]), (0, "/b", b"hi"), (0, "/c", b"[]")]);
    assert_eq!(requests[2].json().unwrap(), serde_json::json!([]));
    assert_eq!((requests[1].target.as_str(), requests[1].header("host")), ("/b?q", Some("x")));
    assert_eq!((gateway.connections(), gateway.open_connections()), (1, 1));
    // The last answer repeats, on another connection too.
    read_until(&mut ask(&gateway, GET), "\r\n\r\n3");
    assert_eq!(gateway.requests()[3].connection, 1);
    drop(stream);
    gateway.wait_for_open_connections(0);
}

#[test]
fn a_body_is_awaited_with_an_interim_response() {
    let gateway = Gateway::start(Answer::json(200, "1")).unwrap();
    let mut stream =
        ask(&gateway, "POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n");
    assert_eq!(read_until(&mut stream, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    assert_eq!(gateway.requests().len(), 0);
    stream.write_all(b"hi").unwrap();
    read_until(&mut stream, "\r\n\r\n1");
    assert_eq!(gateway.requests()[0].body, b"hi");
}

#[test]
fn answers_by_path() {
    let script = Script::by_path([("/a", Answer::json(200, "1")), ("/b", Answer::json(200, "2"))]);
    let gateway = Gateway::start(script).unwrap();
    let mut stream = ask(&gateway, "GET /b?x=/a HTTP/1.1\r\nhost: x\r\n\r\n");
    read_until(&mut stream, "\r\n\r\n2");
    stream.write_all(b"GET /c HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    assert!(read_until(&mut stream, "\r\n\r\n").starts_with("HTTP/1.1 404 Not Found\r\n"));
    assert!(read_until(&mut stream, "}}").contains("\"endpoint_not_found\""));
}

#[test]
fn a_gate_holds_the_rest_back() {
    let gate = Gate::new();
    let gateway = Gateway::start(Answer::event_stream().event("1").gate(&gate).event("2").done()).unwrap();
    let mut stream = ask(&gateway, GET);
    read_until(&mut stream, "data: 1\n\n\r\n");
    gate.wait_for_arrivals(1);
    assert_eq!(gateway.requests()[0].outcome, Outcome::Pending);
    stream.set_nonblocking(true).unwrap();
    assert_eq!(stream.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
    stream.set_nonblocking(false).unwrap();
    gate.open();
    read_until(&mut stream, "data: [DONE]\n\n\r\n0\r\n\r\n");
    assert_eq!(gateway.wait_for_outcome(0), Outcome::Complete);
}

#[test]
fn a_peer_that_leaves_is_noticed_wherever_the_answer_is() {
    let never = Gate::new();
    let cases = [
        Answer::event_stream().event("1").stall(),
        Answer::event_stream().event("1").gate(&never).event("2"),
        Answer::event_stream().event("1").pause(Duration::from_secs(3600)).event("2"),
        // More than the socket's buffers hold.
        Answer::event_stream().event("1").body(vec![b'x'; 64 << 20]),
    ];
    for answer in cases {
        let gateway = Gateway::start(answer).unwrap();
        let mut stream = ask(&gateway, GET);
        read_until(&mut stream, "data: 1\n\n\r\n");
        assert_eq!(gateway.requests()[0].outcome, Outcome::Pending);
        drop(stream);
        assert_eq!(gateway.wait_for_outcome(0), Outcome::PeerClosed);
        gateway.wait_for_open_connections(0);
    }
}

#[test]
fn a_stopped_gateway_leaves_no_one_hanging() {
    let never = Gate::new();
    let cases = [
        Answer::event_stream().event("1").stall(),
        Answer::event_stream().event("1").gate(&never).event("2"),
        Answer::event_stream().event("1").pause(Duration::from_secs(3600)).event("2"),
        Answer::event_stream().event("1").body(vec![b'x'; 64 << 20]),
    ];
    for answer in cases {
        let gateway = Gateway::start(answer).unwrap();
        let mut stream = ask(&gateway, GET);
        let mut idle = connect(&gateway);
        gateway.wait_for_connections(2);
        read_until(&mut stream, "data: 1\n\n\r\n");
        drop(gateway);
        // An end or a reset, but not silence until the timeout.
        for stream in [&mut stream, &mut idle] {
            let ended = stream.read_to_end(&mut Vec::new());
            assert!(ended.is_ok() || ended.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset));
        }
    }
}

#[test]
fn a_reset_is_an_error_and_a_close_is_an_end() {
    let gate = Gate::new();
    let begun = Answer::event_stream().event("1").gate(&gate);
    let gateway =
        Gateway::start(Script::sequence([begun.clone().reset(), begun.close(), Answer::json(200, "1")]))
            .unwrap();
    let mut reset = ask(&gateway, GET);
    read_until(&mut reset, "data: 1\n\n\r\n");
    let mut closed = ask(&gateway, GET);
    read_until(&mut closed, "data: 1\n\n\r\n");
    gate.open();
    assert_eq!(reset.read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(closed.read(&mut [0]).unwrap(), 0);
    assert_eq!(gateway.wait_for_outcome(0), Outcome::Complete);
}

#[test]
fn a_half_closed_connection_still_reads() {
    let gateway = Gateway::start(Answer::json(200, "1").half_close()).unwrap();
    let mut stream = ask(&gateway, GET);
    assert!(read_to_end(&mut stream).ends_with("\r\n\r\n1"));
    stream.write_all(GET.as_bytes()).unwrap();
    assert_eq!(gateway.wait_for_requests(2)[1].connection, 0);
}

#[test]
fn a_greeting_comes_before_the_request() {
    let script = Script::from(Answer::json(200, "1")).on_connect(|connection| match connection {
        0 => Some(Answer::raw([Step::Close])),
        1 => Some(Answer::raw([Step::Send(b"hello\n".to_vec())])),
        _ => None,
    });
    let gateway = Gateway::start(script).unwrap();
    assert_eq!(read_to_end(&mut connect(&gateway)), "");
    let mut babbler = connect(&gateway);
    read_until(&mut babbler, "hello\n");
    babbler.write_all(GET.as_bytes()).unwrap();
    read_until(&mut babbler, "\r\n\r\n1");
    read_until(&mut ask(&gateway, GET), "\r\n\r\n1");
    assert_eq!(gateway.connections(), 3);
}

#[test]
fn a_head_is_answered_before_its_body() {
    let script = Script::from(Answer::json(200, "1"))
        .on_head(|head| (head.method == "POST").then(|| Answer::json(413, "big")));
    let gateway = Gateway::start(script).unwrap();
    let mut refused = ask(&gateway, "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n");
    read_until(&mut refused, "\r\n\r\nbig");
    read_until(&mut ask(&gateway, GET), "\r\n\r\n1");
    assert_eq!(Vec::from_iter(gateway.requests().iter().map(|request| &*request.method)), ["GET"]);
}

#[test]
fn a_client_that_breaks_the_protocol_is_told_and_recorded() {
    let gateway = Gateway::start(Answer::json(200, "1")).unwrap();
    let answer = read_to_end(&mut ask(&gateway, "GET / HTTP/1.1\r\n\r\n"));
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
    assert_eq!(gateway.violations(), ["0 Host headers, not one"]);
    assert!(gateway.requests().is_empty());
}

#[test]
#[should_panic(expected = "a script panicked")]
fn a_panic_in_a_script_fails_the_test() {
    let gateway = Gateway::start(Script::new(|_| panic!("an assertion in the script"))).unwrap();
    assert_eq!(read_to_end(&mut ask(&gateway, GET)), "");
    drop(gateway);
}

#[test]
fn many_connections_at_once() {
    let gate = Gate::new();
    let gateway = Gateway::start(Answer::event_stream().event("1").gate(&gate).done().close()).unwrap();
    let mut streams: Vec<_> = (0..20).map(|_| ask(&gateway, GET)).collect();
    gate.wait_for_arrivals(20);
    assert_eq!(gateway.open_connections(), 20);
    gate.open();
    for stream in &mut streams {
        assert!(read_to_end(stream).ends_with("data: [DONE]\n\n\r\n"));
    }
    gateway.wait_for_open_connections(0);
}

#[test]
fn a_flood_ends_when_the_peer_leaves() {
    for pause in [Duration::ZERO, Duration::from_millis(1), Duration::from_secs(3600)] {
        let gateway = Gateway::start(Answer::event_stream().flood("1\r\nx\r\n", pause)).unwrap();
        let mut stream = ask(&gateway, GET);
        let pieces = if pause > Duration::from_secs(1) { 1 } else { 100 };
        for _ in 0..pieces {
            read_until(&mut stream, "1\r\nx\r\n");
        }
        assert_eq!(gateway.requests()[0].outcome, Outcome::Pending);
        drop(stream);
        assert_eq!(gateway.wait_for_outcome(0), Outcome::PeerClosed);
    }
}
