//! Which proxy a target has.

use std::env;

use super::super::Target;
use super::Proxy;
use super::bypass::Bypass;
use crate::{TransportError, TransportErrorKind};

/// Which requests go through which proxy: one for `http` targets, one for `https` targets, and who needs none.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    http: Option<Result<Proxy, String>>,
    https: Option<Result<Proxy, String>>,
    bypass: Bypass,
    /// Targets on this machine have no proxy.
    spare_loopback: bool,
}

impl Proxies {
    /// No proxy for anybody.
    pub fn none() -> Self {
        Self::default()
    }

    /// `proxy` for every target.
    pub fn all(proxy: Proxy) -> Self {
        Self::none().http(proxy.clone()).https(proxy)
    }

    /// What the environment says, by the rules of curl.
    ///
    /// | variable | it is |
    /// |---|---|
    /// | `http_proxy`, `HTTP_PROXY` | the proxy for `http` targets |
    /// | `https_proxy`, `HTTPS_PROXY` | the proxy for `https` targets |
    /// | `all_proxy`, `ALL_PROXY` | the proxy for targets that have none by those above |
    /// | `no_proxy`, `NO_PROXY` | who has no proxy, see [`except`](Self::except) |
    ///
    /// Lower case goes before upper case, and an empty variable is none. A proxy is written as [`Proxy::parse`] says; one that
    /// cannot be used makes the requests that would go through it fail, instead of going another way. Where
    /// `REQUEST_METHOD` is set `HTTP_PROXY` is not read: to a CGI program it is what the client sent as the header `Proxy`.
    ///
    /// Other than with curl, targets on this machine ([`Target::is_loopback`]) have no proxy: what listens there cannot be
    /// reached from elsewhere.
    pub fn from_env() -> Self {
        // What is no Unicode is no URL either, and is refused as such.
        Self::from_variables(|name| env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    /// `proxy` for `http` targets.
    #[must_use]
    pub fn http(mut self, proxy: Proxy) -> Self {
        self.http = Some(Ok(proxy));
        self
    }

    /// `proxy` for `https` targets: it is asked for a tunnel, and sees the host and the port, and nothing else.
    #[must_use]
    pub fn https(mut self, proxy: Proxy) -> Self {
        self.https = Some(Ok(proxy));
        self
    }

    /// No proxy for the targets that `list` names, beside those that are named already.
    ///
    /// The list is written like `NO_PROXY`: elements with commas or spaces between them, in any case.
    ///
    /// | element | whom it names |
    /// |---|---|
    /// | `example.com`, `.example.com`, `*.example.com` | that name and all names below it |
    /// | `10.1.2.3`, `2001:db8::1` | that address |
    /// | `10.0.0.0/8`, `2001:db8::/32` | the addresses of that network |
    /// | one of these with `:port` (`[2001:db8::1]:8000`) | the same on that port alone |
    /// | `*` | everybody |
    ///
    /// Names are compared as they are written, never resolved. What is none of these names nobody.
    #[must_use]
    pub fn except(mut self, list: &str) -> Self {
        self.bypass.add(list);
        self
    }

    /// The proxy between here and `target`.
    ///
    /// # Errors
    ///
    /// [`TransportErrorKind::InvalidRequest`] where the environment names a proxy that cannot be used.
    pub fn proxy(&self, target: &Target) -> Result<Option<&Proxy>, TransportError> {
        let proxy = if target.is_https() { &self.https } else { &self.http };
        let direct = self.bypass.names(target) || self.spare_loopback && target.is_loopback();
        match proxy.as_ref().filter(|_| !direct) {
            None => Ok(None),
            Some(Ok(proxy)) => Ok(Some(proxy)),
            Some(Err(why)) => Err(TransportError::new(
                TransportErrorKind::InvalidRequest,
                format!("{target} is to be reached through a proxy: {why}"),
            )),
        }
    }

    fn from_variables(variable: impl Fn(&'static str) -> Option<String>) -> Self {
        let is_cgi = variable("REQUEST_METHOD").is_some();
        let first = |names: &[&'static str]| {
            let mut set = names.iter().filter_map(|name| Some((*name, variable(name)?)));
            set.find(|(_, value)| !value.trim_ascii().is_empty())
        };
        let proxy = |names: &[&'static str]| {
            let (name, url) = first(names).or_else(|| first(&["all_proxy", "ALL_PROXY"]))?;
            Some(Proxy::parse(&url).map_err(|error| format!("{name} is set, but {error}")))
        };
        let http: &[_] = match (is_cgi, cfg!(windows)) {
            (false, _) => &["http_proxy", "HTTP_PROXY"],
            (true, false) => &["http_proxy"],
            // There the two are one.
            (true, true) => &[],
        };
        let mut bypass = Bypass::default();
        if let Some((_, list)) = first(&["no_proxy", "NO_PROXY"]) {
            bypass.add(&list);
        }
        let https = proxy(&["https_proxy", "HTTPS_PROXY"]);
        Self { http: proxy(http), https, bypass, spare_loopback: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Variables<'a> = &'a [(&'a str, &'a str)];

    fn env(variables: Variables<'_>) -> Proxies {
        Proxies::from_variables(|name| {
            let (_, value) = variables.iter().find(|(set, _)| *set == name)?;
            Some((*value).to_owned())
        })
    }

    /// Where a request to `uri` goes first.
    fn through(proxies: &Proxies, uri: &str) -> String {
        match proxies.proxy(&Target::from_uri(&uri.parse().unwrap()).unwrap()) {
            Ok(Some(proxy)) => proxy.server().to_string(),
            Ok(None) => "direct".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn variables_have_their_order() {
        let cases: [(Variables<'_>, &str, &str); 11] = [
            (&[], "direct", "direct"),
            (&[("http_proxy", "a:1")], "a:1", "direct"),
            (&[("https_proxy", "a:1")], "direct", "a:1"),
            (&[("HTTP_PROXY", "a:1"), ("HTTPS_PROXY", "b:1")], "a:1", "b:1"),
            (&[("HTTP_PROXY", "a:1"), ("http_proxy", "b:1")], "b:1", "direct"),
            (&[("HTTP_PROXY", "a:1"), ("http_proxy", "")], "a:1", "direct"),
            (&[("ALL_PROXY", "a:1"), ("https_proxy", "b:1")], "a:1", "b:1"),
            (&[("all_proxy", "a:1"), ("ALL_PROXY", "b:1")], "a:1", "a:1"),
            // A CGI program's HTTP_PROXY is a header of the request.
            (&[("HTTP_PROXY", "a:1"), ("REQUEST_METHOD", "GET")], "direct", "direct"),
            (&[("HTTPS_PROXY", "a:1"), ("REQUEST_METHOD", "")], "direct", "a:1"),
            (&[("http_proxy", "a:1"), ("no_proxy", "gateway.example:80")], "direct", "direct"),
        ];
        for (variables, http, https) in cases {
            let proxies = env(variables);
            assert_eq!(through(&proxies, "http://gateway.example"), http, "{variables:?}");
            assert_eq!(through(&proxies, "https://gateway.example"), https, "{variables:?}");
        }
    }

    #[test]
    fn the_environment_spares_this_machine_and_a_proxy_that_was_given_does_not() {
        let hosts =
            ["localhost:8000", "LOCALHOST", "a.localhost", "127.0.0.1", "127.9.9.9", "[::1]", "localhost."];
        let (from_env, given) = (env(&[("all_proxy", "a:1")]), Proxies::all(Proxy::parse("a:1").unwrap()));
        for uri in hosts.map(|host| format!("http://{host}/")) {
            assert_eq!(
                (through(&from_env, &uri).as_str(), through(&given, &uri).as_str()),
                ("direct", "a:1"),
                "{uri}"
            );
        }
        for uri in ["http://notlocalhost", "http://128.0.0.1", "http://localhost.example"] {
            assert_eq!(through(&from_env, uri), "a:1");
        }
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_not_gone_around() {
        let proxies = env(&[("https_proxy", "socks5://user:hunter2@p:1"), ("no_proxy", "spared.example")]);
        let text = through(&proxies, "https://gateway.example");
        assert!(
            text.contains("gateway.example:443") && text.contains("https_proxy") && text.contains("socks5"),
            "{text}"
        );
        assert!(!format!("{text} {proxies:?}").contains("hunter2"));
        assert_eq!(through(&proxies, "http://gateway.example"), "direct");
        assert_eq!(through(&proxies, "https://spared.example"), "direct");
    }

    #[test]
    fn each_scheme_has_its_own() {
        let [a, b] = ["a:1", "b:1"].map(|url| Proxy::parse(url).unwrap());
        let proxies = Proxies::none().http(a).https(b).except("x.example").except("y.example");
        assert_eq!(through(&proxies, "http://gateway.example"), "a:1");
        assert_eq!(through(&proxies, "https://gateway.example"), "b:1");
        for uri in ["http://x.example", "https://y.example"] {
            assert_eq!(through(&proxies, uri), "direct");
        }
    }
}
