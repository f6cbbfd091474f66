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
            name: "a choice that says in a word what went wrong, and goes on",
            body: b"data: {\"choices\":[{\"error\":\"overloaded\",\"delta\":{\"content\":\"Hi\"}}]}\n\n",
            events: "
                choice
                error message: overloaded
                error ends
                content Hi
                choice 0 ends
                chunk ends",
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
            body: b"event: error\ndata: []\n\nevent: error\ndata: {}\n\n",
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
            body: b"event: error\ndata: {\"oops\"}\n\n",
            events: "",
            verdict: SERVER,
        },
        Transcript {
            name: "an event of the type error, in bracketed text",
            body: b"event: error\ndata: [503] busy\n\nevent: error\ndata: {oops}\n\nevent: error\ndata: [ \t\ndata:error ] later\n\n",
            events: "
                error message: [503] busy
                error ends
                chunk ends
                error message: {oops}
                error ends
                chunk ends
                error message: [ error ] later
                error ends
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "an event of the type error, in text that begins like the sentinel",
            body: b"event: error\ndata: [DOWN] try later\n\nevent: error\ndata: [DO\ndata: NE]\n\ndata: [DONE]\n\n",
            events: "
                error message: [DOWN] try later
                error ends
                chunk ends
                error message: [DO\\nNE]
                error ends
                chunk ends
                done",
            verdict: SERVER,
        },
        Transcript {
            name: "an event of the type error, in an array",
            body: b"event: error\ndata: [ {\"message\":\"m\"}]\n\n",
            events: "
                error message: m
                error ends
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "an event of the type error, in text that looks like a comment",
            body: b"event: error\ndata: : gone\n\n",
            events: "
                error message: : gone
                error ends
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "Groq: why a stream was stopped early",
            body: b"data: {\"choices\":[],\"x_groq\":{\"id\":\"r\",\"error\":\"over capacity\"}}\n\ndata: {\"choices\":[],\"x_groq\":{\"error\":{\"message\":\"m\",\"code\":503}}}\n\ndata: [DONE]\n\n",
            events: "
                error message: over capacity
                error ends
                chunk ends
                error message: m
                error code: 503
                error ends
                chunk ends
                done",
            verdict: SERVER,
        },
        Transcript {
            name: "Groq: no error",
            body: b"data: {\"choices\":[{\"finish_reason\":\"stop\"}],\"x_groq\":{\"id\":\"r\",\"error\":null}}\n\n",
            events: "
                choice
                finish: stop
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
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
            name: "an error that is a string, and its type",
            body: b"data: {\"error\":\"x\",\"error_type\":\"y\"}\n\n",
            events: "
                error message: x
                error type: y
                error ends
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "a flat report of every member",
            body: b"{\"object\":\"error\",\"message\":\"m\",\"type\":\"BadRequestError\",\"param\":\"n\",\"code\":400}",
            events: "
                error message: m
                error type: BadRequestError
                error param: n
                error code: 400
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
            name: "errors of other types that are none",
            body: b"data: {\"error\":false,\"choices\":[{\"index\":0,\"error\":false,\"finish_reason\":\"stop\"}]}\n\ndata: {\"error\":[]}\n\ndata: {\"error\":[null,false,{}]}\n\ndata: {\"error\":0}\n\ndata: {\"error\":0.0}\n\n",
            events: "
                choice
                finish: stop
                choice 0 ends
                chunk ends
                chunk ends
                chunk ends
                chunk ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "an error that is true, behind a finished choice",
            body: b"data: {\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"}]}\n\ndata: {\"error\":true,\"message\":\"boom\"}\n\ndata: [DONE]\n\n",
            events: "
                choice
                finish: stop
                choice 0 ends
                chunk ends
                error message: boom
                error ends
                chunk ends
                done",
            verdict: SERVER,
        },
        Transcript {
            name: "an error that is true, beside choices",
            body: b"data: {\"error\":true,\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"}]}\n\n",
            events: "
                choice
                finish: stop
                choice 0 ends
                error ends
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "errors that are numbers",
            body: b"data: {\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"}]}\n\ndata: {\"error\":1}\n\ndata: {\"error\":-0.5e3}\n\n",
            events: "
                choice
                finish: stop
                choice 0 ends
                chunk ends
                error ends
                chunk ends
                error ends
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "an error that is true, in a choice and at Groq",
            body: b"data: {\"choices\":[{\"index\":0,\"error\":true,\"finish_reason\":\"stop\"}]}\n\ndata: {\"choices\":[],\"x_groq\":{\"error\":true}}\n\n",
            events: "
                choice
                finish: stop
                choice 0 ends
                error ends
                chunk ends
                error ends
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "an error that is an array of texts",
            body: b"data: {\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"}]}\n\ndata: {\"error\":[\"boom\"]}\n\ndata: {\"error\":[\"a\",\"b\"],\"code\":\"c\"}\n\n",
            events: "
                choice
                finish: stop
                choice 0 ends
                chunk ends
                error message: boom
                error ends
                chunk ends
                error message: a; b
                error code: c
                error ends
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "an error that is an array of objects and others",
            body: b"data: {\"error\":[{\"message\":\"a\",\"detail\":0},\"b\"]}\n\ndata: {\"error\":[{\"x\":1}]}\n\ndata: {\"error\":[[]]}\n\ndata: {\"error\":[7]}\n\n",
            events: "
                error message: a; b
                error ends
                chunk ends
                error ends
                chunk ends
                error ends
                chunk ends
                error ends
                chunk ends",
            verdict: SERVER,
        },
        Transcript {
            name: "cut inside an error that is an array",
            body: b"data: {\"error\":[\"bo",
            events: "error message: bo...",
            verdict: SERVER,
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
        ("an array", br#"{"error":["a",{"message":"b"}]}"#, "error message: a; b"),
        ("true, and a message", br#"{"error":true,"message":"boom"}"#, "error message: boom"),
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
        (
            "text that is hardly any",
            b"a\xff\xfe\xe4\xb8z\xc0\x80 gr\xc3\xbc\xc3\x9fe\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xffb",
            "error message: a\u{fffd}\u{fffd}\u{fffd}z\u{fffd}\u{fffd} gr\u{fc}\u{df}e\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}b",
        ),
        ("a number in brackets, and text", b"[503] busy", "error message: [503] busy"),
        ("a word in brackets, and text", b"\n[error] upstream", "error message: [error] upstream"),
        ("a literal in brackets, and text", b"[timeout]\n", "error message: [timeout]\\n"),
        ("text in braces", b"{oops}", "error message: {oops}"),
        ("white space in brackets", b"[ \r\n\t 503 ]  busy", "error message: [ 503 ]  busy"),
        ("white space in braces", b"{\n  oops\n}", "error message: { oops\\n}"),
        ("two brackets, and text", b"[[error]] busy", "error message: [[error]] busy"),
        ("an array of texts", b"[\"a\"]", "error message: a"),
        ("a report in an array, on lines of its own", b"[\n  {\n  \"message\": \"m\"\n}\n]", "error message: m"),
        ("text that begins like the name of a field", b"dat", "error message: dat"),
        ("text that begins like the name of another", b"even so: no", "error message: even so: no"),
        ("text that begins with an indented name of a field", b" data: x", "error message: data: x"),
        ("text that begins with another name", b"error: no such model", "error message: error: no such model"),
        ("a stream of one event", b"\r\ndata: {\"error\":{\"message\":\"m\"}}\n\n", "error message: m"),
        (
            "a stream of one event of the type error, unterminated",
            b"event: error\ndata: {\"code\":400,\"details\":\"x\"}",
            "error code: 400\nerror message: x",
        ),
        ("a stream of a flat report", b"data:{\"message\":\"m\",\"type\":\"t\"}\r\r", "error message: m\nerror type: t"),
        ("a stream of text", b"data: 404 not found\n\n", "error message: 404 not found"),
        ("a stream of bracketed text", b"data: [503] busy\n\n", "error message: [503] busy"),
        ("a stream with nothing else in it", b"event: x\ndata: : keep-alive\n\ndata:\n\ndata: gone\n\n", "error message: gone"),
    ];
    for (name, body, events) in bodies {
        let events = format!("{events}\nerror ends\n{}", "chunk ends");
        check_with(
            Wants { error_body: true, ..Wants::default() },
            &[Transcript { name, body, events: &events, verdict: SERVER }],
        );
    }
    check_with(
        Wants { error_body: true, ..Wants::default() },
        &[
            Transcript { name: "empty", body: b"", events: "", verdict: Err(ErrorKind::Truncated) },
            Transcript { name: "a bracket", body: b"[ ", events: "", verdict: Err(ErrorKind::Truncated) },
            Transcript { name: "a brace", body: b"{", events: "", verdict: Err(ErrorKind::Truncated) },
            Transcript {
                name: "an empty array",
                body: b"[ ]",
                events: "chunk ends",
                verdict: Err(ErrorKind::NotCompletion),
            },
            Transcript {
                name: "an empty object",
                body: b"{ }",
                events: "chunk ends",
                verdict: Err(ErrorKind::NotCompletion),
            },
            Transcript {
                name: "JSON that is malformed after all",
                body: b"{\"error\": oops}",
                events: "",
                verdict: SERVER,
            },
            Transcript {
                name: "a stream that says nothing but that it is over",
                body: b"data: [DONE]\n\n",
                events: "done",
                verdict: Err(ErrorKind::Truncated),
            },
            Transcript {
                name: "a stream of reports: what follows the end is ignored",
                body: b"data: {\"error\":\"a\"}\n\ndata: [DONE]\n\ndata: {\"error\":\"b\"}\n\n",
                events: "
                    error message: a
                    error ends
                    chunk ends
                    done",
                verdict: SERVER,
            },
            Transcript {
                name: "gzip",
                body: b"\x1f\x8b\x08\x00\x00",
                events: "",
                verdict: Err(ErrorKind::CompressedBody),
            },
        ],
    );
}
