//! What must come of a call.

use std::time::Duration;

use choreoai::{ChatCompletion, Error, ErrorKind, Verdict};

use super::hurried::Wait;
use super::picture::picture;
use super::{bodies, stage};

/// What must come of a call.
#[derive(Clone, Debug)]
#[must_use]
pub(super) struct Expect {
    end: End,
    /// The text of choice 0 that came, be it all or not.
    text: Option<String>,
    /// All that came; see [`picture`].
    picture: Option<String>,
    status: Option<u16>,
    code: Option<&'static str>,
    error_type: Option<&'static str>,
    param: Option<&'static str>,
    message: Option<String>,
    says: Vec<&'static str>,
    retryable: Option<bool>,
    retry_after: Option<Option<Duration>>,
    body: Option<(usize, bool)>,
    /// How many requests the result says were sent.
    attempts: u32,
    /// How many requests the server saw; `None`: that is left open.
    pub(super) requests: Option<usize>,
    pub(super) waits: Vec<Wait>,
    /// How much memory the call may hold at one time.
    pub(super) memory: u64,
    /// How much of the last answer the server may have been able to send before the connection was closed.
    pub(super) sent: Option<u64>,
    /// Whether the next request goes over the same connection.
    pub(super) kept: bool,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Verdict(Verdict),
    Error(ErrorKind),
    /// The caller dropped it.
    Dropped,
}

/// More than any small answer takes.
const LITTLE: u64 = 512 << 10;

impl Expect {
    /// A success that says this.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..Self::new(End::Verdict(Verdict::Finished)) }
    }

    /// A success that says what the usual bodies say.
    pub(super) fn answer() -> Self {
        Self::text(bodies::TEXT)
    }

    /// A success, and all that it says.
    pub(super) fn picture(picture: impl Into<String>) -> Self {
        Self { picture: Some(picture.into()), ..Self::new(End::Verdict(Verdict::Finished)) }
    }

    /// An error before anything of an answer came.
    pub(super) fn error(kind: ErrorKind) -> Self {
        Self { text: Some(String::new()), kept: false, ..Self::new(End::Error(kind)) }
    }

    /// An error status, after which the connection is kept.
    pub(super) fn status(status: u16) -> Self {
        Self { status: Some(status), kept: true, ..Self::error(ErrorKind::Http) }
    }

    /// The caller drops the stream when this has come.
    pub(super) fn dropped() -> Self {
        Self { kept: false, ..Self::new(End::Dropped) }
    }

    fn new(end: End) -> Self {
        Self {
            end,
            text: None,
            picture: None,
            status: None,
            code: None,
            error_type: None,
            param: None,
            message: None,
            says: Vec::new(),
            retryable: None,
            retry_after: None,
            body: None,
            attempts: 1,
            requests: Some(1),
            waits: Vec::new(),
            memory: LITTLE,
            sent: None,
            kept: true,
        }
    }

    /// It ends with `[DONE]` although no choice said why it ended.
    pub(super) fn done(mut self) -> Self {
        self.end = End::Verdict(Verdict::Done);
        self
    }

    /// What was delivered before the error.
    pub(super) fn after(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// What was delivered before the error is not looked at.
    pub(super) fn after_any(mut self) -> Self {
        self.text = None;
        self
    }

    pub(super) fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    pub(super) fn error_type(mut self, error_type: &'static str) -> Self {
        self.error_type = Some(error_type);
        self
    }

    pub(super) fn param(mut self, param: &'static str) -> Self {
        self.param = Some(param);
        self
    }

    /// The error's message is this.
    pub(super) fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// The error prints this among other things.
    pub(super) fn says(mut self, part: &'static str) -> Self {
        self.says.push(part);
        self
    }

    pub(super) fn retryable(mut self, retryable: bool) -> Self {
        self.retryable = Some(retryable);
        self
    }

    pub(super) fn retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// So much of the error's body is kept, and whether that is not all.
    pub(super) fn body(mut self, length: usize, shortened: bool) -> Self {
        self.body = Some((length, shortened));
        self
    }

    /// These waits come before further requests.
    pub(super) fn waits(mut self, waits: impl IntoIterator<Item = Wait>) -> Self {
        self.waits = waits.into_iter().collect();
        let retries = self.waits.len();
        self.attempts(u32::try_from(retries).unwrap_or(u32::MAX).saturating_add(1))
    }

    /// So many requests are sent.
    pub(super) fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self.requests = Some(attempts as usize);
        self
    }

    /// The server gets to see another number of requests than were sent; `None`: that is left open.
    pub(super) fn requests(mut self, requests: Option<usize>) -> Self {
        self.requests = requests;
        self
    }

    pub(super) fn memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    /// The server is cut off before it has sent so much.
    pub(super) fn cut_off_before(mut self, bytes: u64) -> Self {
        self.sent = Some(bytes);
        self.closed()
    }

    pub(super) fn kept(mut self) -> Self {
        self.kept = true;
        self
    }

    pub(super) fn closed(mut self) -> Self {
        self.kept = false;
        self
    }
}

