//! The lexer accepts what `serde_json` accepts, refuses at the first byte that cannot be right, and reads the same text.
#![no_main]

use choreoai_core::ErrorKind;
use choreoai_core::json::{Lexer, MAX_DEPTH, RawJson, Text, Token};
use choreoai_fuzz::plain_json::{PlainToken, is_json, tokens, too_deep};
use choreoai_fuzz::{Steps, Tree, each_cut};
use libfuzzer_sys::fuzz_target;
use serde_json::error::Category;

fuzz_target!(|text: &[u8]| {
    let whole = lex(&[text]);
    each_cut(text, |pieces| assert_eq!(lex(pieces), whole, "in {} pieces", pieces.len()));
    match whole.fault {
        None => accepted(text, &whole.tokens),
        Some((kind, offset)) => refused(text, kind, offset),
    }
    if let Ok(text) = std::str::from_utf8(text) {
        let raw = RawJson::new(text).map(|raw| raw.as_str()).map_err(|error| error.offset());
        let trimmed = text.trim_matches([' ', '\t', '\n', '\r']);
        assert_eq!(raw, whole.fault.map_or(Ok(trimmed), |(_, offset)| Err(offset)));
    }
});

#[derive(Debug, PartialEq)]
struct Lexed {
    tokens: Vec<PlainToken>,
    fault: Option<(ErrorKind, usize)>,
}

fn lex(pieces: &[&[u8]]) -> Lexed {
    let mut lexer = Lexer::new();
    let mut steps = Steps::default();
    let mut tokens = Vec::new();
    let mut fault = None;
    let mut offset = 0;
    for piece in pieces {
        let mut input = *piece;
        while fault.is_none() {
            let before = input.len();
            let token = lexer.next_token(&mut input);
            steps.took(before, input.len(), token.is_some());
            match token {
                None => break,
                Some(Ok(token)) => add(token, &mut tokens),
                Some(Err(kind)) => {
                    assert_eq!(lexer.next_token(&mut input), Some(Err(kind)), "the error is not sticky");
                    fault = Some((kind, offset + piece.len() - input.len()));
                }
            }
        }
        assert!(fault.is_some() || input.is_empty(), "input was left over");
        offset += piece.len();
    }
    if fault.is_none() {
        match lexer.finish() {
            Ok(number) => tokens.extend(number.map(|number| PlainToken::Number(number.to_u64()))),
            Err(kind) => fault = Some((kind, offset)),
        }
        assert!(fault.is_some() || lexer.finish() == Ok(None), "not finished once and for all");
    }
    Lexed { tokens, fault }
}

fn add(token: Token<'_>, tokens: &mut Vec<PlainToken>) {
    tokens.push(match token {
        Token::ObjectStart => PlainToken::Bracket(b'{'),
        Token::ObjectEnd => PlainToken::Bracket(b'}'),
        Token::ArrayStart => PlainToken::Bracket(b'['),
        Token::ArrayEnd => PlainToken::Bracket(b']'),
        Token::Key => PlainToken::Key(String::new()),
        Token::String => PlainToken::String(String::new()),
        Token::Number(number) => PlainToken::Number(number.to_u64()),
        Token::Bool(true) => PlainToken::Literal("true"),
        Token::Bool(false) => PlainToken::Literal("false"),
        Token::Null => PlainToken::Literal("null"),
        Token::StringEnd => return,
        Token::Text(part) => {
            let Some(PlainToken::Key(text) | PlainToken::String(text)) = tokens.last_mut() else {
                panic!("text outside of a string");
            };
            match part {
                Text::Str(run) => text.push_str(run),
                Text::Char(scalar) => text.push(scalar),
            }
            return;
        }
    });
}

fn accepted(text: &[u8], lexed: &[PlainToken]) {
    is_json(text).expect("serde_json refuses it");
    assert_eq!(too_deep(text, MAX_DEPTH.into()), None);
    assert_eq!(lexed, tokens(text));
    // Nor does serde_json's own reading differ, where it has one: not of numbers out of range, lone surrogates and
    // invalid UTF-8.
    if let Ok(tree) = serde_json::from_slice::<Tree>(text) {
        let mut expected = Vec::new();
        tree.strings(&mut expected);
        let strings = lexed.iter().filter_map(|token| match token {
            PlainToken::Key(text) | PlainToken::String(text) => Some(&text[..]),
            _ => None,
        });
        assert!(strings.eq(expected));
    }
}

fn refused(text: &[u8], kind: ErrorKind, offset: usize) {
    let (before, after) = text.split_at(offset);
    match kind {
        ErrorKind::DepthLimit => {
            assert!(is_viable(before), "serde_json refuses it earlier");
            assert_eq!(too_deep(&text[..=offset], MAX_DEPTH.into()), Some(offset));
        }
        ErrorKind::UnfinishedJson => {
            assert!(after.is_empty());
            assert!(is_json(text).is_err(), "serde_json accepts it");
            assert!(is_viable(text), "serde_json refuses it earlier");
        }
        _ => {
            assert!(is_viable(before), "serde_json refuses it earlier");
            let mut refused = [before, &after[..1]].concat();
            if kind == ErrorKind::InvalidEscape {
                // serde_json looks at no digit before there are four.
                refused.extend_from_slice(b"000");
            }
            assert!(!is_viable(&refused), "serde_json refuses it later");
        }
    }
}

/// Whether JSON text may begin so. serde_json takes a number that ends too early for a wrong one.
fn is_viable(beginning: &[u8]) -> bool {
    let ends_early = |text: &[u8]| is_json(text).is_err_and(|error| error.classify() == Category::Eof);
    let with_digit = [beginning, b"0"].concat();
    is_json(beginning).is_ok()
        || ends_early(beginning)
        || is_json(&with_digit).is_ok()
        || ends_early(&with_digit)
}
