//! What tells the gateway who asks, kept out of everything that is printed.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use http::{HeaderName, HeaderValue, header};

use crate::Error;

/// What stands where the key stood.
const REDACTED: &str = "[redacted]";
/// A shorter key is no secret: gateways in development take any that is not empty.
const SHORTEST_SECRET: usize = 4;
/// A shorter key may be part of an ordinary word: it is redacted only where it stands alone.
const SHORTEST_UNMISTAKABLE: usize = 8;
/// How many backslashes may begin an escape: those of JSON quoted in JSON, three times over.
const MOST_BACKSLASHES: usize = 8;
/// The bytes of the longest escape of a character.
const LONGEST_ESCAPE: usize = MOST_BACKSLASHES + "u0061".len();
/// How many bytes that do not show may stand between two characters: three zeros in UTF-32, a zero-width space in UTF-8.
const MOST_HIDDEN: usize = 4;

/// The API key, and what else is secret in the headers of a client. Never shown by `Debug`, and taken out of what a
/// server echoes.
#[derive(Clone)]
pub(crate) struct Credentials {
    /// The longest first: one may be a part of another.
    secrets: Arc<[Box<str>]>,
    /// The key is among them.
    has_api_key: bool,
}

impl Credentials {
    /// The value of the `Authorization` header for a key, marked as sensitive. Refuses what an HTTP header cannot carry,
    /// without repeating it.
    pub(crate) fn bearer(key: &str) -> Result<HeaderValue, Error> {
        if let Some(place) = key.bytes().position(|byte| !byte.is_ascii_graphic()) {
            let what = match key.as_bytes().get(place) {
                Some(b'\r' | b'\n') => "a line break (often left over from reading it from a file)",
                Some(b' ' | b'\t') => "white space",
                Some(byte) if byte.is_ascii() => "a control character",
                _ => "a character outside ASCII",
            };
            return Err(Error::invalid_request(format!(
                "the API key holds {what} at byte {place}, which an HTTP header cannot carry; set it again"
            )));
        }
        let mut value = HeaderValue::try_from(format!("Bearer {key}"))
            .map_err(|_| Error::invalid_request("the API key cannot be carried by an HTTP header"))?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// What is secret in headers with credentials: their values, and the last word of each, which is all after the
    /// scheme in `Bearer` and `Basic`; of `Cookie` each cookie and its value. `has_api_key`: one of them is that of an
    /// API key.
    pub(crate) fn of_headers<'h>(
        headers: impl Iterator<Item = (&'h HeaderName, &'h HeaderValue)>,
        has_api_key: bool,
    ) -> Self {
        let mut secrets = Vec::<Box<str>>::new();
        for (name, value) in headers {
            let Ok(value) = value.to_str() else { continue };
            let last_word = value.split_ascii_whitespace().next_back();
            secrets.extend([Some(value.trim_ascii()), last_word].into_iter().flatten().map(Box::from));
            if *name == header::COOKIE {
                let cookies = value.split(';').map(str::trim_ascii);
                let parts =
                    cookies.flat_map(|cookie| [Some(cookie), cookie.split_once('=').map(|(_, value)| value)]);
                secrets.extend(parts.flatten().map(Box::from));
            }
        }
        secrets.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        secrets.dedup();
        Self { secrets: secrets.into(), has_api_key }
    }

