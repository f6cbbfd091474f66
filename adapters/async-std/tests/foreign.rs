//! What is made of the failures of other backends: never a success, and as much as they tell.

#![cfg(feature = "surf")]

mod support;

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_std::io::{BufReader, Read};
use choreoai_async_std::{AsyncStdTransport, TransportError, TransportErrorKind as Kind};
use support::{explain, post, read};
use surf::http::{Request, Response};
use surf::{Body, Error, HttpClient};

/// A backend that answers so.
struct Backend<F>(F);

impl<F> fmt::Debug for Backend<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Backend")
    }
}

#[surf::utils::async_trait]
impl<F: Fn() -> Result<Response, Error> + Send + Sync + Unpin + 'static> HttpClient for Backend<F> {
    async fn send(&self, _: Request) -> Result<Response, Error> {
        (self.0)()
    }
}

fn over(answer: impl Fn() -> Result<Response, Error> + Send + Sync + Unpin + 'static) -> AsyncStdTransport {
    AsyncStdTransport::with_surf(surf::Client::with_http_client(Backend(answer)))
}

const URL: &str = "http://gateway.test:81";

/// An error with a cause.
#[derive(Debug)]
struct Wrapped<E>(E);

impl<E> fmt::Display for Wrapped<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("wrapped")
    }
}

impl<E: std::error::Error + 'static> std::error::Error for Wrapped<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

fn tls() -> TransportError {
    TransportError::new(Kind::Tls, "the certificate has expired")
}

#[test]
fn the_kind_of_a_failure_is_what_its_causes_tell() {
    type Failure = fn() -> Error;
    let cases: [(Failure, Kind, &str); 9] = [
        (
            || io::Error::from(io::ErrorKind::ConnectionRefused).into(),
            Kind::Connect,
            "could not connect to gateway.test:81: connection refused",
        ),
        (
            || Wrapped(io::Error::from(io::ErrorKind::HostUnreachable)).into(),
            Kind::Connect,
            "could not connect to gateway.test:81: wrapped: host unreachable",
        ),
        (
            || io::Error::from(io::ErrorKind::ConnectionReset).into(),
            Kind::Io,
            "surf got no response from gateway.test:81: connection reset",
        ),
        (
            || io::Error::from(io::ErrorKind::UnexpectedEof).into(),
            Kind::Truncated,
            "surf got no response from gateway.test:81: unexpected end of file",
        ),
        (
            || io::Error::new(io::ErrorKind::InvalidData, "odd").into(),
            Kind::Protocol,
            "the response of gateway.test:81 is not valid HTTP/1.1: odd",
        ),
        (
            || "+".parse::<usize>().unwrap_err().into(),
            Kind::Protocol,
            "the response of gateway.test:81 is not valid HTTP/1.1: invalid digit found in string",
        ),
        (
            || Error::from_str(400, "two\nlines"),
            Kind::Io,
            "surf got no response from gateway.test:81: two\nlines",
        ),
        // What this crate has said before.
        (|| tls().into(), Kind::Tls, "the certificate has expired"),
        (
            || Wrapped(io::Error::other(tls())).into(),
            Kind::Tls,
            "surf got no response from gateway.test:81: wrapped: the certificate has expired",
        ),
    ];
    for (error, kind, text) in cases {
        let error = post(&over(move || Err(error())), URL, "{}").unwrap_err();
        assert_eq!((error.kind(), explain(&error).as_str()), (kind, text));
    }
}

/// A body that says so much, and then fails in this way or (if there is none) ends.
struct Cut(&'static [u8], End);

type End = fn() -> Option<io::Error>;

impl Read for Cut {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        let length = self.0.len().min(buf.len());
        buf[..length].copy_from_slice(&self.0[..length]);
        self.0 = &self.0[length..];
        match (self.1)() {
            Some(error) if length == 0 => Poll::Ready(Err(error)),
            _ => Poll::Ready(Ok(length)),
        }
    }
}

#[test]
fn a_body_that_fails_or_ends_too_early_is_no_success() {
    let lost = "the connection to gateway.test:81 was lost in the middle of the response";
    let cases: [(End, Kind, &str); 6] = [
        (|| None, Kind::Truncated, "gateway.test:81 closed the connection in the middle of its response"),
        (|| Some(io::ErrorKind::ConnectionReset.into()), Kind::Truncated, lost),
        (|| Some(io::ErrorKind::UnexpectedEof.into()), Kind::Truncated, lost),
        (|| Some(io::Error::other("timed out")), Kind::Truncated, lost),
        (
            || Some(io::ErrorKind::InvalidData.into()),
            Kind::Protocol,
            "the response of gateway.test:81 is not valid HTTP/1.1",
        ),
        (|| Some(io::Error::other(tls())), Kind::Tls, "the certificate has expired"),
    ];
    for (cut, kind, text) in cases {
        let transport = over(move || {
            let mut response = Response::new(200);
            response.set_body(Body::from_reader(BufReader::new(Cut(b"1234", cut)), Some(5)));
            Ok(response)
        });
        let (came, end) = read(post(&transport, URL, "{}").unwrap());
        let error = end.unwrap_err();
        assert_eq!((came.as_str(), error.kind(), error.to_string().as_str()), ("1234", kind, text));
    }
}
