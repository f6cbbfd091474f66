//! Where requests go.

use core::fmt;

/// Where requests go, and with which key. Everything is borrowed.
///
/// It says what is written into the head of a request; the connection is the caller's and may lead anywhere. A host, a path, a
/// key or a header that cannot be written, because it holds a line break for instance, is
/// [`Error::Endpoint`](crate::Error::Endpoint) before a byte is sent. The key is in no `Debug` and no error.
#[derive(Clone, Copy)]
pub struct Endpoint<'a> {
    pub(crate) host: &'a str,
    pub(crate) path: &'a str,
    pub(crate) key: Option<&'a str>,
    pub(crate) headers: &'a [(&'a str, &'a [u8])],
}

impl<'a> Endpoint<'a> {
    /// The gateway at `host`: a name or an address, with its port unless that is the scheme's own (`gateway.example`,
    /// `192.168.7.1:8000`, `[fe80::1]:8000`).
    pub const fn new(host: &'a str) -> Self {
        Self { host, path: "/v1/chat/completions", key: None, headers: &[] }
    }

    /// Sends the key with each request (`Authorization: Bearer`).
    #[must_use]
    pub const fn with_key(mut self, key: &'a str) -> Self {
        self.key = Some(key);
        self
    }

    /// The whole path of chat completions, where it is not `/v1/chat/completions`: behind a proxy's prefix, for instance.
    #[must_use]
    pub const fn with_path(mut self, path: &'a str) -> Self {
        self.path = path;
        self
    }

    /// Adds headers to each request. `Host`, `Content-Length` and `Connection` are the client's own.
    #[must_use]
    pub const fn with_headers(mut self, headers: &'a [(&'a str, &'a [u8])]) -> Self {
        self.headers = headers;
        self
    }
}

/// `localhost:8000`, which is where a gateway listens unless told otherwise, without a key.
impl Default for Endpoint<'_> {
    fn default() -> Self {
        Self::new("localhost:8000")
    }
}

impl fmt::Debug for Endpoint<'_> {
    /// The host alone: the path, the key and the headers may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("host", &self.host).finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Endpoint<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Endpoint {{ host: {=str}, .. }}", self.host);
    }
}
