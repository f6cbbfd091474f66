//! `choreo batch`.

use std::path::PathBuf;

use clap::Args;

use super::{JsonObject, ServerArgs, json_object};
use crate::batch::Format;

const EXAMPLES: &str = r#"Questions:
  In text, each line is what the user says. In JSONL, each line is an object with
  "message", and if wanted "id" (text or a number), "system", "model", "temperature",
  "max_tokens" and "extra" (more members of the request), which go before the options.
  Lines of nothing but white space are passed over. A line that cannot be used (longer
  than 1 MiB, not UTF-8, a NUL in text, no such object) fails alone.

Answers:
  One JSON object a line, in the order of the questions: "line" (from 1), "id", "message";
  then "response", "model", "finish_reason" and "usage", or "error" with "kind", "message"
  and "status". At most 8 lines for each that is asked at once are held in memory.

Resuming:
  With --resume, lines that are answered in --output FILE are not asked again; failures are.
  While it runs they are kept in FILE.kept. After Ctrl-C what is answered is written first.

Exit status:
  0 when all lines are answered, 1 when one is not, 2 for wrong usage, 130 after Ctrl-C

Examples:
  choreo batch questions.txt > answers.jsonl
  choreo batch questions.jsonl --output answers.jsonl --concurrency 20
  choreo batch questions.jsonl --output answers.jsonl --resume
  ls *.rs | choreo batch - --system "Guess what is in the file of this name." --model claude-3"#;

/// Asks many questions, a line each, and writes the answers in their order.
///
/// A line that fails leaves the others alone.
// Not `Debug`: the key is among them.
#[derive(Args)]
#[command(allow_negative_numbers = true, after_long_help = EXAMPLES, next_help_heading = "Requests")]
pub(crate) struct BatchArgs {
    /// The questions; `-` for standard input
    #[arg(help_heading = None::<&str>)]
    pub(crate) file: PathBuf,
    /// How the questions are written [default: jsonl in a file of that extension or .ndjson, else text]
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
    /// The model, unless a line names one
    #[arg(long, default_value = "gpt-4")]
    pub(crate) model: String,
    /// Instructions, sent first, unless a line has its own
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) system: Option<String>,
    /// How freely to choose the words, from 0 to 2
    #[arg(long, value_name = "X")]
    pub(crate) temperature: Option<f64>,
    /// How long an answer may be, in tokens
    #[arg(long, value_name = "N")]
    pub(crate) max_tokens: Option<i64>,
    /// More members of each request, as a JSON object; they override the other options
    #[arg(long, value_name = "JSON", value_parser = json_object)]
    pub(crate) extra: Option<JsonObject>,
    /// How many lines are asked at once, up to 1000
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) concurrency: i64,
    /// Where the answers go [default: standard output]
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// Keep the answers that the output file has
    #[arg(long, requires = "output", help_heading = "Output")]
    pub(crate) resume: bool,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}
