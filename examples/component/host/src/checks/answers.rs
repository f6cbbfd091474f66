//! Answers that come.

use std::sync::atomic::{AtomicUsize, Ordering};

use choreoai_testkit::{Answer, Gate, Script, wire};

use super::{KEY, chat, chunks, gateway, same, succeeded};
use crate::hosts::Host;

/// Each token is waited for before the server goes on.
pub(super) fn streams(host: &Host) -> Result<(), String> {
    let gates = [Gate::new(), Gate::new()];
    let mut chunks = chunks();
    let answer = Answer::event_stream()
        .event(chunks.content(0, "A cr\u{e4}b"))
        .gate(&gates[0])
        .event(chunks.content(0, " is a \u{1f980}"))
        .gate(&gates[1])
        .event(chunks.content(0, "."))
        .event(chunks.finish(0, "stop"))
        .done();
    let gateway = gateway(answer)?;
    let mut choreo = chat(host, &gateway.base_url(), &["--system", "Be brief.", "What is a crab?"])?;
    choreo.has_written("A cr\u{e4}b")?;
    gates[0].open();
    choreo.has_written("A cr\u{e4}b is a \u{1f980}")?;
    gates[1].open();
    succeeded(&choreo.end()?, "A cr\u{e4}b is a \u{1f980}.\n")?;

    same("violations", gateway.violations(), Vec::<String>::new())?;
    let requests = gateway.requests();
    let [request] = requests.as_slice() else {
        return Err(format!("{} requests instead of one", requests.len()));
    };
    same("method and target", (&*request.method, &*request.target), ("POST", "/v1/chat/completions"))?;
    same("Authorization", request.header("authorization"), Some(&*format!("Bearer {KEY}")))?;
    same("Host", request.header("host"), Some(&*gateway.addr().to_string()))?;
    same("Content-Length", request.header("content-length"), Some(&*request.body.len().to_string()))?;
    let wanted = concat!(
        r#"{"model":"gpt-4","messages":[{"role":"system","content":"Be brief."},"#,
        r#"{"role":"user","content":"What is a crab?"}],"stream":true}"#,
    );
    same("body", &*String::from_utf8_lossy(&request.body), wanted)
}

/// The server says that it may be asked again at once.
pub(super) fn retries(host: &Host) -> Result<(), String> {
    let asked = AtomicUsize::new(0);
    let answer = Answer::sse(chunks().text(&["Here", " I am"], "stop")).done();
    let gateway = gateway(Script::new(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Answer::json(503, wire::detail("not yet")).header("retry-after-ms", "1"),
        _ => answer.clone(),
    }))?;
    let choreo = chat(host, &gateway.base_url(), &["Are you there?"])?;
    succeeded(&choreo.end()?, "Here I am\n")?;
    same("requests", gateway.requests().len(), 2)
}
