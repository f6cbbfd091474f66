//! `GET /health`.

use choreoai::{Error, ErrorKind, Health, TransportErrorKind};

use crate::support::*;

fn health(reply: Reply) -> Result<Health, Error> {
    let script = Script::new([reply]);
    let client = script.builder().base_url("http://localhost:8000/team/v1").build().unwrap();
    let health = script.run(client.health());
    let played = script.played();
    let [request] = &*played.requests else { panic!("{} requests", played.requests.len()) };
    assert_eq!((request.method().as_str(), request.uri().path()), ("GET", "/team/health"));
    health
}

#[test]
fn what_a_gateway_says_of_itself() {
    for (body, status) in [
        (r#"{"status": "healthy"}"#, Some("healthy")),
        (r#"{"status": "ok", "message": "all is well", "error": null}"#, Some("ok")),
        (r#"{"status": 1}"#, None),
        (r#"{"version": "2"}"#, None),
        ("[]", None),
        ("OK", None),
        ("", None),
    ] {
        let health = health(Reply::body(body)).unwrap();
        assert_eq!((health.status(), &**health.body()), (status, body.as_bytes()));
        assert_eq!(health.response().status(), 200);
    }
}

#[test]
fn nothing_is_retried() {
    let error =
        health(Reply::status(503).header("retry-after", "1").data(r#"{"status": "draining"}"#)).unwrap_err();
    assert_eq!((error.kind(), error.attempts(), error.is_retryable()), (ErrorKind::Http, 1, true));
    assert_eq!(&**error.body(), br#"{"status": "draining"}"#);
    let error = health(Reply::fail(TransportErrorKind::Connect)).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect, 1));
    assert_eq!(health(Reply::hang()).unwrap_err().kind(), ErrorKind::TimeoutFirstEvent);
}

#[test]
fn a_page_is_no_gateway() {
    let error = health(Reply::body("<html>Welcome</html>")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert_eq!(
        error.to_string(),
        "the answer is not what was asked for: it is a page; check the base URL; it begins: <html>Welcome</html>"
    );
    assert_eq!(health(Reply::body("x".repeat((64 << 10) + 1))).unwrap_err().kind(), ErrorKind::Limit);
}
