//! What the scripted gateways answer: the last question says which scene is played.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use choreoai_testkit::wire::{self, Chunks, Dialect};
use choreoai_testkit::{Answer, Gate, RecordedRequest};

/// The scenes, and the gates that hold them.
#[derive(Debug, Default)]
pub(crate) struct Scenes {
    gates: Mutex<HashMap<String, Gate>>,
}

impl Scenes {
    /// Lets the scene that waits at the gate go on; one that comes to a gate of that name later waits again.
    pub(crate) fn open(&self, gate: &str) {
        let gate = self.gates.lock().unwrap_or_else(PoisonError::into_inner).remove(gate);
        gate.unwrap_or_default().open();
    }

    pub(crate) fn answer(&self, request: &RecordedRequest) -> Answer {
        let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
        let begun = Answer::event_stream().event(chunks.role(0));
        match &*question(request) {
            "Count" => begun
                .event(chunks.content(0, "eins \u{1f980} "))
                .gate(&self.gate("first"))
                .event(chunks.content(0, "zw\u{f6}lf "))
                .gate(&self.gate("second"))
                .event(chunks.content(0, "<b>drei</b>"))
                .event(chunks.finish(0, "stop"))
                .done()
                .cut(5),
            "Think" => begun
                .event(chunks.reasoning(0, "Let me see."))
                .event(chunks.content(0, "Yes."))
                .event(chunks.finish(0, "length"))
                .done(),
            "Fail" => {
                let key = request.header("authorization").unwrap_or_default();
                let report = format!("the provider is on fire ({key})");
                begun.event(chunks.content(0, "Half an answer")).event(wire::stream_error(&report))
            }
            // A browser forgets what was not read yet when the connection is lost.
            "Cut" => begun.event(chunks.content(0, "Cut he")).gate(&self.gate("cut")).close(),
            "End early" => begun.event(chunks.content(0, "Ends he")).close_delimited(),
            "Hold" => begun.event(chunks.content(0, "Held")).stall(),
            "Refuse" => Answer::json(
                401,
                wire::error("this key is unknown", "authentication_error", Some("invalid_api_key"), None),
            ),
            "Elsewhere" => Answer::new(307).header("location", "/elsewhere"),
            "A page" => Answer::new(502)
                .header("content-type", "text/html")
                .body(wire::proxy_page(200, "Bad Gateway")),
            other => Answer::sse(chunks.text(&["You said: ", other], "stop")).done(),
        }
    }

    fn gate(&self, name: &str) -> Gate {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        gates.entry(name.to_owned()).or_default().clone()
    }
}

/// The last message; empty if there is none.
fn question(request: &RecordedRequest) -> String {
    let body = request.json().unwrap_or_default();
    let last = body["messages"].as_array().and_then(|messages| messages.last());
    last.and_then(|message| message["content"].as_str()).unwrap_or_default().to_owned()
}
