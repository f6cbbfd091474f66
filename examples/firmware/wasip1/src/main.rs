//! The client of microcontrollers where there are no sockets either: WASI preview 1. Its transport is standard input and
//! output, which whoever runs it connects to a gateway (see `host.mjs`); the answer goes to standard error, as it comes.

mod pipe;

use std::io;
use std::pin::pin;
use std::process::ExitCode;
use std::task::{Context, Poll, Waker};

use choreoai_embedded::chat::{ChatRequest, Event, Message, Verdict};
use choreoai_embedded::{Endpoint, Error, ErrorKind, Session};

use crate::pipe::Pipe;

const GATEWAY: Endpoint<'_> = Endpoint::new("gateway").with_key("key");
const QUESTION: ChatRequest<'_> = ChatRequest::new("gpt-4", &[Message::user("What is a crab?")]);

fn main() -> ExitCode {
    let mut buffer = [0; 256];
    let mut session = Session::new(Pipe::new(), &mut buffer).with_endpoint(GATEWAY);
    match block_on(ask(&mut session)) {
        Ok(Some(Verdict::Finished)) => {
            eprintln!("\nfinished");
            ExitCode::SUCCESS
        }
        Ok(_) => {
            eprintln!("\nnot finished");
            ExitCode::FAILURE
        }
        Err(error) if error.kind() == ErrorKind::Truncated => {
            eprintln!("\ntruncated");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("\n{error}");
            ExitCode::FAILURE
        }
    }
}

async fn ask(session: &mut Session<'_, Pipe>) -> Result<Option<Verdict>, Error<io::Error>> {
    let mut answer = session.stream(&QUESTION).await?;
    while let Some(event) = answer.next().await? {
        if let Event::Content(text) = event {
            eprint!("{text}");
        }
    }
    Ok(answer.verdict())
}

/// Runs a future that never waits, since the pipe blocks instead.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut context = Context::from_waker(Waker::noop());
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
