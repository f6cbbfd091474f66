//! `choreo chat`.

use choreoai::{ChatRequest, Client, ErrorKind, Timer, Tool, Transport, Verdict};
use futures_lite::StreamExt;

use crate::adapter::{self, Job};
use crate::cli::ChatArgs;
use crate::failure::{AnswerFailure, Failure};
use crate::output::{self, Output};
use crate::server::count;

pub(crate) fn run(args: &ChatArgs) -> Result<(), Failure> {
    let mut output = args.output.open();
    let outcome = request(args).map_err(Failure::from).and_then(|request| {
        adapter::run(&args.server, Chat { request, streamed: !args.no_stream, output: &mut *output })
    });
    output::conclude(&mut *output, outcome)
}

/// Asks, and writes what is answered.
struct Chat<'o> {
    request: ChatRequest,
    streamed: bool,
    output: &'o mut dyn Output,
}

impl Job for Chat<'_> {
    type Output = Verdict;

    async fn run<T: Transport, R: Timer>(self, client: &Client<T, R>) -> Result<Verdict, Failure> {
        if self.streamed {
            streamed(client, &self.request, self.output).await
        } else {
            whole(client, &self.request, self.output).await
        }
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
