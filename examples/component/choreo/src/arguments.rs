//! The command line.

use std::num::NonZeroU64;
use std::time::Duration;

pub(crate) const USAGE: &str = "\
usage: choreo chat [OPTIONS] PROMPT...

Asks a model, and writes its answer as it arrives. Several prompts are asked at once, and answered in their order.
What begins with a dash is an option, unless it stands behind `--`.

options:
  --model NAME       the model (gpt-4)
  --system TEXT      instructions, sent first
  --timeout SECONDS  how long the whole may take
  --retries N        how often to ask again where nothing of an answer came (2)
  --first            of several prompts, write the answer that begins first, and cancel the others
  --sockets          go over wasi:sockets instead of wasi:http
  --help             write this

environment:
  CHOREOAI_BASE_URL  the gateway (http://localhost:8000)
  CHOREOAI_API_KEY   the API key";

/// What the command is asked to do.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) model: String,
    pub(crate) system: Option<String>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) retries: Option<u32>,
    pub(crate) first: bool,
    pub(crate) sockets: bool,
    /// At least one.
    pub(crate) prompts: Vec<String>,
}

impl Arguments {
    /// Reads the arguments behind the program's name, or says what is wrong with them. `None`: they ask for help.
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        match arguments.next().as_deref() {
            Some("chat") => {}
            Some("--help" | "-h" | "help") => return Ok(None),
            Some(other) => return Err(format!("there is no command `{other}`")),
            None => return Err("there is no command".to_owned()),
        }
        let mut parsed = Self {
            model: "gpt-4".to_owned(),
            system: None,
            timeout: None,
            retries: None,
            first: false,
            sockets: false,
            prompts: Vec::new(),
        };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} wants a value"));
            match argument.as_str() {
                "--model" => parsed.model = value()?,
                "--system" => parsed.system = Some(value()?),
                "--timeout" => parsed.timeout = Some(seconds(&value()?)?),
                "--retries" => parsed.retries = Some(number(&value()?)?),
                "--first" => parsed.first = true,
                "--sockets" => parsed.sockets = true,
                "--help" | "-h" => return Ok(None),
                "--" => parsed.prompts.extend(arguments.by_ref()),
                option if option.starts_with('-') => return Err(format!("there is no option {option}")),
                _ => parsed.prompts.push(argument),
            }
        }
        if parsed.prompts.is_empty() { Err("there is no prompt".to_owned()) } else { Ok(Some(parsed)) }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<NonZeroU64>().map_err(|error| format!("--timeout {text}: {error}"))?;
    Ok(Duration::from_secs(seconds.get()))
}

fn number(text: &str) -> Result<u32, String> {
    text.parse().map_err(|error| format!("--retries {text}: {error}"))
}
