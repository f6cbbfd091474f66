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
        let failure = if error.is_connect() { self.not_connected(&error) } else { self.not_answered(&error) };
        failure.with_source(error.without_url())
    }

    /// The response failed after its head.
    pub(crate) fn failed_in_body(&self, error: reqwest::Error) -> TransportError {
        let cut = |context| TransportError::new(Kind::Truncated, context);
        let failure = if error.is_timeout() {
            cut(format!("the response of {self} timed out, by reqwest's settings or the network's"))
        } else {
            match Fault::of(&error) {
                Fault::Lost => {
                    cut(format!("the connection to {self} was lost in the middle of the response"))
                }
                fault => self.unreadable(fault),
            }
        };
        failure.with_source(error.without_url())
    }

    fn not_connected(&self, error: &reqwest::Error) -> TransportError {
        if let Some(refusal) = self.tls_refusal(error) {
            return refusal;
        }
        if error.is_timeout() {
            TransportError::new(Kind::ConnectTimeout, format!("could not connect to {self} in time"))
        } else if error.is_dns() {
            let host = self.proxy.as_ref().unwrap_or(&self.target).host();
            TransportError::new(Kind::Connect, format!("could not resolve the host name `{host}`"))
        } else {
            TransportError::new(Kind::Connect, format!("could not connect to {self}"))
        }
    }

    #[cfg(feature = "rustls")]
    fn tls_refusal(&self, error: &reqwest::Error) -> Option<TransportError> {
        let reason = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>())?;
        Some(choreoai::tls_refusal(&self.target, reason))
    }

    #[cfg(not(feature = "rustls"))]
    fn tls_refusal(&self, _: &reqwest::Error) -> Option<TransportError> {
        None
    }

    fn not_answered(&self, error: &reqwest::Error) -> TransportError {
        let target = &self.target;
        if error.is_builder() {
            return invalid(format!("the request to {target} cannot be sent by reqwest"));
        }
        if error.is_redirect() {
            return invalid(format!(
                "the reqwest client would not follow a redirect of {target}: build it with `redirect(Policy::none())`"
            ));
        }
        if error.is_timeout() {
            let context = format!("the request to {self} timed out, by reqwest's settings or the network's");
            return TransportError::new(Kind::Io, context);
        }
        match Fault::of(error) {
            Fault::Lost => {
                let context = format!("the connection to {self} was lost before it had answered");
                TransportError::new(Kind::Io, context)
            }
            fault => self.unreadable(fault),
        }
    }

    fn unreadable(&self, fault: Fault) -> TransportError {
        let target = &self.target;
        if fault == Fault::TooLarge {
            return TransportError::new(
                Kind::Limit,
                format!("the response of {target} is larger than is accepted"),
            );
        }
        TransportError::new(Kind::Protocol, format!("the response of {target} is not valid HTTP"))
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
