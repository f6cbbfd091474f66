//! The settings of a client.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::time::Duration;

use choreoai_core::deadline::Deadlines;
use choreoai_core::retry::Policy;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::api_key::ApiKey;
use crate::base_url::BaseUrl;
use crate::client::{Client, Settings};
use crate::{Error, Timer, Transport};

/// The environment variable that holds the API key.
const API_KEY_VARIABLE: &str = "CHOREOAI_API_KEY";
/// The environment variable that holds the base URL.
const BASE_URL_VARIABLE: &str = "CHOREOAI_BASE_URL";
/// How long a connection may take to stand, unless chosen otherwise.
const CONNECT: Duration = Duration::from_secs(10);
/// Headers that the client or its transport writes itself.
const RESERVED: [HeaderName; 7] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::CONTENT_TYPE,
    header::ACCEPT,
    header::ACCEPT_ENCODING,
];

/// Makes a [`Client`]. What is wrong with a setting is told by [`build`](Self::build).
#[must_use]
pub struct ClientBuilder<T, R> {
    transport: T,
    timer: R,
    base_url: Option<String>,
    api_key: Option<Key>,
    timeouts: Timeouts,
    retry: Policy,
    headers: HeaderMap,
    /// The first setting that was refused.
    refused: Option<Error>,
}

enum Key {
    Sent(String),
    None,
}

/// How long a call waits, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timeouts {
    pub(crate) connect: Duration,
    pub(crate) first_event: Option<Duration>,
    pub(crate) idle: Option<Duration>,
    pub(crate) total: Total,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Total {
    /// 30 s for a whole answer, none for a stream.
    Default,
    Set(Option<Duration>),
}

impl Timeouts {
    /// For a call that gives a stream, or a whole answer.
    pub(crate) fn deadlines(&self, streamed: bool) -> Deadlines {
        let defaults = if streamed { Deadlines::stream() } else { Deadlines::create() };
        let total = match self.total {
            Total::Default => defaults.total,
            Total::Set(total) => total,
        };
        Deadlines { connect: Some(self.connect), first_event: self.first_event, idle: self.idle, total }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        let Deadlines { first_event, idle, .. } = Deadlines::stream();
        Self { connect: CONNECT, first_event, idle, total: Total::Default }
    }
}

impl<T, R> ClientBuilder<T, R> {
    pub(crate) fn new(transport: T, timer: R) -> Self {
        Self {
            transport,
            timer,
            base_url: None,
            api_key: None,
            timeouts: Timeouts::default(),
            retry: Policy::new(),
            headers: HeaderMap::new(),
            refused: None,
        }
    }

    /// Where the gateway is; `http://localhost:8000` unless told otherwise.
    ///
    /// A path is kept as a prefix, and a last segment `v1` is not doubled. A user name, a query or a fragment is
    /// refused.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// The key, sent as `Authorization: Bearer <key>`. An empty key sends no such header.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        let key = key.into();
        self.api_key = Some(if key.is_empty() { Key::None } else { Key::Sent(key) });
        self
    }

    /// Sends no `Authorization` header.
    pub fn without_key(mut self) -> Self {
        self.api_key = Some(Key::None);
        self
    }

    /// Takes what has not been set yet from the environment: `CHOREOAI_API_KEY` and `CHOREOAI_BASE_URL`. A variable
    /// that is empty counts as absent.
    pub fn env(self) -> Self {
        self.variables(|name| env::var_os(name))
    }

    fn variables(mut self, lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let mut read = |name: &str| {
            let value = lookup(name).filter(|value| !value.is_empty())?;
            match value.into_string() {
                Ok(value) => Some(value),
                Err(_) => {
                    self.refused.get_or_insert_with(|| {
                        Error::invalid_request(format!("the environment variable {name} is not valid UTF-8"))
                    });
                    None
                }
            }
        };
        if self.base_url.is_none() {
            self.base_url = read(BASE_URL_VARIABLE);
        }
        if self.api_key.is_none() {
            self.api_key = read(API_KEY_VARIABLE).map(Key::Sent);
        }
        self
    }

    /// How long a connection, with TLS where it is asked for, may take to stand; 10 s unless chosen otherwise.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.check_timeout("connect", Some(timeout));
        self.timeouts.connect = timeout;
        self
    }

    /// How long the first event of the answer may take, counted from when its request is begun, connecting
    /// included; 30 s unless chosen otherwise, `None` for no limit.
    pub fn first_event_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeouts.first_event = timeout.into();
        self.check_timeout("first-event", self.timeouts.first_event);
        self
    }

    /// How long the answer may pause: comments, empty events and a repeated role are no progress. The time that the
    /// caller takes between two chunks does not count. 30 s unless chosen otherwise, `None` for no limit.
    pub fn idle_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeouts.idle = timeout.into();
        self.check_timeout("idle", self.timeouts.idle);
        self
    }

    /// How long a call may take altogether, retries included; unless chosen otherwise 30 s for a whole answer and no
    /// limit for a stream. `None` for no limit.
    ///
    /// A silent server is asked again only while this leaves time after the
    /// [first-event timeout](Self::first_event_timeout); the defaults leave none for a whole answer.
    pub fn total_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        let total = timeout.into();
        self.timeouts.total = Total::Set(total);
        self.check_timeout("total", total);
        self
    }

    /// How many requests may follow a failed one; 2 unless chosen otherwise.
    ///
    /// Only what failed before anything of the answer came is retried. A server that had begun to make an answer by
    /// then may bill it all the same.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.retry.max_retries = retries;
        self
    }

    /// How often, after what and how long to wait between retries, in full.
    pub fn retry(mut self, policy: Policy) -> Self {
        self.retry = policy;
        self
    }

    /// A header that every request carries. A later value replaces an earlier one of the same name.
    ///
    /// Refused are what HTTP cannot carry, and the headers that the client writes itself. `Authorization` may be
    /// set instead of a key.
    pub fn default_header(mut self, name: &str, value: &str) -> Self {
        match checked_header(name, value) {
            Ok((name, value)) => {
                self.headers.insert(name, value);
            }
            Err(error) => {
                self.refused.get_or_insert(error);
            }
        }
        self
    }

    /// What carries the requests.
    pub fn transport<U>(self, transport: U) -> ClientBuilder<U, R> {
        let Self { timer, base_url, api_key, timeouts, retry, headers, refused, .. } = self;
        ClientBuilder { transport, timer, base_url, api_key, timeouts, retry, headers, refused }
    }

    /// What tells the time.
    pub fn timer<U>(self, timer: U) -> ClientBuilder<T, U> {
        let Self { transport, base_url, api_key, timeouts, retry, headers, refused, .. } = self;
        ClientBuilder { transport, timer, base_url, api_key, timeouts, retry, headers, refused }
    }

    fn check_timeout(&mut self, name: &str, timeout: Option<Duration>) {
        if timeout.is_some_and(|timeout| timeout.is_zero()) {
            self.refused.get_or_insert_with(|| {
                Error::invalid_request(format!("the {name} timeout is zero; it must be longer than that"))
            });
        }
    }
}

