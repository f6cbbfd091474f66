//! The content coding of a body (RFC 9110, section 8.4), taken off as it arrives.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{HeaderMap, header};
use pin_project_lite::pin_project;

use super::gzip::{Format, Inflater};
use crate::{ResponseBody, TransportError, TransportErrorKind};

/// How much text is inflated at a time.
const ROOM: usize = 16 << 10;
/// How many pieces may bring no text before other tasks get their turn.
const PIECES_PER_POLL: u32 = 64;

/// What a body is encoded with.
///
/// No coding is asked for, so most bodies have none; but some proxies compress all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// None by name; the first byte tells. No JSON, event stream or page begins as gzip does, and some proxies leave the
    /// name out.
    Untold,
    Gzip,
    Deflate,
    /// One that is not decoded here, or several.
    Unknown,
}

impl Coding {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::CONTENT_ENCODING).iter();
        let mut names = values
            .flat_map(|value| value.as_bytes().split(|&byte| byte == b','))
            .map(<[u8]>::trim_ascii)
            .filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case(b"identity"));
        match (names.next(), names.next()) {
            (None, _) => Self::Untold,
            (Some(name), None)
                if [&b"gzip"[..], b"x-gzip"].iter().any(|gzip| name.eq_ignore_ascii_case(gzip)) =>
            {
                Self::Gzip
            }
            (Some(name), None) if name.eq_ignore_ascii_case(b"deflate") => Self::Deflate,
            _ => Self::Unknown,
        }
    }

    /// The same for a body of which anything is to be read: a name that does not fit it is overlooked.
    pub(crate) fn leniently(self) -> Self {
        if self == Self::Gzip { Self::Untold } else { self }
    }
}

pin_project! {
    /// A body without its content coding; one of an unknown coding is given as it is.
    pub(crate) struct Decoded<B> {
        #[pin]
        body: B,
        mode: Mode,
    }
}

enum Mode {
    /// The first byte has not come.
    Undecided(Coding),
    Plain,
    Inflating(Box<Inflating>),
}

struct Inflating {
    inflater: Inflater,
    text: [u8; ROOM],
    start: usize,
    end: usize,
    /// There may be more text although all that arrived was taken.
    is_full: bool,
}

impl<B: ResponseBody> Decoded<B> {
    pub(crate) fn new(body: B, coding: Coding) -> Self {
        Self { body, mode: Mode::Undecided(coding) }
    }
}

impl<B: ResponseBody> ResponseBody for Decoded<B> {
    fn poll_data<'b>(
        self: Pin<&'b mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<&'b [u8], TransportError>> {
        let mut this = self.project();
        if let Mode::Undecided(coding) = *this.mode {
            let first = ready!(this.body.as_mut().poll_data(cx))?.first().copied();
            *this.mode = match (coding, first) {
                (Coding::Untold, Some(0x1f)) | (Coding::Gzip, Some(_)) => Mode::inflating(Format::Gzip),
                (Coding::Deflate, Some(_)) => Mode::inflating(Format::Deflate),
                _ => Mode::Plain,
            };
        }
        let Mode::Inflating(inflating) = this.mode else { return this.body.poll_data(cx) };
        for _ in 0..PIECES_PER_POLL {
            if inflating.start < inflating.end {
                return Poll::Ready(Ok(inflating
                    .text
                    .get(inflating.start..inflating.end)
                    .unwrap_or_default()));
            }
            if inflating.is_full {
                inflating.inflate(&[])?;
                continue;
            }
            let data = ready!(this.body.as_mut().poll_data(cx))?;
            if data.is_empty() {
                return Poll::Ready(inflating.end_of_body());
            }
            let taken = inflating.inflate(data)?;
            this.body.as_mut().consume(taken);
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let this = self.project();
        match this.mode {
            Mode::Inflating(inflating) => inflating.start += amount,
            _ => this.body.consume(amount),
        }
    }

    fn release(self: Pin<&mut Self>) {
        self.project().body.release();
    }
}

impl Mode {
    fn inflating(format: Format) -> Self {
        Self::Inflating(Box::new(Inflating {
            inflater: Inflater::new(format),
            text: [0; ROOM],
            start: 0,
            end: 0,
            is_full: false,
        }))
    }
}

impl Inflating {
    /// Fills the room once; how much of `data` that took.
    fn inflate(&mut self, data: &[u8]) -> Result<usize, TransportError> {
        let mut rest = data;
        let end = self.inflater.step(&mut rest, &mut self.text).map_err(|corrupt| {
            let context = format!("the response is compressed, and broken: {corrupt}");
            TransportError::new(TransportErrorKind::Protocol, context).with_source(corrupt)
        })?;
        (self.start, self.end) = (0, end);
        self.is_full = end == self.text.len();
        Ok(data.len() - rest.len())
    }

    fn end_of_body(&self) -> Result<&'static [u8], TransportError> {
        if self.inflater.is_complete() {
            return Ok(&[]);
        }
        let context = "the response ended within its compressed data";
        Err(TransportError::new(TransportErrorKind::Truncated, context))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn codings() {
        for (values, coding) in [
            (&[][..], Coding::Untold),
            (&[""], Coding::Untold),
            (&["identity"], Coding::Untold),
            (&["gzip"], Coding::Gzip),
            (&["X-GZIP"], Coding::Gzip),
            (&["identity, gzip"], Coding::Gzip),
            (&["Deflate"], Coding::Deflate),
            (&["br"], Coding::Unknown),
            (&["zstd"], Coding::Unknown),
            (&["gzip, gzip"], Coding::Unknown),
            (&["deflate", "gzip"], Coding::Unknown),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::CONTENT_ENCODING, HeaderValue::from_static(value));
            }
            assert_eq!(Coding::of(&headers), coding, "{values:?}");
        }
    }
}
