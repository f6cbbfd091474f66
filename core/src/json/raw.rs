//! JSON text that is sent as it is.

use core::fmt;

use super::{Lexer, Text, Token, Upcoming};
use crate::ErrorKind;

/// A JSON value as text, to be sent as it is.
///
/// White space around the value is left out; inside it is kept, line ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawJson<'a>(&'a str);

impl<'a> RawJson<'a> {
    /// `null`.
    pub const NULL: Self = Self("null");

    /// Checks that `text` is exactly one JSON value (RFC 8259), nested at most 127 levels. Linear in its length.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and at which byte. An empty `text` is no value.
    pub fn new(text: &'a str) -> Result<Self, InvalidJson> {
        validate(text)?;
        Ok(Self(trim(text)))
    }

    /// Takes the caller's word that `text` is one JSON value with no white space around it.
    ///
    /// For text that was checked before, by [`new`](Self::new) or by the serialiser that made it. If it is something
    /// else, the request that holds it is not JSON; nothing worse.
    pub const fn assume_valid(text: &'a str) -> Self {
        Self(text)
    }

    /// The text.
    pub const fn as_str(&self) -> &'a str {
        self.0
    }
}

/// A JSON object as text: additional members of a request or of a part of it.
///
/// It is written into the object it adds to as it is, after the typed members. A typed member whose name it has
/// (however escaped) is not written, so that no name occurs twice unless it does in this text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawObject<'a>(&'a str);

impl<'a> RawObject<'a> {
    /// Checks that `text` is exactly one JSON object (RFC 8259), nested at most 127 levels. Linear in its length.
    ///
    /// # Errors
    ///
    /// As [`RawJson::new`]; a value that is no object is refused at byte 0.
    pub fn new(text: &'a str) -> Result<Self, InvalidJson> {
        let RawJson(text) = RawJson::new(text)?;
        if text.starts_with('{') {
            Ok(Self(text))
        } else {
            Err(InvalidJson { problem: Problem::NotObject, offset: 0 })
        }
    }

    /// Takes the caller's word that `text` is one JSON object with no white space around it; as
    /// [`RawJson::assume_valid`].
    pub const fn assume_valid(text: &'a str) -> Self {
        Self(text)
    }

    /// The text, braces included.
    pub const fn as_str(&self) -> &'a str {
        self.0
    }

    /// Whether the object has a member of this name, however it is escaped. Linear in the length of the text.
    pub fn contains(&self, name: &str) -> bool {
        self.any_key(&mut |key| key.is(name))
    }

    /// The members as text, without the braces and without white space around them; empty if there are none.
    pub(crate) fn inner(&self) -> &'a str {
        let inner = self.0.strip_prefix("{").and_then(|text| text.strip_suffix("}"));
        trim(inner.unwrap_or_default())
    }

    /// Whether one of the names is such; those behind the first that is are not looked at.
    #[cfg_attr(target_pointer_width = "32", inline(never))]
    pub(crate) fn any_key(&self, is_such: &mut dyn FnMut(RawKey<'_>) -> bool) -> bool {
        let mut lexer = Lexer::new();
        let mut input = self.0.as_bytes();
        if lexer.next_token(&mut input) != Some(Ok(Token::ObjectStart)) {
            return false;
        }
        while let Some(Ok(Upcoming::Key)) = lexer.upcoming(&mut input) {
            if is_such(RawKey { lexer: &lexer, input }) {
                return true;
            }
            let Some(Ok(_)) = lexer.skip(1, &mut input) else { break };
        }
        false
    }
}

impl<'a> From<RawObject<'a>> for RawJson<'a> {
    fn from(RawObject(text): RawObject<'a>) -> Self {
        Self(text)
    }
}

/// Without the white space around it. All that is ASCII: what is no white space to JSON is not around JSON.
fn trim(text: &str) -> &str {
    text.trim_ascii()
}

/// The name of a member, still escaped.
#[derive(Clone, Copy)]
pub(crate) struct RawKey<'a> {
    /// Stands before the key.
    lexer: &'a Lexer,
    input: &'a [u8],
}

impl RawKey<'_> {
    /// Whether it spells `name`.
    pub(crate) fn is(&self, name: &str) -> bool {
        let (mut lexer, mut input) = (self.lexer.clone(), self.input);
        let mut expected = Some(name);
        while let (Some(rest), Some(Ok(token))) = (expected, lexer.next_token(&mut input)) {
            expected = match token {
                Token::Key => expected,
                Token::Text(Text::Str(run)) => rest.strip_prefix(run),
                Token::Text(Text::Char(scalar)) => rest.strip_prefix(&*scalar.encode_utf8(&mut [0; 4])),
                _ => return rest.is_empty(),
            };
        }
        false
    }
}

