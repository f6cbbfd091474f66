//! The transport over a scripted network: every cut, every failure, and the clock, all of it on one thread.

mod proxy;
mod response;
mod reuse;
mod script;
mod sending;

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use self::script::{Clock, Network, Step, give, poll, run};
use super::{Body, Http1, PoolLimits};
use crate::{ResponseBody, Timer, Transport, TransportError, TransportErrorKind as Kind};

const SECOND: Duration = Duration::from_secs(1);
const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx-request-id: r\r\n\r\nhello";
const CHUNKED: &[u8] =
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";

type Answer = Response<Body<Network, Clock>>;

#[derive(Default)]
struct Bench {
    network: Network,
    clock: Clock,
}

impl Bench {
    fn transport(&self) -> Http1<Network, Clock> {
        Http1::new(self.network.clone(), self.clock.clone())
    }
}

fn post(body: impl Into<Bytes>) -> Request<Bytes> {
    let request = Request::post("http://gateway.example/v1/chat/completions?a=b");
    request.header("authorization", "Bearer k").body(body.into()).unwrap()
}

fn send(transport: &Http1<Network, Clock>) -> Result<Answer, TransportError> {
    run(transport.send(post("{}"), SECOND))
}

/// Reads to the end, also what came before an error, in pieces of at most `piece` bytes.
fn read(body: &mut Body<Network, Clock>, piece: usize) -> (Vec<u8>, Result<(), TransportError>) {
    let mut all = Vec::new();
    let end = loop {
        match next(body, piece) {
            Ok(data) if data.is_empty() => break Ok(()),
            Ok(data) => all.extend(data),
            Err(error) => break Err(error),
        }
    };
    (all, end)
}

fn next(body: &mut Body<Network, Clock>, piece: usize) -> Result<Vec<u8>, TransportError> {
    run(poll_fn(|cx| {
        let mut body = Pin::new(&mut *body);
        let Poll::Ready(data) = body.as_mut().poll_data(cx) else { return Poll::Pending };
        Poll::Ready(
            data.map(|data| data[..data.len().min(piece)].to_vec()).inspect(|data| body.consume(data.len())),
        )
    }))
}

#[track_caller]
fn read_ok(mut answer: Answer) -> Vec<u8> {
    let (data, end) = read(answer.body_mut(), usize::MAX);
    end.unwrap();
    data
}
