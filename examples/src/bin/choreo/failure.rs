//! What ends a command with another status than 0.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use choreoai::{Error, ErrorKind};

use crate::interrupt::INTERRUPTED;

/// Why a command did not do all it was asked for.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no answer, or not the whole of it.
    Answer(AnswerFailure),
    /// The answer could not be written.
    Output(io::Error),
    /// It was interrupted, and has brought to its end what it could.
    Interrupted(String),
    /// Anything else, as it is told.
    Other(String),
}

/// Why there is no answer, or not the whole of it, as scripts are told.
#[derive(Debug)]
pub(crate) struct AnswerFailure {
    pub(crate) kind: ErrorKind,
    pub(crate) status: Option<u16>,
    pub(crate) code: Option<String>,
    pub(crate) error_type: Option<String>,
    pub(crate) message: String,
    /// How many requests were sent, if the command sends any.
    pub(crate) attempts: Option<u32>,
    /// All of this in one line for a person.
    line: String,
}

impl Failure {
    /// Says it on standard error; not that whoever read the output went away.
    pub(crate) fn report(&self) {
        if matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe) {
            return;
        }
        // Nobody is left to be told that standard error is closed.
        let _ = writeln!(io::stderr(), "choreo: {self}");
    }

    /// What the shell is told.
    pub(crate) fn status(&self) -> ExitCode {
        match self {
            Self::Interrupted(_) => INTERRUPTED.into(),
            _ => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(failure) => f.write_str(&failure.line),
            Self::Output(error) => write!(f, "cannot write to standard output: {error}"),
            Self::Interrupted(message) | Self::Other(message) => f.write_str(message),
        }
    }
}

impl AnswerFailure {
    /// A failure that the client had no part in.
    pub(crate) fn new(kind: ErrorKind, message: String) -> Self {
        let line = message.clone();
        Self { kind, status: None, code: None, error_type: None, message, attempts: None, line }
    }

    pub(crate) fn with_message(self, message: String) -> Self {
        Self { line: message.clone(), message, ..self }
    }
}

impl From<&Error> for AnswerFailure {
    fn from(error: &Error) -> Self {
        let line = error.to_string();
        // Around the server's own words the line puts what has members of its own; around others a hint.
        let is_servers = matches!(error.kind(), ErrorKind::Http | ErrorKind::Server);
        Self {
            kind: error.kind(),
            status: error.status().map(|status| status.as_u16()),
            code: error.code().map(str::to_owned),
            error_type: error.error_type().map(str::to_owned),
            message: if is_servers { error.message().to_owned() } else { line.clone() },
            attempts: Some(error.attempts()).filter(|&attempts| attempts > 0),
            line,
        }
    }
}

impl From<AnswerFailure> for Failure {
    fn from(failure: AnswerFailure) -> Self {
        Self::Answer(failure)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Answer((&error).into())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