/// Why a text is not the JSON that was asked for, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidJson {
    problem: Problem,
    offset: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    NotObject,
    Syntax(ErrorKind),
}

impl InvalidJson {
    /// How many bytes of the text come before the one that is wrong.
    pub const fn offset(&self) -> usize {
        self.offset
    }
}

impl fmt::Display for InvalidJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = match self.problem {
            Problem::NotObject => return f.write_str("the JSON is no object: write {\"name\": value}"),
            Problem::Syntax(ErrorKind::UnfinishedJson) => "it ends too early",
            Problem::Syntax(ErrorKind::TrailingData) => "something follows the value",
            Problem::Syntax(ErrorKind::ControlCharacter) => "a control character in a string is not escaped",
            Problem::Syntax(ErrorKind::InvalidEscape) => "a backslash starts no escape",
            Problem::Syntax(ErrorKind::InvalidNumber) => "a number is not written as JSON writes it",
            Problem::Syntax(ErrorKind::DepthLimit) => "it nests deeper than 127 levels",
            Problem::Syntax(_) => "unexpected character",
        };
        write!(f, "the text is not valid JSON: {problem} (at its byte {})", self.offset)
    }
}

impl core::error::Error for InvalidJson {}

fn validate(text: &str) -> Result<(), InvalidJson> {
    let mut lexer = Lexer::new();
    let mut input = text.as_bytes();
    let kind = loop {
        match lexer.next_token(&mut input) {
            Some(Ok(_)) => {}
            Some(Err(kind)) => break kind,
            None => match lexer.finish() {
                Ok(_) => return Ok(()),
                Err(kind) => break kind,
            },
        }
    };
    let offset = text.len().saturating_sub(input.len());
    Err(InvalidJson { problem: Problem::Syntax(kind), offset })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn only_json() {
        for (text, kept) in [
            ("1", "1"),
            (" {\"a\":\r\n[]}\n", "{\"a\":\r\n[]}"),
            ("\"\\ud83d\\ude00\"", "\"\\ud83d\\ude00\""),
            ("-0.5e+7 ", "-0.5e+7"),
        ] {
            assert_eq!(RawJson::new(text).map(|json| json.as_str()), Ok(kept));
        }
        for (text, offset, message) in [
            ("", 0, "ends too early"),
            ("{\"a\":", 5, "ends too early"),
            ("-", 1, "ends too early"),
            ("{} {}", 3, "follows"),
            ("[1,]", 3, "unexpected"),
            ("[01]", 2, "number"),
            ("\"\n\"", 1, "control character"),
            ("{a:1}", 1, "unexpected"),
            ("NaN", 0, "unexpected"),
        ] {
            let error = RawJson::new(text).unwrap_err();
            assert_eq!(error.offset(), offset, "{text}");
            assert!(error.to_string().contains(message), "{text}: {error}");
        }
        let deep = "[".repeat(128);
        assert!(RawJson::new(&deep).unwrap_err().to_string().contains("127"));
        assert!(RawObject::new("[]").unwrap_err().to_string().contains("no object"));
        assert!(RawObject::new("{").is_err());
    }

    #[test]
    fn names() {
        let object = RawObject::new(
            r#" {"a": {"b": "c"}, "d\"" : ["e", {"f": 1}] ,"\u0067h\ud83d\ude00": "\"i\":", "": 0} "#,
        )
        .unwrap();
        for name in ["a", "d\"", "gh\u{1f600}", ""] {
            assert!(object.contains(name), "{name}");
        }
        for name in ["b", "c", "d", "e", "f", "g", "gh", "i", "gh\u{1f600}j", "aa"] {
            assert!(!object.contains(name), "{name}");
        }
        let mut count = 0;
        object.any_key(&mut |_| {
            count += 1;
            false
        });
        assert_eq!(count, 4);
        assert!(!RawObject::new("{ }").unwrap().contains(""));
    }

    #[test]
    fn what_was_not_checked_does_no_harm() {
        for text in ["", "{", "}", "{\"a", "{\"a\":", "{a}", "[1]", "{\"a\":1", "{{{{", "{\"a\":1}}"] {
            let object = RawObject::assume_valid(text);
            let _ = (object.contains("a"), object.inner());
        }
    }
}
