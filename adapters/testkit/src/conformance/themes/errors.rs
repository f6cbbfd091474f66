//! Answers that are no success, in every shape of body.

use std::time::Duration;

use crate::Answer;
use crate::conformance::Ability::EarlyResponse;
use crate::conformance::behaviour::{Behaviour, Case, Settings};
use crate::conformance::bodies::{gzip, raw};
use crate::conformance::expect::Expect;
use crate::conformance::stage::KEY;
use crate::wire;

/// A 400 with this body.
fn body(name: &'static str, body: &'static str, expect: Expect) -> Behaviour {
    Behaviour::both(name, Answer::json(400, body), expect.body(body.len(), false).retryable(false))
}

fn bad_request() -> Expect {
    Expect::status(400)
}

/// What is said of a 400 that says nothing itself.
fn only_status() -> Expect {
    bad_request().message("the gateway answered 400 Bad Request")
}

pub(super) fn behaviours() -> Vec<Behaviour> {
    [shapes(), bodies(), ways_to_end(), statuses()].into_iter().flatten().collect()
}

fn shapes() -> Vec<Behaviour> {
    vec![
        body(
            "writes the documented error",
            r#"{"error": {"message": "No.", "type": "invalid_request_error", "code": "invalid_json", "param": "n"}}"#,
            bad_request().message("No.").code("invalid_json").error_type("invalid_request_error").param("n"),
        ),
        body(
            "writes an integer as the code",
            r#"{"error": {"message": "No.", "code": 20013}}"#,
            bad_request().message("No.").code("20013"),
        ),
        body("writes the error as text", r#"{"error": "No."}"#, bad_request().message("No.")),
        body(
            "writes the error's type beside it",
            r#"{"error": "No.", "error_type": "validation"}"#,
            bad_request().message("No.").error_type("validation"),
        ),
        body(
            "writes the error into an array",
            r#"[{"error": {"code": 400, "message": "No.", "status": "INVALID_ARGUMENT"}}]"#,
            bad_request().message("No.").code("400"),
        ),
        body(
            "writes an object that is an error",
            r#"{"object": "error", "message": "No.", "type": "BadRequestError", "code": 40303}"#,
            bad_request().message("No.").code("40303").error_type("BadRequestError"),
        ),
        body(
            "writes a code and a message",
            r#"{"code": 20013, "message": "No.", "data": null}"#,
            bad_request().message("No.").code("20013"),
        ),
        body("writes a detail", r#"{"detail": "No."}"#, bad_request().message("No.")),
        body("writes an empty detail", r#"{"detail": ""}"#, only_status()),
        body(
            "writes details of validation",
            r#"{"detail": [{"type": "missing", "loc": ["body", "model"], "msg": "Field required", "input": {}}]}"#,
            bad_request().message("Field required").param("body.model"),
        ),
        body("writes a message alone", r#"{"message": "No."}"#, bad_request().message("No.")),
        body("writes text", "upstream connect error", bad_request().message("upstream connect error")),
        body("writes nothing", "", only_status()),
        body("writes an empty object", "{}", only_status()),
        body(
            "writes the error as an event",
            "data: {\"error\": {\"message\": \"No.\"}}\n\n",
            bad_request().message("No."),
        ),
    ]
}

fn bodies() -> Vec<Behaviour> {
    let page = wire::proxy_page(400, "Bad Request");
    vec![
        Behaviour::both(
            "writes a page",
            Answer::new(400).header("content-type", "text/html").body(page.clone()),
            only_status().body(page.len(), false),
        ),
        Behaviour::both(
            "writes Latin-1",
            Answer::new(400).body(&b"{\"error\": {\"message\": \"Zugriff verweigert f\xfcr J\xf6rg\"}}"[..]),
            bad_request().says("Zugriff verweigert f"),
        ),
        Behaviour::both(
            "compresses the error",
            Answer::new(400).header("content-encoding", "gzip").body(gzip("{\"detail\": \"No.\"}")),
            bad_request().message("No.").body(17, false),
        ),
        Behaviour::both(
            "writes many lines",
            Answer::json(400, "{\"error\": {\"message\": \"one\\n two\\r\\n\\u001b[31mthree\"}}"),
            bad_request().says("one two").says("three"),
        ),
        Behaviour::both(
            "repeats the key in the error",
            Answer::json(401, format!("{{\"error\": {{\"message\": \"Incorrect API key: {KEY}\"}}}}"))
                .header("x-echo", KEY),
            Expect::status(401).says("Incorrect API key").says("check CHOREOAI_API_KEY"),
        ),
        Behaviour::both(
            "nests the error beyond all bounds",
            Answer::json(400, "[".repeat(1 << 16)),
            bad_request().body(1 << 16, false),
        ),
        Behaviour::both(
            "writes 64 KiB and a byte",
            Answer::new(400).body("x".repeat((64 << 10) + 1)),
            bad_request().body(64 << 10, true).closed(),
        ),
        Behaviour::both(
            "names itself in a header",
            Answer::json(400, "{}").header("x-request-id", "req-7"),
            only_status(),
        ),
    ]
}

fn ways_to_end() -> Vec<Behaviour> {
    let json = r#"{"error": {"message": "No.", "code": "invalid_json"}}"#;
    let cut = r#"{"error": {"message": "No.", "code": "inva"#;
    vec![
        Behaviour::both("sends the error in chunks", Answer::json(400, json).chunked(), {
            bad_request().message("No.").code("invalid_json")
        }),
        Behaviour::both(
            "ends the error with the connection",
            Answer::json(400, json).close_delimited(),
            bad_request().message("No.").code("invalid_json").closed(),
        ),
        Behaviour::both(
            "closes within the error",
            Answer::json(400, cut).header("content-length", "60").close(),
            bad_request().message("No.").body(cut.len(), true).closed(),
        ),
        Behaviour::both(
            "breaks the framing of the error",
            raw(format!(
                "HTTP/1.1 400 Bad Request\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{cut}\r\nxyz\r\n",
                cut.len()
            )),
            bad_request().message("No.").body(cut.len(), true).closed(),
        ),
        Behaviour::one("answers an error before it has read the request", || {
            // More than sockets hold: it is still being written when the answer comes.
            let settings = Settings { prompt: 12 << 20, ..Settings::default() };
            let expect = Expect::status(413).message("big!").requests(None).memory(256 << 20).closed();
            let answer = Answer::json(413, "big!").header("connection", "close");
            Case::new("create").settings(settings).early(answer).create(expect)
        })
        .needs(EarlyResponse),
        Behaviour::one("falls silent within the error", move || {
            let answer = Answer::json(400, cut).header("content-length", "60").stall();
            // Long enough for what comes before on a busy machine.
            let settings = Settings { total: Some(Duration::from_secs(2)), ..Settings::default() };
            let expect = bad_request().message("No.").body(cut.len(), true).closed();
            Case::new("create").settings(settings).answer(answer).create(expect)
        }),
    ]
}

fn statuses() -> Vec<Behaviour> {
    let status = |name, status: u16, expect: Expect| {
        Behaviour::both(name, Answer::json(status, "{}"), expect.retryable(false))
    };
    vec![
        status("answers 401", 401, Expect::status(401).says("check CHOREOAI_API_KEY")),
        status("answers 403", 403, Expect::status(403).says("may not use this model")),
        status("answers 404", 404, Expect::status(404).says("check the base URL and the model")),
        status("answers 405", 405, Expect::status(405).says("check the base URL")),
        status("answers 413", 413, Expect::status(413)),
        status("answers 422", 422, Expect::status(422)),
        status("answers a status that nobody knows", 799, Expect::status(799).says("799")),
        status("answers 300", 300, Expect::status(300)),
    ]
}
