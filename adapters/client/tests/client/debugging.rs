//! What a failed `main`, or a failed test, shows of an error.

use choreoai::{ClientBuilder, Error, TransportErrorKind};

use crate::support::*;

type Configure = fn(ClientBuilder<Script, Clock>) -> ClientBuilder<Script, Clock>;

fn failure(replies: Vec<Reply>, configure: Configure) -> Error {
    let script = Script::new(replies);
    match configure(script.builder()).build() {
        Ok(client) => stream(&script, &client).1.unwrap(),
        Err(error) => error,
    }
}

#[test]
fn what_happened_and_what_to_do_come_first_and_what_is_not_known_is_left_out() {
    let not_found = r#"{"message": "No \"x\".\n", "type": "t", "code": "model_not_found", "param": "model"}"#;
    let not_found = format!("{{\"error\": {not_found}}}");
    let too_many = "data: {\"error\": {\"message\": \"Slow down.\", \"code\": 429}}\n\n";
    let cases: [(Vec<Reply>, Configure, &[&str]); 6] = [
        (
            vec![],
            |builder| builder.default_header("Host", "x"),
            &[
                r#"message: "the header \"Host\" cannot be sent: the client writes it itself""#,
                "kind: InvalidRequest",
                "class: InvalidRequest",
            ],
        ),
        (
            vec![Reply::status(404).header("x-request-id", "req-5").data(not_found)],
            |builder| builder,
            &[
                r#"message: "No \"x\".\n""#,
                r#"hint: "check the base URL and the model""#,
                "kind: Http",
                "class: NotFound",
                "status: 404 Not Found",
                r#"code: "model_not_found""#,
                r#"error_type: "t""#,
                r#"param: "model""#,
                r#"request_id: "req-5""#,
                "attempts: 1",
            ],
        ),
        (
            vec![Reply::status(503), Reply::status(503).header("retry-after", "7")],
            |builder| builder.max_retries(1),
            &[
                r#"message: "the gateway answered 503 Service Unavailable""#,
                "kind: Http",
                "class: Server",
                "status: 503 Service Unavailable",
                "attempts: 2",
                "retry_after: 7s",
            ],
        ),
        (
            vec![Reply::body(too_many)],
            |builder| builder.max_retries(0),
            &[
                r#"message: "Slow down.""#,
                r#"hint: "send fewer requests at a time, or wait longer between them""#,
                "kind: Server",
                "class: RateLimit",
                "status: 200 OK",
                r#"code: "429""#,
                "attempts: 1",
            ],
        ),
        (
            vec![Reply::fail(TransportErrorKind::Connect)],
            |builder| builder.max_retries(0),
            &[
                r#"message: "scripted failure""#,
                r#"hint: "check the base URL, the network and any proxy""#,
                "kind: Connect",
                "class: Connection",
                "attempts: 1",
                r#"source: TransportError { context: "scripted failure", kind: Connect }"#,
            ],
        ),
        (
            vec![Reply::body(content("Hello")).step(Step::Fail(TransportErrorKind::Io))],
            |builder| builder,
            &[
                r#"message: "scripted failure: scripted cause""#,
                "kind: Truncated",
                "class: Truncated",
                "status: 200 OK",
                "attempts: 1",
                r#"source: TransportError { context: "scripted failure", kind: Io"#,
                r#"source: Custom { kind: Other, error: "scripted cause" } }"#,
            ],
        ),
    ];
    for (replies, configure, shown) in cases {
        let error = failure(replies, configure);
        assert_eq!(format!("{error:?}"), format!("choreoai::Error {{ {}, .. }}", shown.join(", ")));
    }
}
