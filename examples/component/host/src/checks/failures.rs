//! Answers that do not come, or not as a whole.

use std::net::TcpListener;

use choreoai_testkit::{Answer, Gate, Outcome, Step, wire};

use super::{KEY, chat, chunks, failed, gateway, same};
use crate::hosts::Host;
use crate::process::Process;

/// The server repeats the key, which is not to be seen.
pub(super) fn refused(host: &Host) -> Result<(), String> {
    let said =
        wire::error(&format!("no such key: {KEY}"), "authentication_error", Some("invalid_api_key"), None);
    let gateway = gateway(Answer::json(401, said))?;
    let choreo = chat(host, &gateway.base_url(), &["Hello"])?;
    failed(&choreo.end()?, "", "http")?;
    same("requests", gateway.requests().len(), 1)
}

/// However it is framed: between two events, within one, after the reason, and where HTTP alone tells.
pub(super) fn cut(host: &Host) -> Result<(), String> {
    let mut chunks = chunks();
    let begun = |gate: &Gate| Answer::event_stream().event(chunks.content(0, "A crab")).gate(gate);
    let read = [Gate::new(), Gate::new(), Gate::new(), Gate::new()];
    let [first, second, third, fourth] = read.each_ref().map(begun);
    let rest = chunks.content(0, " is");
    let reason = chunks.finish(0, "stop");
    for (read, answer) in read.iter().zip([
        first,
        second.body(&rest.as_bytes()[..20]),
        third.event(&reason),
        fourth.header("content-length", "4096").content_length().event(&reason),
    ]) {
        broken_off(host, read, answer.close())?;
    }
    // Nothing came at all.
    let gateway = gateway(Answer::raw([Step::Close]))?;
    let choreo = chat(host, &gateway.base_url(), &["--retries", "0", "What is a crab?"])?;
    failed(&choreo.end()?, "", "connect")
}

pub(super) fn reset(host: &Host) -> Result<(), String> {
    let read = Gate::new();
    let answer = Answer::event_stream().event(chunks().content(0, "A crab")).gate(&read);
    broken_off(host, &read, answer.reset())
}

/// What came just before the end some hosts lose, and a reset takes it away; so the end comes after it was `read`.
fn broken_off(host: &Host, read: &Gate, answer: Answer) -> Result<(), String> {
    let gateway = gateway(answer)?;
    let mut choreo = chat(host, &gateway.base_url(), &["What is a crab?"])?;
    choreo.has_written("A crab")?;
    read.open();
    failed(&choreo.end()?, "A crab\n", "truncated")?;
    same("requests", gateway.requests().len(), 1)
}

pub(super) fn nobody(host: &Host) -> Result<(), String> {
    // Nobody else is given the port so soon: free ones are dealt out in turn.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let address = port.map_err(|error| error.to_string())?;
    let choreo = chat(host, &format!("http://{address}"), &["--retries", "0", "Hello"])?;
    let ended = choreo.end()?;
    failed(&ended, "", "connect")?;
    let told = ended.errors.contains(&format!("could not connect to {address}: the connection was refused"));
    same("it says why", told, true)
}

pub(super) fn no_network(host: &Host) -> Result<(), String> {
    let gateway = gateway(Answer::sse(chunks().text(&["Hello"], "stop")).done())?;
    let choreo = chat(&host.by_sockets(), &gateway.base_url(), &["--retries", "0", "Hello"])?;
    let ended = choreo.end()?;
    failed(&ended, "", "connect")?;
    let told = ended.errors.contains("the host gives no network, or not this address");
    same("it says why", told, true)
}

/// The server is silent for good, so that the command ends in no other way.
pub(super) fn deadline(host: &Host) -> Result<(), String> {
    let gateway = gateway(Answer::event_stream().event(chunks().content(0, "Well")).stall())?;
    let mut choreo = chat(host, &gateway.base_url(), &["--timeout", "1", "Hello"])?;
    choreo.has_written("Well")?;
    same("the outcome", gateway.wait_for_outcome(0), Outcome::PeerClosed)?;
    failed(&choreo.end()?, "Well\n", "timeout_total")
}

pub(super) fn usage(host: &Host) -> Result<(), String> {
    let mut command = host.command("choreo", &["chat"]);
    let ended = Process::start(command.arg("--retries"))?.end()?;
    same("success", ended.success, false)?;
    same("it says what is wrong", ended.errors.starts_with("choreo: --retries wants a value\n"), true)?;
    same("it says how it is used", ended.errors.contains("usage: choreo chat"), true)?;
    let ended = Process::start(&mut host.command("choreo", &["chat", "--help"]))?.end()?;
    same("success", ended.success, true)?;
    same("it is told how it is used", ended.output.starts_with("usage: choreo chat"), true)
}
