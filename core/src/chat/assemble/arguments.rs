//! How far the arguments of a tool call have come.

/// Watches the arguments of a tool call as they grow, and knows whether they are a complete JSON value.
///
/// It counts brackets outside strings and no more: the text itself may be invalid JSON, since a model wrote it.
/// A bare number or literal is never known to be complete, as nothing closes it. What follows a complete value begins
/// another one. 8 bytes of state; each byte is looked at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ArgumentsProgress {
    depth: u32,
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Blank,
    Value,
    String,
    Escape,
    Complete,
}

impl ArgumentsProgress {
    /// No arguments yet.
    pub const fn new() -> Self {
        Self { depth: 0, state: State::Blank }
    }

    /// Takes the next fragment.
    pub fn push(&mut self, fragment: &str) {
        for byte in fragment.bytes() {
            self.step(byte);
        }
    }

    /// Whether nothing but white space has come.
    pub const fn is_blank(&self) -> bool {
        matches!(self.state, State::Blank)
    }

    /// Whether the last value that began has been closed.
    pub const fn is_complete(&self) -> bool {
        matches!(self.state, State::Complete)
    }

    fn step(&mut self, byte: u8) {
        self.state = match (self.state, byte) {
            (State::Escape, _) => State::String,
            (State::String, b'\\') => State::Escape,
            (State::String, b'"') => self.value_or_complete(),
            (State::String, _) => State::String,
            (State::Blank | State::Complete, b' ' | b'\t' | b'\n' | b'\r') => return,
            (_, b'"') => State::String,
            (_, b'{' | b'[') => {
                self.depth = self.depth.saturating_add(1);
                State::Value
            }
            (State::Value, b'}' | b']') if self.depth > 0 => {
                self.depth = self.depth.saturating_sub(1);
                self.value_or_complete()
            }
            _ => State::Value,
        };
    }

    const fn value_or_complete(&self) -> State {
        if self.depth == 0 { State::Complete } else { State::Value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    enum Expected {
        Blank,
        Unfinished,
        Complete,
    }
    use Expected::{Blank, Complete, Unfinished};

    const CASES: &[(&str, Expected)] = &[
        ("", Blank),
        (" \t\r\n", Blank),
        ("{", Unfinished),
        ("{}", Complete),
        (" {} ", Complete),
        ("[{}", Unfinished),
        ("[{}]", Complete),
        (r#"{"a": "}"#, Unfinished),
        (r#"{"a": "}"}"#, Complete),
        (r#"{"a": "\"}"#, Unfinished),
        (r#"{"a": "\\"}"#, Complete),
        (r#"{"a": "\\\""}"#, Complete),
        (r#""text""#, Complete),
        (r#""text"#, Unfinished),
        (r#""te\"xt""#, Complete),
        ("12", Unfinished),
        ("null", Unfinished),
        ("}", Unfinished),
        ("{}{", Unfinished),
        ("{}{}", Complete),
        ("{} x", Unfinished),
        (r#"{"ü": "𝄞"}"#, Complete),
    ];

    fn verdict(progress: ArgumentsProgress) -> Expected {
        match (progress.is_blank(), progress.is_complete()) {
            (true, false) => Blank,
            (false, true) => Complete,
            (false, false) => Unfinished,
            (true, true) => unreachable!("blank arguments are not complete"),
        }
    }

    #[test]
    fn knows_how_far_the_arguments_are_at_any_cut() {
        for (text, expected) in CASES {
            for (cut, _) in text.char_indices().chain([(text.len(), ' ')]) {
                let (head, tail) = text.split_at(cut);
                let mut progress = ArgumentsProgress::new();
                progress.push(head);
                progress.push(tail);
                assert_eq!(verdict(progress), *expected, "{text:?} cut at {cut}");
            }
        }
    }
}
