//! Where a request goes.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use http::Uri;

use crate::{TransportError, TransportErrorKind};

/// Scheme, host and port of a request: what a connection is made to, and what a pooled connection is known by.
///
/// The host's name belongs to it, not its address: a connection whose certificate was checked for one name never
/// serves another one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    https: bool,
    host: Box<str>,
    port: u16,
}

impl Target {
    /// The target of an absolute `http` or `https` URI.
    ///
    /// # Errors
    ///
    /// [`TransportErrorKind::InvalidRequest`] for another scheme, for none, and for credentials in the URI: they
    /// would be lost in silence.
    pub fn from_uri(uri: &Uri) -> Result<Self, TransportError> {
        let https = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            Some(other) => {
                return Err(invalid(format!(
                    "the URL's scheme is `{other}`: only http and https are spoken"
                )));
            }
            None => return Err(invalid("the URL is not absolute: it must start with http:// or https://")),
        };
        let Some(authority) = uri.authority().filter(|authority| !authority.host().is_empty()) else {
            return Err(invalid("the URL names no host"));
        };
        if authority.as_str().contains('@') {
            return Err(invalid("the URL holds credentials before an `@`: pass the API key instead"));
        }
        let host = authority.host();
        let host = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(literal) if literal.parse::<Ipv6Addr>().is_ok() => literal,
            Some(_) => return Err(invalid(format!("{host} is no IPv6 address"))),
            None => host,
        };
        let port = match authority.as_str().get(authority.host().len()..) {
            None | Some("" | ":") => default_port(https),
            Some(port) => parse_port(port)?,
        };
        Ok(Self { https, host: host.to_ascii_lowercase().into_boxed_str(), port })
    }

    /// Whether the connection must be secured by TLS.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// The host's name or address, in lower case; an IPv6 address comes without its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, the scheme's own where the URI names none.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether the host is this machine by its name or address: `localhost` and names below it (RFC 6761, section 6.3),
    /// `127.0.0.0/8` and `::1`. Names are not resolved.
    pub fn is_loopback(&self) -> bool {
        let name = self.host.strip_suffix('.').unwrap_or(&self.host);
        match name.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => name == "localhost" || name.ends_with(".localhost"),
        }
    }

    /// The value of the `Host` field: the port is left out where it is the scheme's own (RFC 9110, section 7.2).
    pub(crate) fn host_field(&self) -> String {
        if self.port == default_port(self.https) { Host(&self.host).to_string() } else { self.to_string() }
    }
}

/// `host:port`, with brackets around an IPv6 address.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", Host(&self.host), self.port)
    }
}

struct Host<'a>(&'a str);

impl fmt::Display for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.contains(':') { write!(f, "[{}]", self.0) } else { f.write_str(self.0) }
    }
}

fn default_port(https: bool) -> u16 {
    if https { 443 } else { 80 }
}

/// `Authority::port` is no help: it takes a port out of range for none at all.
fn parse_port(text: &str) -> Result<u16, TransportError> {
    text.strip_prefix(':')
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| invalid("the URL's port is not between 0 and 65535"))
}

fn invalid(context: impl Into<String>) -> TransportError {
    TransportError::new(TransportErrorKind::InvalidRequest, context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_what_a_url_names() {
        let cases = [
            ("http://localhost:8000/v1", false, "localhost", 8000, "localhost:8000", "localhost:8000"),
            (
                "http://Gateway.Example/",
                false,
                "gateway.example",
                80,
                "gateway.example:80",
                "gateway.example",
            ),
            (
                "https://gateway.example",
                true,
                "gateway.example",
                443,
                "gateway.example:443",
                "gateway.example",
            ),
            ("https://h:80/", true, "h", 80, "h:80", "h:80"),
            ("http://127.0.0.1:0/", false, "127.0.0.1", 0, "127.0.0.1:0", "127.0.0.1:0"),
            ("http://[::1]:8000/", false, "::1", 8000, "[::1]:8000", "[::1]:8000"),
            ("https://[2001:DB8::1]/", true, "2001:db8::1", 443, "[2001:db8::1]:443", "[2001:db8::1]"),
        ];
        for (uri, https, host, port, display, field) in cases {
            let target = Target::from_uri(&uri.parse().unwrap()).unwrap();
            assert_eq!(
                (target.is_https(), target.host(), target.port(), target.to_string(), target.host_field()),
                (https, host, port, display.to_owned(), field.to_owned()),
                "{uri}"
            );
        }
    }

    #[test]
    fn loopback_is_known_by_its_names_and_addresses() {
        let is_loopback = |uri: &str| Target::from_uri(&uri.parse().unwrap()).unwrap().is_loopback();
        for uri in [
            "http://localhost",
            "http://LocalHost.",
            "https://a.localhost:8000",
            "http://127.0.0.1",
            "http://127.255.0.9",
            "http://[::1]",
            "http://[::ffff:127.0.0.1]",
        ] {
            assert!(is_loopback(uri), "{uri}");
        }
        for uri in [
            "http://localhost.example",
            "http://xlocalhost",
            "http://128.0.0.1",
            "http://[::2]",
            "http://0.0.0.0",
        ] {
            assert!(!is_loopback(uri), "{uri}");
        }
    }

    #[test]
    fn refuses_what_cannot_be_reached() {
        for uri in [
            "/v1/models",
            "gateway.example:80",
            "ftp://h/",
            "http://user:secret@h/",
            "http://secret@h/",
            "http://h:99999/",
            "http://h:+80/",
            "http://[fe80::1%25eth0]/",
            "http://[v1.x]/",
        ] {
            let uri = uri.parse::<Uri>().unwrap_or_else(|error| panic!("{uri}: {error}"));
            let error = Target::from_uri(&uri).unwrap_err();
            assert_eq!(error.kind(), TransportErrorKind::InvalidRequest, "{uri}");
            assert!(!format!("{error} {error:?}").contains("secret"));
        }
    }

    /// What could split a head or hide where a request goes does not get as far as this.
    #[test]
    fn the_uri_type_refuses_what_would_break_out() {
        for uri in [
            "http://h/\r\nX-Evil: 1",
            "http://h\r\n/",
            "http://h\0/",
            "http://h/a b",
            "http://h/\0",
            "http://a b/",
            "http://a\\@b/",
            "http://b\u{fc}cher.example/",
            "http://a%41/",
        ] {
            assert!(uri.parse::<Uri>().is_err(), "{uri:?}");
        }
    }
}
