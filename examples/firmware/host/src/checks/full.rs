//! The programs that do everything, over a UART whose line is made anew when it is cut, and over Ethernet; some by the HTTP of other
//! crates.

use std::path::Path;

use choreoai_testkit::wire::{self, Chunks, Dialect, ToolPiece};
use choreoai_testkit::{Answer, Gateway, RecordedRequest, Script, Step};

use super::{Stacks, same, stack, succeed};
use crate::qemu::Wire;

pub(super) fn uart(folder: &Path) -> Result<Stacks, String> {
    check(folder, "uart_full", |gateway| (Wire::ReconnectedUart(gateway.addr()), Vec::new()))
}

pub(super) fn typed(folder: &Path) -> Result<Stacks, String> {
    check(folder, "uart_typed", |gateway| (Wire::ReconnectedUart(gateway.addr()), Vec::new()))
}

pub(super) fn reqwless(folder: &Path) -> Result<Stacks, String> {
    check(folder, "full_by_reqwless", |gateway| (Wire::ReconnectedUart(gateway.addr()), Vec::new()))
}

pub(super) fn edge_http(folder: &Path) -> Result<Stacks, String> {
    check(folder, "full_by_edge_http", |gateway| (Wire::ReconnectedUart(gateway.addr()), Vec::new()))
}

pub(super) fn ethernet(folder: &Path) -> Result<Stacks, String> {
    check(folder, "ethernet", |gateway| (Wire::Ethernet, vec![gateway.addr().port().to_string()]))
}

fn check(
    folder: &Path,
    program: &'static str,
    wire: impl FnOnce(&Gateway) -> (Wire, Vec<String>),
) -> Result<Stacks, String> {
    let gateway = Gateway::start(Script::sequence(answers())).map_err(|error| error.to_string())?;
    let (wire, arguments) = wire(&gateway);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let run = succeed(folder, program, wire, &arguments)?;
    same("printed", &*run.printed, PRINTED)?;
    same("violations", gateway.violations(), Vec::<String>::new())?;
    requests(&gateway.requests())?;
    stack(program, &run)
}

const PRINTED: &str = "\
[thermometer {\"city\":\"K\u{f6}ln\"}]
In K\u{f6}ln it is 21 \u{b0}C.
[finished, requests: 1, tokens: 33]
A lobster
[the server says: the provider is on fire]
A shrimp is small.
[finished, requests: 2]
A crab
[truncated]
A crab has ten legs.
[finished, requests: 1]

[the server says: no more questions]
";

/// What the gateway answers, in this order.
fn answers() -> Vec<Answer> {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    let text = |chunks: &mut Chunks, pieces: &[&str]| Answer::sse(chunks.text(pieces, "stop")).cut(9);
    let begun = ToolPiece { id: Some("call_1"), name: Some("thermometer"), ..ToolPiece::default() };
    let piece = |arguments| ToolPiece { arguments: Some(arguments), ..ToolPiece::default() };
    let call = [
        chunks.tool_call(0, begun),
        chunks.tool_call(0, piece("{\"city\":")),
        chunks.tool_call(0, piece("\"K\u{f6}ln\"}")),
        chunks.finish(0, "tool_calls"),
    ];
    vec![
        Answer::sse(call).done(),
        text(&mut chunks, &["In K\u{f6}ln", " it is 21 \u{b0}C."]).event(chunks.usage(24, 9)).done(),
        Answer::sse([chunks.role(0), chunks.content(0, "A lobster")])
            .event(wire::stream_error("the provider is on fire")),
        Answer::raw([Step::Close]),
        text(&mut chunks, &["A shrimp", " is small."]).done(),
        Answer::sse([chunks.role(0), chunks.content(0, "A crab")]).close(),
        text(&mut chunks, &["A crab", " has ten legs."]).done(),
        Answer::json(403, wire::error("no more questions", "permission_error", Some("quota_exceeded"), None)),
    ]
}

/// What was asked, in this order.
fn requests(requests: &[RecordedRequest]) -> Result<(), String> {
    let question = |text: &str| {
        format!(
            "{{\"model\":\"gpt-4\",\"messages\":[{{\"role\":\"user\",\"content\":\"{text}\"}}],\"stream\":true,\
             \"stream_options\":{{\"include_usage\":true}}}}"
        )
    };
    let wanted = [
        "{\"model\":\"gpt-4\",\"messages\":[{\"role\":\"user\",\"content\":\"How warm is it in K\u{f6}ln?\"}],\
         \"stream\":true,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"thermometer\",\"parameters\":\
         {\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}}}]}"
            .to_owned(),
        "{\"model\":\"gpt-4\",\"messages\":[{\"role\":\"user\",\"content\":\"How warm is it in K\u{f6}ln?\"},\
         {\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"call_1\",\"type\":\"function\",\
         \"function\":{\"name\":\"thermometer\",\"arguments\":\"{\\\"city\\\":\\\"K\u{f6}ln\\\"}\"}}]},\
         {\"role\":\"tool\",\"content\":\"21 degrees\",\"tool_call_id\":\"call_1\"}],\"stream\":true,\
         \"stream_options\":{\"include_usage\":true}}"
            .to_owned(),
        question("What is a lobster?"),
        question("What is a shrimp?"),
        question("What is a shrimp?"),
        question("What is a crab?"),
        question("What is a crab?"),
        question("What is a krill?"),
    ];
    let bodies: Vec<_> = requests.iter().map(|request| String::from_utf8_lossy(&request.body)).collect();
    same("requests", bodies, wanted.to_vec())?;
    for request in requests {
        same("method and target", (&*request.method, &*request.target), ("POST", "/v1/chat/completions"))?;
        same("Authorization", request.header("authorization"), Some("Bearer key"))?;
    }
    Ok(())
}
