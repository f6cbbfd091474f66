//! The clients of reqwest that are made here.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use choreoai::TransportError;
use choreoai::http1::{PoolLimits, Proxies, Proxy, Target};
use reqwest::redirect::Policy;

use crate::error::invalid;
#[cfg(feature = "rustls")]
use crate::tls::Tls;

/// How many fields the head of a response has at most.
const MAX_FIELDS: usize = 256;
/// How large the head of an HTTP/2 response is at most, each field counted with 32 bytes more (RFC 9113, section 6.5.2).
#[cfg(feature = "http2")]
const MAX_HTTP2_HEAD: u32 = 64 * 1024;
/// How long an HTTP/2 connection with open streams may be silent until the server is asked whether it is still there. One that
/// is not would go on swallowing requests, for they all share the connection.
#[cfg(feature = "http2")]
const PING_INTERVAL: Duration = Duration::from_secs(20);
/// How long the server may take to say so.
#[cfg(feature = "http2")]
const PING_TIMEOUT: Duration = Duration::from_secs(10);
/// How many clients are kept. A ChoreoAI client needs one.
const MAX_CLIENTS: usize = 16;

/// Makes clients as they are needed, for reqwest has some things for a client alone that here belong to a request.
pub(crate) struct Clients {
    pool_limits: PoolLimits,
    proxies: Proxies,
    #[cfg(feature = "rustls")]
    tls: Tls,
    /// The one that was used last is the last one.
    made: Mutex<Vec<(Route, reqwest::Client)>>,
}

/// What a client is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Route {
    https: bool,
    /// There is one proxy for each scheme, at most.
    proxied: bool,
    connect_timeout: Duration,
}

impl Clients {
    /// They trust the platform's roots.
    pub(crate) fn new(pool_limits: PoolLimits, proxies: Proxies) -> Self {
        Self {
            pool_limits,
            proxies,
            #[cfg(feature = "rustls")]
            tls: Tls::default(),
            made: Mutex::default(),
        }
    }

    #[cfg(feature = "rustls")]
    pub(crate) fn with_tls(self, tls: Tls) -> Self {
        Self { tls, ..self }
    }

    /// How many idle connections to one host are kept.
    pub(crate) fn max_idle(&self) -> usize {
        self.pool_limits.max_idle.min(self.pool_limits.max_idle_per_host)
    }

    /// The client for requests to `target`, with its connections.
    ///
    /// The platform's roots, where they are needed, are read at the first call for `https`.
    pub(crate) fn client(
        &self,
        target: &Target,
        connect_timeout: Duration,
    ) -> Result<reqwest::Client, TransportError> {
        if target.is_https() && cfg!(not(feature = "rustls")) {
            return Err(invalid(format!(
                "{target} is to be reached over https, but this client is built without TLS"
            )));
        }
        let proxy = self.proxy(target)?;
        let route = Route { https: target.is_https(), proxied: proxy.is_some(), connect_timeout };
        // It outlives the guard, which is declared after it: connections are closed without the lock.
        let _forgotten: Option<(Route, reqwest::Client)>;
        let mut made = self.made();
        let client = match made.iter().position(|(known, _)| *known == route) {
            Some(place) => made.remove(place).1,
            None => self.make(route, proxy)?,
        };
        made.push((route, client.clone()));
        _forgotten = (made.len() > MAX_CLIENTS).then(|| made.remove(0));
        Ok(client)
    }

    /// The proxy between here and `target`.
    pub(crate) fn proxy(&self, target: &Target) -> Result<Option<&Proxy>, TransportError> {
        self.proxies.proxy(target)
    }

    /// Forgets all clients, and with them the connections that are idle. Those in use are closed when they come back.
    pub(crate) fn forget(&self) {
        // Bound first: in one expression the guard would be dropped after what it guards.
        let forgotten = std::mem::take(&mut *self.made());
        drop(forgotten);
    }

