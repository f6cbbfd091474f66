//! The transport over real sockets against the scripted gateway, by both ways: nobody can tell which.

mod support;

use std::net::TcpListener;
use std::time::Duration;

use async_std::task::block_on;
use choreoai_async_std::{
    AsyncStdBody, AsyncStdConnecting, AsyncStdSending, AsyncStdSleep, AsyncStdTransport, Transport,
    TransportErrorKind as Kind,
};
use choreoai_testkit::{Answer, Gate, Gateway, Outcome, Script, Step};
use http::{Method, Request};
use support::{PATIENCE, both_ways, explain, next, post, read, read_ok, release, send};

#[test]
fn requests_and_bodies_can_move_between_threads() {
    fn is_send<T: Send>() {}
    fn is_shared<T: Send + Sync + Clone + Default + std::fmt::Debug>() {}
    is_shared::<AsyncStdTransport>();
    is_send::<AsyncStdSending>();
    is_send::<AsyncStdBody>();
    is_send::<AsyncStdConnecting>();
    is_send::<AsyncStdSleep>();
}

#[test]
fn a_body_arrives_while_the_server_is_still_sending() {
    for transport in both_ways() {
        let gate = Gate::new();
        let answer = Answer::event_stream().event("one").gate(&gate).event("two").done();
        let gateway = Gateway::start(answer).unwrap();
        let mut response = post(&transport, &gateway.base_url(), "{}").unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(next(response.body_mut(), usize::MAX).unwrap(), b"data: one\n\n");
        gate.open();
        assert_eq!(read_ok(response), "data: two\n\ndata: [DONE]\n\n");
        assert_eq!(gateway.requests()[0].body, b"{}");
        assert_eq!(gateway.violations(), [""; 0]);
    }
}

#[test]
fn the_head_comes_before_the_body() {
    for transport in both_ways() {
        let gateway = Gateway::start(Answer::event_stream().stall()).unwrap();
        assert_eq!(post(&transport, &gateway.base_url(), "{}").unwrap().status(), 200);
    }
}

#[test]
fn every_framing_at_every_cut_is_read_to_its_end() {
    for size in [1, 2, 3, 7, 1000] {
        let answer = || Answer::new(200).body("first ").body("second").cut(size);
        for transport in both_ways() {
            let answers = [answer().content_length(), answer().chunked(), answer().close_delimited()];
            let gateway = Gateway::start(Script::sequence(answers)).unwrap();
            for _ in 0..3 {
                assert_eq!(read_ok(post(&transport, &gateway.base_url(), "{}").unwrap()), "first second");
            }
            assert_eq!(gateway.connections(), 1, "the first two let the connection live");
        }
    }
}

#[test]
fn large_bodies_are_the_same_on_the_other_side() {
    let large: Vec<u8> = (0..5_000_000_u32).map(|n| b' ' + (n % 89) as u8).collect();
    for transport in both_ways() {
        let echo = Script::new(|request| Answer::new(200).body(request.body.clone()).chunked());
        let gateway = Gateway::start(echo).unwrap();
        for body in [large.clone(), Vec::new(), b"x".to_vec()] {
            let response = post(&transport, &gateway.base_url(), body.clone()).unwrap();
            assert!(read_ok(response).into_bytes() == body);
        }
        assert_eq!((gateway.connections(), gateway.violations()), (1, vec![]));
    }
}

#[test]
fn a_request_is_sent_as_it_is() {
    // `url` would write nearly all of this otherwise.
    let target = "/v1/./a//../{b}|'\"%41?c='d'&e=%2f|";
    for transport in both_ways() {
        // Without a body, for to a `HEAD` there is none.
        let gateway = Gateway::start(Answer::new(200)).unwrap();
        for method in [Method::GET, Method::HEAD, Method::POST] {
            let request =
                Request::builder().method(method.clone()).uri(format!("{}{target}", gateway.base_url()));
            let request = request.header("x-a", "1").header("x-b", "").header("x-a", "2, 3").body(vec![]);
            send(&transport, request.unwrap()).unwrap();
            let seen = gateway.requests().pop().unwrap();
            assert_eq!((seen.method.as_str(), seen.target.as_str()), (method.as_str(), target));
            let mut headers = seen.headers;
            headers.retain(|(name, _)| name != "Host");
            let length = (method == Method::POST).then_some(("Content-Length", "0"));
            let expected = [("x-a", "1"), ("x-a", "2, 3"), ("x-b", "")].into_iter().chain(length);
            assert_eq!(headers, expected.map(|(n, v)| (n.to_owned(), v.to_owned())).collect::<Vec<_>>());
        }
    }
}

#[test]
fn clones_share_connections() {
    for transport in both_ways() {
        let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
        for _ in 0..3 {
            assert_eq!(read_ok(post(&transport.clone(), &gateway.base_url(), "{}").unwrap()), "{}");
        }
        assert_eq!((gateway.connections(), gateway.open_connections()), (1, 1));
        transport.close_idle();
        gateway.wait_for_open_connections(0);
    }
}

