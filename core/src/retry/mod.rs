//! Whether a failed request is sent again, and after which wait.
//!
//! Decisions only: the time and the randomness are arguments, the waiting is the caller's.
//!
//! | outcome of the request | sent again? |
//! |---|---|
//! | no connection, or it failed before the response began | yes |
//! | connect timeout; first-event timeout with nothing delivered | yes |
//! | anything else after the head of a successful response | never: a repeated generation costs money |
//! | status below 300 | never, likewise |
//! | `x-should-retry: true` or `false` | as it says, whatever the code and the status |
//! | a code that cannot heal (see [`Outcome::Refused`]) | no, whatever the status |
//! | 408, 409, 429, 5xx but 501 | yes |
//! | any other status | no |
//!
//! | the wait before a retry | |
//! |---|---|
//! | a hint (see [`Hints::wait`]) up to [`Policy::hint_limit`] | the hint, exactly |
//! | a longer hint | no retry: the server has said that an earlier one is useless |
//! | no hint | `min(base * 2^n, cap)` before retry `n` (from 0), less up to 25 % of jitter |
//! | it and the waits before it exceed [`Policy::budget`] | no retry |
//! | it does not end before the time left for the whole call | no retry |
//!
//! ```
//! use core::time::Duration;
//! use choreoai_core::retry::{Decision, Hints, Outcome, Policy, Retry, Why};
//!
//! let mut retry = Retry::new(Policy::default());
//! let mut hints = Hints::default();
//! hints.header("retry-after", b"2");
//! let refused = Outcome::Refused { status: 429, code: Some("rate_limit_exceeded"), error_type: None, hints };
//!
//! let entropy = 0x9e37_79b9; // from the caller's generator
//! assert_eq!(retry.decide(&refused, entropy, None, None), Decision::Wait(Duration::from_secs(2)));
//! assert_eq!(retry.decide(&refused, entropy, None, None), Decision::Wait(Duration::from_secs(2)));
//! assert_eq!(retry.decide(&refused, entropy, None, None), Decision::GiveUp(Why::Exhausted));
//! assert_eq!(retry.attempts(), 3);
//! ```

mod date;
mod hints;
#[cfg(test)]
mod tests;

use core::fmt;
use core::time::Duration;

pub use hints::Hints;

use crate::decimal::{from_nanos, nanos};

/// How often and how long to retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How many requests may follow the first one; 2 unless chosen otherwise.
    pub max_retries: u32,
    /// What all waits of one call may add up to; 60 s unless chosen otherwise.
    pub budget: Duration,
    /// The longest hint of a server that is waited for; 60 s unless chosen otherwise.
    pub hint_limit: Duration,
    /// The wait before the first retry when the server gives no hint, doubled with each one; 500 ms unless chosen
    /// otherwise.
    pub base: Duration,
    /// What the doubling stops at; 8 s unless chosen otherwise.
    pub cap: Duration,
}

impl Policy {
    /// The defaults.
    pub const fn new() -> Self {
        Self {
            max_retries: 2,
            budget: Duration::from_secs(60),
            hint_limit: Duration::from_secs(60),
            base: Duration::from_millis(500),
            cap: Duration::from_secs(8),
        }
    }

    /// `min(base * 2^retry, cap)` less a share of up to a quarter, drawn by `entropy`.
    fn backoff(&self, retry: u32, entropy: u32) -> Duration {
        let (mut full, cap) = (nanos(self.base), nanos(self.cap));
        // Rather than a multiplication that saturates, which takes much code on a 32-bit machine.
        for _ in 0..retry.min(u64::BITS) {
            full = full.saturating_add(full);
        }
        let full = full.min(cap);
        from_nanos(full.saturating_sub(share(full >> 2, entropy)))
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::new()
    }
}

/// How a request ended that did not give what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome<'a> {
    /// No connection could be made, or it failed before the head of a response was complete.
    ConnectionFailed,
    /// The connection did not stand in time.
    ConnectTimeout,
    /// The first event (or, where nothing is streamed, the answer) did not begin in time, and nothing of it has
    /// been delivered. If anything has, it is [`Committed`](Self::Committed).
    FirstEventTimeout,
    /// The server answered with a status that is no success.
    Refused {
        /// The status of the response. One below 300 is never retried.
        status: u16,
        /// The code of the error body.
        ///
        /// Never healed by a retry, whatever the status, are: `missing_parameter`, `invalid_parameter_value`,
        /// `invalid_parameter_type`, `model_not_found`, `context_length_exceeded`, `invalid_messages_format`,
        /// `invalid_json`, `invalid_api_key`, `missing_authorization`, `malformed_authorization`,
        /// `api_key_expired`, `endpoint_not_found`, `resource_not_found`, `quota_exceeded`, `insufficient_quota`,
        /// `configuration_error`, `provider_not_configured`.
        code: Option<&'a str>,
        /// The type of the error body. Some servers put one of the codes here.
        error_type: Option<&'a str>,
        /// What the headers say.
        hints: Hints,
    },
    /// The head of a successful response had arrived, and then anything but
    /// [`FirstEventTimeout`](Self::FirstEventTimeout) happened.
    Committed,
    /// The same request would fail again for sure: it cannot be sent as it is, the certificate is not trusted, the
    /// peer does not speak HTTP.
    Permanent,
}