impl<T: Transport, R: Timer> ClientBuilder<T, R> {
    /// The client.
    ///
    /// # Errors
    ///
    /// `invalid_request` when a setting cannot be used, or when there is neither a key nor the wish to send none.
    pub fn build(self) -> Result<Client<T, R>, Error> {
        if let Some(refused) = self.refused {
            return Err(refused);
        }
        let base_url = BaseUrl::parse(self.base_url.as_deref().unwrap_or(BaseUrl::DEFAULT))?;
        let mut headers = self.headers;
        let api_key = match (self.api_key, headers.get(header::AUTHORIZATION)) {
            (Some(Key::Sent(_)), Some(_)) => {
                return Err(Error::invalid_request(
                    "both an API key and an Authorization header are set; leave one of them out",
                ));
            }
            (Some(Key::Sent(key)), None) => {
                let key = ApiKey::new(&key)?;
                headers.insert(header::AUTHORIZATION, key.bearer()?);
                Some(key)
            }
            (_, Some(authorization)) => ApiKey::of_header(authorization),
            (Some(Key::None), None) => None,
            (None, None) => return Err(missing_key(&base_url)),
        };
        headers
            .entry(header::USER_AGENT)
            .or_insert(HeaderValue::from_static(concat!("choreoai-rust/", env!("CARGO_PKG_VERSION"))));
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let settings = Settings {
            chat_url: base_url.endpoint("/v1/chat/completions")?,
            base_url,
            api_key,
            headers,
            timeouts: self.timeouts,
            retry: self.retry,
        };
        Ok(Client::new(self.transport, self.timer, settings))
    }
}

impl<T, R> fmt::Debug for ClientBuilder<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A base URL that was not checked yet may hold a password.
        f.debug_struct("ClientBuilder")
            .field("timeouts", &self.timeouts)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

fn checked_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let refused = |why: &str| Error::invalid_request(format!("the header {name:?} cannot be sent: {why}"));
    let parsed = HeaderName::try_from(name).map_err(|_| refused("its name is not valid"))?;
    if RESERVED.contains(&parsed) {
        return Err(refused("the client writes it itself"));
    }
    let mut value = HeaderValue::try_from(value)
        .map_err(|_| refused("its value holds a line break or another control character"))?;
    // Any header may carry a secret.
    value.set_sensitive(true);
    Ok((parsed, value))
}

fn missing_key(base_url: &BaseUrl) -> Error {
    Error::invalid_request(format!("no API key for {}", base_url.as_str())).with_hint(format!(
        "set {API_KEY_VARIABLE} or give a key; an empty key given on purpose sends no Authorization header"
    ))
}

#[cfg(test)]
mod tests;
