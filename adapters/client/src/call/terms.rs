//! How long calls wait and how often they are sent again, where that is told for them alone.

use choreoai_core::deadline::Deadlines;
use choreoai_core::retry::Policy;

use crate::builder::Timeouts;
use crate::{Client, Error};

/// As the client does, but for what was changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) timeouts: Timeouts,
    pub(crate) retry: Policy,
}

impl Terms {
    pub(crate) fn of<T, R>(client: &Client<T, R>) -> Self {
        let settings = client.settings();
        Self { timeouts: settings.timeouts, retry: settings.retry }
    }

    /// The deadlines of a call that gives a stream, or a whole answer. One that is zero is `invalid_request`.
    pub(crate) fn deadlines(&self, streamed: bool) -> Result<Deadlines, Error> {
        self.timeouts.check().map_err(Error::invalid_request)?;
        Ok(self.timeouts.deadlines(streamed))
    }
}

/// Gives a handle the settings of the builder that make sense for some of the calls alone.
macro_rules! terms_for_some_calls {
    ($handle:ident) => {
        /// Terms of the calls made through this handle, where they are not to be the client's. One that is refused is told by the
        /// call, as `invalid_request`, and nothing is sent.
        impl<T: $crate::Transport, R: $crate::Timer> $handle<'_, T, R> {
            /// How long a call may take altogether, instead of
            /// [`ClientBuilder::total_timeout`](crate::ClientBuilder::total_timeout); `None` for no limit.
            #[must_use]
            pub fn total_timeout(mut self, timeout: impl Into<Option<std::time::Duration>>) -> Self {
                self.terms.timeouts.total = $crate::builder::Total::Set(timeout.into());
                self
            }

            /// How long the answer may take to begin, instead of
            /// [`ClientBuilder::first_event_timeout`](crate::ClientBuilder::first_event_timeout); `None` for no limit.
            #[must_use]
            pub fn first_event_timeout(mut self, timeout: impl Into<Option<std::time::Duration>>) -> Self {
                self.terms.timeouts.first_event = timeout.into();
                self
            }

            /// How long the answer may pause, instead of
            /// [`ClientBuilder::idle_timeout`](crate::ClientBuilder::idle_timeout); `None` for no limit.
            #[must_use]
            pub fn idle_timeout(mut self, timeout: impl Into<Option<std::time::Duration>>) -> Self {
                self.terms.timeouts.idle = timeout.into();
                self
            }

            /// How many requests may follow a failed one, instead of
            /// [`ClientBuilder::max_retries`](crate::ClientBuilder::max_retries).
            #[must_use]
            pub fn max_retries(mut self, retries: u32) -> Self {
                self.terms.retry.max_retries = retries;
                self
            }
        }
    };
}

pub(crate) use terms_for_some_calls;
