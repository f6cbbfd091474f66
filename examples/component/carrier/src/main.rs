//! A component that has nothing but the transport of components: it does what it is told over standard input, and tells
//! over standard output what came of it. By that a transport is tried from outside that runs in a component alone.

mod exchange;
mod input;
mod output;

use std::collections::BTreeMap;
use std::env;
use std::future::poll_fn;
use std::io;
use std::process::ExitCode;
use std::task::{Context, Poll};

use choreoai_wasi::http1::Http1;
use choreoai_wasi::{Transport, WasiConnector, WasiHttp, WasiTimer, block_on};
use frames::{Command, Id};

use crate::exchange::Exchange;
use crate::input::Input;
use crate::output::Output;

fn main() -> ExitCode {
    let ended = match env::args().nth(1).as_deref() {
        None => carry(WasiHttp),
        Some("--sockets") => carry(Http1::new(WasiConnector, WasiTimer)),
        Some(other) => Err(io::Error::other(format!("there is no {other}: it is --sockets or nothing"))),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("carrier: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Until standard input has ended.
fn carry<T: Transport<Sending: Unpin, Body: Unpin>>(transport: T) -> io::Result<()> {
    let (mut input, output) = (Input::new(), Output::new());
    let mut exchanges = BTreeMap::new();
    block_on(poll_fn(|cx| poll(&transport, &mut input, &output, &mut exchanges, cx)))
}

/// Goes on with everything.
fn poll<T: Transport<Sending: Unpin, Body: Unpin>>(
    transport: &T,
    input: &mut Input,
    output: &Output,
    exchanges: &mut BTreeMap<Id, Exchange<T>>,
    cx: &mut Context<'_>,
) -> Poll<io::Result<()>> {
    while let Poll::Ready(command) = input.poll_command(cx) {
        match command? {
            Some(command) => obey(transport, exchanges, command),
            None => return Poll::Ready(Ok(())),
        }
    }
    for (id, exchange) in exchanges {
        if let Poll::Ready(reply) = exchange.poll(*id, cx) {
            output.write(&reply.encode())?;
        }
    }
    Poll::Pending
}

fn obey<T: Transport<Sending: Unpin, Body: Unpin>>(
    transport: &T,
    exchanges: &mut BTreeMap<Id, Exchange<T>>,
    command: Command,
) {
    match command {
        Command::Send(id, connect_timeout, request) => {
            exchanges.insert(id, Exchange::Sending(transport.send(*request, connect_timeout)));
        }
        Command::Read(id) => {
            if let Some(exchange) = exchanges.get_mut(&id) {
                exchange.read();
            }
        }
        Command::Release(id) => {
            if let Some(exchange) = exchanges.get_mut(&id) {
                exchange.release();
            }
        }
        Command::Drop(id) => drop(exchanges.remove(&id)),
    }
}