/// What came of a call.
pub(super) struct Came {
    /// The whole answer, or as much of it as came.
    pub(super) completion: ChatCompletion,
    pub(super) end: Result<Option<Verdict>, Error>,
    /// How many requests a success says were sent.
    pub(super) attempts: Option<u32>,
    /// What broke the rules of a stream.
    pub(super) breaches: Vec<String>,
}

impl Expect {
    /// What is not as it must be.
    pub(super) fn check(&self, came: &Came) -> Vec<String> {
        let mut failures = came.breaches.clone();
        let mut fail = |failure: String| failures.push(failure);
        match (&self.end, &came.end) {
            (End::Verdict(verdict), Ok(Some(came))) if verdict == came => {}
            (End::Dropped, Ok(None)) => {}
            (End::Error(kind), Err(error)) if *kind == error.kind() => {}
            (_, Ok(end)) => fail(format!("expected {:?}, ended with {end:?}", self.end)),
            (_, Err(error)) => fail(format!("expected {:?}, came {}: {error}", self.end, error.kind())),
        }
        if let Some(text) = &self.text {
            let completion = &came.completion;
            let unbound = completion.unbound().and_then(|choice| choice.content.as_deref());
            let came = [completion.text(), unbound.unwrap_or_default()].concat();
            if came != *text {
                fail(format!("expected the text {:?}, came {:?}", shorten(text), shorten(&came)));
            }
        }
        if let Some(expected) = &self.picture {
            let came = picture(&came.completion);
            if came != *expected {
                fail(format!("expected [{expected}], came [{came}]"));
            }
        }
        match &came.end {
            Err(error) => {
                self.check_error(error, &mut fail);
                check_print(error, &mut fail);
            }
            Ok(_) => {
                if came.attempts.is_some_and(|attempts| attempts != self.attempts) {
                    fail(format!("expected {} attempts, came {:?}", self.attempts, came.attempts));
                }
            }
        }
        failures
    }

    fn check_error(&self, error: &Error, fail: &mut impl FnMut(String)) {
        let status = error.status().map(|status| status.as_u16());
        if self.status.is_some() && status != self.status {
            fail(format!("expected the status {:?}, came {status:?}", self.status));
        }
        let members = [
            ("code", self.code, error.code()),
            ("type", self.error_type, error.error_type()),
            ("param", self.param, error.param()),
            ("message", self.message.as_deref(), Some(error.message())),
        ];
        for (name, expected, came) in members {
            if expected.is_some() && expected != came {
                fail(format!("expected the {name} {expected:?}, came {came:?}"));
            }
        }
        let printed = error.to_string();
        for part in self.says.iter().filter(|part| !printed.contains(**part)) {
            fail(format!("{part:?} is not in {printed:?}"));
        }
        if self.retryable.is_some_and(|expected| expected != error.is_retryable()) {
            fail(format!("is_retryable() is {}", error.is_retryable()));
        }
        if self.retry_after.is_some_and(|expected| expected != error.retry_after()) {
            fail(format!("expected {:?}, came retry_after() = {:?}", self.retry_after, error.retry_after()));
        }
        let body = (error.body().len(), error.is_body_shortened());
        if self.body.is_some_and(|expected| expected != body) {
            fail(format!("expected the body {:?}, came {body:?} (length, shortened)", self.body));
        }
        if error.attempts() != self.attempts {
            fail(format!("expected {} attempts, came {}: {error}", self.attempts, error.attempts()));
        }
    }
}

/// What holds for every error.
fn check_print(error: &Error, fail: &mut impl FnMut(String)) {
    let (line, debug) = (error.to_string(), format!("{error:?}"));
    if line.is_empty() || line.contains(['\n', '\r']) || line.len() > 2000 {
        fail(format!("the error is not one short line: {:?}", shorten(&line)));
    }
    if line.contains(stage::KEY) || debug.contains(stage::KEY) {
        fail(format!("the error shows the API key: {}", shorten(&debug)));
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}... ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}
