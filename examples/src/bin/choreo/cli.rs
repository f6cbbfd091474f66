//! The command line.

mod batch;

use std::fs;
use std::num::NonZeroUsize;

use clap::{ArgGroup, Args, Parser, Subcommand};
use clap_complete::Shell;
use serde::de::IgnoredAny;

use crate::adapter::Adapter;
use crate::output::{Format, ListFormat};
pub(crate) use batch::BatchArgs;

/// Talks to a ChoreoAI gateway.
#[derive(Parser)]
#[command(
    name = "choreo",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    after_long_help = r#"Examples:
  choreo chat "Write a haiku about Rust"
  choreo batch questions.txt --output answers.jsonl
  choreo embed "a text" "another"
  choreo gateway --port 8000

With no base URL, a gateway inside this command answers: no key and no network are needed to try it."#
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Chat(Box<ChatArgs>),
    Batch(Box<BatchArgs>),
    Models(Box<ModelsArgs>),
    Embed(Box<EmbedArgs>),
    Decode(DecodeArgs),
    Gateway(GatewayArgs),
    Completions(CompletionsArgs),
}

const CHAT_EXAMPLES: &str = r#"Environment:
  CHOREOAI_BASE_URL  the gateway, unless --base-url is given
  CHOREOAI_API_KEY   the API key, unless --api-key is given
  HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY
                     the proxy, but for a gateway on this machine

Exit status:
  0 after a complete answer, 1 after an error, 2 for wrong usage, 130 after Ctrl-C

Examples:
  choreo chat "Write a haiku about Rust"
  choreo chat --base-url http://localhost:8000 --system "Be brief." "Why is the sky blue?"
  choreo chat --output jsonl --tool weather.json "How is the weather in Köln?"
  choreo chat --extra '{"response_format": {"type": "json_object"}}' "Three primes, as JSON""#;

/// Asks a model, and writes its answer as it arrives.
///
/// Messages are sent in the order --system, --message, PROMPT; one of them must be given. With no base URL the answer
/// comes from a gateway inside this command, which repeats the prompt and needs no key; the words `tool`, `think`,
/// `error` and `cut` in the prompt make it call a tool, reason, fail in the middle, or break off.
// Not `Debug`: the key is among them.
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_long_help = CHAT_EXAMPLES,
    next_help_heading = "Request",
    group = ArgGroup::new("messages").args(["system", "message", "prompt"]).required(true).multiple(true)
)]
pub(crate) struct ChatArgs {
    /// The model; its name picks the provider
    #[arg(long, default_value = "gpt-4")]
    pub(crate) model: String,
    /// Instructions, sent first
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) system: Option<String>,
    /// A message of any role, such as `assistant:Hello`; may be repeated
    #[arg(long, value_name = "ROLE:TEXT", value_parser = message)]
    pub(crate) message: Vec<Message>,
    /// How freely to choose the words, from 0 to 2
    #[arg(long, value_name = "X")]
    pub(crate) temperature: Option<f64>,
    /// How long the answer may be, in tokens
    #[arg(long, value_name = "N")]
    pub(crate) max_tokens: Option<i64>,
    /// How many choices to ask for
    #[arg(long, value_name = "N")]
    pub(crate) n: Option<i64>,
    /// A text at which the answer stops; may be repeated
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) stop: Vec<String>,
    /// A file with one tool that the model may call, as JSON: `{"type": "function", ...}`; may be repeated
    #[arg(long, value_name = "FILE.json", value_parser = tool_file)]
    pub(crate) tool: Vec<JsonObject>,
    /// More members of the request, as a JSON object; they override the other options
    #[arg(long, value_name = "JSON", value_parser = json_object)]
    pub(crate) extra: Option<JsonObject>,
    /// Ask for the whole answer at once
    #[arg(long)]
    pub(crate) no_stream: bool,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    pub(crate) output: Format,
    /// Say at the end, on standard error, how long it took and how many tokens it was; a stream is asked to count them
    #[arg(long, help_heading = "Output")]
    pub(crate) stats: bool,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    /// What to say, as the user
    #[arg(help_heading = None::<&str>)]
    pub(crate) prompt: Option<String>,
}

/// Lists the models that the gateway serves.
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_long_help = r#"Examples:
  choreo models
  choreo models --output jsonl gpt-4"#
)]
pub(crate) struct ModelsArgs {
    /// How to write the models
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: ListFormat,
    /// The one model to ask for
    pub(crate) model: Option<String>,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

/// Embeds texts: writes a vector for each.
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_long_help = r#"Examples:
  choreo embed "a text" "another"
  choreo embed --output jsonl --model text-embedding-3-large --dimensions 256 "a text""#,
    next_help_heading = "Request"
)]
pub(crate) struct EmbedArgs {
    /// The model; its name picks the provider
    #[arg(long, default_value = "text-embedding-3-small")]
    pub(crate) model: String,
    /// How long the vectors are to be, where the model leaves a choice
    #[arg(long, value_name = "N")]
    pub(crate) dimensions: Option<i64>,
    /// Ask for numbers instead of base64, for a server that refuses it
    #[arg(long)]
    pub(crate) float: bool,
    /// More members of the request, as a JSON object; they override the other options
    #[arg(long, value_name = "JSON", value_parser = json_object)]
    pub(crate) extra: Option<JsonObject>,
    /// How to write the vectors
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    pub(crate) output: ListFormat,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    /// What to embed
    #[arg(required = true, value_name = "TEXT", help_heading = None::<&str>)]
    pub(crate) texts: Vec<String>,
}

