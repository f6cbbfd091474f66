//! The head of a request (RFC 9112, sections 3 and 5).

use core::fmt;

use super::syntax::{Bytes, TOKEN, is_space, is_visible};
use crate::ascii::is_same;

/// The method of a request (RFC 9110, section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// `GET`
    Get,
    /// `HEAD`: its response has no body.
    Head,
    /// `POST`
    Post,
    /// `CONNECT`: asks a proxy for a tunnel (RFC 9110, section 9.3.6). The target is the host and port to reach.
    Connect,
}

impl Method {
    /// The method as it is written on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Connect => "CONNECT",
        }
    }
}

/// A checked request head, and how far it has been written.
///
/// It borrows everything. `F` yields the fields, and yields the same ones from each clone. `Host`, `Content-Length`
/// and `Connection` are written here and refused among the fields. To write the head again, clone it beforehand.
#[derive(Clone)]
pub struct RequestHead<'a, F> {
    method: Method,
    target: &'a str,
    host: &'a str,
    bearer: Option<&'a str>,
    fields: F,
    /// What of the length is still to be written: the digits of the highest place on come off its front.
    content_length: u64,
    close: bool,
    /// What is to be written of the segment that was begun.
    rest: &'a [u8],
    /// What comes behind it.
    next: Segment,
    /// The field that is being written, or was the last.
    field: (&'a str, &'a [u8]),
    /// The digit of the length that is to be written next, counted from the end.
    place: u8,
}

/// Why a request cannot be sent. It never shows a value, a target or a name that is none: they may hold secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestError<'a> {
    kind: RequestErrorKind,
    field: Option<&'a str>,
    position: usize,
}

/// What is wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestErrorKind {
    /// The target is neither `/...` nor an `http://` or `https://` URL (for `CONNECT`: no host and port), or holds a
    /// `#`, white space, a control character or something other than ASCII (RFC 9112, section 3.2).
    InvalidTarget,
    /// The host is empty or holds a character that an authority without user information does not (RFC 3986,
    /// section 3.2).
    InvalidHost,
    /// A field name that is empty or holds something other than token characters (RFC 9110, section 5.1).
    InvalidFieldName,
    /// A field value with a control character in it: CR, LF, NUL (RFC 9110, section 5.5).
    InvalidFieldValue,
    /// A field that frames the message or concerns the connection, which the client sets itself (RFC 9110, section
    /// 7.6.1).
    ReservedField,
}

/// The fields that are refused.
const RESERVED: [&str; 9] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
];

