//! TLS, by reqwest and by the connector over tokio's sockets.
#![cfg(feature = "rustls")]

mod support;

use std::process::Command;

use choreoai_testkit::tls::{Authority, Flaw, Identity};
use choreoai_testkit::{Answer, Gateway, Outcome, Script, Step};
use choreoai_tokio::{ReqwestTransport, TransportBuilder, TransportErrorKind as Kind};

use support::{explain, next, post, read, read_ok};

fn trusting(authority: &Authority) -> ReqwestTransport {
    TransportBuilder::new().ca_pem(authority.pem()).build().unwrap()
}

async fn refusal(transport: &ReqwestTransport, identity: &Identity) -> String {
    let gateway = Gateway::start_tls(Answer::json(200, "{}"), identity).unwrap();
    let error = post(transport, &gateway.base_url(), "{}").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Tls, "{error:?}");
    assert_eq!(gateway.requests().len(), 0);
    explain(&error)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_custom_ca_is_trusted_for_names_and_addresses() {
    let authority = Authority::new().unwrap();
    let answer = Answer::event_stream().event("one").done();
    let gateway = Gateway::start_tls(answer, &authority.identity(None).unwrap()).unwrap();
    let transport = trusting(&authority);
    let by_address = format!("https://127.0.0.1:{}", gateway.addr().port());
    for base_url in [gateway.base_url(), by_address] {
        let large = vec![b' '; 300_000];
        let response = post(&transport, &base_url, large.clone()).await.unwrap();
        assert_eq!(read_ok(response).await, "data: one\n\ndata: [DONE]\n\n");
        assert!(gateway.requests().pop().unwrap().body == large);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_that_are_not_trusted_are_refused_with_what_to_do() {
    let (authority, stranger) = (Authority::new().unwrap(), Authority::new().unwrap());
    let transport = trusting(&authority);

    let text = refusal(&transport, &stranger.identity(None).unwrap()).await;
    assert!(text.contains("is not trusted") && text.contains("--ca-file"), "{text}");

    let text = refusal(&transport, &authority.identity(Some(Flaw::WrongName)).unwrap()).await;
    assert!(text.contains("not valid for the name `localhost`") && text.contains("wrong.test"), "{text}");

    let text = refusal(&transport, &authority.identity(Some(Flaw::Expired)).unwrap()).await;
    assert!(text.contains("has expired"), "{text}");

    // What the platform trusts, if anything, is not this.
    let text = refusal(&ReqwestTransport::default(), &authority.identity(None).unwrap()).await;
    assert!(text.contains("--ca-file"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_signed_itself_is_trusted_when_it_is_given() {
    let (identity, pem) = Identity::self_signed(None).unwrap();
    let transport = TransportBuilder::new().ca_pem(pem.as_str()).build().unwrap();
    let gateway = Gateway::start_tls(Answer::json(200, "{}"), &identity).unwrap();
    assert_eq!(read_ok(post(&transport, &gateway.base_url(), "{}").await.unwrap()).await, "{}");
}

/// Runs itself in a process that finds no roots.
#[tokio::test(flavor = "multi_thread")]
async fn without_roots_http_works_and_https_says_what_is_missing() {
    const NAME: &str = "without_roots_http_works_and_https_says_what_is_missing";
    const INNER: &str = "CHOREOAI_TEST_WITHOUT_ROOTS";
    if std::env::var_os(INNER).is_none() {
        let mut inner = Command::new(std::env::current_exe().unwrap());
        inner.args([NAME, "--exact"]).env(INNER, "1");
        let output = inner.env("SSL_CERT_FILE", "/dev/null").env_remove("SSL_CERT_DIR").output().unwrap();
        let report = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && report.contains("1 passed"), "{report}");
        return;
    }
    let transport = ReqwestTransport::default();
    let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
    assert_eq!(read_ok(post(&transport, &gateway.base_url(), "{}").await.unwrap()).await, "{}");
    let text = refusal(&transport, &Authority::new().unwrap().identity(None).unwrap()).await;
    assert!(text.contains("no trusted root certificates") && text.contains("ca-certificates"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_process_wide_provider_is_neither_needed_nor_set() {
    let authority = Authority::new().unwrap();
    let gateway = Gateway::start_tls(Answer::json(200, "{}"), &authority.identity(None).unwrap()).unwrap();
    let response = post(&trusting(&authority), &gateway.base_url(), "{}").await.unwrap();
    assert_eq!(read_ok(response).await, "{}");
    assert!(tokio_rustls::rustls::crypto::CryptoProvider::get_default().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_named_as_such() {
    let script = Script::from(Answer::json(200, "{}"));
    let hello = || Some(Answer::raw([Step::Send(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()), Step::Close]));
    let gateway = Gateway::start(script.on_connect(move |_| hello())).unwrap();
    let url = gateway.base_url().replace("http:", "https:");
    let error = post(&trusting(&Authority::new().unwrap()), &url, "{}").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Tls);
    assert!(error.to_string().contains("does not speak TLS"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lost_in_the_handshake_may_be_tried_again() {
    let script = Script::from(Answer::json(200, "{}")).on_connect(|_| Some(Answer::raw([Step::Close])));
    let gateway = Gateway::start(script).unwrap();
    let url = gateway.base_url().replace("http:", "https:");
    let error = post(&trusting(&Authority::new().unwrap()), &url, "{}").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Connect, "{error:?}");
    assert!(error.to_string().starts_with("could not connect to 127.0.0.1:"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_without_close_notify_is_a_cut() {
    let authority = Authority::new().unwrap();
    let identity = authority.identity(None).unwrap();
    let body = Answer::new(200).close_delimited().body("all of it?");
    for (answer, clean) in [(body.clone(), true), (body.half_close().stall(), false)] {
        let gateway = Gateway::start_tls(answer, &identity).unwrap();
        let (data, end) = read(post(&trusting(&authority), &gateway.base_url(), "{}").await.unwrap()).await;
        assert_eq!(data, "all of it?");
        assert_eq!(end.map_err(|error| error.kind()), if clean { Ok(()) } else { Err(Kind::Truncated) });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_a_body_cancels_at_the_server_over_tls_too() {
    let authority = Authority::new().unwrap();
    let answer = Answer::event_stream().event("one").stall();
    let gateway = Gateway::start_tls(answer, &authority.identity(None).unwrap()).unwrap();
    let mut response = post(&trusting(&authority), &gateway.base_url(), "{}").await.unwrap();
    assert_eq!(next(response.body_mut(), 5).await.unwrap(), b"data:");
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

/// The example of the crate page.
mod over_sockets {
    use choreoai_tokio::http1::{Http1, Proxied, Proxies};
    use choreoai_tokio::{Tls, Transport};
    use http::Request;

    use super::support::PATIENCE;
    use super::*;

    include!("support/connector.rs");

    #[tokio::test(flavor = "multi_thread")]
    async fn a_connection_serves_the_very_next_request() {
        let authority = Authority::new().unwrap();
        let answer = Answer::event_stream().event("one").done();
        let gateway = Gateway::start_tls(answer, &authority.identity(None).unwrap()).unwrap();
        let connector = Proxied::new(TokioConnector, Proxies::none());
        let connector = Tls::with_ca_pem(connector, authority.pem().as_bytes()).unwrap();
        let transport = Http1::new(connector, TokioTimer::default());
        for _ in 0..3 {
            let request = Request::post(gateway.base_url()).body("{}".into()).unwrap();
            let response = transport.send(request, PATIENCE).await.unwrap();
            assert_eq!(read_ok(response).await, "data: one\n\ndata: [DONE]\n\n");
        }
        assert_eq!(gateway.connections(), 1);
    }
}
