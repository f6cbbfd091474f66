//! The settings of a client.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use choreoai_core::deadline::Deadlines;
use choreoai_core::retry::Policy;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::base_url::BaseUrl;
use crate::client::{Client, Settings};
use crate::credentials::Credentials;
use crate::limits::Limits;
use crate::observe::{Observer, Observers};
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

/// Headers whose values are secrets, whoever sets them.
const SECRET_HEADERS: [&str; 6] =
    ["authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-auth-token"];

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
    /// Of those, the ones with a secret, besides [`SECRET_HEADERS`].
    secret_headers: Vec<HeaderName>,
    max_concurrent_calls: Option<usize>,
    max_requests: Option<(usize, Duration)>,
    observers: Observers,
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

    /// Why one of them cannot be kept.
    pub(crate) fn check(&self) -> Result<(), String> {
        let total = if let Total::Set(total) = self.total { total } else { None };
        let all = [
            ("connect", Some(self.connect)),
            ("first-event", self.first_event),
            ("idle", self.idle),
            ("total", total),
        ];
        match all.iter().find(|(_, timeout)| timeout.is_some_and(|timeout| timeout.is_zero())) {
            Some((name, _)) => Err(format!("the {name} timeout is zero; it must be longer than that")),
            None => Ok(()),
        }
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
            secret_headers: Vec::new(),
            max_concurrent_calls: None,
            max_requests: None,
            observers: Observers::default(),
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
        self.timeouts.connect = timeout;
        self.check_timeouts();
        self
    }

    /// How long the first event of the answer may take, counted from when its request is begun, connecting
    /// included; 30 s unless chosen otherwise, `None` for no limit.
    pub fn first_event_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeouts.first_event = timeout.into();
        self.check_timeouts();
        self
    }

    /// How long the answer may pause: comments, empty events and a repeated role are no progress. The time that the
    /// caller takes between two chunks does not count. 30 s unless chosen otherwise, `None` for no limit.
    pub fn idle_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeouts.idle = timeout.into();
        self.check_timeouts();
        self
    }

    /// How long a call may take altogether, retries and the time that a limit holds it back included. Unless chosen
    /// otherwise 30 s for a whole answer and no limit for a stream; `None` for no limit. No request is sent once it
    /// has passed.
    ///
    /// A silent server is asked again only while this leaves time after the
    /// [first-event timeout](Self::first_event_timeout); the defaults leave none for a whole answer.
    pub fn total_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeouts.total = Total::Set(timeout.into());
        self.check_timeouts();
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
    ///
    /// No value is shown by `Debug` or told to an [`Observer`]. Where a server repeats one in an error, it is left as it
    /// is: it may be an ordinary word. See [`secret_header`](Self::secret_header) for those that must not show there.
    pub fn default_header(mut self, name: &str, value: &str) -> Self {
        self.header(name, value);
        self
    }

    /// A [`default_header`](Self::default_header) with a secret in it, which is taken out of all that a server
    /// repeats in an error or in a header, like the API key: the whole value, and its last word, which is what
    /// follows the scheme in `Bearer` and the like; of `Cookie` each cookie and its value. Fewer than 4 bytes are
    /// no secret, and fewer than 8 are found only where they stand alone.
    ///
    /// `Authorization`, `Proxy-Authorization`, `Cookie`, `X-Api-Key`, `Api-Key` and `X-Auth-Token` are secret however
    /// they are set.
    pub fn secret_header(mut self, name: &str, value: &str) -> Self {
        if let Some(name) = self.header(name, value) {
            self.secret_headers.push(name);
        }
        self
    }

    /// How many calls may run at once, over all clones; as many as are made unless chosen otherwise.
    ///
    /// A call runs from before its first request until its answer has ended (a stream: finished, failed or dropped),
    /// retries and their pauses included. Others wait, first come, first served, and nobody overtakes; dropping a call
    /// that waits gives up its place in the queue. The time that it waits counts for the total timeout and for no
    /// other. A call that has a place and is not polled keeps it.
    ///
    /// 0 is refused.
    pub fn max_concurrent_calls(mut self, calls: usize) -> Self {
        if calls == 0 {
            self.refuse("at most 0 calls at once would let none run; allow 1 at least");
        }
        self.max_concurrent_calls = Some(calls);
        self
    }

    /// How many requests may be sent within any interval of this length, over all clones; no limit unless chosen
    /// otherwise.
    ///
    /// The interval slides: whichever moment it begins at, no more than `requests` are sent in it, retries and
    /// redirected requests included. So they may go out all at once, but then none for the rest of the interval. What
    /// counts is when a request is handed to the transport; the network may bring two closer together than that.
    /// Requests wait first come, first served, and a retry behind those that wait already; a call that is dropped makes
    /// room for the next. The time that a request waits counts for the total timeout and for no other.
    ///
    /// Costs 16 bytes for each request of the last interval. 0 requests, or an interval of 0, are refused.
    pub fn max_requests(mut self, requests: usize, per: Duration) -> Self {
        if requests == 0 || per.is_zero() {
            self.refuse("at most 0 requests, or an interval of 0, make no rate; allow 1 request at least");
        }
        self.max_requests = Some((requests, per));
        self
    }

    /// Is told of each request, response, retry and end; see [`Observer`]. May be called again: each is told.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observers.add(observer);
        self
    }

    /// What carries the requests.
    pub fn transport<U>(self, transport: U) -> ClientBuilder<U, R> {
        self.map(|_, timer| (transport, timer))
    }

    /// What tells the time.
    pub fn timer<U>(self, timer: U) -> ClientBuilder<T, U> {
        self.map(|transport, _| (transport, timer))
    }

    fn map<T2, R2>(self, change: impl FnOnce(T, R) -> (T2, R2)) -> ClientBuilder<T2, R2> {
        let (transport, timer) = change(self.transport, self.timer);
        ClientBuilder {
            transport,
            timer,
            base_url: self.base_url,
            api_key: self.api_key,
            timeouts: self.timeouts,
            retry: self.retry,
            headers: self.headers,
            secret_headers: self.secret_headers,
            max_concurrent_calls: self.max_concurrent_calls,
            max_requests: self.max_requests,
            observers: self.observers,
            refused: self.refused,
        }
    }

    fn header(&mut self, name: &str, value: &str) -> Option<HeaderName> {
        match checked_header(name, value) {
            Ok((name, value)) => {
                self.headers.insert(name.clone(), value);
                Some(name)
            }
            Err(error) => {
                self.refused.get_or_insert(error);
                None
            }
        }
    }

    fn refuse(&mut self, why: impl Into<String>) {
        self.refused.get_or_insert_with(|| Error::invalid_request(why));
    }

    fn check_timeouts(&mut self) {
        if let Err(why) = self.timeouts.check() {
            self.refuse(why);
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
        let has_api_key = matches!(self.api_key, Some(Key::Sent(_)));
        match (self.api_key, headers.get(header::AUTHORIZATION)) {
            (Some(Key::Sent(_)), Some(_)) => {
                return Err(Error::invalid_request(
                    "both an API key and an Authorization header are set; leave one of them out",
                ));
            }
            (Some(Key::Sent(key)), None) => {
                headers.insert(header::AUTHORIZATION, Credentials::bearer(&key)?);
            }
            (_, Some(_)) | (Some(Key::None), None) => {}
            (None, None) => return Err(missing_key(&base_url)),
        }
        let is_secret =
            |name: &HeaderName| SECRET_HEADERS.contains(&name.as_str()) || self.secret_headers.contains(name);
        let secret = headers.iter().filter(|&(name, _)| is_secret(name));
        let chat_url = base_url.endpoint("/v1/chat/completions")?;
        let of_transport = self.transport.credentials(&chat_url);
        let of_transport = of_transport.iter().map(|value| (&header::PROXY_AUTHORIZATION, value));
        let credentials = Credentials::of_headers(secret.chain(of_transport), has_api_key);
        headers
            .entry(header::USER_AGENT)
            .or_insert(HeaderValue::from_static(concat!("choreoai-rust/", env!("CARGO_PKG_VERSION"))));
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let settings = Settings {
            chat_url,
            base_url,
            headers,
            credentials,
            timeouts: self.timeouts,
            retry: self.retry,
            observers: Arc::new(self.observers),
        };
        settings.observers.check_encryption(&settings.base_url);
        let limits = Limits::new(self.max_concurrent_calls, self.max_requests);
        Ok(Client::new(self.transport, self.timer, settings, limits))
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