    fn make(&self, route: Route, proxy: Option<&Proxy>) -> Result<reqwest::Client, TransportError> {
        let PoolLimits { idle_timeout, .. } = self.pool_limits;
        let mut builder = reqwest::Client::builder()
            .connect_timeout(route.connect_timeout)
            .pool_max_idle_per_host(self.max_idle())
            .pool_idle_timeout(idle_timeout)
            .tcp_nodelay(true)
            // The ChoreoAI client follows redirects itself, and never to another origin.
            .redirect(Policy::none())
            .referer(false)
            // Its `Proxies` decide, and not what reqwest reads from the environment.
            .no_proxy()
            // Another crate may have turned on these features of reqwest.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .http1_max_headers(MAX_FIELDS)
            // RFC 9112, section 5.2, lets a client read them.
            .http1_allow_obsolete_multiline_headers_in_responses(true);
        // Left as it is: `retry`, which repeats what an HTTP/2 server says that it has not processed, and nothing else.
        if let Some(proxy) = proxy {
            builder = builder.proxy(through(proxy)?);
        }
        #[cfg(feature = "http2")]
        {
            builder = builder
                .http2_max_header_list_size(MAX_HTTP2_HEAD)
                .http2_keep_alive_interval(PING_INTERVAL)
                .http2_keep_alive_timeout(PING_TIMEOUT);
        }
        #[cfg(feature = "rustls")]
        {
            let tls = if route.https { self.tls.config()? } else { Tls::unused()? };
            builder = builder.tls_backend_preconfigured(tls);
        }
        builder.build().map_err(|error| invalid("reqwest refuses its settings").with_source(error))
    }

    fn made(&self) -> MutexGuard<'_, Vec<(Route, reqwest::Client)>> {
        // Whatever a panicking thread left behind is as good as ever.
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The proxy as reqwest's own, for whatever is sent.
fn through(proxy: &Proxy) -> Result<reqwest::Proxy, TransportError> {
    let url = format!("http://{}", proxy.server());
    let through = reqwest::Proxy::all(url)
        .map_err(|error| invalid("the proxy cannot be used by reqwest").with_source(error.without_url()))?;
    Ok(match proxy.authorization() {
        Some(authorization) => through.custom_http_auth(authorization.clone()),
        None => through,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> Target {
        Target::from_uri(&url.parse().unwrap()).unwrap()
    }

    /// The routes of the clients that are kept, the one used last at the end.
    fn kept(clients: &Clients) -> Vec<Route> {
        clients.made().iter().map(|(route, _)| *route).collect()
    }

    #[test]
    fn a_client_serves_what_reqwest_need_not_tell_apart() {
        let proxies = Proxies::all(Proxy::parse("http://user:hunter2@proxy.example").unwrap());
        let clients = Clients::new(PoolLimits::default(), proxies.except("direct.example"));
        let (short, long) = (Duration::from_secs(1), Duration::from_secs(10));
        let direct = Route { https: false, proxied: false, connect_timeout: short };
        let proxied = Route { proxied: true, ..direct };
        let patient = Route { connect_timeout: long, ..direct };
        let uses = [
            ("http://direct.example", short, vec![direct]),
            ("http://a.direct.example:8000", short, vec![direct]),
            ("http://gateway.example", short, vec![direct, proxied]),
            ("http://direct.example", long, vec![direct, proxied, patient]),
            ("http://direct.example", short, vec![proxied, patient, direct]),
        ];
        for (url, connect_timeout, expected) in uses {
            clients.client(&target(url), connect_timeout).unwrap();
            assert_eq!(kept(&clients), expected, "{url}");
        }
        clients.forget();
        assert_eq!(kept(&clients), []);
    }

    #[test]
    fn clients_are_bounded() {
        let clients = Clients::new(PoolLimits::default(), Proxies::none());
        let target = target("http://gateway.example");
        for milliseconds in 1..100 {
            clients.client(&target, Duration::from_millis(milliseconds)).unwrap();
        }
        let timeouts: Vec<_> = kept(&clients).iter().map(|route| route.connect_timeout.as_millis()).collect();
        assert_eq!(timeouts, (84..100).collect::<Vec<_>>());
    }
}
