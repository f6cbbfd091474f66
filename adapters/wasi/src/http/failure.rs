//! What the host's error codes mean.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use choreoai::http1::Target;
use choreoai::{TransportError, TransportErrorKind as Kind};
use wasip2::http::types::{ErrorCode, IoError};

/// How far a request had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// The host looked at the request.
    BeforeSending,
    /// The head of the response was awaited.
    BeforeHead,
    /// The body of the response was awaited.
    InBody,
}

/// The request to `target` failed at this moment. The host's code is the source, in words.
pub(super) fn failure(target: &Target, moment: Moment, code: ErrorCode) -> TransportError {
    let kind = kind(&code, moment);
    let context = match (kind, moment) {
        (Kind::Connect | Kind::ConnectTimeout, _) => format!("could not connect to {target}"),
        (Kind::Tls, _) => format!("could not agree on TLS with {target}"),
        (Kind::InvalidRequest, _) => format!("the host does not send the request to {target}"),
        (Kind::Protocol | Kind::Limit, _) => format!("the host cannot read the response of {target}"),
        (_, Moment::InBody) => format!("the response of {target} was cut"),
        _ => format!("no response came from {target}"),
    };
    TransportError::new(kind, context).with_source(HostError(code))
}

/// The body of the response broke off. There is a code behind the error in some hosts (`http-error-code`), but none that
/// tells more than its words, and jco traps where it is asked for.
pub(super) fn cut(target: &Target, error: &IoError) -> TransportError {
    TransportError::new(Kind::Truncated, format!("the response of {target} was cut"))
        .with_source(error.to_debug_string())
}

fn kind(code: &ErrorCode, moment: Moment) -> Kind {
    use ErrorCode as Code;
    match code {
        Code::DnsTimeout
        | Code::DnsError(_)
        | Code::DestinationNotFound
        | Code::DestinationUnavailable
        | Code::DestinationIpProhibited
        | Code::DestinationIpUnroutable
        | Code::ConnectionRefused
        | Code::ConnectionLimitReached => Kind::Connect,
        Code::ConnectionTimeout => Kind::ConnectTimeout,
        Code::TlsProtocolError | Code::TlsCertificateError | Code::TlsAlertReceived(_) => Kind::Tls,
        Code::HttpRequestDenied
        | Code::HttpRequestLengthRequired
        | Code::HttpRequestBodySize(_)
        | Code::HttpRequestMethodInvalid
        | Code::HttpRequestUriInvalid
        | Code::HttpRequestUriTooLong
        | Code::HttpRequestHeaderSectionSize(_)
        | Code::HttpRequestHeaderSize(_)
        | Code::HttpRequestTrailerSectionSize(_)
        | Code::HttpRequestTrailerSize(_)
        | Code::ConfigurationError => Kind::InvalidRequest,
        Code::HttpResponseHeaderSectionSize(_)
        | Code::HttpResponseHeaderSize(_)
        | Code::HttpResponseBodySize(_)
        | Code::HttpResponseTrailerSectionSize(_)
        | Code::HttpResponseTrailerSize(_) => Kind::Limit,
        Code::HttpResponseTransferCoding(_)
        | Code::HttpResponseContentCoding(_)
        | Code::HttpUpgradeFailed
        | Code::LoopDetected => Kind::Protocol,
        Code::HttpResponseIncomplete => Kind::Truncated,
        // Hosts say `HTTP-protocol-error` of a connection that was lost, too, and far more often than of invalid HTTP.
        Code::HttpProtocolError
        | Code::ConnectionTerminated
        | Code::ConnectionReadTimeout
        | Code::ConnectionWriteTimeout
        | Code::HttpResponseTimeout
        | Code::InternalError(_) => match moment {
            Moment::BeforeSending => Kind::InvalidRequest,
            Moment::BeforeHead => Kind::Io,
            Moment::InBody => Kind::Truncated,
        },
    }
}

/// A code of the host's, in words.
struct HostError(ErrorCode);

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words(&self.0))
    }
}

impl fmt::Debug for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl StdError for HostError {}

