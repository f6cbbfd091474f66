//! What a gateway answers to whom.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::{Answer, RecordedRequest, wire};

type Reply = dyn Fn(&RecordedRequest) -> Answer + Send + Sync;
type Greeting = dyn Fn(usize) -> Option<Answer> + Send + Sync;
type Early = dyn Fn(&RecordedRequest) -> Option<Answer> + Send + Sync;

/// What a gateway answers to whom.
///
/// Connections are served at the same time; what a script keeps between requests it keeps behind a lock.
pub struct Script {
    reply: Box<Reply>,
    greeting: Option<Box<Greeting>>,
    early: Option<Box<Early>>,
    pub(crate) recorded: bool,
}

impl Script {
    /// Answers by a function of the request. A panic in it (an assertion) closes the connection and fails the test when
    /// the gateway is dropped.
    #[must_use]
    pub fn new(reply: impl Fn(&RecordedRequest) -> Answer + Send + Sync + 'static) -> Self {
        Self { reply: Box::new(reply), greeting: None, early: None, recorded: true }
    }

    /// Answers in this order, over all connections, and with the last one ever after. With no answers at all: 500.
    #[must_use]
    pub fn sequence(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers = Mutex::new(answers.into_iter().collect::<VecDeque<_>>());
        Self::new(move |_| {
            let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
            let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
            answer.unwrap_or_else(|| Answer::json(500, wire::detail("the script is empty")))
        })
    }

    /// Answers by the path (without the query); the gateway's own 404 to any other.
    #[must_use]
    pub fn by_path<P: Into<String>>(answers: impl IntoIterator<Item = (P, Answer)>) -> Self {
        let answers: Vec<(String, Answer)> =
            answers.into_iter().map(|(path, answer)| (path.into(), answer)).collect();
        Self::new(move |request| match answers.iter().find(|(path, _)| path == request.path()) {
            Some((_, answer)) => answer.clone(),
            None => Answer::json(404, wire::endpoint_not_found(&request.method, request.path())),
        })
    }

    /// What is played as soon as a connection (numbered from 0) is accepted, before a byte is read and, over TLS,
    /// beneath it: a server that closes, resets, stalls or babbles at once. After it, unless it closed, requests are
    /// answered as usual.
    #[must_use]
    pub fn on_connect(mut self, greeting: impl Fn(usize) -> Option<Answer> + Send + Sync + 'static) -> Self {
        self.greeting = Some(Box::new(greeting));
        self
    }

    /// What answers a request by its head alone, before its body is read: a server that refuses what is too large. The
    /// request is not recorded, and what comes on the connection after the answer is read and thrown away, until the
    /// peer closes. What is none of its business (`None`) is read and answered as usual.
    #[must_use]
    pub fn on_head(
        mut self,
        early: impl Fn(&RecordedRequest) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        self.early = Some(Box::new(early));
        self
    }

    /// Keeps no record of requests: for a gateway that serves for long.
    #[must_use]
    pub fn unrecorded(mut self) -> Self {
        self.recorded = false;
        self
    }

    /// What this script answers to the request: for a script that plays another one for most of what it is asked.
    #[must_use]
    pub fn answer(&self, request: &RecordedRequest) -> Answer {
        (self.reply)(request)
    }

    pub(crate) fn greeting(&self, connection: usize) -> Option<Answer> {
        self.greeting.as_ref().and_then(|greeting| greeting(connection))
    }

    pub(crate) fn early(&self, head: &RecordedRequest) -> Option<Answer> {
        self.early.as_ref().and_then(|early| early(head))
    }
}

/// The same answer to every request.
impl From<Answer> for Script {
    fn from(answer: Answer) -> Self {
        Self::new(move |_| answer.clone())
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").field("recorded", &self.recorded).finish_non_exhaustive()
    }
}
