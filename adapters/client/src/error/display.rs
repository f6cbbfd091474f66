//! How an error is printed: one line for a person; all that is known of it for whoever looks for the cause.

use std::fmt;

use super::{Error, ErrorKind, answered};

/// How much of a message is printed; [`Error::message`] has the whole.
const PRINTED_MESSAGE: usize = 600;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        match (inner.kind, &inner.head) {
            (ErrorKind::Http, Some(head)) => f.write_str(&answered(head.status()))?,
            (ErrorKind::Server, _) => {
                f.write_str("the gateway reported an error instead of finishing the answer")?
            }
            _ => return self.fmt_plain(f),
        }
        if self.has_server_message() {
            f.write_str(": ")?;
            fmt_line(&inner.message, f)?;
        }
        // Some gateways give the status as the code, too.
        let status = self.status();
        let code = self.code().filter(|&code| status.is_none_or(|status| status.as_str() != code));
        if let Some(code) = code.or(self.error_type()) {
            f.write_str(" (")?;
            fmt_line(code, f)?;
            f.write_str(")")?;
        }
        self.fmt_rest(f)
    }
}

impl Error {
    fn fmt_plain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_line(&self.0.message, f)?;
        self.fmt_rest(f)
    }

    fn fmt_rest(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(hint) = &self.0.hint {
            f.write_str("; ")?;
            // It may quote a header.
            fmt_line(hint, f)?;
        }
        if self.0.attempts > 1 {
            write!(f, " (after {} attempts)", self.0.attempts)?;
        }
        Ok(())
    }
}

/// Prints a text that a server may have written: in one line, without control characters, not endless.
fn fmt_line(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut written = 0;
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if written > 0 {
            f.write_str(" ")?;
        }
        let room = PRINTED_MESSAGE.saturating_sub(written);
        if word.len() > room {
            let end = (0..=room).rev().find(|&end| word.is_char_boundary(end)).unwrap_or(0);
            return write!(f, "{} ...", &word[..end]);
        }
        f.write_str(word)?;
        written += word.len() + 1;
    }
    Ok(())
}

/// What a failed `main` and a failed test show: first what happened and what to do, then what else is known, and nothing
/// of what is not. The body and what came of an answer are not shown: they may be long, and are for their reader alone.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let mut shown = f.debug_struct("choreoai::Error");
        shown.field("message", &inner.message);
        if let Some(hint) = &inner.hint {
            shown.field("hint", hint);
        }
        shown.field("kind", &inner.kind).field("class", &self.class());
        if let Some(status) = self.status() {
            shown.field("status", &format_args!("{status}"));
        }
        let said = [
            ("code", self.code()),
            ("error_type", self.error_type()),
            ("param", self.param()),
            ("request_id", self.request_id()),
        ];
        for (name, text) in said.into_iter().filter_map(|(name, text)| Some((name, text?))) {
            shown.field(name, &text);
        }
        if inner.attempts > 0 {
            shown.field("attempts", &inner.attempts);
        }
        if let Some(wait) = &inner.retry_after {
            shown.field("retry_after", wait);
        }
        if let Some(source) = &inner.source {
            shown.field("source", source);
        }
        shown.finish_non_exhaustive()
    }
}
