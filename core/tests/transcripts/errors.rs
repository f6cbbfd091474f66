//! Errors that servers report, in streams and as bodies.

use crate::harness::{Transcript, Wants, check, check_with};
use choreoai_core::ErrorKind;
use choreoai_core::chat::Verdict;

const SERVER: Result<Verdict, ErrorKind> = Err(ErrorKind::Server);

#[test]
fn in_streams() {
    check(&[
        Transcript {
            name: "an event of the type error",
            body: b"event: error\ndata: {\"code\":400,\"details\":\"bad word\"}\n\n",
            events: "
                error code: 400
                error message: bad word
                error ends
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "an event of the type error, with the usual report inside",
            body: b"event:error\r\ndata: {\"error\": {\"message\": \"m\", \"code\": \"c\", \"param\": \"p\"}}\r\n\r\ndata: [DONE]\r\n\r\n",
            events: "
                error message: m
                error code: c
                error param: p
                error ends
                chunk ends
                done",
            verdict: SERVER,
        },
        Transcript {
            name: "an event of the type error, in plain text",
            body: "event: error\ndata: zu spät\ndata: und kaputt\n\n".as_bytes(),
            events: "
                error message: zu sp\u{e4}t\\nund kaputt
                error ends
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "an event of the type error, in text cut within characters",
            body: b"event: error\ndata: \xc3\ndata: \xe4\xb8\n\ndata: {\"id\":\"a\"}\n\n",
            events: "
                error message: \u{fffd}\\n\u{fffd}
                error ends
                chunk ends
                id: a
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "an event of the type error, in text, cut in the line behind it",
            body: b"event: error\ndata: overloaded\nda",
            events: "
                error message: overloaded
                error ends
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "a field of the name error, without a value, cut in the line behind it",
            body: b"error\ndata\nr",
            events: "error ends",
            verdict: SERVER,
        },
        Transcript {
            name: "an event of the type error, as a string, unterminated",
            body: b"event: error\ndata: \"boom\"",
            events: "
                error message: boom
                error ends
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "an event of the type error, with blank data",
            body: b"event: error\ndata:\n\n",
            events: "error ends",
            verdict: SERVER,
        },
        Transcript {
            name: "an event of the type error, said afterwards",
            body: b"data: {\"x\":1}\nevent: error\n\n",
            events: "
                chunk ends
                error ends",
            verdict: SERVER,
        },
        Transcript {
            name: "events of the type error, in JSON that says nothing",
            body: b"event: error\ndata: [1]\n\nevent: error\ndata: {}\n\n",
            events: "
                chunk ends
                error ends
                chunk ends
                error ends",
            verdict: SERVER,
        },
        Transcript {
            name: "an event of the type error, with blank data, after another report",
            body: b"data: {\"error\":\"x\"}\n\nevent: error\ndata:\n\n",
            events: "
                error message: x
                error ends
                chunk ends
                error ends",
            verdict: SERVER,
        },
        Transcript {
            name: "an event of the type error, in JSON that is none",
            body: b"event: error\ndata: {oops}\n\n",
            events: "",
            verdict: SERVER,
        },
        Transcript {
            name: "an event of the type error, in JSON that ends too early",
            body: b"event: error\ndata: {\n\n",
            events: "",
            verdict: SERVER,
        },
        Transcript {
            name: "an event of the type error, cut",
            body: b"event: error\ndata: [",
            events: "",
            verdict: SERVER,
        },
        Transcript {
            name: "the type error, announced and cut",
            body: b"data: {\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"}]}\n\nevent: error\n",
            events: "
                choice
                finish: stop
                choice 0 ends
                chunk ends",
            verdict: Err(ErrorKind::Truncated),
        },
        Transcript {
            name: "plain text that ends within a scalar",
            body: b"event: error\ndata: caf\xe9\n\n",
            events: "
                error message: caf\u{fffd}
                error ends
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "event types that only look like it",
            body: b"event: errors\ndata: {\"x\":1}\n\nevent: error\nevent: e\ndata: {\"x\":1}\n\nevent: error\n\ndata: {\"x\":1}\n\ndata: [DONE]\n\n",
            events: "
                chunk ends
                chunk ends
                chunk ends
                done",
            verdict: Ok(Verdict::Done),
        },
        Transcript {
            name: "a field of the name error",
            body: b"error: {\"code\":500,\"message\":\"slot\",\"type\":\"server_error\"}\n\n",
            events: "
                error code: 500
                error message: slot
                error type: server_error
                error ends
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "a field of the name error, with nothing in it",
            body: b"error: {}\n\n",
            events: "
                chunk ends
                error ends",
            verdict: SERVER,
        },
        Transcript {
            name: "a field of the name error, after data",
            body: b"data: {\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"}]}\nerror: {\"message\":\"no\"}\n\n",
            events: "
                choice
                finish: stop
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "a report at the top of a chunk",
            body: b"data: {\"object\":\"error\",\"message\":\"m\",\"code\":40303}\n\n",
            events: "
                error message: m
                error code: 40303
                error ends
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "an error that is a string",
            body: b"data: {\"error\":\"overloaded\"}\n\n",
            events: "
                error message: overloaded
                error ends
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "an error that is a string, beside a message: one report",
            body: b"data: {\"message\":\"Cannot POST\",\"error\":\"Not Found\"}\n\n",
            events: "
                error message: Cannot POST
                error message: Not Found
                error ends
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "a report behind an answer, in one array",
            body: b"[{\"choices\":[{\"finish_reason\":\"stop\"}]},{\"detail\":\"m\"}]",
            events: "
                choice
                finish: stop
                choice 0 ends
                error message: m
                error ends
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "an error in a choice",
            body: b"data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"error\",\"error\":{\"code\":502,\"message\":\"m\"}}]}\n\n",
            events: "
                choice
                finish: error
                error code: 502
                error message: m
                error ends
                choice 0 ends
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "errors that are none",
            body: b"data: {\"error\":null,\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n\ndata: {\"error\":\"\"}\n\ndata: {\"error\":{}}\n\ndata: {\"error\":false}\n\n",
            events: "
                choice
                content x
                finish: stop
                choice 0 ends
                chunk ends
                error message:
                chunk ends
                chunk ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "cut inside a report",
            body: b"data: {\"error\":{\"message\":\"upstr",
            events: "error message: upstr...",
            verdict: SERVER,
        },
        Transcript {
            name: "the answer goes on behind an error",
            body: b"data: {\"error\":{\"message\":\"m\"}}\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
            events: "
                error message: m
                error ends
                chunk ends
                choice
                content x
                finish: stop
                choice 0 ends
                chunk ends
                done",
            verdict: SERVER,
        },
        Transcript {
            name: "a report instead of a stream",
            body: b"{\"error\":{\"message\":\"m\",\"type\":\"t\",\"param\":null,\"code\":null}}",
            events: "
                error message: m
                error type: t
                error ends
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "a report in an array instead of a stream",
            body: b"[{\n\"error\": {\"code\": 429, \"message\": \"m\", \"status\": \"RESOURCE_EXHAUSTED\", \"details\": [{\"msg\": \"no\"}]}\n}\n]",
            events: "
                error code: 429
                error message: m
                error ends
                chunk ends",
            verdict: SERVER,
        },
    ]);
}

