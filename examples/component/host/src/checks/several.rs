//! Several calls at once, in a component with one thread.

use choreoai_testkit::{Answer, Gate, Outcome, RecordedRequest, Script};

use super::{chat, chunks, gateway, same, succeeded};
use crate::hosts::Host;

/// No request is answered before both are there.
pub(super) fn at_once(host: &Host) -> Result<(), String> {
    let both = Gate::new();
    let gate = both.clone();
    let gateway = gateway(Script::new(move |request| {
        let text = if asks(request, "One?") { "1" } else { "2" };
        let events = chunks().text(&[text], "stop");
        events.iter().fold(Answer::event_stream().gate(&gate), Answer::event).done()
    }))?;
    let choreo = chat(host, &gateway.base_url(), &["One?", "Two?"])?;
    both.wait_for_arrivals(2);
    both.open();
    succeeded(&choreo.end()?, "1\n2\n")
}

/// The server sees the other call being cancelled while the component still reads the answer that came first.
pub(super) fn first(host: &Host) -> Result<(), String> {
    let (begin, finish, never) = (Gate::new(), Gate::new(), Gate::new());
    let gates = [&begin, &finish, &never].map(Gate::clone);
    let gateway = gateway(Script::new(move |request| {
        let [begin, finish, never] = &gates;
        if asks(request, "Slow?") {
            return Answer::event_stream().gate(never);
        }
        let mut chunks = chunks();
        Answer::event_stream()
            .gate(begin)
            .event(chunks.content(0, "Quick"))
            .gate(finish)
            .event(chunks.content(0, "!"))
            .event(chunks.finish(0, "stop"))
            .done()
    }))?;
    let mut choreo = chat(host, &gateway.base_url(), &["--first", "Slow?", "Quick?"])?;
    never.wait_for_arrivals(1);
    begin.open();
    choreo.has_written("Quick")?;
    let slow = gateway.wait_for(|requests| requests.iter().position(|request| asks(request, "Slow?")));
    same("the outcome of the slow answer", gateway.wait_for_outcome(slow), Outcome::PeerClosed)?;
    finish.open();
    succeeded(&choreo.end()?, "Quick!\n")
}

fn asks(request: &RecordedRequest, prompt: &str) -> bool {
    String::from_utf8_lossy(&request.body).contains(prompt)
}
