//! The web servers, asked by curl.

use std::io::Read;
use std::process::{Child, ChildStdout, Command, Stdio};

use choreoai_testkit::{Answer, Gate, Gateway, Outcome, wire};
use serde_json::{Value, json};

use crate::support::{Running, against, demo, held, program};

#[test]
fn web_server() {
    serves(|| program!("web_server"));
}

#[test]
fn async_std_web_server() {
    serves(|| program!("async_std_web_server"));
}

#[test]
fn tokio_web_server() {
    serves(|| program!("tokio_web_server"));
}

fn serves(program: impl Fn() -> Command) {
    let server = Server::start(program());
    answers(&server);
    refuses(&server);
    shows_a_page(&server);
    breaks_off(&server);

    passes_pieces_on(&program);
    beats(&program);
    cancels(&program);
    ends(&program);
}

/// A comment, which says nothing.
const HEARTBEAT: &str = ": \n\n";

/// A server that runs.
struct Server {
    url: String,
    process: Running,
}

impl Server {
    fn start(mut program: Command) -> Self {
        program.args(["127.0.0.1:0", "--heartbeat", "0.01"]);
        let mut process = Running::start(program);
        let line = process.line();
        let url = line.strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}")).to_owned();
        Self { url, process }
    }

    /// curl, to be run with a target of this server.
    fn curl(&self, target: &str) -> Command {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--no-buffer", "--max-time", "40", "--noproxy", "*"]);
        curl.arg(format!("{}{target}", self.url));
        curl
    }

    /// The status, the head's lines and the body.
    #[track_caller]
    fn ask(&self, target: &str, arguments: &[&str]) -> (u16, String, String) {
        let output = self.curl(target).arg("--include").args(arguments).output().expect("curl is installed");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{target}: {}: {text}", output.status);
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_lowercase(), body.to_owned())
    }

    #[track_caller]
    fn post(&self, body: &str) -> (u16, String, Value) {
        let json = ["--data-binary", body, "--header", "content-type: application/json"];
        let (status, head, body) = self.ask("/chat", &json);
        assert!(head.contains("content-type: application/json"), "{head}");
        (status, head, serde_json::from_str(&body).unwrap())
    }
}

