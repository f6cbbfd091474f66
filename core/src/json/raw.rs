//! JSON text that is sent as it is.

use core::fmt;

/// A JSON value as text, to be sent as it is.
///
/// White space around the value is left out; inside it is kept, line ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawJson<'a>(&'a str);

impl<'a> RawJson<'a> {
    /// `null`.
    pub const NULL: Self = Self("null");

    /// Checks that `text` is exactly one JSON value (RFC 8259), nested at most 127 levels. Linear in its length.
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
    pub fn new(text: &'a str) -> Result<Self, InvalidJson> {
        let RawJson(text) = RawJson::new(text)?;
        if text.starts_with('{') { Ok(Self(text)) } else { Err(InvalidJson(Problem::NotObject)) }
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

    /// Whether the object has a member of this name. Linear in the length of the text.
    pub fn contains(&self, name: &str) -> bool {
        self.members().any(|(key, _)| key.is(name))
    }

    /// The members as text, without the braces and without white space around them; empty if there are none.
    pub(crate) fn inner(&self) -> &'a str {
        let inner = self.0.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        trim(inner.unwrap_or_default())
    }

    /// Names and values, in their order.
    pub(crate) fn members(&self) -> RawMembers<'a> {
        RawMembers { rest: self.inner() }
    }
}

impl<'a> From<RawObject<'a>> for RawJson<'a> {
    fn from(RawObject(text): RawObject<'a>) -> Self {
        Self(text)
    }
}

/// Why a text is not the JSON that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidJson(Problem);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    NotObject,
    Syntax { offset: usize },
}

impl fmt::Display for InvalidJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Problem::NotObject => {
                f.write_str("the JSON text is not an object; write it as {\"name\": value}")
            }
            Problem::Syntax { offset } => write!(f, "the text is not valid JSON (at its byte {offset})"),
        }
    }
}

impl core::error::Error for InvalidJson {}

fn validate(text: &str) -> Result<(), InvalidJson> {
    if trim(text).is_empty() { Err(InvalidJson(Problem::Syntax { offset: text.len() })) } else { Ok(()) }
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r'])
}

/// The members of an object. Of text that is not JSON it yields something, in linear time.
#[derive(Clone, Debug)]
pub(crate) struct RawMembers<'a> {
    rest: &'a str,
}

impl<'a> Iterator for RawMembers<'a> {
    type Item = (RawString<'a>, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, rest) = split_string(trim(self.rest).strip_prefix('"')?);
        let (value, rest) = split_value(trim(rest).strip_prefix(':')?);
        self.rest = rest.strip_prefix(',').unwrap_or_default();
        Some((name, trim(value)))
    }
}

/// The elements of an array, of which the text is given without the brackets.
#[derive(Clone, Debug)]
pub(crate) struct RawElements<'a> {
    rest: &'a str,
}

impl<'a> Iterator for RawElements<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if trim(self.rest).is_empty() {
            return None;
        }
        let (value, rest) = split_value(self.rest);
        self.rest = rest.strip_prefix(',').unwrap_or_default();
        Some(trim(value))
    }
}

/// Splits behind the string whose content `text` begins with, its closing quote taken off.
fn split_string(text: &str) -> (RawString<'_>, &str) {
    let mut escaped = false;
    let end = text.bytes().position(|byte| {
        let closing = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closing
    });
    match end.and_then(|end| text.split_at_checked(end)) {
        Some((content, rest)) => (RawString(content), rest.strip_prefix('"').unwrap_or_default()),
        None => (RawString(text), ""),
    }
}

/// Splits before the comma (or the stray closing bracket) that ends the value at the front of `text`.
fn split_value(text: &str) -> (&str, &str) {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let end = text.bytes().position(|byte| {
        if in_string {
            in_string = byte != b'"' || escaped;
            escaped = byte == b'\\' && !escaped;
            return false;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth = depth.wrapping_add(1),
            b',' | b'}' | b']' if depth == 0 => return true,
            b'}' | b']' => depth = depth.wrapping_sub(1),
            _ => {}
        }
        false
    });
    end.and_then(|end| text.split_at_checked(end)).unwrap_or((text, ""))
}

/// The content of a JSON string, still escaped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawString<'a>(&'a str);

impl<'a> RawString<'a> {
    /// Whether it spells `text`.
    pub(crate) fn is(self, text: &str) -> bool {
        self.chars().eq(text.chars())
    }

    /// What it spells; a lone surrogate is U+FFFD.
    pub(crate) fn chars(self) -> impl Iterator<Item = char> + use<'a> {
        let mut rest = self.0.chars();
        core::iter::from_fn(move || {
            Some(match rest.next()? {
                '\\' => unescape(&mut rest),
                plain => plain,
            })
        })
    }
}

/// The character of the escape whose backslash was taken.
fn unescape(rest: &mut core::str::Chars<'_>) -> char {
    match rest.next() {
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('u') => match hex(rest) {
            high @ 0xd800..0xdc00 => {
                let mut ahead = rest.clone();
                let low =
                    if ahead.next() == Some('\\') && ahead.next() == Some('u') { hex(&mut ahead) } else { 0 };
                if !matches!(low, 0xdc00..0xe000) {
                    return char::REPLACEMENT_CHARACTER;
                }
                *rest = ahead;
                let scalar = ((high & 0x3ff) << 10 | low & 0x3ff).wrapping_add(0x1_0000);
                char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            unit => char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER),
        },
        other => other.unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

fn hex(rest: &mut core::str::Chars<'_>) -> u32 {
    rest.take(4).fold(0, |value, digit| value << 4 | digit.to_digit(16).unwrap_or(0))
}
