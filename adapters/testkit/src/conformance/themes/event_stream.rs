//! Event streams (WHATWG HTML 9.2) as servers in the wild write them, and bodies that are none.

use choreoai::ErrorKind;

use crate::Answer;
use crate::conformance::behaviour::{Behaviour, Case};
use crate::conformance::bodies::{DONE, content, document, events, gzip, role, stop, stream_of};
use crate::conformance::expect::Expect;

pub(super) fn behaviours() -> Vec<Behaviour> {
    [lines(), endings(), content_types(), errors(), other_bodies()].into_iter().flatten().collect()
}

/// The usual events, rewritten.
fn rewritten(name: &'static str, rewrite: fn(String) -> String) -> Behaviour {
    Behaviour::both(name, stream_of(rewrite(events())), Expect::answer())
}

/// The usual events with this before the second of them.
fn between(name: &'static str, what: &'static str) -> Behaviour {
    let body = [&*role(), what, &content("Hello"), what, &content(" world"), &stop(), what, DONE].concat();
    Behaviour::both(name, stream_of(body), Expect::answer())
}

fn lines() -> Vec<Behaviour> {
    vec![
        rewritten("ends lines with CRLF", |body| body.replace('\n', "\r\n")),
        rewritten("ends lines with CR", |body| body.replace('\n', "\r")),
        rewritten("ends lines in all three ways", |body| body.replace("\n\n", "\r\n\r")),
        rewritten("begins with a byte order mark", |body| format!("\u{feff}{body}")),
        rewritten("begins with blank lines", |body| format!("\n\r\n\r\n{body}")),
        rewritten("writes no space after the colon", |body| body.replace("data: ", "data:")),
        rewritten("splits an event's data over lines", |body| body.replace(", ", ",\ndata: ")),
        rewritten("names each event", |body| {
            body.replace("data: ", "id: 7\nretry: 10\nevent: message\ndata: ")
        }),
        between("sends comments", ": OPENROUTER PROCESSING\n\n: keep-alive\n\n:\n\n"),
        between("sends comments in data", "data: : keepalive\n\n"),
        between("sends blank data", "data:\n\ndata: \n\ndata\n\n"),
        between("sends events without data", "id: 1\n\nretry: 3000\n\nevent: ping\n\n"),
        between("sends fields that nobody knows", "foo: bar\nDATA: {\n datum: {\n\n"),
        between(
            "sends events that are no chunks",
            "data: {\"type\": \"ping\"}\n\ndata: null\n\ndata: []\n\n",
        ),
        rewritten("says more after [DONE]", |body| {
            body + "data: {\"error\": {\"message\": \"no\"}}\n\n<html>"
        }),
    ]
}

fn endings() -> Vec<Behaviour> {
    let hello = || [content("Hello"), content(" world")].concat();
    let both = |name, body: String, expect| Behaviour::both(name, stream_of(body), expect);
    vec![
        both("sends no [DONE]", hello() + &stop(), Expect::answer()),
        both("sends [DONE] and no reason", hello() + DONE, Expect::answer().done()),
        both(
            "sends neither a reason nor [DONE]",
            hello(),
            Expect::error(ErrorKind::Truncated).after("Hello world").kept(),
        ),
        both("ends without the last blank line", hello() + stop().trim_end(), Expect::answer()),
        both("ends [DONE] without a blank line", hello() + &stop() + "data: [DONE]", Expect::answer()),
        both("sends an empty reason", hello() + &stop().replace("stop", ""), {
            Expect::error(ErrorKind::Truncated).after("Hello world").kept()
        }),
        both("sends only [DONE]", DONE.into(), Expect::text("").done()),
        both("sends only comments", ": a\n\n: b\n\n".into(), Expect::error(ErrorKind::Truncated).kept()),
        both("sends only a role", role(), Expect::error(ErrorKind::Truncated).kept()),
        both(
            "stops within [DONE]",
            hello() + "data: [DON",
            Expect::error(ErrorKind::Truncated).after("Hello world").kept(),
        ),
    ]
}

