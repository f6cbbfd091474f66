//! The answers of a run that was cut, which are not asked for again.
//!
//! What is answered later belongs between them, so the output is written anew from its beginning. Until that is
//! done the answers are kept in a file beside it:
//!
//! ```text
//! OUT, OUT.kept ── merge ──▶ OUT.kept.new ── rename ──▶ OUT.kept      nothing is lost, whenever this is cut:
//! OUT.kept, new answers ──▶ OUT, from its beginning                   what OUT has not yet, OUT.kept still has
//! OUT complete, or a good end before ──▶ OUT.kept removed
//! ```

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::lines::{Line, Lines};
use super::question::Question;
use super::record::Written;

/// How long a written line may be: a message and an answer of the most that is taken, every character escaped.
const LIMIT: usize = 512 << 20;

/// The answers that are there already, in the order of their lines. One is held at a time.
#[derive(Debug)]
pub(super) struct Kept {
    answers: Option<Answers>,
    next: Option<Answer>,
}

/// The answers in a file of such lines; failures are passed over.
#[derive(Debug)]
struct Answers {
    path: PathBuf,
    lines: Lines<BufReader<File>>,
    last: u64,
}

#[derive(Debug)]
struct Answer {
    line: u64,
    message: String,
    /// As it was written, with its line end.
    record: Vec<u8>,
}

/// Where the answers are kept that `output` is to have, while it is written.
pub(super) fn path_beside(output: &Path) -> PathBuf {
    with_suffix(output, ".kept")
}

impl Kept {
    /// No answers.
    pub(super) fn none() -> Self {
        Self { answers: None, next: None }
    }

    /// The answers of `output`, and of what was kept beside it. From here on it may be written anew.
    pub(super) fn take_over(output: &Path) -> Result<Self, String> {
        let kept = path_beside(output);
        let new = with_suffix(output, ".kept.new");
        let (mut left, mut right) = (Self::open(output)?, Self::open(&kept)?);
        let copy = |answers: &mut [&mut Self; 2]| -> Result<(), String> {
            let file = File::create(&new).map_err(|error| cannot("write", &new, &error))?;
            let mut file = BufWriter::new(file);
            while let Some(answer) = first(answers)? {
                file.write_all(&answer.record).map_err(|error| cannot("write", &new, &error))?;
            }
            let file = file.into_inner().map_err(|error| cannot("write", &new, error.error()))?;
            file.sync_all().map_err(|error| cannot("write", &new, &error))
        };
        copy(&mut [&mut left, &mut right])?;
        fs::rename(&new, &kept).map_err(|error| cannot("write", &kept, &error))?;
        Self::open(&kept)
    }

    fn open(path: &Path) -> Result<Self, String> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::none()),
            Err(error) => return Err(cannot("read", path, &error)),
        };
        let lines = Lines::new(BufReader::new(file), LIMIT);
        let mut answers = Answers { path: path.to_owned(), lines, last: 0 };
        let next = answers.next()?;
        Ok(Self { answers: Some(answers), next })
    }

    /// The answer to this question, as it was written. Questions are given in their order.
    ///
    /// An answer to what nobody asks shows that the questions, or the output, are others than before.
    pub(super) fn answer_to(&mut self, question: &Question) -> Result<Option<Vec<u8>>, String> {
        match &self.next {
            Some(answer) if answer.line < question.line => Err(self.foreign()),
            Some(answer) if answer.line == question.line => {
                if question.message.as_ref() == Some(&answer.message) {
                    self.pop()
                } else {
                    Err(self.foreign())
                }
            }
            _ => Ok(None),
        }
    }

    /// All questions have been given.
    pub(super) fn check_end(&self) -> Result<(), String> {
        if self.next.is_some() { Err(self.foreign()) } else { Ok(()) }
    }

    /// The next answer, whatever the question.
    pub(super) fn pop(&mut self) -> Result<Option<Vec<u8>>, String> {
        let next = match &mut self.answers {
            Some(answers) => answers.next()?,
            None => None,
        };
        Ok(std::mem::replace(&mut self.next, next).map(|answer| answer.record))
    }

    fn foreign(&self) -> String {
        let line = self.next.as_ref().map_or(0, |answer| answer.line);
        format!(
            "the output answers another line {line} than the questions have; it is kept as it was: name another --output"
        )
    }
}

/// The answer of the lowest line, out of either; where both have it, one of them.
fn first(kept: &mut [&mut Kept; 2]) -> Result<Option<Answer>, String> {
    let Some(line) = kept.iter().filter_map(|kept| kept.next.as_ref()).map(|answer| answer.line).min() else {
        return Ok(None);
    };
    let mut first = None;
    for kept in kept {
        if kept.next.as_ref().is_some_and(|answer| answer.line == line) {
            let next = match &mut kept.answers {
                Some(answers) => answers.next()?,
                None => None,
            };
            first = std::mem::replace(&mut kept.next, next);
        }
    }
    Ok(first)
}

impl Answers {
    fn next(&mut self) -> Result<Option<Answer>, String> {
        loop {
            let line = self.lines.next().map_err(|error| cannot("read", &self.path, &error))?;
            let Some(Line { number, contents, is_ended }) = line else { return Ok(None) };
            let written = contents.as_ref().ok().and_then(|contents| Written::read(contents));
            let Some(written) = written.filter(|written| written.line > self.last) else {
                // The end of a run that was cut within a line.
                if !is_ended {
                    return Ok(None);
                }
                let path = self.path.display();
                return Err(format!(
                    "line {number} of {path} is no answer of `choreo batch`, or not in order"
                ));
            };
            self.last = written.line;
            if let (true, Some(message)) = (written.is_answered(), &written.message) {
                let (line, message) = (written.line, message.clone().into_owned());
                let mut record = contents.unwrap_or_default();
                record.push(b'\n');
                return Ok(Some(Answer { line, message, record }));
            }
        }
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> String {
    format!("cannot {what} {}: {error}", path.display())
}
