//! Log probabilities, typed.

use serde::{Deserialize, Deserializer};

use crate::Error;
use crate::error::{ErrorClass, ErrorKind};

/// The log probabilities of a choice's tokens.
///
/// They come when the request asks for them with [`logprobs`](crate::ChatRequest::logprobs). The JSON text itself is in
/// [`Choice::logprobs`](crate::Choice::logprobs) and in a stream's [`FragmentKind::Logprobs`](crate::FragmentKind).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Logprobs {
    /// Of the content, token by token.
    #[serde(default, deserialize_with = "or_null")]
    pub content: Vec<TokenLogprob>,
    /// Of a refusal, token by token.
    #[serde(default, deserialize_with = "or_null")]
    pub refusal: Vec<TokenLogprob>,
}

/// A token, and how likely it was.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct TokenLogprob {
    /// The token's text; what is no whole UTF-8 is told by its bytes.
    pub token: String,
    /// The natural logarithm of its probability; -9999 where it is not among the 20 most likely tokens.
    pub logprob: f64,
    /// The token's bytes: a character may be spread over several tokens.
    #[serde(default)]
    pub bytes: Option<Vec<u8>>,
    /// The most likely tokens at this place, as many as were asked for.
    #[serde(default, deserialize_with = "or_null")]
    pub top_logprobs: Vec<TopLogprob>,
}

/// A token that was likely at some place.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct TopLogprob {
    /// The token's text.
    pub token: String,
    /// The natural logarithm of its probability.
    pub logprob: f64,
    /// The token's bytes.
    #[serde(default)]
    pub bytes: Option<Vec<u8>>,
}

impl Logprobs {
    /// Reads the JSON text that came with one chunk. Members that are not known here are skipped. Linear.
    ///
    /// # Errors
    ///
    /// Class `malformed_answer`, when it has another form; some servers have one of their own.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        serde_json::from_str::<Option<Self>>(text).map(Option::unwrap_or_default).map_err(|error| {
            let message = format!("the log probabilities have a form of their own: {error}");
            Error::new(ErrorKind::Answer, message)
                .with_class(ErrorClass::MalformedAnswer)
                .with_body(text.to_owned().into(), false)
                .with_source(error)
        })
    }

    /// Reads those of several chunks, one after the other.
    pub(super) fn of_chunks(texts: &[String]) -> Result<Self, Error> {
        let mut all = Self::default();
        for text in texts {
            let mut more = Self::from_json(text)?;
            all.content.append(&mut more.content);
            all.refusal.append(&mut more.refusal);
        }
        Ok(all)
    }
}

/// An absent list may be `null`.
fn or_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_full() {
        let text = r#"{"content": [{"token": "H", "logprob": -0.25, "bytes": [72], "top_logprobs": [
            {"token": "H", "logprob": -0.25, "bytes": null}, {"token": "h", "logprob": -1e1}]}],
            "refusal": null, "more": {"x": 1}}"#;
        let top = |token: &str, logprob| TopLogprob { token: token.to_owned(), logprob, bytes: None };
        let token = TokenLogprob {
            token: "H".to_owned(),
            logprob: -0.25,
            bytes: Some(vec![72]),
            top_logprobs: vec![top("H", -0.25), top("h", -10.0)],
        };
        let expected = Logprobs { content: vec![token], refusal: Vec::new() };
        assert_eq!(Logprobs::from_json(text).unwrap(), expected);
    }

    #[test]
    fn in_part() {
        for text in ["null", "{}", r#"{"content": null}"#, r#"{"content": [], "refusal": []}"#] {
            assert_eq!(Logprobs::from_json(text).unwrap(), Logprobs::default(), "{text}");
        }
        let no = r#"{"content": null, "refusal": [{"token": "No", "logprob": 0, "top_logprobs": null}]}"#;
        let texts = [no.to_owned(), "null".to_owned(), no.to_owned()];
        let all = Logprobs::of_chunks(&texts).unwrap();
        assert_eq!((all.content.len(), all.refusal.len()), (0, 2));
        assert_eq!(all.refusal[1], TokenLogprob { token: "No".to_owned(), ..TokenLogprob::default() });
    }

    #[test]
    fn another_form_is_told_and_kept() {
        let text = r#"{"content": ["a", -1]}"#;
        let error = Logprobs::from_json(text).unwrap_err();
        assert_eq!((error.kind(), error.class()), (ErrorKind::Answer, ErrorClass::MalformedAnswer));
        assert_eq!(error.body(), text);
    }
}
