//! Proxies: which there are, whom they are for, and how they are gone through.
//!
//! ```text
//! http target:   Connect to the proxy --> requests with the whole URL
//! https target:  Connect to the proxy --> CONNECT host:port, a 2xx --> the stream, for `Tls` to shake hands over
//! ```

mod bypass;
mod connector;
mod proxies;
mod tunnel;

use std::fmt;

use http::{HeaderValue, Uri, header};

pub use self::connector::{Proxied, Proxying};
pub use self::proxies::Proxies;
use super::Target;
use crate::{TransportError, TransportErrorKind};

/// An HTTP proxy, and what is said to it about who asks.
///
/// `Debug` shows where it is and never the user name and the password.
#[derive(Clone)]
pub struct Proxy {
    server: Target,
    authorization: Option<HeaderValue>,
}

impl Proxy {
    /// A proxy by its URL: `http://proxy.example:3128`, `http://user:password@proxy.example:3128`.
    ///
    /// Without a scheme `http` is meant, without a port 80. A user name and a password are percent-decoded and sent to
    /// the proxy, and to nobody else, as `Proxy-Authorization: Basic` (RFC 7617): in the clear, as is the way to the proxy.
    ///
    /// # Errors
    ///
    /// [`TransportErrorKind::InvalidRequest`] for another scheme (a proxy that is spoken to in SOCKS or over TLS is not
    /// supported), for a path, and for what is no URL. Nothing of the URL is repeated but the scheme.
    pub fn parse(url: &str) -> Result<Self, TransportError> {
        let url = url.trim_ascii();
        if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(unusable(
                "it holds white space, a control character or one outside ASCII: percent-encode it",
            ));
        }
        let rest = match url.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some((scheme, _)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                return Err(unusable(&format!(
                    "its scheme is `{scheme}`, and only http is spoken to a proxy"
                )));
            }
            Some(_) => return Err(unusable("its scheme is not valid")),
            None => url,
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#']) {
            return Err(unusable("it has a path, or a `/`, `?` or `#` that is not percent-encoded"));
        }
        let (credentials, authority) = match rest.rsplit_once('@') {
            Some((credentials, authority)) => (Some(credentials), authority),
            None => (None, rest),
        };
        let server = Uri::try_from(format!("http://{authority}/"))
            .ok()
            .and_then(|uri| Target::from_uri(&uri).ok())
            .ok_or_else(|| unusable("its host or its port is missing or not valid"))?;
        let authorization = credentials.map(basic).transpose()?;
        Ok(Self { server, authorization })
    }

    /// Where the proxy listens: an `http` target.
    pub fn server(&self) -> &Target {
        &self.server
    }

    /// Whether there are a user name and a password.
    pub fn has_credentials(&self) -> bool {
        self.authorization.is_some()
    }

    /// The value of `Proxy-Authorization`, if there is one, marked as sensitive.
    pub fn authorization(&self) -> Option<&HeaderValue> {
        self.authorization.as_ref()
    }

    /// The header field for the proxy.
    pub(super) fn field(&self) -> Option<(&str, &[u8])> {
        let value = self.authorization.as_ref()?;
        Some((header::PROXY_AUTHORIZATION.as_str(), value.as_bytes()))
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("server", &format_args!("{}", self.server))
            .field("has_credentials", &self.has_credentials())
            .finish()
    }
}

