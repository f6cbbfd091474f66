//! From the parts of a response to `http`'s types.

use choreoai_core::ErrorClass;
use choreoai_core::http1::{Error, Method, Part, Response};
use http::response::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::Target;
use crate::{TransportError, TransportErrorKind};

/// How many fields a head has at most.
const MAX_FIELDS: usize = 256;

/// Gathers the head of the final response.
pub(super) struct HeadReader {
    response: Response,
    status: StatusCode,
    name: Vec<u8>,
    value: Vec<u8>,
    headers: HeaderMap,
}

impl HeadReader {
    pub(super) fn new(method: Method) -> Self {
        Self {
            response: Response::new(method),
            status: StatusCode::OK,
            name: Vec::new(),
            value: Vec::new(),
            headers: HeaderMap::new(),
        }
    }

    /// Takes as much off the front of `input` as belongs to the head. Whether the head is complete.
    pub(super) fn read(&mut self, input: &mut &[u8], target: &Target) -> Result<bool, TransportError> {
        while let Some(part) = self.response.next_part(input) {
            match part.map_err(|error| unreadable(target, error))? {
                Part::Status(code) => {
                    self.status = StatusCode::from_u16(code).map_err(|error| malformed(target, error))?;
                }
                Part::Name(piece) => self.name.extend_from_slice(piece),
                Part::Value(piece) => self.value.extend_from_slice(piece),
                Part::FieldEnd => self.field(target)?,
                Part::HeadEnd => return Ok(true),
                _ => {}
            }
        }
        Ok(false)
    }

    /// The head that has been read, and the response to read the body from.
    pub(super) fn finish(self) -> (Parts, Response) {
        let (mut parts, ()) = http::Response::new(()).into_parts();
        parts.status = self.status;
        parts.headers = self.headers;
        (parts, self.response)
    }

    fn field(&mut self, target: &Target) -> Result<(), TransportError> {
        if self.headers.len() >= MAX_FIELDS {
            let context = format!("the response of {target} has more than {MAX_FIELDS} header fields");
            return Err(TransportError::new(TransportErrorKind::Limit, context));
        }
        let name = HeaderName::from_bytes(&self.name).map_err(|error| malformed(target, error))?;
        let value = HeaderValue::from_bytes(&self.value).map_err(|error| malformed(target, error))?;
        self.headers.append(name, value);
        self.name.clear();
        self.value.clear();
        Ok(())
    }
}

/// What the core refuses, as an error of the transport.
pub(super) fn unreadable(target: &Target, error: Error) -> TransportError {
    match error.class() {
        ErrorClass::Limit => {
            let context = format!("the response of {target} is larger than is accepted");
            TransportError::new(TransportErrorKind::Limit, context).with_source(error)
        }
        // The core would say the same again.
        ErrorClass::Truncated => {
            let bytes = error.offset();
            let context =
                format!("{target} closed the connection in the middle of its response, after {bytes} bytes");
            TransportError::new(TransportErrorKind::Truncated, context)
        }
        _ => malformed(target, error),
    }
}

fn malformed(target: &Target, error: impl std::error::Error + Send + Sync + 'static) -> TransportError {
    let context = format!("the response of {target} is not valid HTTP/1.1");
    TransportError::new(TransportErrorKind::Protocol, context).with_source(error)
}
