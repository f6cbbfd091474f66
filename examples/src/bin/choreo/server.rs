//! Which gateway is asked, and how patiently.

use std::env;
use std::ops::RangeInclusive;
use std::time::Duration;

use choreoai::{Client, ClientBuilder, ErrorKind, Timer, Transport};
use choreoai_testkit::{Gateway, demo};

use crate::cli::ServerArgs;
use crate::failure::{AnswerFailure, Failure};
use crate::progress;
use crate::warnings::Warnings;

/// A client of the gateway that the arguments or the environment name, or else of one that is started here. It serves
/// until it is dropped.
pub(crate) fn connect<T: Transport, R: Timer>(
    args: &ServerArgs,
    builder: ClientBuilder<T, R>,
) -> Result<(Client<T, R>, Option<Gateway>), Failure> {
    let (builder, gateway) = address(args, configure(args, builder)?)?;
    Ok((builder.build()?, gateway))
}

fn configure<T, R>(
    args: &ServerArgs,
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
    args: &ServerArgs,
    mut builder: ClientBuilder<T, R>,
) -> Result<(ClientBuilder<T, R>, Option<Gateway>), Failure> {
    let is_in_environment = env::var_os("CHOREOAI_BASE_URL").is_some_and(|url| !url.is_empty());
    if args.base_url.is_none() && !is_in_environment {
        let gateway = demo::start(demo::Options::default()).map_err(|error| {
            AnswerFailure::new(ErrorKind::Connect, format!("cannot start the embedded gateway: {error}"))
        })?;
        let url = gateway.base_url();
        progress::note(format_args!(
            "choreo: no --base-url and no CHOREOAI_BASE_URL: an embedded gateway answers at {url}"
        ));
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

/// A number of an option, or why it is none that is allowed.
pub(crate) fn count(option: &str, value: i64, allowed: RangeInclusive<u32>) -> Result<u32, AnswerFailure> {
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

pub(crate) fn refused(message: String) -> AnswerFailure {
    AnswerFailure::new(ErrorKind::InvalidRequest, message)
}
