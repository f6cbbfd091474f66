//! `choreo chat`.

use choreoai::{ChatRequest, Client, ClientBuilder, ErrorKind, Timer, Tool, Transport, Verdict};
use futures_lite::{StreamExt, future};

use crate::cli::{Adapter, ChatArgs};
use crate::failure::{AnswerFailure, Failure};
use crate::output::{self, Output};
use crate::server::{self, count};

pub(crate) fn run(args: &ChatArgs) -> Result<(), Failure> {
    let mut output = args.output.open();
    let outcome = match args.server.adapter {
        Adapter::Smol => with_smol(args, &mut *output),
    };
    output::conclude(&mut *output, outcome)
}

fn with_smol(args: &ChatArgs, output: &mut dyn Output) -> Result<Verdict, Failure> {
    future::block_on(answer(args, server::smol(&args.server)?, output))
}

/// Asks, and writes what is answered.
async fn answer<T: Transport, R: Timer>(
    args: &ChatArgs,
    builder: ClientBuilder<T, R>,
    output: &mut dyn Output,
) -> Result<Verdict, Failure> {
    let request = request(args)?;
    let (client, _gateway) = server::connect(&args.server, builder)?;
    if args.no_stream {
        whole(&client, &request, output).await
    } else {
        streamed(&client, &request, output).await
    }
}

async fn streamed<T: Transport, R: Timer>(
    client: &Client<T, R>,
    request: &ChatRequest,
    output: &mut dyn Output,
) -> Result<Verdict, Failure> {
    let mut stream = client.chat().stream(request).await?;
    while let Some(chunk) = stream.next().await {
        output.chunk(&chunk?)?;
    }
    stream.verdict().ok_or_else(no_verdict)
}

async fn whole<T: Transport, R: Timer>(
    client: &Client<T, R>,
    request: &ChatRequest,
    output: &mut dyn Output,
) -> Result<Verdict, Failure> {
    match client.chat().create(request).await {
        Ok(completion) => {
            let verdict = completion.verdict().ok_or_else(no_verdict);
            output.completion(completion)?;
            verdict
        }
        Err(mut error) => {
            if let Some(partial) = error.take_partial() {
                output.completion(partial)?;
            }
            Err(error.into())
        }
    }
}

fn request(args: &ChatArgs) -> Result<ChatRequest, AnswerFailure> {
    let mut request = ChatRequest::new(&args.model);
    if let Some(text) = &args.system {
        request = request.system(text);
    }
    for message in &args.message {
        request = request.message(&message.role, &message.text);
    }
    if let Some(text) = &args.prompt {
        request = request.user(text);
    }
    if let Some(temperature) = args.temperature {
        request = request.temperature(temperature);
    }
    if let Some(tokens) = args.max_tokens {
        request = request.max_tokens(count("--max-tokens", tokens, 1..=u32::MAX)?);
    }
    if let Some(choices) = args.n {
        request = request.n(count("--n", choices, 1..=128)?);
    }
    for text in &args.stop {
        request = request.stop(text);
    }
    for tool in &args.tool {
        request = request.tool(Tool::raw(&tool.0));
    }
    if let Some(members) = &args.extra {
        request = request.extra(&members.0);
    }
    Ok(request)
}

/// A stream that has ended has an error or a verdict.
fn no_verdict() -> Failure {
    AnswerFailure::new(ErrorKind::Truncated, "the answer ended without a verdict".to_owned()).into()
}