impl<'a, F: Iterator<Item = (&'a str, &'a [u8])> + Clone> RequestHead<'a, F> {
    /// A request for `target`: a path with its query (`/v1/models`), or a whole URL if it goes to a proxy; for
    /// `CONNECT` a host with its port, and nothing else (RFC 9112, section 3.2.3). `host` is
    /// the authority of the URL (`gateway.example:8000`, `[::1]:8000`), IDNA-encoded, without user information;
    /// with a whole URL, or after `CONNECT`, it repeats that one's, which is not checked.
    ///
    /// # Errors
    /// Says what cannot be sent, and in which field. Reads each field once.
    pub fn new(
        method: Method,
        target: &'a str,
        host: &'a str,
        fields: impl IntoIterator<IntoIter = F>,
    ) -> Result<Self, RequestError<'a>> {
        let fields = fields.into_iter();
        let fits = if method == Method::Connect { is_authority(target) } else { is_target(target) };
        if !fits {
            return Err(RequestError::new(RequestErrorKind::InvalidTarget));
        }
        if !is_host(host) {
            return Err(RequestError::new(RequestErrorKind::InvalidHost));
        }
        for (position, (name, value)) in fields.clone().enumerate() {
            let refuse = |kind, field| Err(RequestError { kind, field, position });
            if name.is_empty() || !TOKEN.contain_all(name) {
                return refuse(RequestErrorKind::InvalidFieldName, None);
            }
            if RESERVED.iter().any(|reserved| is_same(name.as_bytes(), reserved.as_bytes())) {
                return refuse(RequestErrorKind::ReservedField, Some(name));
            }
            if !value.iter().all(|&byte| is_visible(byte) || is_space(byte)) {
                return refuse(RequestErrorKind::InvalidFieldValue, Some(name));
            }
        }
        Ok(Self {
            method,
            target,
            host,
            bearer: None,
            fields,
            content_length: 0,
            close: false,
            rest: b"",
            next: Segment::Method,
            field: ("", b""),
            place: 0,
        })
    }

    /// Announces a body of `length` bytes, which the caller sends after the head. `Content-Length` is written if
    /// there is a body, and for a `POST` without one too (RFC 9110, section 8.6).
    #[must_use]
    pub const fn with_content_length(mut self, length: u64) -> Self {
        self.content_length = length;
        self
    }

    /// Adds `Authorization: Bearer` with this key (RFC 6750, section 2.1), which need not stand in memory behind that word.
    ///
    /// # Errors
    /// [`RequestErrorKind::InvalidFieldValue`] if the key is empty or holds white space or a control character, a line break at
    /// its end for instance.
    pub fn with_bearer(mut self, key: &'a str) -> Result<Self, RequestError<'a>> {
        if key.is_empty() || !key.bytes().all(is_visible) {
            let kind = RequestErrorKind::InvalidFieldValue;
            return Err(RequestError { kind, field: Some("Authorization"), position: 0 });
        }
        self.bearer = Some(key);
        Ok(self)
    }

    /// Adds `Connection: close`: the server closes the connection after its response, which must not be reused.
    #[must_use]
    pub const fn with_close(mut self) -> Self {
        self.close = true;
        self
    }

    /// The method.
    pub const fn method(&self) -> Method {
        self.method
    }

    /// How many bytes of the head [`encode`](Self::encode) has still to write; at first, the length of all of it.
    /// Reads each field once.
    pub fn remaining(&self) -> usize {
        let mut head = self.clone();
        let mut total = head.rest.len();
        while head.begin_next() {
            total = total.saturating_add(head.rest.len());
        }
        total
    }

    /// Writes as much of the rest of the head as fits `out`, and returns how much that is; less than `out.len()`
    /// only when the head is complete, 0 (for an `out` that is not empty) when it was before. However `out` is cut,
    /// the bytes are the same. Takes time proportional to them.
    pub fn encode(&mut self, out: &mut [u8]) -> usize {
        let mut total = 0_usize;
        loop {
            let room = out.get_mut(total..).unwrap_or_default();
            let (now, later) = self.rest.split_at_checked(room.len()).unwrap_or((self.rest, b""));
            room.iter_mut().zip(now).for_each(|(to, from)| *to = *from);
            total = total.saturating_add(now.len());
            self.rest = later;
            if total >= out.len() || !self.begin_next() {
                return total;
            }
        }
    }

    /// Begins with the next segment, which may be empty; false after the end.
    #[inline(never)] // It is long, and called in a loop.
    fn begin_next(&mut self) -> bool {
        let (rest, next): (&'a [u8], _) = match self.next {
            Segment::Method => (self.method.as_str().as_bytes(), Segment::Space),
            Segment::Space => (b" ", Segment::Target),
            Segment::Target => (self.target.as_bytes(), Segment::Version),
            Segment::Version => (b" HTTP/1.1\r\nHost: ", Segment::Host),
            Segment::Host if self.bearer.is_some() => (self.host.as_bytes(), Segment::BearerName),
            Segment::Host => (self.host.as_bytes(), Segment::FieldStart),
            Segment::BearerName => (b"\r\nAuthorization: Bearer ", Segment::Bearer),
            Segment::Bearer => (self.bearer.unwrap_or_default().as_bytes(), Segment::FieldStart),
            Segment::FieldStart => match self.fields.next() {
                Some(field) => {
                    self.field = field;
                    (b"\r\n", Segment::Name)
                }
                None if self.method == Method::Post || self.content_length != 0 => {
                    self.place = highest_place(self.content_length);
                    (b"\r\nContent-Length: ", Segment::Length)
                }
                None => (b"", Segment::Close),
            },
            Segment::Name => (self.field.0.as_bytes(), Segment::Colon),
            Segment::Colon => (b": ", Segment::Value),
            Segment::Value => (self.field.1, Segment::FieldStart),
            Segment::Length => {
                let digit;
                (digit, self.content_length) = split_digit(self.content_length, self.place);
                let is_last = self.place == 0;
                self.place = self.place.saturating_sub(1);
                let digits: &[u8] = b"0123456789";
                let digit = digits.get(usize::from(digit)..).and_then(|from| from.get(..1));
                (digit.unwrap_or_default(), if is_last { Segment::Close } else { Segment::Length })
            }
            Segment::Close if self.close => (b"\r\nConnection: close", Segment::End),
            Segment::Close | Segment::End => (b"\r\n\r\n", Segment::Done),
            Segment::Done => return false,
        };
        (self.rest, self.next) = (rest, next);
        true
    }
}