fn words(code: &ErrorCode) -> Cow<'static, str> {
    use ErrorCode as Code;
    let field = |field: Option<&str>| field.map_or_else(String::new, |name| format!(" (`{name}`)"));
    Cow::Borrowed(match code {
        Code::DnsTimeout => "its name was not resolved in time",
        Code::DnsError(payload) => {
            let rcode = payload.rcode.as_deref().map_or_else(String::new, |rcode| format!(" ({rcode})"));
            return format!("its name could not be resolved{rcode}").into();
        }
        Code::DestinationNotFound => "there is no such destination",
        Code::DestinationUnavailable => "it cannot be reached",
        Code::DestinationIpProhibited => "the host does not permit its address",
        Code::DestinationIpUnroutable => "there is no way to its address",
        Code::ConnectionRefused => "the connection was refused",
        Code::ConnectionTerminated => "the connection was lost",
        Code::ConnectionTimeout => "no connection stood in time",
        Code::ConnectionReadTimeout => "nothing came over the connection in time",
        Code::ConnectionWriteTimeout => "nothing could be written to the connection in time",
        Code::ConnectionLimitReached => "the host has as many connections as it may",
        Code::TlsProtocolError => "the TLS handshake failed",
        Code::TlsCertificateError => "its certificate is not trusted",
        Code::TlsAlertReceived(payload) => {
            let alert = payload.alert_message.clone();
            let alert = alert.or_else(|| payload.alert_id.map(|id| format!("number {id}")));
            return format!("it sent a TLS alert{}", field(alert.as_deref())).into();
        }
        Code::HttpRequestDenied => "the host does not permit it",
        Code::HttpRequestLengthRequired => "the host wants its length to be told",
        Code::HttpRequestBodySize(_) => "its body is too large for the host, or not as long as was said",
        Code::HttpRequestMethodInvalid => "the host does not take its method",
        Code::HttpRequestUriInvalid => "the host does not take its URL",
        Code::HttpRequestUriTooLong => "its URL is too long for the host",
        Code::HttpRequestHeaderSectionSize(_) => "its headers are too large for the host",
        Code::HttpRequestHeaderSize(payload) => {
            let name = payload.as_ref().and_then(|payload| payload.field_name.as_deref());
            return format!("a header is too large for the host{}", field(name)).into();
        }
        Code::HttpRequestTrailerSectionSize(_) | Code::HttpRequestTrailerSize(_) => {
            "its trailers are too large for the host"
        }
        Code::HttpResponseIncomplete => "it ended before it was complete",
        Code::HttpResponseHeaderSectionSize(_) => "its headers are too large for the host",
        Code::HttpResponseHeaderSize(payload) => {
            return format!("a header is too large for the host{}", field(payload.field_name.as_deref()))
                .into();
        }
        Code::HttpResponseBodySize(_) => "its body is too large for the host",
        Code::HttpResponseTrailerSectionSize(_) | Code::HttpResponseTrailerSize(_) => {
            "its trailers are too large for the host"
        }
        Code::HttpResponseTransferCoding(coding) => {
            return format!("the host does not know its transfer coding{}", field(coding.as_deref())).into();
        }
        Code::HttpResponseContentCoding(coding) => {
            return format!("the host does not know its content coding{}", field(coding.as_deref())).into();
        }
        Code::HttpResponseTimeout => "it did not come in the host's time",
        Code::HttpUpgradeFailed => "the protocol could not be changed",
        Code::HttpProtocolError => "the connection was lost, or what came is not valid HTTP",
        Code::LoopDetected => "the request goes round in a loop",
        Code::ConfigurationError => "the host is not set up for it",
        Code::InternalError(None) => "the host has failed and does not say why",
        Code::InternalError(Some(why)) => return format!("the host has failed: {why}").into(),
    })
}

#[cfg(test)]
mod tests {
    use wasip2::http::types::{DnsErrorPayload, FieldSizePayload, TlsAlertReceivedPayload};

    use super::*;

    fn told(moment: Moment, code: ErrorCode) -> (Kind, String) {
        let target = Target::from_uri(&"https://gateway.example/v1".parse().unwrap()).unwrap();
        let error = failure(&target, moment, code);
        (error.kind(), format!("{error}: {}", error.source().unwrap()))
    }

    #[test]
    fn a_failure_says_what_happened_where_and_why() {
        use Moment::{BeforeHead, BeforeSending, InBody};
        let cases = [
            (
                BeforeHead,
                ErrorCode::ConnectionRefused,
                Kind::Connect,
                "could not connect to gateway.example:443: the connection was refused",
            ),
            (
                BeforeHead,
                ErrorCode::DnsError(DnsErrorPayload { rcode: Some("ENOTFOUND".into()), info_code: None }),
                Kind::Connect,
                "could not connect to gateway.example:443: its name could not be resolved (ENOTFOUND)",
            ),
            (
                BeforeHead,
                ErrorCode::ConnectionTimeout,
                Kind::ConnectTimeout,
                "could not connect to gateway.example:443: no connection stood in time",
            ),
            (
                BeforeHead,
                ErrorCode::TlsAlertReceived(TlsAlertReceivedPayload {
                    alert_id: Some(40),
                    alert_message: None,
                }),
                Kind::Tls,
                "could not agree on TLS with gateway.example:443: it sent a TLS alert (`number 40`)",
            ),
            (
                BeforeSending,
                ErrorCode::HttpRequestDenied,
                Kind::InvalidRequest,
                "the host does not send the request to gateway.example:443: the host does not permit it",
            ),
            (
                InBody,
                ErrorCode::HttpResponseHeaderSize(FieldSizePayload {
                    field_name: Some("x".into()),
                    field_size: None,
                }),
                Kind::Limit,
                "the host cannot read the response of gateway.example:443: a header is too large for the host (`x`)",
            ),
            (
                BeforeHead,
                ErrorCode::InternalError(Some("why".into())),
                Kind::Io,
                "no response came from gateway.example:443: the host has failed: why",
            ),
        ];
        for (moment, code, kind, text) in cases {
            assert_eq!(told(moment, code), (kind, text.to_owned()));
        }
    }

    #[test]
    fn what_ends_a_body_early_is_never_an_end() {
        for code in [
            ErrorCode::HttpResponseIncomplete,
            ErrorCode::HttpProtocolError,
            ErrorCode::ConnectionTerminated,
            ErrorCode::ConnectionReadTimeout,
            ErrorCode::HttpResponseTimeout,
            ErrorCode::InternalError(None),
        ] {
            let (kind, text) = told(Moment::InBody, code);
            assert_eq!(kind, Kind::Truncated, "{text}");
            assert!(text.starts_with("the response of gateway.example:443 was cut: "), "{text}");
        }
    }
}