#[test]
fn as_bodies() {
    let bodies: &[(&str, &[u8], &str)] = &[
        (
            "documented",
            br#"{"error": {"message": "No key", "type": "authentication_error", "code": "invalid_api_key", "param": null}}"#,
            "error message: No key
             error type: authentication_error
             error code: invalid_api_key",
        ),
        ("an integer code", br#"{"error":{"message":"m","code":-17}}"#, "error message: m\nerror code: -17"),
        ("a string", br#"{"error":"text"}"#, "error message: text"),
        (
            "a string and a type",
            br#"{"error":"x","error_type":"y"}"#,
            "error message: x\nerror type: y",
        ),
        ("in an array", br#"[{"error":{"message":"m"}}]"#, "error message: m"),
        (
            "an object that is an error",
            br#"{"object":"error","message":"m","code":1}"#,
            "error message: m\nerror code: 1",
        ),
        (
            "code, message, data",
            br#"{"code":20013,"message":"x","data":null}"#,
            "error code: 20013\nerror message: x",
        ),
        ("a detail", br#"{"detail":"Not found"}"#, "error message: Not found"),
        ("an empty detail", br#"{"detail":""}"#, "error message:"),
        (
            "details",
            br#"{"detail": [{"type": "missing", "loc": ["body", "model"], "msg": "Field required", "input": {}}, {"type": "x", "loc": ["body", "messages", 0], "msg": "Bad"}]}"#,
            "error param: body.model
             error message: Field required; Bad",
        ),
        ("a list of texts", br#"{"detail":["a","b"]}"#, "error message: a; b"),
        ("a message", br#"{"message":"x"}"#, "error message: x"),
        ("a message that is an object", br#"{"error":{"message":{"a":[1]}}}"#, r#"error message: {"a":[1]}"#),
        ("HTML", b"<html>\r\n<b>502</b>", "error message: <html>\\r\\n<b>502</b>"),
        ("plain text", "Zeit überschritten".as_bytes(), "error message: Zeit \u{fc}berschritten"),
        ("Latin-1 that ends within a scalar", b"caf\xe9", "error message: caf\u{fffd}"),
        ("text that starts like a byte order mark", "（x".as_bytes(), "error message: （x"),
        ("Latin-1", b"Zeit \xfcberschritten", "error message: Zeit \u{fffd}berschritten"),
        ("text cut within a character", b"Zeit \xe2\x82", "error message: Zeit \u{fffd}"),
        ("nothing but a part of a character", b"\xf0\x9f", "error message: \u{fffd}"),
    ];
    for (name, body, events) in bodies {
        let events = format!("{events}\nerror ends\n{}", "chunk ends");
        check_with(
            Wants { error_body: true, ..Wants::default() },
            &[Transcript { name, body, events: Box::leak(events.into_boxed_str()), verdict: SERVER }],
        );
    }
    check_with(
        Wants { error_body: true, ..Wants::default() },
        &[
            Transcript { name: "empty", body: b"", events: "", verdict: Err(ErrorKind::Truncated) },
            Transcript {
                name: "gzip",
                body: b"\x1f\x8b\x08\x00\x00",
                events: "",
                verdict: Err(ErrorKind::CompressedBody),
            },
        ],
    );
}