    /// What to do when the gateway does not accept them.
    pub(crate) fn advice(&self) -> &'static str {
        if self.has_api_key {
            "check CHOREOAI_API_KEY"
        } else if self.secrets.is_empty() {
            "no API key was sent; set CHOREOAI_API_KEY"
        } else {
            "check the credentials in the headers that the client was given"
        }
    }

    /// `text` without the secrets, as [`redact_bytes`](Self::redact_bytes) does it.
    pub(crate) fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match String::from_utf8(self.redact_bytes(text.as_bytes()).into_owned()) {
            // The secrets are ASCII: what is left is as valid as it was.
            Ok(redacted) if redacted != text => Cow::Owned(redacted),
            _ => Cow::Borrowed(text),
        }
    }

    /// `bytes` without the secrets, also where JSON escapes stand for some of one or the end cuts it short.
    pub(crate) fn redact_bytes<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let mut redacted = Cow::Borrowed(bytes);
        for secret in &*self.secrets {
            if let Cow::Owned(without) = Secret(secret).redact(&redacted) {
                redacted = Cow::Owned(without);
            }
        }
        redacted
    }

    /// How many bytes at the end of `bytes` may be the beginning of a secret: to be dropped where text is cut short.
    pub(crate) fn cut_at_end(&self, bytes: &[u8]) -> usize {
        self.secrets.iter().map(|secret| Secret(secret).cut_at_end(bytes)).max().unwrap_or_default()
    }
}

/// One of the secrets.
#[derive(Clone, Copy)]
struct Secret<'s>(&'s str);

impl Secret<'_> {
    fn redact<'b>(self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let mut redacted = Vec::new();
        let mut kept = 0;
        while let Some(place) = self.find(bytes, kept) {
            redacted.extend_from_slice(&bytes[kept..place.start]);
            redacted.extend_from_slice(REDACTED.as_bytes());
            kept = place.end;
        }
        if kept == 0 {
            return Cow::Borrowed(bytes);
        }
        redacted.extend_from_slice(&bytes[kept..]);
        Cow::Owned(redacted)
    }

    fn cut_at_end(self, bytes: &[u8]) -> usize {
        if self.0.len() < SHORTEST_SECRET {
            return 0;
        }
        let longest = self.0.len() * (LONGEST_ESCAPE + MOST_HIDDEN);
        (bytes.len().saturating_sub(longest)..bytes.len())
            .find(|&at| matches!(self.spelled_by(&bytes[at..]), Spelling::Begun(_)))
            .map_or(0, |at| bytes.len() - at)
    }

    /// Where it stands in `bytes`, at `from` or later, whole or cut short by their end.
    fn find(self, bytes: &[u8], from: usize) -> Option<Range<usize>> {
        if self.0.len() < SHORTEST_SECRET {
            return None;
        }
        (from..bytes.len()).find_map(|at| {
            let end = match self.spelled_by(&bytes[at..]) {
                Spelling::Whole(length) => at + length,
                // Whoever cut it there, it is as good as told.
                Spelling::Begun(told) if told >= SHORTEST_UNMISTAKABLE => bytes.len(),
                Spelling::Begun(_) | Spelling::Other => return None,
            };
            (self.0.len() >= SHORTEST_UNMISTAKABLE || stands_alone(bytes, at, end)).then_some(at..end)
        })
    }

    /// Whether `bytes` begin with it, as it is, as JSON may spell it in a string or a URL or a page does, and with
    /// bytes between its characters that do not show: it may be in UTF-16, and nobody said so.
    fn spelled_by(self, bytes: &[u8]) -> Spelling {
        let mut rest = bytes;
        for (told, &wanted) in self.0.as_bytes().iter().enumerate() {
            if told > 0 && self.0.len() >= SHORTEST_UNMISTAKABLE && rest.first() != Some(&wanted) {
                rest = without_hidden(rest);
            }
            rest = match spelled(wanted, rest) {
                Some(Some(rest)) => rest,
                Some(None) => return Spelling::Begun(told),
                None => return Spelling::Other,
            };
        }
        Spelling::Whole(bytes.len() - rest.len())
    }
}

/// What of a secret some bytes begin with.
enum Spelling {
    /// All of it, in so many bytes.
    Whole(usize),
    /// Its first characters, so many, where the bytes end.
    Begun(usize),
    Other,
}

