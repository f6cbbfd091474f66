//! What is said between whoever drives the transport and the component that has it: frames, each behind its length.
//!
//! Numbers are little-endian; texts and lists come behind their lengths.

use std::time::Duration;

use bytes::{Buf as _, Bytes};
use choreoai_wasi::{TransportError, TransportErrorKind};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};

/// The name that the driver gives an exchange of request and response.
pub type Id = u32;

/// What the driver wants.
#[derive(Debug)]
pub enum Command {
    /// Sends a request.
    Send(Id, Duration, Box<Request<Bytes>>),
    /// Waits for the next piece of the body.
    Read(Id),
    /// Reads nothing more, for the answer is complete.
    Release(Id),
    /// Drops whatever there is of it.
    Drop(Id),
}

/// What the component has to say.
#[derive(Debug)]
pub enum Reply {
    /// The head of the response has come.
    Head(Id, Response<()>),
    /// So has a piece of the body; an empty one is its end.
    Data(Id, Bytes),
    /// The exchange has failed.
    Failed(Id, TransportError),
}

/// Takes a frame off the front of `bytes`, if it is there as a whole.
pub fn take(bytes: &mut Bytes) -> Option<Bytes> {
    let length = usize::try_from(bytes.clone().try_get_u32_le().ok()?).ok()?;
    (bytes.len() - 4 >= length).then(|| {
        bytes.advance(4);
        bytes.split_to(length)
    })
}

impl Command {
    /// The command as a frame.
    pub fn encode(&self) -> Vec<u8> {
        let mut frame = Frame::new();
        match self {
            Self::Send(id, connect_timeout, request) => {
                frame.byte(0);
                frame.number(*id);
                frame.number(u32::try_from(connect_timeout.as_millis()).unwrap_or(u32::MAX));
                frame.bytes(request.method().as_str().as_bytes());
                frame.bytes(request.uri().to_string().as_bytes());
                frame.headers(request.headers());
                frame.bytes(request.body());
            }
            Self::Read(id) => frame.order(1, *id),
            Self::Release(id) => frame.order(2, *id),
            Self::Drop(id) => frame.order(3, *id),
        }
        frame.end()
    }

    /// Reads what [`take`] took; `None`: it is no command.
    pub fn decode(mut frame: Bytes) -> Option<Self> {
        let (tag, id) = (frame.try_get_u8().ok()?, frame.try_get_u32_le().ok()?);
        Some(match tag {
            0 => {
                let connect_timeout = Duration::from_millis(frame.try_get_u32_le().ok()?.into());
                let request = Request::builder();
                let request = request.method(&bytes(&mut frame)?[..]).uri(&bytes(&mut frame)?[..]);
                let headers = headers(&mut frame)?;
                let mut request = request.body(bytes(&mut frame)?).ok()?;
                *request.headers_mut() = headers;
                Self::Send(id, connect_timeout, Box::new(request))
            }
            1 => Self::Read(id),
            2 => Self::Release(id),
            3 => Self::Drop(id),
            _ => return None,
        })
    }
}

impl Reply {
    /// The reply as a frame.
    pub fn encode(&self) -> Vec<u8> {
        let mut frame = Frame::new();
        match self {
            Self::Head(id, response) => {
                frame.order(0, *id);
                frame.number(response.status().as_u16().into());
                frame.headers(response.headers());
            }
            Self::Data(id, data) => {
                frame.order(1, *id);
                frame.bytes(data);
            }
            Self::Failed(id, error) => {
                frame.order(2, *id);
                let kind = KINDS.iter().position(|kind| *kind == error.kind()).unwrap_or_default();
                frame.number(u32::try_from(kind).unwrap_or_default());
                frame.bytes(error.to_string().as_bytes());
                let source = std::error::Error::source(error).map(ToString::to_string);
                frame.bytes(source.unwrap_or_default().as_bytes());
            }
        }
        frame.end()
    }

    /// Reads what [`take`] took; `None`: it is no reply.
    pub fn decode(mut frame: Bytes) -> Option<Self> {
        let (tag, id) = (frame.try_get_u8().ok()?, frame.try_get_u32_le().ok()?);
        Some(match tag {
            0 => {
                let mut response = Response::new(());
                let status = u16::try_from(frame.try_get_u32_le().ok()?).ok()?;
                *response.status_mut() = http::StatusCode::from_u16(status).ok()?;
                *response.headers_mut() = headers(&mut frame)?;
                Self::Head(id, response)
            }
            1 => Self::Data(id, bytes(&mut frame)?),
            2 => {
                let kind = *KINDS.get(usize::try_from(frame.try_get_u32_le().ok()?).ok()?)?;
                let error = TransportError::new(kind, text(&mut frame)?);
                Self::Failed(id, error.with_source(text(&mut frame)?))
            }
            _ => return None,
        })
    }

    /// Whose it is.
    pub fn id(&self) -> Id {
        match self {
            Self::Head(id, _) | Self::Data(id, _) | Self::Failed(id, _) => *id,
        }
    }
}

const KINDS: [TransportErrorKind; 8] = [
    TransportErrorKind::Connect,
    TransportErrorKind::Tls,
    TransportErrorKind::ConnectTimeout,
    TransportErrorKind::Io,
    TransportErrorKind::Truncated,
    TransportErrorKind::Protocol,
    TransportErrorKind::Limit,
    TransportErrorKind::InvalidRequest,
];

/// A frame in the making, with room for its length.
struct Frame(Vec<u8>);

impl Frame {
    fn new() -> Self {
        Self(vec![0; 4])
    }

    fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    fn number(&mut self, number: u32) {
        self.0.extend(number.to_le_bytes());
    }

    fn order(&mut self, tag: u8, id: Id) {
        self.byte(tag);
        self.number(id);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(length(bytes));
        self.0.extend(bytes);
    }

    fn headers(&mut self, headers: &HeaderMap) {
        self.number(u32::try_from(headers.len()).unwrap_or(u32::MAX));
        for (name, value) in headers {
            self.bytes(name.as_str().as_bytes());
            self.bytes(value.as_bytes());
        }
    }

    fn end(mut self) -> Vec<u8> {
        let length = length(&self.0) - 4;
        self.0[..4].copy_from_slice(&length.to_le_bytes());
        self.0
    }
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

fn bytes(frame: &mut Bytes) -> Option<Bytes> {
    let length = usize::try_from(frame.try_get_u32_le().ok()?).ok()?;
    (length <= frame.len()).then(|| frame.split_to(length))
}

fn text(frame: &mut Bytes) -> Option<String> {
    String::from_utf8(bytes(frame)?.into()).ok()
}

fn headers(frame: &mut Bytes) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for _ in 0..frame.try_get_u32_le().ok()? {
        let name = HeaderName::from_bytes(&bytes(frame)?).ok()?;
        headers.append(name, HeaderValue::from_maybe_shared(bytes(frame)?).ok()?);
    }
    Some(headers)
}
