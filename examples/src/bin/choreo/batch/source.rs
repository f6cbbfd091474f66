//! Where the questions come from.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::thread;

use smol::channel::{Receiver, bounded};

use super::lines::Lines;
use super::question::{Common, Format, Question};
use crate::failure::Failure;

/// How long a line may be, in bytes.
const LIMIT: usize = 1 << 20;

/// A file of questions, or standard input.
pub(super) struct Source {
    input: Box<dyn BufRead + Send>,
    name: String,
}

/// The questions, read on a thread of its own, one ahead: whoever writes them slowly holds up no call.
pub(super) type Questions = Receiver<Result<Box<Question>, String>>;

impl Source {
    /// `-` is standard input.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        if path == "-" {
            let input = Box::new(BufReader::new(io::stdin()));
            return Ok(Self { input, name: "standard input".to_owned() });
        }
        let name = path.display().to_string();
        let file = File::open(path).map_err(|error| Failure::Other(cannot_read(&name, &error)))?;
        Ok(Self { input: Box::new(BufReader::new(file)), name })
    }

    /// Begins to read.
    pub(super) fn start(self, common: Common) -> Questions {
        let (asked, questions) = bounded(1);
        thread::spawn(move || {
            let mut lines = Lines::new(self.input, LIMIT);
            loop {
                let question = match lines.next() {
                    Ok(None) => break,
                    Ok(Some(line)) if line.is_blank() => continue,
                    Ok(Some(line)) => Ok(Box::new(Question::read(&line, &common))),
                    Err(error) => {
                        Err(format!("{}, after line {}", cannot_read(&self.name, &error), lines.read()))
                    }
                };
                let is_end = question.is_err();
                if asked.send_blocking(question).is_err() || is_end {
                    break;
                }
            }
        });
        questions
    }
}

/// How many questions a file has; `None` of what can be read only once.
pub(super) fn count(path: &Path) -> Option<u64> {
    let file = File::open(path).ok().filter(|file| file.metadata().is_ok_and(|it| it.is_file()))?;
    let mut lines = Lines::new(BufReader::new(file), LIMIT);
    let mut count = 0;
    while let Some(line) = lines.next().ok()? {
        count += u64::from(!line.is_blank());
    }
    Some(count)
}

/// By the file's name, unless it is told.
pub(super) fn format(path: &Path, told: Option<Format>) -> Format {
    let is_jsonl = path.extension().is_some_and(|it| it == "jsonl" || it == "ndjson");
    told.unwrap_or(if is_jsonl { Format::Jsonl } else { Format::Text })
}

fn cannot_read(name: &str, error: &io::Error) -> String {
    format!("cannot read {name}: {error}")
}
