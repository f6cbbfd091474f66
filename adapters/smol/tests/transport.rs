//! The transport over real sockets, driven by a bare `block_on`, against the scripted gateway.

use std::future::poll_fn;
use std::net::TcpListener;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use choreoai_smol::{ResponseBody, SmolTransport, Transport, TransportError, TransportErrorKind as Kind};
use choreoai_testkit::{Answer, Gate, Gateway, Outcome, Script, Step};
use futures_lite::future::block_on;
use http::Request;

type Body = <SmolTransport as Transport>::Body;
type Response = http::Response<Body>;

/// Longer than any test takes: no test is about this deadline.
const PATIENCE: Duration = Duration::from_secs(60);

fn post(
    transport: &SmolTransport,
    base_url: &str,
    body: impl Into<Vec<u8>>,
) -> Result<Response, TransportError> {
    let request = Request::post(format!("{base_url}/v1/chat/completions")).body(body.into().into()).unwrap();
    block_on(transport.send(request, PATIENCE))
}

/// What has arrived, at most `limit` bytes of it; empty at the end.
fn next(body: &mut Body, limit: usize) -> Result<Vec<u8>, TransportError> {
    block_on(poll_fn(|cx| {
        let mut body = Pin::new(&mut *body);
        let Poll::Ready(data) = body.as_mut().poll_data(cx) else { return Poll::Pending };
        let data = data.map(|data| data[..data.len().min(limit)].to_vec());
        Poll::Ready(data.inspect(|data| body.consume(data.len())))
    }))
}

/// Everything that came, and how it ended.
fn read(mut response: Response) -> (String, Result<(), TransportError>) {
    let mut all = Vec::new();
    let end = loop {
        match next(response.body_mut(), usize::MAX) {
            Ok(data) if data.is_empty() => break Ok(()),
            Ok(data) => all.extend(data),
            Err(error) => break Err(error),
        }
    };
    (String::from_utf8(all).unwrap(), end)
}

#[track_caller]
fn read_ok(response: Response) -> String {
    let (data, end) = read(response);
    end.unwrap();
    data
}

