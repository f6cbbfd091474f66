//! `choreo chat`.

use choreoai::{ChatRequest, Client, ErrorKind, Timer, Tool, Transport, Verdict};
use futures_lite::StreamExt;

use crate::adapter::{self, Job};
use crate::cli::ChatArgs;
use crate::failure::{AnswerFailure, Failure};
use crate::output::{self, Format, Output};
use crate::server::count;
use crate::stats::Watch;

pub(crate) fn run(args: &ChatArgs) -> Result<(), Failure> {
    let mut output = args.output.open();
    let mut watch = Watch::default();
    let outcome = request(args).map_err(Failure::from).and_then(|request| {
        let job = Chat {
            request,
            streamed: !args.no_stream,
            is_for_people: args.output == Format::Text,
            output: &mut *output,
            watch: &mut watch,
        };
        adapter::run(&args.server, job)
    });
    watch.end();
    let concluded = output::conclude(&mut *output, outcome);
    if args.stats {
        watch.report();
    }
    concluded
}

/// Asks, and writes what is answered.
struct Chat<'o> {
    request: ChatRequest,
    streamed: bool,
    is_for_people: bool,
    output: &'o mut dyn Output,
    watch: &'o mut Watch,
}

impl Job for Chat<'_> {
    type Output = Verdict;

    async fn run<T: Transport, R: Timer>(self, client: &Client<T, R>) -> Result<Verdict, Failure> {
        let waiting = if self.streamed { "waiting for the first token" } else { "waiting for the answer" };
        self.watch.begin(self.is_for_people.then_some(waiting));
        if self.streamed {
            streamed(client, &self.request, self.output, self.watch).await
        } else {
            whole(client, &self.request, self.output, self.watch).await
        }
    }
}

async fn streamed<T: Transport, R: Timer>(
    client: &Client<T, R>,
    request: &ChatRequest,
    output: &mut dyn Output,
    watch: &mut Watch,
) -> Result<Verdict, Failure> {
    let mut stream = client.chat().stream(request).await?;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        watch.chunk(&chunk);
        output.chunk(&chunk)?;
    }
    stream.verdict().ok_or_else(no_verdict)
}

async fn whole<T: Transport, R: Timer>(
    client: &Client<T, R>,
    request: &ChatRequest,
    output: &mut dyn Output,
    watch: &mut Watch,
) -> Result<Verdict, Failure> {
    match client.chat().create(request).await {
        Ok(completion) => {
            let verdict = completion.verdict().ok_or_else(no_verdict);
            watch.completion(&completion);
            output.completion(completion)?;
            verdict
        }
        Err(mut error) => {
            if let Some(partial) = error.take_partial() {
                watch.completion(&partial);
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
    if args.stats {
        request = request.include_usage(true);
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