impl Outcome<'_> {
    /// Why the request is not to be repeated, if so, by the outcome alone.
    fn verdict(&self) -> Result<(), Why> {
        match *self {
            Self::ConnectionFailed | Self::ConnectTimeout | Self::FirstEventTimeout => Ok(()),
            Self::Committed => Err(Why::Committed),
            Self::Permanent => Err(Why::Permanent),
            Self::Refused { status: ..300, .. } => Err(Why::Committed),
            Self::Refused { status, code, error_type, hints } => {
                let hopeless = [code, error_type].into_iter().flatten().any(is_hopeless);
                let retryable = hints.should_retry().unwrap_or(!hopeless && is_transient(status));
                if retryable { Ok(()) } else { Err(Why::Permanent) }
            }
        }
    }

    /// How long the server asks to wait.
    fn hint(&self, unix_now: Option<u64>) -> Option<Duration> {
        match self {
            Self::Refused { hints, .. } => hints.wait(unix_now),
            _ => None,
        }
    }
}

/// What to do after a request has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Decision {
    /// Wait this long, then send the request again.
    Wait(Duration),
    /// Report the failure.
    GiveUp(Why),
}

/// Why a request is not sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Why {
    /// The same request would fail again, as the status, the code or `x-should-retry: false` says.
    Permanent,
    /// A successful response had begun.
    Committed,
    /// As many requests as allowed have been made.
    Exhausted,
    /// The server asks to wait for this long, which is over [`Policy::hint_limit`].
    HintTooLong(Duration),
    /// This wait and those before it exceed [`Policy::budget`].
    Budget(Duration),
    /// This wait does not end before the total deadline of the call.
    Deadline(Duration),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Permanent => "the same request would fail again",
            Self::Committed => "the answer had begun, and a repeated request could be billed twice",
            Self::Exhausted => "all retries are used up",
            Self::HintTooLong(_) => "the server asks to wait longer than the client may",
            Self::Budget(_) => "the wait would exceed the budget for all waits",
            Self::Deadline(_) => "the wait would not end before the total deadline",
        })
    }
}

/// The retries of one call.
#[derive(Clone, Debug)]
pub struct Retry {
    policy: Policy,
    retries: u32,
    /// In nanoseconds, by which less code compares it than by durations.
    waited: u64,
}

impl Retry {
    /// A call whose first request is made now.
    pub const fn new(policy: Policy) -> Self {
        Self { policy, retries: 0, waited: 0 }
    }

    /// What the retries go by.
    pub const fn policy(&self) -> Policy {
        self.policy
    }

    /// How many requests the call has made: 1, and one more for each [`Decision::Wait`]. An error reports it.
    pub const fn attempts(&self) -> u32 {
        self.retries.saturating_add(1)
    }

    /// What the waits have added up to so far.
    pub fn waited(&self) -> Duration {
        from_nanos(self.waited)
    }

    /// Decides what follows the `outcome` of the latest request; call once for each. After [`Decision::Wait`] the
    /// request is to be made.
    ///
    /// `entropy` is evenly distributed over all of `u32` and draws the jitter: 0 takes nothing off. `unix_now` is
    /// the wall clock in whole seconds of Unix time, where there is one; only a hint that is a date needs it.
    /// `time_left` is what the total deadline leaves, where there is one
    /// (see [`Clock::time_left`](crate::deadline::Clock::time_left)). Constant time.
    pub fn decide(
        &mut self,
        outcome: &Outcome<'_>,
        entropy: u32,
        unix_now: Option<u64>,
        time_left: Option<Duration>,
    ) -> Decision {
        match self.next_wait(outcome, entropy, unix_now, time_left) {
            Ok(wait) => {
                self.retries = self.retries.saturating_add(1);
                self.waited = self.waited.saturating_add(nanos(wait));
                Decision::Wait(wait)
            }
            Err(why) => Decision::GiveUp(why),
        }
    }

    fn next_wait(
        &self,
        outcome: &Outcome<'_>,
        entropy: u32,
        unix_now: Option<u64>,
        time_left: Option<Duration>,
    ) -> Result<Duration, Why> {
        outcome.verdict()?;
        if self.retries >= self.policy.max_retries {
            return Err(Why::Exhausted);
        }
        let wait = match outcome.hint(unix_now) {
            Some(hint) if nanos(hint) > nanos(self.policy.hint_limit) => return Err(Why::HintTooLong(hint)),
            Some(hint) => hint,
            None => self.policy.backoff(self.retries, entropy),
        };
        let length = nanos(wait);
        if length > nanos(self.policy.budget).saturating_sub(self.waited) {
            return Err(Why::Budget(wait));
        }
        // A wait that ends with the deadline leaves no time for the request.
        if time_left.is_some_and(|left| length >= nanos(left)) {
            return Err(Why::Deadline(wait));
        }
        Ok(wait)
    }
}

/// The statuses that may heal by themselves.
const fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 409 | 429 | 500 | 502..=599)
}

/// The codes that the gateway's documentation marks as not worth a retry.
#[cfg_attr(target_pointer_width = "32", inline(never))] // There is little room for it beside what calls it.
fn is_hopeless(code: &str) -> bool {
    HOPELESS.as_bytes().split(|byte| *byte == b' ').any(|known| known == code.as_bytes())
}

/// One behind the other: a table of references would take half as much again.
const HOPELESS: &str = "\
    missing_parameter \
    invalid_parameter_value \
    invalid_parameter_type \
    model_not_found \
    context_length_exceeded \
    invalid_messages_format \
    invalid_json \
    invalid_api_key \
    missing_authorization \
    malformed_authorization \
    api_key_expired \
    endpoint_not_found \
    resource_not_found \
    quota_exceeded \
    insufficient_quota \
    configuration_error \
    provider_not_configured";

/// `whole * entropy / 2^32`, rounded down: always less than `whole`, if that is not zero.
const fn share(whole: u64, entropy: u32) -> u64 {
    let entropy = entropy as u64;
    let high = (whole >> 32).saturating_mul(entropy);
    let low = (whole & 0xffff_ffff).saturating_mul(entropy) >> 32;
    high.saturating_add(low)
}