/// The error and all its causes, as a person would see them.
fn explain(error: &TransportError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[test]
fn requests_and_bodies_can_move_between_threads() {
    fn is_send<T: Send>() {}
    fn is_shared<T: Send + Sync + Clone>() {}
    is_shared::<SmolTransport>();
    is_send::<<SmolTransport as Transport>::Sending>();
    is_send::<Body>();
}

#[test]
fn a_body_arrives_while_the_server_is_still_sending() {
    let gate = Gate::new();
    let answer = Answer::event_stream().event("one").gate(&gate).event("two").done();
    let gateway = Gateway::start(answer).unwrap();
    let mut response = post(&SmolTransport::default(), &gateway.base_url(), "{}").unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(next(response.body_mut(), usize::MAX).unwrap(), b"data: one\n\n");
    gate.open();
    assert_eq!(read_ok(response), "data: two\n\ndata: [DONE]\n\n");
    assert_eq!(gateway.requests()[0].body, b"{}");
    assert_eq!(gateway.violations(), [""; 0]);
}

#[test]
fn every_framing_at_every_cut_is_read_to_its_end() {
    for size in [1, 2, 3, 7, 1000] {
        let answer = || Answer::new(200).body("first ").body("second").cut(size);
        let answers = [answer().content_length(), answer().chunked(), answer().close_delimited()];
        let gateway = Gateway::start(Script::sequence(answers)).unwrap();
        let transport = SmolTransport::default();
        for _ in 0..3 {
            assert_eq!(read_ok(post(&transport, &gateway.base_url(), "{}").unwrap()), "first second");
        }
        assert_eq!(gateway.connections(), 1, "the first two let the connection live");
    }
}

#[test]
fn clones_share_connections() {
    let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
    let transport = SmolTransport::default();
    for _ in 0..3 {
        assert_eq!(read_ok(post(&transport.clone(), &gateway.base_url(), "{}").unwrap()), "{}");
    }
    assert_eq!((gateway.connections(), gateway.open_connections()), (1, 1));
    transport.close_idle();
    gateway.wait_for_open_connections(0);
}

#[test]
fn dropping_a_body_cancels_at_the_server() {
    let answers = [Answer::event_stream().event("one").stall(), Answer::json(200, "{}")];
    let gateway = Gateway::start(Script::sequence(answers)).unwrap();
    let transport = SmolTransport::default();
    let mut response = post(&transport, &gateway.base_url(), "{}").unwrap();
    assert_eq!(next(response.body_mut(), 5).unwrap(), b"data:");
    drop(response);
    assert_eq!(gateway.wait_for_outcome(0), Outcome::PeerClosed);
    assert_eq!(read_ok(post(&transport, &gateway.base_url(), "{}").unwrap()), "{}");
    assert_eq!(gateway.requests()[1].connection, 1);
}

#[test]
fn a_stream_released_at_done_gives_its_connection_back() {
    // Whether the last chunk has been sent by the time of the second request.
    for (sent, connection) in [(true, 0), (false, 1)] {
        let gate = Gate::new();
        let answers = [Answer::event_stream().done().gate(&gate), Answer::json(200, "{}")];
        let gateway = Gateway::start(Script::sequence(answers)).unwrap();
        let transport = SmolTransport::default();
        let mut response = post(&transport, &gateway.base_url(), "{}").unwrap();
        assert_eq!(next(response.body_mut(), usize::MAX).unwrap(), b"data: [DONE]\n\n");
        Pin::new(response.body_mut()).release();
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

#[test]
fn a_connection_that_the_server_closed_while_idle_is_not_noticed() {
    let gateway = Gateway::start(Answer::json(200, "{}").content_length().body(" ").close()).unwrap();
    let transport = SmolTransport::default();
    for request in 0..3 {
        assert_eq!(read_ok(post(&transport, &gateway.base_url(), "{}").unwrap()), "{} ");
        gateway.wait_for_open_connections(0);
        assert_eq!(gateway.requests()[request].connection, request);
    }
}

#[test]
fn a_connection_that_the_server_closes_at_the_next_request_is_not_noticed() {
    // It hangs up on the second request of a connection, without a word: a race that no check can win.
    let script = Script::new(|request| match request.target.as_str() {
        _ if request.connection == 0 && request.body == b"second" => Answer::raw([Step::Reset]),
        _ => Answer::json(200, "{}"),
    });
    let gateway = Gateway::start(script).unwrap();
    let transport = SmolTransport::default();
    for body in ["first", "second"] {
        assert_eq!(read_ok(post(&transport, &gateway.base_url(), body).unwrap()), "{}");
    }
    assert_eq!(gateway.connections(), 2);
}

#[test]
fn a_cut_or_reset_body_is_truncated_after_what_came() {
    let answer = Answer::event_stream().event("one");
    let gate = Gate::new();
    for cut in [answer.clone().close(), answer.clone().gate(&gate).reset(), answer.half_close().stall()] {
        let gateway = Gateway::start(cut).unwrap();
        let mut response = post(&SmolTransport::default(), &gateway.base_url(), "{}").unwrap();
        assert_eq!(next(response.body_mut(), usize::MAX).unwrap(), b"data: one\n\n");
        gate.open();
        let (rest, end) = read(response);
        assert_eq!((rest.as_str(), end.unwrap_err().kind()), ("", Kind::Truncated));
    }
}

#[test]
fn an_early_answer_is_heard_while_a_large_request_is_still_being_sent() {
    let early = b"HTTP/1.1 413 Too Large\r\ncontent-length: 4\r\n\r\nbig!".to_vec();
    for end in [Step::Stall, Step::Close] {
        let early = early.clone();
        let script = Script::from(Answer::json(200, "{}"))
            .on_connect(move |_| Some(Answer::raw([Step::Send(early.clone()), end.clone()])));
        let gateway = Gateway::start(script).unwrap();
        let response = post(&SmolTransport::default(), &gateway.base_url(), vec![b' '; 64 << 20]).unwrap();
        assert_eq!(response.status(), 413);
        assert_eq!(read_ok(response), "big!");
        assert_eq!(gateway.requests().len(), 0);
    }
}

#[test]
fn nobody_there_is_a_connect_error_that_says_where() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let transport = SmolTransport::default();
    let error = post(&transport, &format!("http://127.0.0.1:{port}"), "{}").unwrap_err();
    assert_eq!(error.kind(), Kind::Connect);
    let text = explain(&error);
    assert!(text.starts_with(&format!("could not connect to 127.0.0.1:{port}: ")), "{text}");

    // `.invalid` never resolves (RFC 6761).
    let error = post(&transport, "http://gateway.invalid", "{}").unwrap_err();
    assert_eq!(error.kind(), Kind::Connect);
    assert!(error.to_string().contains("`gateway.invalid`"), "{error}");
}

#[test]
fn a_server_that_hangs_up_is_an_io_error() {
    let script = Script::from(Answer::json(200, "{}"));
    let gateway = Gateway::start(script.on_connect(|_| Some(Answer::raw([Step::Close])))).unwrap();
    let error = post(&SmolTransport::default(), &gateway.base_url(), "{}").unwrap_err();
    assert_eq!(error.kind(), Kind::Io);
    assert_eq!(gateway.connections(), 1, "a fresh connection's failure is not hidden by another try");
}

#[cfg(feature = "rustls")]
mod tls {
    use choreoai_smol::TransportBuilder;
    use choreoai_testkit::tls::{Authority, Flaw, Identity};

    use super::*;

    fn trusting(authority: &Authority) -> SmolTransport {
        TransportBuilder::new().ca_pem(authority.pem()).build().unwrap()
    }

    fn refusal(transport: &SmolTransport, identity: &Identity) -> String {
        let gateway = Gateway::start_tls(Answer::json(200, "{}"), identity).unwrap();
        let error = post(transport, &gateway.base_url(), "{}").unwrap_err();
        assert_eq!(error.kind(), Kind::Tls);
        assert_eq!(gateway.requests().len(), 0);
        explain(&error)
    }

    #[test]
    fn a_custom_ca_is_trusted_for_names_and_addresses() {
        let authority = Authority::new().unwrap();
        let answer = Answer::event_stream().event("one").done();
        let gateway = Gateway::start_tls(answer, &authority.identity(None).unwrap()).unwrap();
        let transport = trusting(&authority);
        let by_address = format!("https://127.0.0.1:{}", gateway.addr().port());
        for (base_url, connection) in [(gateway.base_url(), 0), (gateway.base_url(), 0), (by_address, 1)] {
            let large = vec![b' '; 300_000];
            let response = post(&transport, &base_url, large.clone()).unwrap();
            assert_eq!(read_ok(response), "data: one\n\ndata: [DONE]\n\n");
            let last = gateway.requests().pop().unwrap();
            assert_eq!((last.connection, last.body == large), (connection, true));
        }
    }

    #[test]
    fn certificates_that_are_not_trusted_are_refused_with_what_to_do() {
        let (authority, stranger) = (Authority::new().unwrap(), Authority::new().unwrap());
        let transport = trusting(&authority);

        let text = refusal(&transport, &stranger.identity(None).unwrap());
        assert!(text.contains("is not trusted") && text.contains("--ca-file"), "{text}");

        let text = refusal(&transport, &authority.identity(Some(Flaw::WrongName)).unwrap());
        assert!(text.contains("not valid for the name `localhost`") && text.contains("wrong.test"), "{text}");

        let text = refusal(&transport, &authority.identity(Some(Flaw::Expired)).unwrap());
        assert!(text.contains("has expired"), "{text}");

        // What the platform trusts, if anything, is not this.
        let text = refusal(&SmolTransport::default(), &authority.identity(None).unwrap());
        assert!(text.contains("--ca-file"), "{text}");
    }

    #[test]
    fn a_certificate_that_signed_itself_is_trusted_when_it_is_given() {
        let (identity, pem) = Identity::self_signed(None).unwrap();
        let transport = TransportBuilder::new().ca_pem(pem.as_str()).build().unwrap();
        let gateway = Gateway::start_tls(Answer::json(200, "{}"), &identity).unwrap();
        assert_eq!(read_ok(post(&transport, &gateway.base_url(), "{}").unwrap()), "{}");
    }

    #[test]
    fn a_certificate_that_signed_itself_must_be_the_one_given_and_be_in_order() {
        let (_, pem) = Identity::self_signed(None).unwrap();
        let (stranger, _) = Identity::self_signed(None).unwrap();
        let text = refusal(&TransportBuilder::new().ca_pem(pem.as_str()).build().unwrap(), &stranger);
        assert!(text.contains("is not trusted"), "{text}");

        for (flaw, expected) in [(Flaw::WrongName, "not valid for the name"), (Flaw::Expired, "has expired")]
        {
            let (identity, pem) = Identity::self_signed(Some(flaw)).unwrap();
            let text = refusal(&TransportBuilder::new().ca_pem(pem.as_str()).build().unwrap(), &identity);
            assert!(text.contains(expected), "{text}");
        }
    }

    /// Runs itself in a process that finds no roots.
    #[test]
    fn without_roots_http_works_and_https_says_what_is_missing() {
        const NAME: &str = "tls::without_roots_http_works_and_https_says_what_is_missing";
        const INNER: &str = "CHOREOAI_TEST_WITHOUT_ROOTS";
        if std::env::var_os(INNER).is_none() {
            let mut inner = std::process::Command::new(std::env::current_exe().unwrap());
            inner.args([NAME, "--exact"]).env(INNER, "1");
            let output = inner.env("SSL_CERT_FILE", "/dev/null").env_remove("SSL_CERT_DIR").output().unwrap();
            let report = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success() && report.contains("1 passed"), "{report}");
            return;
        }
        let transport = SmolTransport::default();
        let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
        assert_eq!(read_ok(post(&transport, &gateway.base_url(), "{}").unwrap()), "{}");
        let text = refusal(&transport, &Authority::new().unwrap().identity(None).unwrap());
        assert!(text.contains("no trusted root certificates") && text.contains("ca-certificates"), "{text}");
    }

    #[test]
    fn a_custom_ca_does_not_stand_in_the_way_of_http() {
        let transport = trusting(&Authority::new().unwrap());
        let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
        assert_eq!(read_ok(post(&transport, &gateway.base_url(), "{}").unwrap()), "{}");
    }

    #[test]
    fn a_server_without_tls_is_named_as_such() {
        let script = Script::from(Answer::json(200, "{}"));
        let hello =
            || Some(Answer::raw([Step::Send(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()), Step::Close]));
        let gateway = Gateway::start(script.on_connect(move |_| hello())).unwrap();
        let url = gateway.base_url().replace("http:", "https:");
        let error = post(&trusting(&Authority::new().unwrap()), &url, "{}").unwrap_err();
        assert_eq!(error.kind(), Kind::Tls);
        assert!(error.to_string().contains("does not speak TLS"), "{error}");
    }

    #[test]
    fn an_end_without_close_notify_is_a_cut() {
        let authority = Authority::new().unwrap();
        let identity = authority.identity(None).unwrap();
        let body = Answer::new(200).close_delimited().body("all of it?");
        for (answer, clean) in [(body.clone(), true), (body.half_close().stall(), false)] {
            let gateway = Gateway::start_tls(answer, &identity).unwrap();
            let (data, end) = read(post(&trusting(&authority), &gateway.base_url(), "{}").unwrap());
            assert_eq!(data, "all of it?");
            assert_eq!(end.map_err(|error| error.kind()), if clean { Ok(()) } else { Err(Kind::Truncated) });
        }
    }

    #[test]
    fn dropping_a_body_cancels_at_the_server_over_tls_too() {
        let authority = Authority::new().unwrap();
        let answer = Answer::event_stream().event("one").stall();
        let gateway = Gateway::start_tls(answer, &authority.identity(None).unwrap()).unwrap();
        let mut response = post(&trusting(&authority), &gateway.base_url(), "{}").unwrap();
        assert_eq!(next(response.body_mut(), 5).unwrap(), b"data:");
        drop(response);
        assert_eq!(gateway.wait_for_outcome(0), Outcome::PeerClosed);
    }

    #[test]
    fn what_is_no_certificate_is_refused_when_the_transport_is_built() {
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (pem, expected) in
            [("", "holds no certificate"), ("no PEM", "holds no certificate"), (broken, "malformed")]
        {
            let error = TransportBuilder::new().ca_pem(pem).build().unwrap_err();
            assert_eq!(error.kind(), Kind::Tls);
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
