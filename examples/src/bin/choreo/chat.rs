//! `choreo chat`.

use std::env;
use std::io::{self, Write};
use std::ops::RangeInclusive;
use std::time::Duration;

use choreoai::{ChatRequest, Client, ClientBuilder, ErrorKind, Timer, Tool, Transport, Verdict};
use choreoai_testkit::{Gateway, demo};
use futures_lite::{StreamExt, future};

use crate::cli::{Adapter, ChatArgs};
use crate::failure::{AnswerFailure, Failure};
use crate::output::{self, Output};
use crate::warnings::Warnings;

pub(crate) fn run(args: &ChatArgs) -> Result<(), Failure> {
    let mut output = args.output.open();
    let outcome = match args.adapter {
        Adapter::Smol => with_smol(args, &mut *output),
    };
    output::conclude(&mut *output, outcome)
}

fn with_smol(args: &ChatArgs, output: &mut dyn Output) -> Result<Verdict, Failure> {
    let mut transport = choreoai_smol::TransportBuilder::new();
    if let Some(pem) = &args.ca_file {
        transport = transport.ca_pem(&*pem.0);
    }
    let transport = transport.build().map_err(|error| refused(format!("--ca-file: {error}")))?;
    future::block_on(answer(args, choreoai_smol::Client::builder().transport(transport), output))
}

/// Asks, and writes what is answered.
async fn answer<T: Transport, R: Timer>(
    args: &ChatArgs,
    builder: ClientBuilder<T, R>,
    output: &mut dyn Output,
) -> Result<Verdict, Failure> {
    let request = request(args)?;
    let builder = configure(args, builder)?;
    // It serves until the answer is there.
    let (builder, _gateway) = address(args, builder)?;
    let client = builder.build()?;
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

fn configure<T, R>(
    args: &ChatArgs,
    mut builder: ClientBuilder<T, R>,
) -> Result<ClientBuilder<T, R>, AnswerFailure> {
    builder = builder.observer(Warnings).max_retries(count("--max-retries", args.max_retries, 0..=u32::MAX)?);
    if let Some(timeout) = seconds("--connect-timeout", args.connect_timeout)? {
        builder = builder.connect_timeout(timeout);
    }
    if let Some(timeout) = seconds("--first-event-timeout", args.first_event_timeout)? {
        builder = builder.first_event_timeout(timeout);
    }
    if let Some(timeout) = seconds("--idle-timeout", args.idle_timeout)? {
        builder = builder.idle_timeout(timeout);
    }
    if let Some(timeout) = seconds("--total-timeout", args.total_timeout)? {
        builder = builder.total_timeout(timeout);
    }
    Ok(builder)
}

/// Tells the client where to ask and with which key: by the arguments, by the environment, or else the gateway that
/// is started here.
fn address<T, R>(
    args: &ChatArgs,
    mut builder: ClientBuilder<T, R>,
) -> Result<(ClientBuilder<T, R>, Option<Gateway>), Failure> {
    let is_in_environment = env::var_os("CHOREOAI_BASE_URL").is_some_and(|url| !url.is_empty());
    if args.base_url.is_none() && !is_in_environment {
        let gateway = demo::start(demo::Options::default()).map_err(|error| {
            AnswerFailure::new(ErrorKind::Connect, format!("cannot start the embedded gateway: {error}"))
        })?;
        let url = gateway.base_url();
        let _ = writeln!(
            io::stderr(),
            "choreo: no --base-url and no CHOREOAI_BASE_URL: an embedded gateway answers at {url}"
        );
        return Ok((builder.base_url(url).without_key(), Some(gateway)));
    }
    if let Some(url) = &args.base_url {
        builder = builder.base_url(url);
    }
    if let Some(key) = &args.api_key {
        builder = builder.api_key(key);
    }
    Ok((builder.env(), None))
}

fn count(option: &str, value: i64, allowed: RangeInclusive<u32>) -> Result<u32, AnswerFailure> {
    u32::try_from(value).ok().filter(|count| allowed.contains(count)).ok_or_else(|| {
        refused(format!("{option}: {value} is not from {} to {}", allowed.start(), allowed.end()))
    })
}

fn seconds(option: &str, value: Option<f64>) -> Result<Option<Duration>, AnswerFailure> {
    let Some(seconds) = value else { return Ok(None) };
    match Duration::try_from_secs_f64(seconds) {
        Ok(timeout) if !timeout.is_zero() => Ok(Some(timeout)),
        _ => Err(refused(format!("{option}: {seconds:?} is not a number of seconds above 0 and below 2^64"))),
    }
}

fn refused(message: String) -> AnswerFailure {
    AnswerFailure::new(ErrorKind::InvalidRequest, message)
}

/// A stream that has ended has an error or a verdict.
fn no_verdict() -> Failure {
    AnswerFailure::new(ErrorKind::Truncated, "the answer ended without a verdict".to_owned()).into()
}