/// What follows in `bytes` on the character `wanted`, plain or escaped; `Some(None)` where they end before that shows.
/// A bounded look, so that a text of nothing but backslashes takes no longer than another one.
fn spelled(wanted: u8, bytes: &[u8]) -> Option<Option<&[u8]>> {
    let Some((&first, rest)) = bytes.split_first() else { return Some(None) };
    let of_page = match first {
        b'%' => spelled_by_one(&[format!("{wanted:02x}")], rest),
        b'&' => spelled_by_one(&references(wanted), rest),
        _ => None,
    };
    match of_page {
        // It may be the character itself.
        None | Some(None) if first == wanted => return Some(Some(rest)),
        None => {}
        found => return found,
    }
    if first != b'\\' {
        return None;
    }
    // JSON that is quoted in JSON doubles them.
    let escape = bytes.iter().take(MOST_BACKSLASHES).take_while(|&&byte| byte == b'\\').count();
    let Some((&kind, rest)) = bytes[escape..].split_first() else { return Some(None) };
    if kind != b'u' {
        return (kind == wanted && !kind.is_ascii_alphanumeric()).then_some(Some(rest));
    }
    spelled_by_one(&[format!("{wanted:04x}")], rest)
}

/// What follows in `bytes` on one of the `ways`, in any case.
fn spelled_by_one<'b>(ways: &[String], bytes: &'b [u8]) -> Option<Option<&'b [u8]>> {
    ways.iter().find_map(|way| {
        let told = &bytes[..bytes.len().min(way.len())];
        let is_begun = told.eq_ignore_ascii_case(&way.as_bytes()[..told.len()]);
        is_begun.then(|| bytes.get(way.len()..))
    })
}

/// What follows on `&` where a page for a browser has this character.
fn references(wanted: u8) -> Vec<String> {
    let name = match wanted {
        b'&' => Some("amp;"),
        b'<' => Some("lt;"),
        b'>' => Some("gt;"),
        b'"' => Some("quot;"),
        b'\'' => Some("apos;"),
        _ => None,
    };
    let numbers = [format!("#{wanted};"), format!("#0{wanted};"), format!("#x{wanted:x};")];
    numbers.into_iter().chain(name.map(str::to_owned)).collect()
}