#[test]
fn the_last_clone_closes_what_is_idle() {
    for transport in both_ways() {
        let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
        let clone = transport.clone();
        read_ok(post(&transport, &gateway.base_url(), "{}").unwrap());
        drop(transport);
        assert_eq!(gateway.open_connections(), 1);
        drop(clone);
        gateway.wait_for_open_connections(0);
    }
}

#[test]
fn dropping_a_body_cancels_at_the_server() {
    for transport in both_ways() {
        let answers = [Answer::event_stream().event("one").stall(), Answer::json(200, "{}")];
        let gateway = Gateway::start(Script::sequence(answers)).unwrap();
        let mut response = post(&transport, &gateway.base_url(), "{}").unwrap();
        assert_eq!(next(response.body_mut(), 5).unwrap(), b"data:");
        drop(response);
        assert_eq!(gateway.wait_for_outcome(0), Outcome::PeerClosed);
        assert_eq!(read_ok(post(&transport, &gateway.base_url(), "{}").unwrap()), "{}");
        assert_eq!(gateway.requests()[1].connection, 1);
    }
}

#[test]
fn a_stream_released_at_done_gives_its_connection_back() {
    // Whether the last chunk has been sent by the time of the second request.
    for (sent, connection) in [(true, 0), (false, 1)] {
        for transport in both_ways() {
            let gate = Gate::new();
            let answers = [Answer::event_stream().done().gate(&gate), Answer::json(200, "{}")];
            let gateway = Gateway::start(Script::sequence(answers)).unwrap();
            let mut response = post(&transport, &gateway.base_url(), "{}").unwrap();
            assert_eq!(next(response.body_mut(), usize::MAX).unwrap(), b"data: [DONE]\n\n");
            release(&mut response);
            assert_eq!(next(response.body_mut(), usize::MAX).unwrap(), b"", "nothing more is read");
            drop(response);
            assert_eq!(gateway.open_connections(), 1, "it is kept");
            if sent {
                gate.open();
                assert_eq!(gateway.wait_for_outcome(0), Outcome::Complete);
            }
            assert_eq!(read_ok(post(&transport, &gateway.base_url(), "{}").unwrap()), "{}");
            assert_eq!(gateway.requests()[1].connection, connection);
            if !sent {
                assert_eq!(gateway.wait_for_outcome(0), Outcome::PeerClosed);
            }
        }
    }
}

#[test]
fn a_connection_that_the_server_closed_is_not_noticed() {
    for transport in both_ways() {
        let gateway = Gateway::start(Answer::json(200, "{}").content_length().body(" ").close()).unwrap();
        for request in 0..3 {
            assert_eq!(read_ok(post(&transport, &gateway.base_url(), "{}").unwrap()), "{} ");
            gateway.wait_for_open_connections(0);
            assert_eq!(gateway.requests()[request].connection, request);
        }
    }
}

#[test]
fn a_cut_or_reset_body_is_truncated_after_what_came() {
    let answer = Answer::event_stream().event("one");
    for transport in both_ways() {
        let gate = Gate::new();
        for cut in
            [answer.clone().close(), answer.clone().gate(&gate).reset(), answer.clone().half_close().stall()]
        {
            let gateway = Gateway::start(cut).unwrap();
            let mut response = post(&transport, &gateway.base_url(), "{}").unwrap();
            assert_eq!(next(response.body_mut(), usize::MAX).unwrap(), b"data: one\n\n");
            gate.open();
            for text in ["in the middle of", "has failed before"] {
                let error = next(response.body_mut(), usize::MAX).unwrap_err();
                assert_eq!(error.kind(), Kind::Truncated);
                assert!(error.to_string().contains(text), "{error}");
            }
        }
    }
}

#[test]
fn an_early_answer_is_heard_while_a_large_request_is_still_being_sent() {
    let early = b"HTTP/1.1 413 Too Large\r\ncontent-length: 4\r\n\r\nbig!".to_vec();
    for transport in both_ways() {
        let early = early.clone();
        let script = Script::from(Answer::json(200, "{}"))
            .on_connect(move |_| Some(Answer::raw([Step::Send(early.clone()), Step::Stall])));
        let gateway = Gateway::start(script).unwrap();
        let response = post(&transport, &gateway.base_url(), vec![b' '; 64 << 20]).unwrap();
        assert_eq!(response.status(), 413);
        assert_eq!(read_ok(response), "big!");
        assert_eq!(gateway.requests().len(), 0);
    }
}

#[test]
fn the_time_to_connect_is_bounded() {
    for transport in both_ways() {
        let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
        let url = format!("http://localhost:{}/", gateway.addr().port());
        let request = || Request::get(&url).body(bytes::Bytes::new()).unwrap();
        let error = block_on(transport.send(request(), Duration::ZERO)).unwrap_err();
        assert_eq!(error.kind(), Kind::ConnectTimeout);
        let expected = format!("could not connect to localhost:{} in time", gateway.addr().port());
        assert_eq!(explain(&error), expected);
        // A connection that stands is not bounded any more.
        for connect_timeout in [PATIENCE, Duration::ZERO] {
            assert_eq!(read_ok(block_on(transport.send(request(), connect_timeout)).unwrap()), "{}");
        }
    }
}

