//! `https` by both ways.

#![cfg(feature = "rustls")]

mod support;

use choreoai_async_std::{AsyncStdTransport, TransportBuilder, TransportErrorKind as Kind};
use choreoai_testkit::tls::{Authority, Flaw, Identity};
use choreoai_testkit::{Answer, Gateway, Outcome, Script, Step};
use support::{both_ways, explain, next, post, read, read_ok};

fn trusting(authority: &Authority) -> [AsyncStdTransport; 2] {
    let builder = || TransportBuilder::new().ca_pem(authority.pem());
    [builder().build().unwrap(), builder().build_direct().unwrap()]
}

fn refusal(transport: &AsyncStdTransport, identity: &Identity) -> String {
    let gateway = Gateway::start_tls(Answer::json(200, "{}"), identity).unwrap();
    let error = post(transport, &gateway.base_url(), "{}").unwrap_err();
    assert_eq!(error.kind(), Kind::Tls);
    assert_eq!(gateway.requests().len(), 0);
    explain(&error)
}

#[test]
fn a_custom_ca_is_trusted_and_names_do_not_share_connections() {
    let authority = Authority::new().unwrap();
    for transport in trusting(&authority) {
        let answer = Answer::event_stream().event("one").done();
        let gateway = Gateway::start_tls(answer, &authority.identity(None).unwrap()).unwrap();
        // The same server by its address: the certificate is looked at again.
        let by_address = format!("https://127.0.0.1:{}", gateway.addr().port());
        for (base_url, connection) in [(gateway.base_url(), 0), (gateway.base_url(), 0), (by_address, 1)] {
            let large = vec![b' '; 300_000];
            let response = post(&transport, &base_url, large.clone()).unwrap();
            assert_eq!(read_ok(response), "data: one\n\ndata: [DONE]\n\n");
            let last = gateway.requests().pop().unwrap();
            assert_eq!((last.connection, last.body == large), (connection, true));
        }
    }
}

#[test]
fn certificates_that_are_not_trusted_are_refused_with_what_to_do() {
    let (authority, stranger) = (Authority::new().unwrap(), Authority::new().unwrap());
    for transport in trusting(&authority) {
        let text = refusal(&transport, &stranger.identity(None).unwrap());
        assert!(text.contains("is not trusted") && text.contains("--ca-file"), "{text}");

        let text = refusal(&transport, &authority.identity(Some(Flaw::WrongName)).unwrap());
        assert!(text.contains("not valid for the name `localhost`") && text.contains("wrong.test"), "{text}");
    }
    // What the platform trusts, if anything, is not this.
    for transport in both_ways() {
        let text = refusal(&transport, &authority.identity(None).unwrap());
        assert!(text.contains("--ca-file"), "{text}");
    }
}

#[test]
fn a_custom_ca_does_not_stand_in_the_way_of_http() {
    for transport in trusting(&Authority::new().unwrap()) {
        let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
        assert_eq!(read_ok(post(&transport, &gateway.base_url(), "{}").unwrap()), "{}");
    }
}

#[test]
fn a_server_without_tls_is_named_as_such() {
    let hello = || Some(Answer::raw([Step::Send(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()), Step::Close]));
    let gateway = Gateway::start(Script::from(Answer::json(200, "{}")).on_connect(move |_| hello())).unwrap();
    let url = gateway.base_url().replace("http:", "https:");
    for transport in trusting(&Authority::new().unwrap()) {
        let error = post(&transport, &url, "{}").unwrap_err();
        assert_eq!(error.kind(), Kind::Tls);
        assert!(error.to_string().contains("does not speak TLS"), "{error}");
    }
}

#[test]
fn an_end_without_close_notify_is_a_cut() {
    let authority = Authority::new().unwrap();
    let identity = authority.identity(None).unwrap();
    let body = Answer::new(200).close_delimited().body("all of it?");
    for (answer, clean) in [(body.clone(), true), (body.half_close().stall(), false)] {
        for transport in trusting(&authority) {
            let gateway = Gateway::start_tls(answer.clone(), &identity).unwrap();
            let (data, end) = read(post(&transport, &gateway.base_url(), "{}").unwrap());
            assert_eq!(data, "all of it?");
            assert_eq!(end.map_err(|error| error.kind()), if clean { Ok(()) } else { Err(Kind::Truncated) });
        }
    }
}

#[test]
fn dropping_a_body_cancels_at_the_server_over_tls_too() {
    let authority = Authority::new().unwrap();
    for transport in trusting(&authority) {
        let answer = Answer::event_stream().event("one").stall();
        let gateway = Gateway::start_tls(answer, &authority.identity(None).unwrap()).unwrap();
        let mut response = post(&transport, &gateway.base_url(), "{}").unwrap();
        assert_eq!(next(response.body_mut(), 5).unwrap(), b"data:");
        drop(response);
        assert_eq!(gateway.wait_for_outcome(0), Outcome::PeerClosed);
    }
}

#[test]
fn what_is_no_certificate_is_refused_when_the_transport_is_built() {
    for builder in [TransportBuilder::new().ca_pem(""), TransportBuilder::new().ca_pem("no PEM")] {
        for error in [builder.clone().build().unwrap_err(), builder.build_direct().unwrap_err()] {
            assert_eq!(error.kind(), Kind::Tls);
            assert!(error.to_string().contains("holds no certificate"), "{error}");
        }
    }
}