/// `bytes` without what does not show at their beginning, as far as that is looked for.
fn without_hidden(bytes: &[u8]) -> &[u8] {
    let hidden = bytes.iter().take(MOST_HIDDEN).take_while(|byte| !byte.is_ascii_graphic()).count();
    &bytes[hidden..]
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

fn stands_alone(bytes: &[u8], start: usize, end: usize) -> bool {
    let word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    !word(start.checked_sub(1).and_then(|before| bytes.get(before))) && !word(bytes.get(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api_key(key: &str) -> Credentials {
        Credentials::of_headers(
            [(&header::AUTHORIZATION, &Credentials::bearer(key).unwrap())].into_iter(),
            true,
        )
    }

    #[test]
    fn redacts_all_that_is_secret() {
        let headers = [
            ("authorization", "Bearer sk-12345678"),
            ("x-api-key", "sk-12345678-too"),
            ("x-phrase", "a phrase of words"),
            ("x-short", "abc"),
            ("cookie", "session=c00k1e-value==; theme=dark-mode"),
        ];
        let headers =
            headers.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let secrets = Credentials::of_headers(headers.iter().map(|(name, value)| (name, value)), false);
        for (text, expected) in [
            ("Bearer sk-12345678", "[redacted]"),
            ("sk-12345678 and sk-12345678-too", "[redacted] and [redacted]"),
            ("a phrase of words, some words, abc", "[redacted], some [redacted], abc"),
            ("the session c00k1e-value== is over", "the session [redacted] is over"),
            ("session=c00k1e-value==; theme=light", "[redacted]; theme=light"),
            ("sk-1234 and sk-12345", "sk-1234 and [redacted]"),
        ] {
            assert_eq!(secrets.redact(text), expected);
        }
        assert_eq!(secrets.cut_at_end(b"it is a phrase of wo"), 14);
        let none = Credentials::of_headers([].into_iter(), false);
        assert_eq!(
            (none.redact("Bearer sk-12345678").as_ref(), none.cut_at_end(b"sk-123")),
            ("Bearer sk-12345678", 0)
        );
    }

    #[test]
    fn redacts_every_occurrence() {
        for (key, text, expected) in [
            ("sk-12345678", "bad key sk-12345678.", "bad key [redacted]."),
            ("sk-12345678", "sk-12345678sk-12345678", "[redacted][redacted]"),
            ("sk-12345678", "xsk-12345678x", "x[redacted]x"),
            ("sk-12345678", "sk-1234567 is short", "sk-1234567 is short"),
            ("sk-12345678", "bad key sk-12345", "bad key [redacted]"),
            ("sk-12345678", "bad key sk-1234", "bad key sk-1234"),
            ("sk-12345678", r"bad key \u0073k-123\u00345\u003678.", "bad key [redacted]."),
            (
                "sk-12345678",
                r"bad key \\u0073k-12345678, \\\\u0073k-12345678",
                "bad key [redacted], [redacted]",
            ),
            ("sk-12345678", r"bad key sk\u002D12345\u00", "bad key [redacted]"),
            ("sk-12345678", r"bad key \u0074k-12345678", r"bad key \u0074k-12345678"),
            (r#"a/b+c"d-e"#, r#"bad key a\/b\u002Bc\"d-e, a/b+c"d-e"#, "bad key [redacted], [redacted]"),
            ("test", r"the \u0074est, the la\u0074est", r"the [redacted], the la\u0074est"),
            ("test", "the latest test: 'test'", "the latest [redacted]: '[redacted]'"),
            ("x", "x marks the spot", "x marks the spot"),
            ("sk-12345678", "ü sk-12345678 ü", "ü [redacted] ü"),
            (
                "sk-12345678",
                "bad key s\0k\0-\x001\x002\x003\x004\x005\x006\x007\x008\0",
                "bad key [redacted]\0",
            ),
            ("sk-12345678", "bad key sk-12\n345\u{200b}678.", "bad key [redacted]."),
            ("sk-12345678", "bad key s\0k\0-\x001\x002\0", "bad key s\0k\0-\x001\x002\0"),
            ("sk-12345678", "sk-1 2 3 4 5 6 7 9", "sk-1 2 3 4 5 6 7 9"),
            ("a/b+c&d-e", "?q=a%2Fb%2bc%26d-e&x", "?q=[redacted]&x"),
            ("a/b+c&d-e", "a/b+c&amp;d-e, &#97;/b&#x2B;c&#038;d-e", "[redacted], [redacted]"),
            ("test", "the t e s t, the t%65st", "the t e s t, the [redacted]"),
        ] {
            assert_eq!(api_key(key).redact(text), expected, "{key} in {text}");
        }
    }

    #[test]
    fn finds_the_beginning_of_a_key_at_a_cut() {
        let key = api_key("sk-12345678");
        assert_eq!(key.cut_at_end(b"the key sk-123"), 6);
        assert_eq!(key.cut_at_end(b"the key s"), 1);
        assert_eq!(key.cut_at_end(b"the key"), 0);
        assert_eq!(key.cut_at_end(br"the key \u0073k-12\u00"), 14);
        assert_eq!(key.cut_at_end(br"the key \u0073k-12\u0033"), 16);
    }

    #[test]
    fn refuses_what_a_header_cannot_carry_without_repeating_it() {
        for (key, reason) in [
            ("SECRET\n", "a line break"),
            ("SECRET\r\nX-Evil: 1", "a line break"),
            ("SEC RET", "white space"),
            ("SECRET\0", "a control character"),
            ("SECRET\u{7f}", "a control character"),
            ("SECRETé", "outside ASCII"),
        ] {
            let error = Credentials::bearer(key).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
            assert!(!error.contains("SEC"), "{error}");
        }
    }

    #[test]
    fn is_not_shown() {
        let bearer = Credentials::bearer("sk-12345678").unwrap();
        assert!(bearer.is_sensitive());
        assert_eq!(bearer, "Bearer sk-12345678");
        assert_eq!(format!("{:?}", api_key("sk-12345678")), "[redacted]");
    }
}
