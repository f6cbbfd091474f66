//! JSON with its members in the order given, in both spellings.

use std::fmt::Write as _;

/// A JSON value whose members keep their order, which is what some tests are about.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it is to be spelled.
    Number(String),
    /// A string, unescaped.
    String(String),
    /// An array.
    Array(Vec<Self>),
    /// An object; names may repeat.
    Object(Vec<(String, Self)>),
}

impl Json {
    /// An object of these members, in this order.
    #[must_use]
    pub fn object<const N: usize>(members: [(&str, Self); N]) -> Self {
        Self::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// As Python's `json.dumps` writes: `": "`, `", "`, and every character beyond ASCII as `\uXXXX`.
    #[must_use]
    pub fn spaced_ascii(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, Style { colon: ": ", comma: ", ", ascii: true });
        out
    }

    /// Without blanks, and in raw UTF-8.
    #[must_use]
    pub fn compact(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, Style { colon: ":", comma: ",", ascii: false });
        out
    }

    fn write(&self, out: &mut String, style: Style) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(digits) => out.push_str(digits),
            Self::String(text) => write_string(text, out, style.ascii),
            Self::Array(items) => {
                out.push('[');
                for (place, item) in items.iter().enumerate() {
                    out.push_str(if place == 0 { "" } else { style.comma });
                    item.write(out, style);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (place, (name, value)) in members.iter().enumerate() {
                    out.push_str(if place == 0 { "" } else { style.comma });
                    write_string(name, out, style.ascii);
                    out.push_str(style.colon);
                    value.write(out, style);
                }
                out.push('}');
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Style {
    colon: &'static str,
    comma: &'static str,
    ascii: bool,
}

fn write_string(text: &str, out: &mut String, ascii: bool) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' || (ascii && !c.is_ascii()) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a `String` does not fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Self {
        Self::Number(number.to_string())
    }
}

/// `None` is `null`.
impl<T: Into<Self>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<&serde_json::Value> for Json {
    fn from(value: &serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.to_string()),
            Value::String(text) => Self::String(text.clone()),
            Value::Array(items) => Self::Array(items.iter().map(Self::from).collect()),
            Value::Object(members) => {
                Self::Object(members.iter().map(|(name, value)| (name.clone(), Self::from(value))).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings() {
        let json = Json::object([
            ("z", Json::from("ü\u{1f980}\"\\\n\u{1}\u{7f}")),
            ("a", Json::Array(vec![Json::from(-1), Json::Null, Json::Bool(true)])),
            ("é", Json::object([])),
        ]);
        assert_eq!(
            json.spaced_ascii(),
            "{\"z\": \"\\u00fc\\ud83e\\udd80\\\"\\\\\\n\\u0001\u{7f}\", \"a\": [-1, null, true], \"\\u00e9\": {}}"
        );
        assert_eq!(
            json.compact(),
            "{\"z\":\"ü\u{1f980}\\\"\\\\\\n\\u0001\u{7f}\",\"a\":[-1,null,true],\"é\":{}}"
        );
    }
}
