//! What a client tells about its calls.

mod trace;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use choreoai_core::chat::Verdict;
use http::{HeaderMap, Method, Uri};

pub(crate) use self::trace::Trace;
use crate::base_url::BaseUrl;
use crate::{Error, ResponseHead};

/// Is told what the calls of a client do, as they do it: for logs, metrics and tests.
///
/// All methods do nothing by default. They are called by the task of the call, in their order, and hold it up: they
/// must not block, and must not panic. Neither a secret nor a word of a conversation is among what they are told,
/// except that an [`Error`] may quote the server.
///
/// ```
/// use choreoai::{Observer, ResponseInfo, RetryInfo};
///
/// struct Log;
///
/// impl Observer for Log {
///     fn response(&self, response: &ResponseInfo<'_>) {
///         println!("{} {:?}", response.head.status(), response.elapsed);
///     }
///
///     fn retry(&self, retry: &RetryInfo<'_>) {
///         println!("call {}: {}; again in {:?}", retry.call.id, retry.error, retry.wait);
///     }
/// }
/// ```
pub trait Observer: Send + Sync {
    /// A request is handed to the transport.
    fn request(&self, request: &RequestInfo<'_>) {
        let _ = request;
    }

    /// The head of a response has come, of whatever status.
    fn response(&self, response: &ResponseInfo<'_>) {
        let _ = response;
    }

    /// A request has failed and will be sent again after a pause.
    fn retry(&self, retry: &RetryInfo<'_>) {
        let _ = retry;
    }

    /// The answer has begun, so long after the call: its first chunk is there, or, where it is taken as a whole, its
    /// body.
    fn begun(&self, call: &CallInfo<'_>, elapsed: Duration) {
        let _ = (call, elapsed);
    }

    /// The call has ended; nothing more is told of it. Told once for each call, also for one that was held back and
    /// never sent a request.
    fn end(&self, end: &EndInfo<'_>) {
        let _ = end;
    }

    /// Something is allowed, but hardly meant.
    fn warning(&self, warning: &Warning<'_>) {
        let _ = warning;
    }
}

/// Which call it is.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallInfo<'a> {
    /// Its number among the calls of the client and its clones, from 1 on.
    pub id: u64,
    /// The method of its requests.
    pub method: &'a Method,
    /// The path of its requests, without the query.
    pub path: &'a str,
    /// The model that it asks, where it asks one.
    pub model: Option<&'a str>,
    /// Whether the answer is asked for as a stream.
    pub streamed: bool,
}

/// A request as it is handed to the transport.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RequestInfo<'a> {
    /// The call that it belongs to.
    pub call: CallInfo<'a>,
    /// Which request of its call it is, from 1 on.
    pub attempt: u32,
    /// The URL, without the query.
    pub url: &'a str,
    /// The headers. Of the key, and of all that were given as default headers, the value is `[redacted]`.
    pub headers: &'a HeaderMap,
    /// The length of the body in bytes.
    pub body_length: usize,
}

/// The head of a response.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ResponseInfo<'a> {
    /// The call that it belongs to.
    pub call: CallInfo<'a>,
    /// Its status and headers; where a header repeats a secret, that is redacted.
    pub head: &'a ResponseHead,
    /// How long it took, from when its request was handed to the transport.
    pub elapsed: Duration,
}

/// A failed request that will be sent again.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RetryInfo<'a> {
    /// The call that it belongs to.
    pub call: CallInfo<'a>,
    /// Why; [`Error::attempts`] says how many requests were sent so far.
    pub error: &'a Error,
    /// How long the pause is.
    pub wait: Duration,
}

/// A call that has ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct EndInfo<'a> {
    /// Which call it was.
    pub call: CallInfo<'a>,
    /// How it has ended.
    pub outcome: Outcome<'a>,
    /// How many requests were sent.
    pub attempts: u32,
    /// How long it took from its beginning on, the time that it was held back included.
    pub elapsed: Duration,
}

/// How a call has ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Outcome<'a> {
    /// With a complete answer; that of a chat has a verdict.
    Finished(Option<Verdict>),
    /// With an error.
    Failed(&'a Error),
    /// Its future, or its stream, was dropped before its end.
    Cancelled,
}

/// What is allowed, but hardly meant. Printed, it says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning<'a> {
    /// The base URL is `http://` and not that of this machine. Told once, when the client is built.
    #[non_exhaustive]
    Unencrypted {
        /// The base URL.
        base_url: &'a str,
    },
}

impl fmt::Display for Warning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unencrypted { base_url } => write!(
                f,
                "{base_url} is reached without encryption: whoever is on the way can read the API key and all \
                 that is said; use https"
            ),
        }
    }
}

/// Those who are told.
#[derive(Default)]
pub(crate) struct Observers {
    list: Vec<Box<dyn Observer>>,
    /// How many calls there were.
    calls: AtomicU64,
}

impl Observers {
    pub(crate) fn add(&mut self, observer: impl Observer + 'static) {
        self.list.push(Box::new(observer));
    }

    /// Warns of a server that is reached without encryption over a network.
    pub(crate) fn check_encryption(&self, base_url: &BaseUrl) {
        if base_url.is_unencrypted() {
            self.warn(&Warning::Unencrypted { base_url: base_url.as_str() });
        }
    }

    fn warn(&self, warning: &Warning<'_>) {
        #[cfg(feature = "tracing")]
        tracing::warn!(target: "choreoai", "{warning}");
        self.tell(|observer| observer.warning(warning));
    }

    fn tell(&self, what: impl FnMut(&dyn Observer)) {
        self.list.iter().map(|observer| &**observer).for_each(what);
    }

    fn next_id(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Whether anybody is to be told.
    fn is_any(&self) -> bool {
        #[cfg(feature = "tracing")]
        if tracing::level_filters::LevelFilter::current() != tracing::level_filters::LevelFilter::OFF {
            return true;
        }
        !self.list.is_empty()
    }
}

impl fmt::Debug for Observers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observers").field("count", &self.list.len()).finish_non_exhaustive()
    }
}

/// The URL as it may be shown.
fn without_query(url: &Uri) -> String {
    let scheme = url.scheme_str().unwrap_or_default();
    let authority = url.authority().map_or("", |authority| authority.as_str());
    format!("{scheme}://{authority}{}", url.path())
}