/// `user:password`, percent-encoded, as the value of `Proxy-Authorization`.
fn basic(credentials: &str) -> Result<HeaderValue, TransportError> {
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    let user = percent_decode(user);
    if user.contains(&b':') {
        return Err(unusable("its user name holds a colon, which Basic authentication cannot carry"));
    }
    let plain = [user.as_slice(), b":", &percent_decode(password)].concat();
    let mut value = HeaderValue::try_from(format!("Basic {}", base64(&plain)))
        .map_err(|_| unusable("its user name and password cannot be carried by an HTTP header"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// What is no escape stays as it is.
fn percent_decode(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        let escaped = match rest {
            [b'%', high, low, after @ ..] => {
                digit(*high).zip(digit(*low)).map(|(high, low)| (high << 4 | low, after))
            }
            _ => None,
        };
        let (byte, after) = escaped.unwrap_or((*byte, after));
        decoded.push(byte);
        rest = after;
    }
    decoded
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits =
            (0..3).fold(0, |bits, place| bits << 8 | u32::from(group.get(place).copied().unwrap_or(0)));
        for place in 0..4 {
            let digit = (bits >> (18 - 6 * place) & 63) as usize;
            text.push(if place <= group.len() { char::from(DIGITS[digit]) } else { '=' });
        }
    }
    text
}

fn unusable(why: &str) -> TransportError {
    let context =
        format!("the proxy's URL cannot be used: {why}; it is written like http://proxy.example:3128");
    TransportError::new(TransportErrorKind::InvalidRequest, context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_the_server_and_who_asks() {
        let cases = [
            ("http://proxy.example:3128", "proxy.example:3128", None),
            ("HTTP://Proxy.Example:3128/", "proxy.example:3128", None),
            ("proxy.example:3128", "proxy.example:3128", None),
            (" http://proxy.example\n", "proxy.example:80", None),
            ("http://[::1]:3128", "[::1]:3128", None),
            // RFC 7617, section 2, and its padding at every length.
            ("http://Aladdin:open%20sesame@p:1", "p:1", Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")),
            ("user:pass@p:1", "p:1", Some("Basic dXNlcjpwYXNz")),
            ("user@p:1", "p:1", Some("Basic dXNlcjo=")),
            ("http://u:%40%3a%zz%4@p:1", "p:1", Some("Basic dTpAOiV6eiU0")),
            ("http://u:a:b@p:1", "p:1", Some("Basic dTphOmI=")),
        ];
        for (url, server, authorization) in cases {
            let proxy = Proxy::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
            assert_eq!(proxy.server().to_string(), server, "{url}");
            assert!(!proxy.server().is_https());
            let field = authorization.map(|value| ("proxy-authorization", value.as_bytes()));
            assert_eq!(proxy.field(), field, "{url}");
            assert_eq!(proxy.has_credentials(), authorization.is_some());
        }
    }

    #[test]
    fn what_is_no_proxy_is_refused_and_secrets_are_not_repeated() {
        let cases = [
            ("", "its host or its port"),
            ("http://", "its host or its port"),
            ("http://:3128", "its host or its port"),
            ("socks5://hunter2@p:1", "its scheme is `socks5`"),
            ("https://user:hunter2@p:1", "its scheme is `https`"),
            ("hunter2@x://p", "its scheme is not valid"),
            ("http://p:3128/path", "it has a path"),
            ("http://user:hun/ter2@p:1", "it has a path"),
            ("http://user:hunter2@p:99999", "its host or its port"),
            ("http://user:hunter2@p:x", "its host or its port"),
            ("http://user:hunter2@[::1%25eth0]:1", "its host or its port"),
            ("http://user:hunter2@p q", "white space"),
            ("http://user:hunter2@bücher.example", "outside ASCII"),
            ("http://p\r\nX-Evil: 1", "white space"),
            ("http://us%3aer:hunter2@p:1", "holds a colon"),
        ];
        for (url, expected) in cases {
            let error = Proxy::parse(url).expect_err(url);
            assert_eq!(error.kind(), TransportErrorKind::InvalidRequest);
            let text = format!("{error} {error:?}");
            assert!(text.contains(expected), "{url}: {text}");
            assert!(!text.contains("hunter2") && !text.contains("X-Evil"), "{url}: {text}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let text = format!("{:?}", Proxy::parse("http://user:hunter2@p:3128").unwrap());
        assert_eq!(text, "Proxy { server: p:3128, has_credentials: true }");
    }
}
