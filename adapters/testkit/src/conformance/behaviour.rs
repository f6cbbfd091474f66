//! A behaviour as data.

use std::sync::Arc;
use std::time::Duration;

use super::Ability;
use super::bodies;
use super::expect::Expect;
use crate::{Answer, Gate, Gateway, Outcome, RecordedRequest};

/// What a server does, and what must come of it.
pub(super) struct Behaviour {
    pub(super) name: &'static str,
    pub(super) needs: Vec<Ability>,
    /// Made when they are wanted: some hold megabytes.
    pub(super) cases: Box<dyn Fn() -> Vec<Case> + Send>,
}

impl Behaviour {
    /// One that is shown by several cases.
    pub(super) fn new(name: &'static str, cases: impl Fn() -> Vec<Case> + Send + 'static) -> Self {
        Self { name, needs: Vec::new(), cases: Box::new(cases) }
    }

    /// One that is shown by one case.
    pub(super) fn one(name: &'static str, case: impl Fn() -> Case + Send + 'static) -> Self {
        Self::new(name, move || vec![case()])
    }

    /// One that is the same for streams and for whole answers.
    pub(super) fn both(name: &'static str, answer: Answer, expect: Expect) -> Self {
        Self::new(name, move || {
            vec![
                Case::new("stream").answer(answer.clone()).stream(expect.clone()),
                Case::new("create").answer(answer.clone()).create(expect.clone()),
            ]
        })
    }

    /// One that only frames a body: an event stream for a stream, a document for a whole answer.
    pub(super) fn framed(
        name: &'static str,
        answer: impl Fn(&str) -> Answer + Send + 'static,
        expect: Expect,
    ) -> Self {
        Self::new(name, move || {
            vec![
                Case::new("stream").answer(answer(&bodies::events())).stream(expect.clone()),
                Case::new("create").answer(answer(&bodies::document())).create(expect.clone()),
            ]
        })
    }

    /// Left out where the transport cannot do this; there may be several such things.
    #[must_use]
    pub(super) fn needs(mut self, ability: Ability) -> Self {
        self.needs.push(ability);
        self
    }
}

/// One server and the calls that it sees, in their order.
pub(super) struct Case {
    pub(super) label: String,
    pub(super) place: Place,
    pub(super) replies: Replies,
    pub(super) greeting: Option<Greeting>,
    pub(super) early: Option<Answer>,
    pub(super) settings: Settings,
    pub(super) acts: Vec<Act>,
}

/// Where the calls go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    #[default]
    Gateway,
    /// A port where connections are neither accepted nor refused.
    Deaf,
    /// A port where nobody listens.
    Nobody,
}

/// How requests are answered.
pub(super) enum Replies {
    /// In this order.
    InOrder(Vec<Answer>),
    /// By a function of the request and of the base URL of another gateway.
    By(Arc<Reply>),
}

pub(super) type Reply = dyn Fn(&RecordedRequest, &str) -> Answer + Send + Sync;
pub(super) type Greeting = Arc<dyn Fn(usize) -> Option<Answer> + Send + Sync>;
/// Looks at the gateway and at the other one.
pub(super) type Check = Box<dyn Fn(&Gateway, &Gateway) -> Result<(), String>>;

/// Settings of the client, where they are not those of the suite: two retries, and no deadline at all.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) max_retries: Option<u32>,
    /// 10 s if it is not set.
    pub(super) connect: Option<Duration>,
    pub(super) first_event: Option<Duration>,
    pub(super) idle: Option<Duration>,
    pub(super) total: Option<Duration>,
    /// How long the prompt is.
    pub(super) prompt: usize,
}

pub(super) enum Act {
    /// Asks for a whole answer.
    Create(Expect),
    /// Asks for a stream and reads it.
    Stream(Expect, Moves),
    /// Makes a call and drops it when the server has come to the gate.
    Abandon {
        streamed: bool,
        at: Gate,
    },
    /// Waits until that request's answer has ended in that way.
    Await(usize, Outcome),
    /// Waits until no connection is open.
    AwaitClosed,
    Check(Check),
}

/// What the reader of a stream does besides reading.
#[derive(Clone, Debug, Default)]
pub(super) struct Moves {
    /// Opens the gate when the text has come so far.
    pub(super) open: Option<(&'static str, Gate)>,
    /// Drops the stream when the text has come so far.
    pub(super) drop: Option<&'static str>,
}

impl Case {
    pub(super) fn new(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            place: Place::default(),
            replies: Replies::InOrder(Vec::new()),
            greeting: None,
            early: None,
            settings: Settings::default(),
            acts: Vec::new(),
        }
    }

    /// Answers the next request so.
    #[must_use]
    pub(super) fn answer(mut self, answer: Answer) -> Self {
        if let Replies::InOrder(answers) = &mut self.replies {
            answers.push(answer);
        }
        self
    }

    /// Answers so many requests so.
    #[must_use]
    pub(super) fn answers(self, count: usize, answer: &Answer) -> Self {
        (0..count).fold(self, |case, _| case.answer(answer.clone()))
    }

    /// Answers by a function of the request and of the base URL of another gateway, which must not be asked anything.
    #[must_use]
    pub(super) fn reply(
        mut self,
        reply: impl Fn(&RecordedRequest, &str) -> Answer + Send + Sync + 'static,
    ) -> Self {
        self.replies = Replies::By(Arc::new(reply));
        self
    }

    /// What is played as soon as a connection (numbered from 0) is accepted.
    #[must_use]
    pub(super) fn greeting(
        mut self,
        greeting: impl Fn(usize) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        self.greeting = Some(Arc::new(greeting));
        self
    }

    /// Answers the first connection so by the head of its request.
    #[must_use]
    pub(super) fn early(mut self, answer: Answer) -> Self {
        self.early = Some(answer);
        self
    }

    /// The calls go there.
    #[must_use]
    pub(super) fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    #[must_use]
    pub(super) fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    #[must_use]
    pub(super) fn create(self, expect: Expect) -> Self {
        self.act(Act::Create(expect))
    }

    #[must_use]
    pub(super) fn stream(self, expect: Expect) -> Self {
        self.act(Act::Stream(expect, Moves::default()))
    }

    /// Reads a stream, and opens the gate when the text has come so far.
    #[must_use]
    pub(super) fn stream_opening(self, text: &'static str, gate: &Gate, expect: Expect) -> Self {
        self.act(Act::Stream(expect, Moves { open: Some((text, gate.clone())), drop: None }))
    }

    /// Reads a stream until the text has come so far, and drops it.
    #[must_use]
    pub(super) fn stream_dropped(self, text: &'static str, expect: Expect) -> Self {
        self.act(Act::Stream(expect, Moves { open: None, drop: Some(text) }))
    }

    #[must_use]
    pub(super) fn act(mut self, act: Act) -> Self {
        self.acts.push(act);
        self
    }

    /// Looks at the gateway, and at the other one.
    #[must_use]
    pub(super) fn check(self, check: impl Fn(&Gateway, &Gateway) -> Result<(), String> + 'static) -> Self {
        self.act(Act::Check(Box::new(check)))
    }
}
