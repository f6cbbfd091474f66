//! The life of one connection: read a request, play its answer, again.

use crate::gateway::State;
use crate::link::{Interrupt, Link};
use crate::request::{BodyLength, take_body, take_head};
use crate::watched::Watched;
use crate::{Answer, Outcome, RecordedRequest, Script, Step, wire};

/// Serves until either side closes.
pub(crate) fn serve(
    link: Link,
    number: usize,
    script: &Script,
    state: &Watched<State>,
    #[cfg(feature = "tls")] tls: Option<rustls::ServerConnection>,
) {
    let mut link = link;
    if let Some(greeting) = script.greeting(number) {
        match play(link, greeting, |_| ()) {
            Played::Open(open) => link = open,
            Played::Closed | Played::Interrupted(_) => return,
        }
    }
    #[cfg(feature = "tls")]
    if let Some(tls) = tls {
        link.secure(tls);
    }
    let mut received = Vec::new();
    loop {
        let request = read_head(&mut link, &mut received, number).and_then(|(head, length)| {
            if let Some(early) = script.early(&head) {
                return Err(Unread::Answered(early));
            }
            read_body(&mut link, &mut received, head, length)
        });
        let request = match request {
            Ok(request) => request,
            Err(Unread::Answered(early)) => {
                if let Played::Open(mut link) = play(link, early, |_| ()) {
                    // To close with something unread would reset the connection, and the answer could be lost.
                    while link.receive(&mut received).is_ok() {
                        received.clear();
                    }
                }
                return;
            }
            Err(Unread::Interrupted) => return,
            Err(Unread::Violation(violation)) => {
                let body = wire::error(&violation, "invalid_request_error", Some("malformed_http"), None);
                state.update(|state| state.violations.push(violation));
                play(link, Answer::json(400, body).header("connection", "close").close(), |_| ());
                return;
            }
        };
        let keeps_alive = request.keeps_alive();
        let index = script.recorded.then(|| state.update(|state| state.record(request.clone())));
        let change = |change: &dyn Fn(&mut RecordedRequest)| {
            if let Some(index) = index {
                state.update(|state| state.requests.get_mut(index).map(change));
            }
        };
        let played =
            play(link, script.answer(&request), |sent| change(&|request| request.bytes_sent += sent as u64));
        let outcome = match &played {
            Played::Open(_) | Played::Closed => Outcome::Complete,
            Played::Interrupted(Interrupt::PeerClosed) => Outcome::PeerClosed,
            Played::Interrupted(Interrupt::Stopped) => Outcome::Stopped,
        };
        change(&|request| request.outcome = outcome);
        link = match played {
            Played::Open(link) if keeps_alive => link,
            Played::Open(link) => return link.close(),
            Played::Closed | Played::Interrupted(_) => return,
        };
    }
}

enum Played {
    Open(Link),
    Closed,
    Interrupted(Interrupt),
}

fn play(mut link: Link, answer: Answer, mut sent: impl FnMut(usize)) -> Played {
    for step in answer.into_steps() {
        let done = match step {
            Step::Body(bytes) | Step::Send(bytes) => link.send(&bytes).map(|()| sent(bytes.len())),
            Step::SendCut(bytes, size) => {
                bytes.chunks(size.max(1)).try_for_each(|piece| link.send(piece).map(|()| sent(piece.len())))
            }
            Step::Flood(bytes, pause) => loop {
                let again = link.send(&bytes).map(|()| sent(bytes.len())).and_then(|()| link.pause(pause));
                if again.is_err() {
                    break again;
                }
            },
            Step::Pause(duration) => link.pause(duration),
            Step::WaitFor(gate) => link.wait_for(&gate),
            Step::Stall => Err(link.stall()),
            Step::HalfClose => {
                link.half_close();
                Ok(())
            }
            Step::Close => {
                link.close();
                return Played::Closed;
            }
            Step::Reset => {
                // Where the option cannot be set, the peer sees an end instead of a reset, and the test tells.
                let _ = link.reset();
                return Played::Closed;
            }
        };
        if let Err(interrupt) = done {
            return Played::Interrupted(interrupt);
        }
    }
    Played::Open(link)
}

enum Unread {
    /// By its head alone.
    Answered(Answer),
    Interrupted,
    Violation(String),
}

impl From<Interrupt> for Unread {
    fn from(_: Interrupt) -> Self {
        Self::Interrupted
    }
}

impl From<String> for Unread {
    fn from(violation: String) -> Self {
        Self::Violation(violation)
    }
}

/// The head of the next request, and the length of its body where the head says one.
fn read_head(
    link: &mut Link,
    received: &mut Vec<u8>,
    number: usize,
) -> Result<(RecordedRequest, BodyLength), Unread> {
    loop {
        if let Some(head) = take_head(received, number)? {
            return Ok(head);
        }
        link.receive(received)?;
    }
}

fn read_body(
    link: &mut Link,
    received: &mut Vec<u8>,
    mut request: RecordedRequest,
    length: BodyLength,
) -> Result<RecordedRequest, Unread> {
    let mut awaited = request.expects_continue();
    loop {
        if let Some(body) = take_body(received, length)? {
            request.body = body;
            return Ok(request);
        }
        if std::mem::take(&mut awaited) {
            link.send(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        link.receive(received)?;
    }
}
