//! `serde::Serialize` for JSON text: its value, not the text.

use core::cell::Cell;
use core::fmt::{self, Write};

use serde::ser::{Error, Serialize, SerializeMap, SerializeSeq, Serializer};

use super::{Lexer, RawJson, RawObject, Text, Token, Upcoming};

impl Serialize for RawJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Cursor::new(self.as_str()).serialize(serializer)
    }
}

impl Serialize for RawObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawJson::from(*self).serialize(serializer)
    }
}

impl RawObject<'_> {
    /// Adds the members to a map.
    pub(crate) fn serialize_members<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let cursor = Cursor::new(self.as_str());
        cursor.step(|position| position.next())?;
        cursor.serialize_members(map)
    }
}

/// A place in a JSON text. Serialising it serialises the value that begins there and moves on behind it, so that
/// nested values are read once. (serde lends values as shared references, hence the cell.)
struct Cursor<'a>(Cell<Option<Position<'a>>>);

#[derive(Clone)]
struct Position<'a> {
    lexer: Lexer,
    input: &'a [u8],
}

impl<'a> Cursor<'a> {
    const fn new(text: &'a str) -> Self {
        Self(Cell::new(Some(Position { lexer: Lexer::new(), input: text.as_bytes() })))
    }

    fn step<T, E: Error>(&self, step: impl FnOnce(&mut Position<'a>) -> Option<T>) -> Result<T, E> {
        let mut position = self.0.take();
        let result = position.as_mut().and_then(step);
        self.0.set(position);
        result.ok_or_else(|| E::custom("raw JSON is not valid"))
    }

    fn serialize_members<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        while let Upcoming::Key = self.step(Position::upcoming)? {
            let key = self.step(Position::string)?;
            map.serialize_entry(&key, self)?;
        }
        self.step(|position| position.next()).map(drop)
    }
}

impl Serialize for Cursor<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.step(Position::upcoming)? {
            Upcoming::Value(b'{') => {
                self.step(|position| position.next())?;
                let mut map = serializer.serialize_map(None)?;
                self.serialize_members(&mut map)?;
                map.end()
            }
            Upcoming::Value(b'[') => {
                self.step(|position| position.next())?;
                let mut list = serializer.serialize_seq(None)?;
                while let Upcoming::Value(_) = self.step(Position::upcoming)? {
                    list.serialize_element(self)?;
                }
                self.step(|position| position.next())?;
                list.end()
            }
            Upcoming::Value(b'"') => self.step(Position::string)?.serialize(serializer),
            Upcoming::Value(b'-' | b'0'..=b'9') => serialize_number(self.step(Position::number)?, serializer),
            _ => match self.step(|position| position.next())? {
                Token::Bool(value) => serializer.serialize_bool(value),
                _ => serializer.serialize_unit(),
            },
        }
    }
}

fn serialize_number<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if let Ok(n) = text.parse() {
        return serializer.serialize_u64(n);
    }
    match (text.parse(), text.parse::<f64>()) {
        // `-0` is a float.
        (Ok(n), _) if n != 0 => serializer.serialize_i64(n),
        (_, Ok(x)) if x.is_finite() => serializer.serialize_f64(x),
        _ => Err(S::Error::custom("raw JSON holds a number that is too large")),
    }
}

impl<'a> Position<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        self.lexer.next_token(&mut self.input)?.ok()
    }

    fn upcoming(&mut self) -> Option<Upcoming> {
        self.lexer.upcoming(&mut self.input)?.ok()
    }

    /// Goes behind the string or key that is next.
    fn string(&mut self) -> Option<Unescaped<'a>> {
        let start = self.clone();
        while self.next()? != Token::StringEnd {}
        Some(Unescaped(start))
    }

    /// Goes behind the number that is next.
    fn number(&mut self) -> Option<&'a str> {
        let start = self.input;
        if let Some(number) = self.lexer.next_token(&mut self.input) {
            number.ok()?;
        }
        let length = start.len().saturating_sub(self.input.len());
        core::str::from_utf8(start.get(..length)?).ok()
    }
}

/// A string or key of a JSON text.
struct Unescaped<'a>(Position<'a>);

impl Serialize for Unescaped<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Unescaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut position = self.0.clone();
        while let Some(token) = position.next() {
            match token {
                Token::Text(Text::Str(run)) => f.write_str(run)?,
                Token::Text(Text::Char(scalar)) => f.write_char(scalar)?,
                Token::StringEnd => break,
                _ => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn gives_the_value() {
        for text in [
            "null",
            "true",
            " false ",
            "0",
            "-0",
            "-1",
            "18446744073709551615",
            "-9223372036854775808",
            "18446744073709551616",
            "-0.5e-3",
            r#""""#,
            r#""h\u00e9\ud83d\ude00\n\"""#,
            "[]",
            "[[], [1, [2]], {}]",
            r#"{"a": {"b\"": [1, {"c": null}]}, "d": "e"}"#,
        ] {
            let value = serde_json::to_value(RawJson::new(text).unwrap()).unwrap();
            assert_eq!(value, serde_json::from_str::<Value>(text).unwrap(), "{text}");
        }
    }

    #[test]
    fn what_has_no_value_is_an_error() {
        for text in ["", "{", "[1", r#"{"a""#, r#"{"a":"#, "\"a", "tru", "1e999"] {
            assert!(serde_json::to_value(RawJson::assume_valid(text)).is_err(), "{text}");
        }
    }
}