fn answers(server: &Server) {
    let question = "Grüße & <b>?";
    let (status, _, answer) = server.post(&json!({ "message": question }).to_string());
    assert_eq!((status, answer), (200, json!({ "response": demo(question) })));

    let encoded = "Gr%C3%BC%C3%9Fe%20%26%20%3Cb%3E%3F";
    let (status, head, text) = server.ask(&format!("/stream?message={encoded}"), &[]);
    assert_eq!((status, text), (200, demo(question)));
    assert!(head.contains("content-type: text/plain; charset=utf-8"), "{head}");

    let (status, head, events) = server.ask(&format!("/events?message={encoded}"), &[]);
    assert!(status == 200 && head.contains("content-type: text/event-stream"), "{head}");
    let events: Vec<_> = events.split("\n\n").filter(|event| !event.starts_with(':')).collect();
    let &[ref pieces @ .., "event: done\ndata: {}", ""] = events.as_slice() else { panic!("{events:?}") };
    let pieces = pieces.iter().map(|event| json(event.strip_prefix("data: ").unwrap()));
    assert_eq!(
        pieces.map(|piece| piece["text"].as_str().unwrap().to_owned()).collect::<String>(),
        demo(question)
    );
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Each error has its status, and a body that says what those who asked may know.
fn refuses(server: &Server) {
    for (model, status, class, message) in [
        ("no-such-model", 404, "not_found", "there is no model \"no-such-model\""),
        ("forbidden-model", 500, "permission", "this service is not set up well"),
        ("spent-model", 503, "quota", "this service does not answer right now"),
        ("broken-model", 502, "provider", "the model could not be asked"),
        ("busy-model", 429, "rate_limit", "too many questions right now; ask again later"),
    ] {
        let error = json!({ "error": { "class": class, "message": message } });
        let body = json!({ "message": "Hi", "model": model }).to_string();
        let (answered, head, body) = server.post(&body);
        assert_eq!((answered, &body), (status, &error), "{model}");
        assert_eq!(head.contains("retry-after: 1"), status == 429, "{head}");
        // The client has asked the busy model again before it gave up: once is enough of that.
        for path in if status == 429 { &[][..] } else { &["stream", "events"] } {
            let (answered, _, body) = server.ask(&format!("/{path}?message=Hi&model={model}"), &[]);
            assert_eq!((answered, json(&body)), (status, error.clone()), "{path} {model}");
        }
    }
    for (body, status) in [("", 400), ("{", 400), ("{}", 422), (r#"{"message": " "}"#, 400)] {
        let (answered, _, error) = server.post(body);
        assert_eq!((answered, &error["error"]["class"]), (status, &json!("invalid_request")), "{body}");
    }
    let (status, _, error) = server.ask("/stream", &[]);
    assert_eq!((status, &json(&error)["error"]["class"]), (400, &json!("invalid_request")));
}

fn shows_a_page(server: &Server) {
    let (status, head, page) = server.ask("/", &[]);
    assert!(status == 200 && head.contains("content-type: text/html; charset=utf-8"), "{head}");
    assert!(page.contains("<form id=\"ask\">") && !page.contains("http"), "{page}");
}

/// An answer that breaks can be told from a whole one.
fn breaks_off(server: &Server) {
    let output = server.curl("/stream?message=Be%20cut").output().unwrap();
    let part = String::from_utf8(output.stdout).unwrap();
    assert!(!part.is_empty() && demo("Be cut").starts_with(&part) && part != demo("Be cut"), "{part}");
    assert_eq!(output.status.code(), Some(18), "curl does not see that the answer was cut");

    let (_, _, events) = server.ask("/events?message=Be%20cut", &[]);
    let last = events.trim_end().rsplit("\n\n").find(|event| !event.starts_with(':')).unwrap();
    let error = last.strip_prefix("event: error\ndata: ").unwrap_or_else(|| panic!("{events}"));
    assert_eq!(
        json(error),
        json!({ "error": { "class": "truncated", "message": "the model could not be asked" } })
    );
}

/// A curl that runs, and does not outlive its test.
struct Curl {
    child: Child,
    output: ChildStdout,
}

impl Curl {
    fn start(mut curl: Command) -> Self {
        let mut child = curl.stdout(Stdio::piped()).spawn().expect("curl is installed");
        let output = child.stdout.take().unwrap();
        Self { child, output }
    }

    fn expect(&mut self, text: &str) {
        let mut seen = vec![0; text.len()];
        self.output.read_exact(&mut seen).unwrap();
        assert_eq!(String::from_utf8_lossy(&seen), text);
    }

    fn expect_something(&mut self) {
        self.output.read_exact(&mut [0]).unwrap();
    }

    fn rest(mut self) -> String {
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        assert!(self.child.wait().unwrap().success());
        rest
    }
}

impl Drop for Curl {
    fn drop(&mut self) {
        // It has ended already, or is to be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The first piece is there while the second is not even made.
fn passes_pieces_on(program: &impl Fn() -> Command) {
    let gate = Gate::new();
    let gateway = Gateway::start(held(&gate, "first, ", "second")).unwrap();
    let server = Server::start(against(&gateway, program()));
    let mut curl = Curl::start(server.curl("/stream?message=Hi"));
    curl.expect("first, ");
    gate.open();
    assert_eq!(curl.rest(), "second");
    let request = gateway.requests().remove(0).json().unwrap();
    assert_eq!((&request["model"], &request["messages"][0]["content"]), (&json!("gpt-4"), &json!("Hi")));
}

/// While nothing comes, there are heartbeats.
fn beats(program: &impl Fn() -> Command) {
    let gate = Gate::new();
    let gateway = Gateway::start(held(&gate, "first, ", "second")).unwrap();
    let server = Server::start(against(&gateway, program()));
    let mut curl = Curl::start(server.curl("/events?message=Hi"));
    let first = "data: {\"text\":\"first, \"}\n\n";
    curl.expect(first);
    curl.expect(&HEARTBEAT.repeat(2));
    gate.open();
    let rest = curl.rest().replace(HEARTBEAT, "");
    assert_eq!(rest, "data: {\"text\":\"second\"}\n\nevent: done\ndata: {}\n\n");
}

/// Whoever asked has gone: so has the call to the gateway.
fn cancels(program: &impl Fn() -> Command) {
    let mut chunks = wire::Chunks::new(wire::Dialect::Gateway, "gpt-4");
    let endless = Answer::event_stream().event(chunks.content(0, "first")).stall();
    let gateway = Gateway::start(endless).unwrap();
    let server = Server::start(against(&gateway, program()));
    for (index, target) in ["/stream?message=Hi", "/events?message=Hi"].into_iter().enumerate() {
        let mut curl = Curl::start(server.curl(target));
        curl.expect_something();
        assert_eq!(gateway.requests()[index].outcome, Outcome::Pending);
        drop(curl);
        assert_eq!(gateway.wait_for_outcome(index), Outcome::PeerClosed, "{target}");
    }

    // Before anything of the answer is there, too.
    let gateway = Gateway::start(Answer::raw([]).stall()).unwrap();
    let server = Server::start(against(&gateway, program()));
    let mut curl = server.curl("/chat");
    curl.args(["--data-binary", r#"{"message": "Hi"}"#, "--header", "content-type: application/json"]);
    let curl = Curl::start(curl);
    gateway.wait_for_requests(1);
    drop(curl);
    assert_eq!(gateway.wait_for_outcome(0), Outcome::PeerClosed);
}

/// An answer that has begun is finished, and then the server ends.
#[cfg(unix)]
fn ends(program: &impl Fn() -> Command) {
    let gate = Gate::new();
    let gateway = Gateway::start(held(&gate, "first, ", "second")).unwrap();
    let server = Server::start(against(&gateway, program()));
    let mut curl = Curl::start(server.curl("/stream?message=Hi"));
    curl.expect("first, ");
    server.process.interrupt();
    gate.open();
    assert_eq!(curl.rest(), "second");
    assert_eq!(server.process.rest(), "");
}
