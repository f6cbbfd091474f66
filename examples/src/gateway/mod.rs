//! Whom the programs ask.

mod faults;

use std::env;
use std::io;
use std::thread;
use std::time::Duration;

use choreoai::{Client, ClientBuilder, Error, Timer, Transport};
use choreoai_testkit::{Script, demo};

/// The gateway of `CHOREOAI_BASE_URL`, or else one within the program, which serves until it is dropped.
#[derive(Debug)]
pub struct Gateway {
    embedded: Option<choreoai_testkit::Gateway>,
}

impl Gateway {
    /// Starts the [demonstration gateway](choreoai_testkit::demo), unless the environment names another one. Some of its
    /// models fail:
    ///
    /// | model | what comes |
    /// |---|---|
    /// | `no-such-model` | 404 `model_not_found` |
    /// | `forbidden-model` | 403 `permission_error` |
    /// | `spent-model` | 429 `insufficient_quota` |
    /// | `busy-model` | 429 `rate_limit_exceeded`, to be asked again after a second |
    /// | `broken-model` | 502 `provider_api_error` |
    /// | `flaky-model` | twice 503, then an answer, and so on |
    /// | `silent-model` | nothing, ever |
    ///
    /// # Errors
    /// If no port can be bound.
    pub fn demo() -> io::Result<Self> {
        let options = demo::Options { delay: Duration::from_millis(10), ..demo::Options::default() };
        Self::start(faults::script(demo::script(options)))
    }

    /// The same, but that no model fails, each answer begins after `latency`, and a streamed one comes all at once then.
    ///
    /// # Errors
    /// If no port can be bound.
    pub fn slow(latency: Duration) -> io::Result<Self> {
        let script = demo::script(demo::Options { delay: Duration::ZERO, ..demo::Options::default() });
        Self::start(Script::new(move |request| {
            thread::sleep(latency); // each connection has a thread
            script.answer(request)
        }))
    }

    fn start(script: Script) -> io::Result<Self> {
        if env::var_os("CHOREOAI_BASE_URL").is_some_and(|url| !url.is_empty()) {
            return Ok(Self { embedded: None });
        }
        let gateway = choreoai_testkit::Gateway::start(script.unrecorded())?;
        eprintln!("no CHOREOAI_BASE_URL: an embedded gateway answers at {}", gateway.base_url());
        Ok(Self { embedded: Some(gateway) })
    }

    /// A client of this gateway. For one that the environment names it is what `builder.env().build()` makes, and
    /// `Client::from_env()` is in a service.
    ///
    /// # Errors
    /// As [`ClientBuilder::build`]; without `CHOREOAI_API_KEY` too, where the gateway is that of the environment.
    pub fn client<T: Transport, R: Timer>(
        &self,
        builder: ClientBuilder<T, R>,
    ) -> Result<Client<T, R>, Error> {
        match &self.embedded {
            Some(gateway) => builder.base_url(gateway.base_url()).without_key().build(),
            None => builder.env().build(),
        }
    }

    /// How many connections it has accepted so far; only the embedded one tells.
    #[must_use]
    pub fn connections(&self) -> Option<usize> {
        self.embedded.as_ref().map(choreoai_testkit::Gateway::connections)
    }
}
