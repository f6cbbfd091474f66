//! Tokens and faults, whole, byte by byte and at every two-way split.

use std::format;
use std::string::String;
use std::vec::Vec;

use super::*;

/// The tokens, text merged, brackets with the depth behind them; and where and why it failed.
fn lex(pieces: &[&[u8]]) -> (Vec<String>, Option<(ErrorKind, usize)>) {
    let mut lexer = Lexer::new();
    let mut tokens: Vec<String> = Vec::new();
    let mut consumed = 0;
    for piece in pieces {
        let mut input = *piece;
        while let Some(token) = lexer.next_token(&mut input) {
            let token = match token {
                Ok(token) => token,
                Err(kind) => {
                    assert_eq!(lexer.next_token(&mut input), Some(Err(kind)), "the error is not sticky");
                    return (tokens, Some((kind, consumed + piece.len() - input.len())));
                }
            };
            let depth = lexer.depth();
            let token = match token {
                Token::ObjectStart => format!("{{ {depth}"),
                Token::ObjectEnd => format!("}} {depth}"),
                Token::ArrayStart => format!("[ {depth}"),
                Token::ArrayEnd => format!("] {depth}"),
                Token::Key => "key ".into(),
                Token::String => "string ".into(),
                Token::Text(text) => {
                    let last = tokens.last_mut().unwrap();
                    match text {
                        Text::Str(text) => last.push_str(text),
                        Text::Char(scalar) => last.push(scalar),
                    }
                    continue;
                }
                Token::StringEnd => {
                    tokens.last_mut().unwrap().push('.');
                    continue;
                }
                Token::Number(number) => format!("{:?}", number.to_u64()),
                Token::Bool(value) => format!("{value}"),
                Token::Null => "null".into(),
            };
            tokens.push(token);
        }
        assert!(input.is_empty());
        consumed += piece.len();
    }
    match lexer.finish() {
        Ok(number) => {
            tokens.extend(number.map(|number| format!("{:?}", number.to_u64())));
            assert_eq!(lexer.finish(), Ok(None), "not finished once and for all");
            (tokens, None)
        }
        Err(kind) => (tokens, Some((kind, consumed))),
    }
}

fn check(text: &[u8], tokens: &[&str], fault: Option<(ErrorKind, usize)>) {
    let shown = String::from_utf8_lossy(text);
    let same = |pieces: &[&[u8]], how: &str| {
        let (found, found_fault) = lex(pieces);
        assert_eq!(found, tokens, "{shown}, {how}");
        assert_eq!(found_fault, fault, "{shown}, {how}");
    };
    same(&[text], "whole");
    same(&text.chunks(1).collect::<Vec<_>>(), "byte by byte");
    if cfg!(miri) {
        // Which is too slow for more ways than these.
        return;
    }
    for cut in 0..=text.len() {
        let (head, tail) = text.split_at(cut);
        same(&[head, b"", tail], &format!("cut at {cut}"));
    }
}

#[test]
fn tokens() {
    check(
        br#" {"a": [1,-2, true ,false], "b\u00e9\n": {"": null,"c":"\ud83e\udd80"}, "d":[]}	"#,
        &[
            "{ 1",
            "key a.",
            "[ 2",
            "Some(1)",
            "None",
            "true",
            "false",
            "] 1",
            "key b\u{e9}\n.",
            "{ 2",
            "key .",
            "null",
            "key c.",
            "string \u{1f980}.",
            "} 1",
            "key d.",
            "[ 2",
            "] 1",
            "} 0",
        ],
        None,
    );
    check(b"\"\"", &["string ."], None);
    check(b"[[[]],{}]", &["[ 1", "[ 2", "[ 3", "] 2", "] 1", "{ 2", "} 1", "] 0"], None);
}

#[test]
fn numbers() {
    for (text, value) in [
        ("0", "Some(0)"),
        ("-0", "Some(0)"),
        ("-0.9", "Some(0)"),
        ("10", "Some(10)"),
        ("7.25", "Some(7)"),
        ("-7", "None"),
        ("1e2", "None"),
        ("1E+2", "None"),
        ("0.0e-0", "None"),
        ("18446744073709551615", "Some(18446744073709551615)"),
        ("18446744073709551616", "None"),
        ("18446744073709551620", "None"),
        ("99999999999999999999999999", "None"),
    ] {
        check(text.as_bytes(), &[value], None);
        check(format!("[{text}]").as_bytes(), &["[ 1", value, "] 0"], None);
    }
}

#[test]
fn faults() {
    use ErrorKind::*;
    let cases: &[(&[u8], &[&str], ErrorKind, usize)] = &[
        (b"", &[], UnfinishedJson, 0),
        (b" ", &[], UnfinishedJson, 1),
        (b"tru", &[], UnfinishedJson, 3),
        (b"-", &[], UnfinishedJson, 1),
        (b"1.", &[], UnfinishedJson, 2),
        (b"1e", &[], UnfinishedJson, 2),
        (b"1e+", &[], UnfinishedJson, 3),
        (b"[1", &["[ 1"], UnfinishedJson, 2),
        (b"\"a", &["string a"], UnfinishedJson, 2),
        (b"{\"a\"", &["{ 1", "key a."], UnfinishedJson, 4),
        (b"1 2", &["Some(1)"], TrailingData, 2),
        (b"{},", &["{ 1", "} 0"], TrailingData, 2),
        (b"01", &[], InvalidNumber, 1),
        (b"-a", &[], InvalidNumber, 1),
        (b"1.e", &[], InvalidNumber, 2),
        (b"1e+-", &[], InvalidNumber, 3),
        (b"+1", &[], UnexpectedByte, 0),
        (b"nulL", &[], UnexpectedByte, 3),
        (b"[1 2", &["[ 1", "Some(1)"], UnexpectedByte, 3),
        (b"[1}", &["[ 1", "Some(1)"], UnexpectedByte, 2),
        (b"[,", &["[ 1"], UnexpectedByte, 1),
        (b"{1", &["{ 1"], UnexpectedByte, 1),
        (b"{]", &["{ 1"], UnexpectedByte, 1),
        (b"{\"a\"}", &["{ 1", "key a."], UnexpectedByte, 4),
        (b"{\"a\":}", &["{ 1", "key a."], UnexpectedByte, 5),
        (b"{\"a\":1]", &["{ 1", "key a.", "Some(1)"], UnexpectedByte, 6),
        (b"\"\\a", &["string "], InvalidEscape, 2),
        (b"\"\\u00g", &["string "], InvalidEscape, 5),
        (b"\"\\u:", &["string "], InvalidEscape, 3),
        (b"\"a\x1f", &["string a"], ControlCharacter, 2),
    ];
    for (text, tokens, kind, offset) in cases {
        check(text, tokens, Some((*kind, *offset)));
    }
}
