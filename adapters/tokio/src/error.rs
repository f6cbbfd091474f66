//! What reqwest's errors mean.
//!
//! Each keeps reqwest's own as its source, without the URL: a query may be secret.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::iter;

use choreoai::http1::Target;
use choreoai::{TransportError, TransportErrorKind as Kind};

/// Where a request goes, for errors to name.
#[derive(Debug)]
pub(crate) struct Way {
    pub(crate) target: Target,
    pub(crate) proxy: Option<Target>,
}

/// `gateway.example:443`, and through which proxy.
impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.target.fmt(f)?;
        match &self.proxy {
            Some(proxy) => write!(f, " through the proxy {proxy}"),
            None => Ok(()),
        }
    }
}

impl Way {
    /// The request failed before the head of the response was complete.
    pub(crate) fn failed_before_head(&self, error: reqwest::Error) -> TransportError {
        if error.is_connect() {
            return self.failed_to_connect(error);
        }
        let (kind, context) = if error.is_builder() {
            (Kind::InvalidRequest, format!("the request to {} cannot be sent by reqwest", self.target))
        } else if error.is_redirect() {
            let context = format!(
                "the reqwest client would not follow a redirect of {}: build it with `redirect(Policy::none())`",
                self.target
            );
            (Kind::InvalidRequest, context)
        } else if error.is_timeout() {
            (Kind::Io, format!("the request to {self} timed out, by reqwest's settings or the network's"))
        } else {
            match Fault::of(&error) {
                Fault::Lost => {
                    (Kind::Io, format!("the connection to {self} was lost before it had answered"))
                }
                fault => self.broken(fault),
            }
        };
        TransportError::new(kind, context).with_source(error.without_url())
    }

    /// The response failed after its head.
    pub(crate) fn failed_in_body(&self, error: reqwest::Error) -> TransportError {
        let (kind, context) = match Fault::of(&error) {
            Fault::Lost => {
                (Kind::Truncated, format!("the connection to {self} was lost in the middle of the response"))
            }
            fault => self.broken(fault),
        };
        TransportError::new(kind, context).with_source(error.without_url())
    }

    fn failed_to_connect(&self, error: reqwest::Error) -> TransportError {
        #[cfg(feature = "rustls")]
        {
            let mut reasons = causes(&error).filter_map(|cause| cause.downcast_ref::<rustls::Error>());
            let refusal = reasons.next().map(|reason| choreoai::tls_refusal(&self.target, reason));
            drop(reasons);
            if let Some(refusal) = refusal {
                return refusal.with_source(error.without_url());
            }
        }
        let (kind, context) = if error.is_timeout() {
            (Kind::ConnectTimeout, format!("could not connect to {self} in time"))
        } else if error.is_dns() {
            let host = self.proxy.as_ref().unwrap_or(&self.target).host();
            (Kind::Connect, format!("could not resolve the host name `{host}`"))
        } else {
            (Kind::Connect, format!("could not connect to {self}"))
        };
        TransportError::new(kind, context).with_source(error.without_url())
    }

    fn broken(&self, fault: Fault) -> (Kind, String) {
        match fault {
            Fault::TooLarge => {
                (Kind::Limit, format!("the response of {} is larger than is accepted", self.target))
            }
            _ => (Kind::Protocol, format!("the response of {} is not valid HTTP", self.target)),
        }
    }
}

/// What went wrong on a connection that stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The server broke HTTP.
    Malformed,
    /// A bound of hyper's was reached.
    TooLarge,
    /// The connection, or with HTTP/2 the stream, ended too early.
    Lost,
}

impl Fault {
    /// As the innermost of the causes that can tell says.
    fn of(error: &reqwest::Error) -> Self {
        causes(error).filter_map(Self::told_by).last().unwrap_or(Self::Lost)
    }

    fn told_by(cause: &(dyn StdError + 'static)) -> Option<Self> {
        #[cfg(feature = "rustls")]
        if cause.is::<rustls::Error>() {
            return Some(Self::Lost);
        }
        #[cfg(feature = "http2")]
        if let Some(error) = cause.downcast_ref::<h2::Error>() {
            // What this side calls an error is what the server has done wrong.
            return Some(if error.is_library() { Self::Malformed } else { Self::Lost });
        }
        if let Some(error) = cause.downcast_ref::<hyper::Error>() {
            return match error {
                error if error.is_parse_too_large() => Some(Self::TooLarge),
                error if error.is_parse() => Some(Self::Malformed),
                _ => None,
            };
        }
        // So hyper tells of chunks that it cannot read.
        let error = cause.downcast_ref::<io::Error>()?;
        matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput)
            .then_some(Self::Malformed)
    }
}

/// An error, and what caused it, link by link; those within I/O errors, which these do not call their sources, included.
fn causes<'e>(error: &'e (dyn StdError + 'static)) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    iter::successors(Some(error), |error| beneath(*error))
}

fn beneath<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e (dyn StdError + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

pub(crate) fn invalid(context: impl Into<String>) -> TransportError {
    TransportError::new(Kind::InvalidRequest, context)
}
