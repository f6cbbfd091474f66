//! The gateway's base URL.

use std::fmt;

use http::Uri;
use http::uri::Authority;

use crate::Error;
use crate::http1::Target;

/// Where the gateway is: scheme, host, port and path prefix, without the version.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    /// `https://host:port/prefix`, without a slash at its end.
    text: String,
}

impl BaseUrl {
    /// Where the gateway listens unless told otherwise.
    pub(crate) const DEFAULT: &'static str = "http://localhost:8000";

    /// Takes `http://` and `https://` URLs. A path is kept as a prefix; a last segment `v1` is dropped, since the
    /// endpoints bring it.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        if text.is_empty() {
            return Err(refused("it is empty"));
        }
        if let Some(place) = text.bytes().position(|byte| !byte.is_ascii_graphic()) {
            return Err(refused(&format!(
                "the character at byte {place} is white space, a control character or not ASCII"
            )));
        }
        let (scheme, rest) = text
            .split_once("://")
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"))
            .ok_or_else(|| refused("it does not start with http:// or https://"))?;
        if rest.contains('?') {
            return Err(refused("it has a query (`?`)"));
        }
        if rest.contains('#') {
            return Err(refused("it has a fragment (`#`)"));
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        // Nothing of the URL is repeated here: there may be a password in it.
        if authority.contains('@') {
            return Err(refused("it holds a user name or password (`@`); the API key is set on its own"));
        }
        check_authority(authority)?;

        let path = path.trim_end_matches('/');
        let prefix = path.strip_suffix("/v1").unwrap_or(path).trim_end_matches('/');
        let base = Self { text: format!("{}://{authority}{prefix}", scheme.to_ascii_lowercase()) };
        base.endpoint("/")?;
        Ok(base)
    }

    /// The URL of an endpoint; `path` begins with a slash.
    pub(crate) fn endpoint(&self, path: &str) -> Result<Uri, Error> {
        Uri::try_from(format!("{}{path}", self.text))
            .map_err(|error| refused(&format!("it is not a valid URL: {error}")))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is reached in the clear, over a network: `http://`, and neither `localhost` nor a loopback address.
    pub(crate) fn is_unencrypted(&self) -> bool {
        let target = self.endpoint("/").ok().and_then(|url| Target::from_uri(&url).ok());
        target.is_some_and(|target| !target.is_https() && !target.is_loopback())
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

fn check_authority(text: &str) -> Result<(), Error> {
    let authority = Authority::try_from(text)
        .map_err(|_| refused("its host is missing or not valid"))
        .and_then(|authority: Authority| {
            if authority.host().is_empty() { Err(refused("its host is missing")) } else { Ok(authority) }
        })?;
    let after_host = &text[authority.host().len()..];
    // `port_u16` takes a sign as well.
    let is_number = after_host.bytes().skip(1).all(|byte| byte.is_ascii_digit());
    let port = authority.port_u16().filter(|_| is_number);
    if !after_host.is_empty() && !matches!(port, Some(1..)) {
        return Err(refused("its port is not a number from 1 to 65535"));
    }
    Ok(())
}

fn refused(why: &str) -> Error {
    Error::invalid_request(format!(
        "the base URL cannot be used: {why}; it is written like {}",
        BaseUrl::DEFAULT
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted() {
        for (text, endpoint) in [
            ("http://localhost:8000", "http://localhost:8000/v1/chat/completions"),
            ("http://localhost:8000/", "http://localhost:8000/v1/chat/completions"),
            ("http://localhost:8000/v1", "http://localhost:8000/v1/chat/completions"),
            ("http://localhost:8000/v1/", "http://localhost:8000/v1/chat/completions"),
            ("HTTPS://Gateway.example", "https://Gateway.example/v1/chat/completions"),
            ("https://example.com/team/a", "https://example.com/team/a/v1/chat/completions"),
            ("https://example.com/team/a/v1//", "https://example.com/team/a/v1/chat/completions"),
            ("https://example.com/apiv1", "https://example.com/apiv1/v1/chat/completions"),
            ("https://example.com/v1/proxy", "https://example.com/v1/proxy/v1/chat/completions"),
            ("http://[::1]:8000/v1", "http://[::1]:8000/v1/chat/completions"),
            ("http://[::1]", "http://[::1]/v1/chat/completions"),
            ("http://127.0.0.1:65535", "http://127.0.0.1:65535/v1/chat/completions"),
        ] {
            let base = BaseUrl::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(base.endpoint("/v1/chat/completions").unwrap(), endpoint, "{text}");
        }
    }

    #[test]
    fn refused_with_the_reason() {
        for (text, reason) in [
            ("", "it is empty"),
            ("localhost:8000", "does not start with http:// or https://"),
            ("ftp://localhost", "does not start with http:// or https://"),
            ("http:/localhost", "does not start with http:// or https://"),
            ("http://", "host is missing"),
            ("http:///v1", "host is missing"),
            ("http://:8000", "host is missing"),
            ("http://user:hunter2@localhost", "user name or password"),
            ("http://hunter2@localhost", "user name or password"),
            ("http://localhost?key=hunter2", "query"),
            ("http://localhost/v1#top", "fragment"),
            ("http://localhost/v1\r\nX-Evil: 1", "byte 19"),
            ("http://localhost /", "byte 16"),
            ("http://bücher.example", "not ASCII"),
            ("http://localhost:", "port"),
            ("http://localhost:0", "port"),
            ("http://localhost:65536", "port"),
            ("http://localhost:http", "port"),
            ("http://localhost:+80", "port"),
            ("http://[::1", "host is missing or not valid"),
            ("http://localhost/<>", "not a valid URL"),
        ] {
            let error = match BaseUrl::parse(text) {
                Ok(base) => panic!("{text} was accepted as {base:?}"),
                Err(error) => error.to_string(),
            };
            assert!(error.contains(reason), "{text}: {error}");
            assert!(!error.contains("hunter2") && !error.contains('\r'), "{text}: {error}");
        }
    }
}
