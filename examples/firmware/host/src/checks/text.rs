//! The program that streams text, and those that do the same by other crates' HTTP.

use std::path::Path;

use choreoai_testkit::wire::{Chunks, Dialect};
use choreoai_testkit::{Answer, Framing, Gateway, RecordedRequest, Step};

use super::{Stacks, same, succeed};
use crate::qemu::{self, Wire};

/// What is answered.
pub(super) const TEXT: [&str; 4] = ["A cr\u{e4}b", " is a \u{1f980}", ", with a shell", " and ten legs."];

pub(super) fn uart_text(folder: &Path) -> Result<Stacks, String> {
    finished(folder, "uart_text")
}

/// What came before the cut is printed; that it was cut shows by the silence, since nothing tells a UART of an end.
pub(super) fn cut(folder: &Path) -> Result<Stacks, String> {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    let begun = Answer::event_stream().event(chunks.content(0, TEXT[0])).event(chunks.content(0, TEXT[1]));
    let inside = begun.clone().body("data: {\"choices\": [{\"delta\": {\"content\": \"...");
    for (answer, printed) in [
        (begun.close(), TEXT[..2].concat()),
        (inside.close(), TEXT[..2].concat() + "..."),
        (Answer::raw([Step::Close]), String::new()),
    ] {
        let gateway = Gateway::start(answer).map_err(|error| error.to_string())?;
        let run = qemu::run(&folder.join("uart_text"), Wire::Uart(gateway.addr()), &[])?;
        same("printed", &*run.printed, printed + "\nnot finished\n")?;
        same("success", run.success, false)?;
        same("requests", gateway.requests().len(), 1)?;
    }
    Ok(Vec::new())
}

pub(super) fn reqwless(folder: &Path) -> Result<Stacks, String> {
    finished(folder, "text_by_reqwless")
}

pub(super) fn edge_http(folder: &Path) -> Result<Stacks, String> {
    finished(folder, "text_by_edge_http")
}

/// However the answer is framed and cut.
pub(super) fn finished(folder: &Path, program: &'static str) -> Result<Stacks, String> {
    let mut deepest = None;
    for (dialect, framing, size) in [
        (Dialect::Gateway, Framing::Chunked, 4096),
        (Dialect::Gateway, Framing::Chunked, 5),
        (Dialect::OpenAi, Framing::ContentLength, 64),
    ] {
        let chunks = Chunks::new(dialect, "gpt-4").text(&TEXT, "stop");
        let answer = Answer::sse(chunks).done().framed(framing).cut(size);
        let gateway = Gateway::start(answer).map_err(|error| error.to_string())?;
        let run = succeed(folder, program, Wire::Uart(gateway.addr()), &[])?;
        same("printed", &*run.printed, TEXT.concat() + "\nfinished\n")?;
        same("violations", gateway.violations(), Vec::<String>::new())?;
        let requests = gateway.requests();
        let [request] = requests.as_slice() else {
            return Err(format!("{} requests instead of one", requests.len()));
        };
        question(request)?;
        deepest = deepest.max(run.stack);
    }
    Ok(vec![(program, deepest.ok_or("it did not tell its stack")?)])
}

/// Whether it is what all these programs ask.
pub(super) fn question(request: &RecordedRequest) -> Result<(), String> {
    same("method and target", (&*request.method, &*request.target), ("POST", "/v1/chat/completions"))?;
    same("Authorization", request.header("authorization"), Some("Bearer key"))?;
    same("Content-Type", request.header("content-type"), Some("application/json"))?;
    let body = String::from_utf8_lossy(&request.body);
    let wanted =
        r#"{"model":"gpt-4","messages":[{"role":"user","content":"What is a crab?"}],"stream":true}"#;
    same("body", &*body, wanted)
}