/// A URL where a server plays this as soon as it is connected to.
fn greeting(steps: impl IntoIterator<Item = Step>) -> (Gateway, String) {
    let answer = Answer::raw(steps);
    let script = Script::from(Answer::json(200, "{}")).on_connect(move |_| Some(answer.clone()));
    let gateway = Gateway::start(script).unwrap();
    let url = gateway.base_url();
    (gateway, url)
}

#[test]
fn failures_are_told_in_the_same_words() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // It ends its side alone: what else a close does to the peer depends on what was underway.
    let say = |text: &str| [Step::Send(text.as_bytes().to_vec()), Step::HalfClose, Step::Stall];
    let (_silent, silent) = greeting([Step::HalfClose, Step::Stall]);
    let (_html, html) = greeting(say("<html></html>\r\n"));
    let (_half, half) = greeting(say("HTTP/1.1 200 OK\r\ncontent-le"));
    let (_endless, endless) = greeting(say(&format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(70_000))));
    let cases = [
        (Kind::Connect, format!("http://{nobody}"), "could not connect to 127.0.0.1:"),
        // `.invalid` never resolves (RFC 6761).
        (
            Kind::Connect,
            "http://gateway.invalid".to_owned(),
            "could not resolve the host name `gateway.invalid`",
        ),
        (Kind::Io, silent, "closed the connection without an answer"),
        (Kind::Protocol, html, "is not valid HTTP/1.1"),
        (Kind::Truncated, half, "in the middle of the response's head"),
        (Kind::Limit, endless, "is larger than is accepted"),
        (Kind::InvalidRequest, "ftp://localhost".to_owned(), "only http and https are spoken"),
        (Kind::InvalidRequest, "http://user:hunter2@localhost".to_owned(), "the URL holds credentials"),
        (Kind::InvalidRequest, "http://localhost:99999".to_owned(), "port is not between 0 and 65535"),
    ];
    for (kind, url, text) in cases {
        let [through, around] = both_ways().map(|transport| post(&transport, &url, "{}").unwrap_err());
        assert_eq!((through.kind(), around.kind()), (kind, kind), "{url}: {through}");
        assert!(explain(&through).contains(text), "{through}");
        assert_eq!(explain(&through), explain(&around));
        assert_eq!(format!("{through:?}"), format!("{around:?}"));
        assert!(!format!("{through:?}").contains("hunter2"));
    }
}

#[test]
fn failures_of_bodies_are_told_in_the_same_words() {
    let broken = |rest: &str| Answer::event_stream().event("one").send(rest.as_bytes().to_vec()).close();
    let cases = [
        (Kind::Truncated, Answer::event_stream().event("one").close()),
        (Kind::Truncated, Answer::new(200).header("content-length", "999").event("one").close()),
        (Kind::Protocol, broken("xyz\r\n")),
        (Kind::Limit, broken("ffffffffffffffff0\r\n")),
    ];
    for (kind, answer) in cases {
        let gateway = Gateway::start(answer).unwrap();
        let [through, around] = both_ways().map(|transport| {
            let (data, end) = read(post(&transport, &gateway.base_url(), "{}").unwrap());
            assert_eq!(data, "data: one\n\n");
            end.unwrap_err()
        });
        assert_eq!((through.kind(), around.kind()), (kind, kind), "{through}");
        assert_eq!(explain(&through), explain(&around));
    }
}

#[test]
fn a_request_that_cannot_be_sent_is_refused_before_anything_is() {
    let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
    let request = || Request::builder().uri(gateway.base_url());
    let cases = [
        ("DELETE", request().method("DELETE").body(vec![])),
        ("connection", request().header("connection", "close").body(vec![])),
        ("content-length", request().header("content-length", "7").body(vec![])),
        ("transfer-encoding", request().header("transfer-encoding", "chunked").body(vec![])),
    ];
    for (text, request) in cases {
        let request = request.unwrap();
        let [through, around] = both_ways().map(|transport| send(&transport, request.clone()).unwrap_err());
        assert_eq!(
            (through.kind(), around.kind()),
            (Kind::InvalidRequest, Kind::InvalidRequest),
            "{through}"
        );
        assert!(through.to_string().contains(text), "{through}");
        assert_eq!(explain(&through), explain(&around));
    }
    assert_eq!((gateway.connections(), gateway.violations()), (0, vec![]));
}

#[cfg(not(feature = "rustls"))]
#[test]
fn https_is_refused_without_tls() {
    let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
    let url = gateway.base_url().replace("http:", "https:");
    for transport in both_ways() {
        let error = post(&transport, &url, "{}").unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidRequest);
        assert!(error.to_string().ends_with("this client is built without TLS"), "{error}");
    }
    assert_eq!(gateway.connections(), 0);
}