/// Which gateway is asked, and how patiently.
// Not `Debug`: the key is among them.
#[derive(Args)]
#[command(allow_negative_numbers = true, next_help_heading = "Gateway")]
pub(crate) struct ServerArgs {
    /// The gateway, such as http://localhost:8000; a `/v1` at its end is not doubled
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// The API key; an empty one sends no Authorization header
    #[arg(long, value_name = "KEY")]
    pub(crate) api_key: Option<String>,
    /// What carries the request
    #[arg(long, value_enum, default_value_t)]
    pub(crate) adapter: Adapter,
    /// How many requests may follow one that failed before anything was answered
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(crate) max_retries: i64,
    /// How long a connection may take to stand [default: 10]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) connect_timeout: Option<f64>,
    /// How long the answer may take to begin [default: 30]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) first_event_timeout: Option<f64>,
    /// How long the answer may pause [default: 30]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) idle_timeout: Option<f64>,
    /// How long it all may take [default: 30, none for a stream]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) total_timeout: Option<f64>,
    /// Certificates to trust, and no others: a file in PEM [default: what the platform trusts]
    #[arg(long, value_name = "PEM", value_parser = pem_file)]
    pub(crate) ca_file: Option<Pem>,
}

/// Decodes the body of a response, an event stream or JSON, from standard input.
#[derive(Args, Debug)]
#[command(after_long_help = r#"Example:
  curl -sN http://localhost:8000/v1/chat/completions -H 'content-type: application/json' \
    -d '{"model": "gpt-4", "stream": true, "messages": [{"role": "user", "content": "Hi"}]}' | choreo decode"#)]
pub(crate) struct DecodeArgs {
    /// Feed it to the decoder in pieces of so many bytes [default: as it is read]
    #[arg(long, value_name = "N")]
    pub(crate) cut: Option<NonZeroUsize>,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Serves a gateway for demonstrations on a loopback port, until it is stopped.
///
/// The first line of standard output is its base URL.
#[derive(Args, Debug)]
#[command(after_long_help = r#"Example:
  choreo gateway --port 8000 &
  choreo chat --base-url http://127.0.0.1:8000 --api-key any "Hi""#)]
pub(crate) struct GatewayArgs {
    /// The port to listen on; 0 for a free one
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// The pause between two pieces of a streamed answer, in milliseconds
    #[arg(long, value_name = "N", default_value_t = 25)]
    pub(crate) delay_ms: u64,
}

/// Writes what makes a shell complete this command.
#[derive(Args, Debug)]
#[command(after_long_help = r#"Examples:
  choreo completions bash > ~/.local/share/bash-completion/completions/choreo
  choreo completions zsh > "${fpath[1]}/_choreo"
  choreo completions fish > ~/.config/fish/completions/choreo.fish
  choreo completions powershell >> $PROFILE
  choreo completions elvish >> ~/.config/elvish/rc.elv"#)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// A message as it was given.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) role: String,
    pub(crate) text: String,
}

/// The text of a JSON object.
#[derive(Clone, Debug)]
pub(crate) struct JsonObject(pub(crate) String);

/// The contents of a PEM file.
#[derive(Clone, Debug)]
pub(crate) struct Pem(pub(crate) Vec<u8>);

fn message(argument: &str) -> Result<Message, String> {
    let (role, text) = argument.split_once(':').ok_or("it is written like `user:Hello`")?;
    Ok(Message { role: role.to_owned(), text: text.to_owned() })
}

fn json_object(text: &str) -> Result<JsonObject, String> {
    let text = text.trim_ascii();
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| format!("it is not JSON: {error}"))?;
    if text.starts_with('{') {
        Ok(JsonObject(text.to_owned()))
    } else {
        Err("it is not a JSON object".to_owned())
    }
}

fn tool_file(path: &str) -> Result<JsonObject, String> {
    json_object(&fs::read_to_string(path).map_err(unreadable)?)
}

fn pem_file(path: &str) -> Result<Pem, String> {
    fs::read(path).map(Pem).map_err(unreadable)
}

fn unreadable(error: std::io::Error) -> String {
    format!("the file cannot be read: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn json_objects() {
        for good in ["{}", " {\"a\": [1]}\n"] {
            assert!(json_object(good).is_ok(), "{good}");
        }
        for bad in ["", "[]", "null", "\"{\"", "{", "{}{}", "{'a': 1}"] {
            assert!(json_object(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_message_is_split_at_its_first_colon() {
        let Message { role, text } = message("user:at 10:30").unwrap();
        assert_eq!((role.as_str(), text.as_str()), ("user", "at 10:30"));
        assert!(message("user").is_err());
    }
}