impl<F> fmt::Debug for RequestHead<'_, F> {
    /// The method and the host; the target and the fields may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestHead")
            .field("method", &self.method)
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

impl<'a> RequestError<'a> {
    const fn new(kind: RequestErrorKind) -> Self {
        Self { kind, field: None, position: 0 }
    }

    /// What is wrong.
    pub const fn kind(&self) -> RequestErrorKind {
        self.kind
    }

    /// The name of the field that is refused, if it is one field's fault and its name is a name.
    pub const fn field(&self) -> Option<&'a str> {
        self.field
    }
}

impl fmt::Display for RequestError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = self.field.unwrap_or_default();
        match self.kind {
            RequestErrorKind::InvalidTarget => f.write_str(
                "the request target must be an absolute path or an http(s) URL (for CONNECT a host with its port) \
                 in printable ASCII without `#`; percent-encode the rest",
            ),
            RequestErrorKind::InvalidHost => f.write_str(
                "the host must be a name or an address with an optional port, without user information; \
                 write international names in punycode",
            ),
            RequestErrorKind::InvalidFieldName => write!(
                f,
                "the name of header field {} (counting from 0) is empty or holds a character that names do not have",
                self.position
            ),
            RequestErrorKind::InvalidFieldValue => write!(
                f,
                "the value of header field `{field}` holds a control character; \
                 remove line breaks, a trailing newline for instance"
            ),
            RequestErrorKind::ReservedField => {
                write!(f, "header field `{field}` is set by the client itself; remove it")
            }
        }
    }
}

impl core::error::Error for RequestError<'_> {}

fn is_target(target: &str) -> bool {
    let has_scheme = |scheme: &[u8]| {
        target.as_bytes().split_at_checked(scheme.len()).is_some_and(|(start, rest)| {
            is_same(start, scheme) && !rest.is_empty() && !rest.starts_with(b"/")
        })
    };
    let schemes: [&[u8]; 2] = [b"http://", b"https://"];
    (target.starts_with('/') || schemes.into_iter().any(has_scheme))
        && target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#')
}

/// Where a tunnel leads: the port is never left out.
fn is_authority(target: &str) -> bool {
    let digits = target.bytes().rev().take_while(u8::is_ascii_digit).count();
    let host = target.len().saturating_sub(digits).saturating_sub(1);
    is_host(target) && digits > 0 && host > 0 && target.as_bytes().get(host) == Some(&b':')
}

fn is_host(host: &str) -> bool {
    !host.is_empty() && HOST.contain_all(host)
}

static HOST: Bytes = Bytes::alphanumeric_or(b"-._~%!$&'()*+;=:[]");

/// What is to be written.
#[derive(Clone, Copy)]
enum Segment {
    Method,
    Space,
    Target,
    Version,
    Host,
    BearerName,
    Bearer,
    FieldStart,
    Name,
    Colon,
    Value,
    /// A digit of the length.
    Length,
    Close,
    End,
    Done,
}

/// The place of the highest digit of `number` that is not 0, counted from the end; 0 if there is none.
fn highest_place(number: u64) -> u8 {
    let mut place = 0_u8;
    while place < 19 && power_of_ten(place.saturating_add(1)) <= number {
        place = place.saturating_add(1);
    }
    place
}

/// The digit of `number` at `place`, of which it has none higher, and the rest. By subtraction: without a 64-bit division a
/// Cortex-M0 needs 1 KiB less code.
fn split_digit(number: u64, place: u8) -> (u8, u64) {
    let power = power_of_ten(place);
    let (mut digit, mut rest) = (0_u8, number);
    while rest >= power {
        rest = rest.wrapping_sub(power);
        digit = digit.saturating_add(1);
    }
    (digit, rest)
}

/// Up to 10^19, the highest in 64 bits.
#[inline(never)]
fn power_of_ten(place: u8) -> u64 {
    (0..place).fold(1, |power: u64, _| power.wrapping_mul(10))
}
