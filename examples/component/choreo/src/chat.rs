//! Asking and writing.

use std::fmt;
use std::io::{self, Write as _};

use choreoai::{ChatStream, ClientBuilder};
use choreoai_wasi::http1::Http1;
use choreoai_wasi::{ChatRequest, Client, Error, Transport, WasiConnector, WasiTimer};
use futures_concurrency::prelude::*;
use futures_lite::StreamExt as _;

use crate::arguments::Arguments;

/// Asks what is to be asked and writes the answers.
pub(crate) async fn chat(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.sockets {
        ask(arguments, Client::builder().transport(Http1::new(WasiConnector, WasiTimer))).await
    } else {
        ask(arguments, Client::builder()).await
    }
}

async fn ask<T: Transport<Body: Unpin>>(
    arguments: &Arguments,
    mut builder: ClientBuilder<T, WasiTimer>,
) -> Result<(), Failure> {
    if let Some(timeout) = arguments.timeout {
        builder = builder.total_timeout(timeout);
    }
    if let Some(retries) = arguments.retries {
        builder = builder.max_retries(retries);
    }
    let client = builder.env().build()?;
    let chat = client.chat();
    let requests: Vec<_> = arguments.prompts.iter().map(|prompt| request(arguments, prompt)).collect();
    let begun: Vec<_> = requests.iter().map(|request| chat.stream(request)).collect();
    if arguments.first {
        // Whichever begins first; the others are dropped by that, which cancels them.
        return match begun.race_ok().await {
            Ok(answer) => write(answer).await,
            Err(mut failures) => Err(failures.swap_remove(0).into()),
        };
    }
    for answer in begun.join().await {
        write(answer?).await?;
    }
    Ok(())
}

fn request(arguments: &Arguments, prompt: &str) -> ChatRequest {
    let request = ChatRequest::new(&arguments.model);
    match &arguments.system {
        Some(system) => request.system(system),
        None => request,
    }
    .user(prompt)
}

/// Writes each piece as it comes, and a line end behind the answer however that ends.
async fn write<T: Transport<Body: Unpin>>(answer: ChatStream<T, WasiTimer>) -> Result<(), Failure> {
    let mut text = answer.text();
    let mut output = io::stdout();
    let end = loop {
        match text.next().await {
            Some(Ok(piece)) => {
                output.write_all(piece.as_bytes())?;
                output.flush()?;
            }
            Some(Err(error)) => break Err(error),
            None => break Ok(()),
        }
    };
    writeln!(output)?;
    Ok(end?)
}

/// Why an answer is not there, or not the whole of it.
#[derive(Debug)]
pub(crate) enum Failure {
    Answer(Error),
    Output(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(error) => write!(f, "{error} [{}]", error.kind()),
            Self::Output(error) => write!(f, "cannot write to standard output: {error}"),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Answer(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
