use choreoai_core::http1::{
    Error, ErrorKind, Field, FieldBuffer, FieldTooLong, Method, Part, RequestError, RequestHead, Response,
};

use crate::opaque::{buffer, bytes, consume, display, opaque, text};

pub(crate) const EXERCISES: &[fn()] =
    &[method, request_head, request_error, response, response_end, error, field_buffer, field_too_long];

type Fields = core::array::IntoIter<(&'static str, &'static [u8]), 2>;

fn new_request_head() -> Result<RequestHead<'static, Fields>, RequestError<'static>> {
    let fields = opaque([(text(), bytes()), (text(), bytes())]);
    RequestHead::new(opaque(Method::Post), text(), text(), fields)
}

fn method() {
    consume(Method::as_str(opaque(Method::Get)));
}

fn request_head() {
    if let Ok(head) = new_request_head() {
        let Ok(head) = RequestHead::with_bearer(opaque(head), text()) else { return };
        let head = RequestHead::with_content_length(opaque(head), opaque(0));
        let mut head = opaque(RequestHead::with_close(opaque(head)));
        consume(RequestHead::method(&head));
        consume(RequestHead::encode(&mut head, buffer(&mut [0; 16])));
        consume(RequestHead::remaining(&opaque(head)));
    }
}

fn request_error() {
    if let Err(error) = new_request_head() {
        let error = opaque(error);
        consume(RequestError::kind(&error));
        consume(RequestError::field(&error));
        display::<RequestError<'_>>(error);
    }
}

fn new_response() -> Response {
    opaque(Response::with_head_limit(Response::new(opaque(Method::Get)), opaque(0)))
}

fn response() {
    let mut response = new_response();
    let mut input = bytes();
    while let Some(part) = Response::next_part(&mut response, &mut input) {
        consume(part);
    }
    consume(response);
}

fn response_end() {
    let mut response = new_response();
    consume(Response::is_complete(&response));
    consume(Response::may_reuse(&response, bytes()));
    consume(Response::keeps_alive(&response));
    consume(Response::remaining(&response));
    consume(Response::error(&response));
    consume(Response::end(&mut response));
    consume(response);
}

fn error() {
    if let Err(error) = Response::end(&mut new_response()) {
        let error = opaque(error);
        consume(Error::kind(&error));
        consume(Error::offset(&error));
        consume(Error::class(&error));
        display::<Error>(error);
    }
    consume(ErrorKind::class(opaque(ErrorKind::Truncated)));
    display::<ErrorKind>(ErrorKind::Truncated);
}

fn field_buffer() {
    let mut array = [0; 16];
    let mut fields = opaque(FieldBuffer::new(buffer(&mut array)));
    for part in opaque([Part::Name(bytes()), Part::Value(bytes()), Part::FieldEnd]) {
        if let Some(Ok(field)) = FieldBuffer::push(&mut fields, part) {
            consume(Field::is(&opaque(field), text()));
        }
    }
    consume(fields);
}

fn field_too_long() {
    display::<FieldTooLong>(FieldTooLong);
}