fn content_types() -> Vec<Behaviour> {
    let typed = |name, content_type: &'static str| {
        let answer = Answer::new(200).header("content-type", content_type).chunked().body(events());
        Behaviour::both(name, answer, Expect::answer())
    };
    let encoded = |name, encoding: &'static str, body: Vec<u8>, expect| {
        let answer = Answer::event_stream().header("content-encoding", encoding).body(body);
        Behaviour::both(name, answer, expect)
    };
    let plain = || events().into_bytes();
    let cut = gzip(content("Hello") + &stop());
    let cut = cut[..cut.len() - 9].to_vec();
    vec![
        typed("names the type in capitals", "TEXT/EVENT-STREAM;CHARSET=UTF-8"),
        typed("calls the stream JSON", "application/json"),
        typed("calls the stream plain text", "text/plain"),
        Behaviour::both("names no type", Answer::new(200).chunked().body(events()), Expect::answer()),
        encoded("calls the body identical", "identity", plain(), Expect::answer()),
        encoded("compresses the body by gzip", "gzip", gzip(events()), Expect::answer()),
        encoded(
            "calls the body compressed",
            "gzip",
            plain(),
            Expect::error(ErrorKind::Protocol).says("compressed"),
        ),
        Behaviour::both(
            "compresses the body and does not say so",
            stream_of(gzip(events())),
            Expect::answer(),
        ),
        encoded(
            "cuts the compressed body",
            "gzip",
            cut,
            Expect::error(ErrorKind::Truncated).after("Hello").kept(),
        ),
        encoded(
            "compresses the body by br",
            "br",
            b"\x0b\x02\x80body\x03".to_vec(),
            Expect::error(ErrorKind::Protocol).says("compressed"),
        ),
    ]
}

fn errors() -> Vec<Behaviour> {
    let failing = |name, event: &'static str, expect: Expect| {
        Behaviour::both(name, stream_of(content("Hello") + event), expect.after("Hello"))
    };
    let server = || Expect::error(ErrorKind::Server);
    vec![
        failing(
            "reports an error in the stream",
            "data: {\"error\": {\"message\": \"upstream failed\", \"type\": \"stream_error\"}}\n\n",
            server().message("upstream failed").error_type("stream_error").retryable(true),
        ),
        failing(
            "reports a lack of quota in the stream",
            "data: {\"error\": {\"message\": \"pay\", \"code\": \"insufficient_quota\"}}\n\n",
            server().code("insufficient_quota").retryable(false),
        ),
        failing(
            "reports an error by an event's name",
            "event: error\ndata: {\"code\":400,\"details\":\"guardrail\"}\n\n",
            server().code("400"),
        ),
        failing(
            "reports an error by a field",
            "error: {\"code\":500,\"message\":\"slot unavailable\"}\n\n",
            server().code("500").message("slot unavailable"),
        ),
        failing(
            "reports an error and goes on",
            "data: {\"error\": {\"message\": \"no more\"}}\n\ndata: [DONE]\n\n",
            server().message("no more"),
        ),
        Behaviour::both(
            "reports an error instead of an answer",
            Answer::json(200, "{\"error\": {\"message\": \"busy\", \"code\": \"internal_error\"}}"),
            server().code("internal_error").message("busy"),
        ),
        failing("breaks JSON", "data: {\"choices\": [}\n\n", Expect::error(ErrorKind::Protocol)),
        failing(
            "ends an event within its JSON",
            "data: {\"choices\": [{\n\n",
            Expect::error(ErrorKind::Protocol),
        ),
        failing("writes two values in one event", "data: {} {}\n\n", Expect::error(ErrorKind::Protocol)),
        failing(
            "writes a control character into a string",
            "data: {\"id\": \"a\u{1}b\"}\n\n",
            Expect::error(ErrorKind::Protocol),
        ),
    ]
}

fn other_bodies() -> Vec<Behaviour> {
    let body = |name, answer: Answer, expect| Behaviour::both(name, answer, expect);
    let page = "<html><body><h1>Welcome to nginx!</h1></body></html>";
    vec![
        body("answers with a document whatever was asked", Answer::json(200, document()), Expect::answer()),
        body(
            "writes blank lines before the document",
            Answer::json(200, format!("\n\n\r\n  {}", document())),
            Expect::answer(),
        ),
        Behaviour::one("streams whatever was asked", || {
            Case::new("create").answer(stream_of(events())).create(Expect::answer())
        }),
        body(
            "answers with a page",
            Answer::new(200).header("content-type", "text/html").body(page),
            Expect::error(ErrorKind::Protocol).says("Welcome to nginx!").kept(),
        ),
        body(
            "answers with text",
            Answer::new(200).body("OK"),
            Expect::error(ErrorKind::Protocol).says("it begins: OK").kept(),
        ),
        body(
            "answers with JSON that is no completion",
            Answer::json(200, "{\"status\": \"healthy\"}"),
            Expect::error(ErrorKind::Protocol).says("no chat completion").kept(),
        ),
        body(
            "answers with no choices",
            Answer::json(200, "{\"object\": \"chat.completion\", \"choices\": []}"),
            Expect::error(ErrorKind::Protocol).kept(),
        ),
        body(
            "repeats the key in what is no answer",
            Answer::new(200).body(format!("token {} is fine", crate::conformance::stage::KEY)),
            Expect::error(ErrorKind::Protocol).says("it begins: token").kept(),
        ),
        body(
            "stops within the document",
            Answer::json(
                200,
                document().split_once("\"finish").map_or("", |(start, _)| start).to_owned()
                    + "\"message\": {\"content\": \"Hel",
            ),
            Expect::error(ErrorKind::Truncated).after_any().kept(),
        ),
    ]
}
