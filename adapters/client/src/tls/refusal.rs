//! Handshakes that fail, in plain words.

use futures_rustls::rustls::{self, CertificateError};

use crate::http1::Target;
use crate::{TransportError, TransportErrorKind};

/// How many of a certificate's names are told: it may have thousands.
const NAMES: usize = 5;

/// Says what it means that rustls refused `target`. The library's own words belong behind it, as the
/// [source](TransportError::with_source).
pub fn tls_refusal(target: &Target, error: &rustls::Error) -> TransportError {
    let context = match error {
        rustls::Error::InvalidCertificate(certificate) => certificate_refused(target, certificate),
        rustls::Error::InvalidMessage(_) => {
            format!("{target} does not speak TLS: check whether its URL starts with http://")
        }
        _ => format!("the TLS handshake with {target} failed"),
    };
    TransportError::new(TransportErrorKind::Tls, context)
}

fn certificate_refused(target: &Target, error: &CertificateError) -> String {
    match error {
        // A bad signature is what another CA of the same name looks like.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => format!(
            "the certificate of {target} is not trusted: no trusted CA has issued it; if the gateway has a CA of its own, \
             give that CA's certificate (--ca-file)"
        ),
        CertificateError::NotValidForName => {
            format!("the certificate of {target} is not valid for the name `{}`", target.host())
        }
        CertificateError::NotValidForNameContext { presented, .. } => format!(
            "the certificate of {target} is not valid for the name `{}`, but for: {}{}",
            target.host(),
            presented.get(..NAMES).unwrap_or(presented).join(", "),
            if presented.len() > NAMES { ", ..." } else { "" }
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            format!("the certificate of {target} has expired: renew it, or check this machine's clock")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            format!("the certificate of {target} is not valid yet: check this machine's clock")
        }
        _ => format!(
            "the certificate of {target} is not trusted; if the gateway has a certificate or a CA of its own, give that \
             (--ca-file)"
        ),
    }
}
