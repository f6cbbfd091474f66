use choreoai_core::{Error, ErrorKind};

use crate::opaque::{consume, display, opaque};

pub(crate) const EXERCISES: &[fn()] = &[error];

fn error() {
    let error = opaque(Error::new(opaque(ErrorKind::Server), opaque(0)));
    consume(Error::kind(&error));
    consume(Error::offset(&error));
    consume(Error::class(&error));
    consume(ErrorKind::class(opaque(ErrorKind::Server)));
    display::<Error>(error);
    display::<ErrorKind>(ErrorKind::Server);
}
