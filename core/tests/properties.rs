//! Properties that hold for any input, and agreement with `serde_json`.

use choreoai_core::chat::{Decoder, Event, Piece, TextDecoder, Verdict};
use choreoai_core::json::{Lexer, Text, Token};
use choreoai_core::{Error, ErrorKind};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// What the lexer makes of `pieces`: the value, with U+FFFD for lone surrogates.
fn lex(pieces: &[&[u8]]) -> Result<Value, ErrorKind> {
    let mut lexer = Lexer::new();
    let mut open: Vec<Value> = Vec::new();
    let mut keys: Vec<String> = Vec::new();
    let mut text = String::new();
    let mut in_key = false;
    let mut root = None;
    let mut add = |value: Value, open: &mut Vec<Value>, keys: &mut Vec<String>| match open.last_mut() {
        Some(Value::Array(array)) => array.push(value),
        Some(Value::Object(object)) => {
            object.insert(keys.pop().expect("a key comes before its value"), value);
        }
        _ => assert!(root.replace(value).is_none(), "a second root"),
    };
    for piece in pieces {
        let mut input = *piece;
        while let Some(token) = lexer.next_token(&mut input) {
            match token? {
                Token::ObjectStart => open.push(Value::Object(Map::new())),
                Token::ArrayStart => open.push(Value::Array(Vec::new())),
                Token::ObjectEnd | Token::ArrayEnd => {
                    let value = open.pop().expect("an end comes after its start");
                    add(value, &mut open, &mut keys);
                }
                Token::Key => in_key = true,
                Token::String => in_key = false,
                Token::Text(Text::Str(run)) => text.push_str(run),
                Token::Text(Text::Char(scalar)) => text.push(scalar),
                Token::StringEnd if in_key => keys.push(std::mem::take(&mut text)),
                Token::StringEnd => add(Value::String(std::mem::take(&mut text)), &mut open, &mut keys),
                Token::Number(number) => add(json!(number.to_u64()), &mut open, &mut keys),
                Token::Bool(value) => add(Value::Bool(value), &mut open, &mut keys),
                Token::Null => add(Value::Null, &mut open, &mut keys),
            }
        }
        assert!(input.is_empty());
    }
    if let Some(number) = lexer.finish()? {
        add(json!(number.to_u64()), &mut open, &mut keys);
    }
    Ok(root.expect("a complete value"))
}

/// `value` as the lexer gives it: only whole numbers have a value.
fn as_lexed(value: Value) -> Value {
    match value {
        Value::Number(number) => match (number.as_u64(), number.as_f64()) {
            (Some(whole), _) => json!(whole),
            (None, Some(-0.0)) => json!(0),
            _ => Value::Null,
        },
        Value::Array(array) => array.into_iter().map(as_lexed).collect(),
        Value::Object(object) => object.into_iter().map(|(key, value)| (key, as_lexed(value))).collect(),
        other => other,
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<u64>().prop_map(|number| json!(number)),
        (i64::MIN..0).prop_map(|number| json!(number)),
        any::<String>().prop_map(Value::String),
        "[\\\\\"/\u{8}\u{c}\n\r\t\u{1f980}\u{e9}\u{4e16}a]{0,12}".prop_map(Value::String),
    ];
    leaf.prop_recursive(6, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::Array),
            vec((any::<String>(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The text of `value`: compact or spread out, in UTF-8 or in ASCII only.
fn write(value: &Value, pretty: bool, ascii: bool) -> String {
    let text = if pretty { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
    let text = text.expect("a value can be written");
    if !ascii {
        return text;
    }
    let mut units = [0; 2];
    text.chars()
        .map(|scalar| match scalar {
            '\0'..='\x7f' => scalar.to_string(),
            _ => scalar.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04X}")).collect(),
        })
        .collect()
}

/// Text that is nearly JSON.
fn nearly_json() -> impl Strategy<Value = String> {
    let tokens = prop_oneof![
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(","),
        Just(":"),
        Just(" "),
        Just("\n"),
        Just("null"),
        Just("true"),
        Just("fals"),
        Just("\"\""),
        Just("\"a\""),
        Just("\"\\ud800\""),
        Just("\"\\u00e9"),
        Just("\"\\x\""),
        Just("\"\t\""),
        Just("0"),
        Just("-"),
        Just("01"),
        Just("1.5"),
        Just("1."),
        Just("2e"),
        Just("3E+7"),
        Just(".5"),
        Just("+1"),
        Just("-0"),
        Just("\u{e9}"),
        Just("\u{feff}"),
        Just("[1]"),
        Just("{\"k\":2}"),
    ];
    vec(tokens, 0..9).prop_map(|tokens| tokens.concat())
}

/// What the decoder makes of `pieces`, fragments merged.
fn decode(pieces: &[&[u8]]) -> (String, Option<Error>, Result<Verdict, Error>) {
    let mut decoder = Decoder::<32>::with_scratch().with_extra().with_logprobs();
    let mut log = String::new();
    let mut last_text = None;
    let mut failure = None;
    let mut add = |event: Event<'_>| {
        let (label, text) = match event {
            Event::Content(text)
            | Event::Reasoning(text)
            | Event::Refusal(text)
            | Event::ToolCallArguments(text) => (std::mem::discriminant(&event), text),
            other => {
                last_text = None;
                let shown = format!("{other:?}");
                // The text of pieces is compared, not where they were cut.
                return match shown.find("Piece {") {
                    Some(start) => add_piece(&mut log, &shown[..start], &other),
                    None => log.push_str(&format!("<{shown}>")),
                };
            }
        };
        let label = format!("{label:?}");
        if last_text.as_ref() != Some(&label) {
            log.push_str(&format!("<{label}>"));
            last_text = Some(label);
        }
        log.push_str(text);
    };
    for piece in pieces {
        let mut input = *piece;
        while let Some(event) = decoder.next_event(&mut input) {
            match event {
                Ok(event) => add(event),
                Err(error) => assert!(failure.replace(error).is_none()),
            }
        }
        assert!(input.is_empty());
    }
    decoder.end();
    let verdict = decoder.verdict();
    while let Some(event) = decoder.next_event(&mut &[][..]) {
        add(event.expect("the end is no error"));
    }
    assert_eq!(decoder.verdict(), verdict);
    (log, failure, verdict)
}

fn add_piece(log: &mut String, label: &str, event: &Event<'_>) {
    let piece = match event {
        Event::Id(piece)
        | Event::Model(piece)
        | Event::SystemFingerprint(piece)
        | Event::ServiceTier(piece)
        | Event::Role(piece)
        | Event::FinishReason(piece)
        | Event::Logprobs(piece)
        | Event::ToolCallId(piece)
        | Event::ToolCallName(piece)
        | Event::Error(_, piece) => *piece,
        Event::Extra(extra) => extra.piece,
        other => panic!("{other:?} holds no piece"),
    };
    let Piece { text, first, last } = piece;
    if first {
        log.push_str(&format!("<{label}>"));
    }
    log.push_str(text);
    if last {
        log.push_str("</>");
    }
}

/// What a decoder makes of `pieces` that is of interest to one for text: events with their text, error and verdict.
macro_rules! text_of {
    ($decoder:expr, $pieces:expr) => {{
        let mut decoder = $decoder;
        let mut events: Vec<(String, String)> = Vec::new();
        let mut add = |event: Event<'_>| match event {
            Event::Content(text) | Event::Refusal(text) => {
                let kind = format!("{:?}", std::mem::discriminant(&event));
                match events.last_mut() {
                    Some((last, gathered)) if *last == kind => gathered.push_str(text),
                    _ => events.push((kind, text.to_owned())),
                }
            }
            Event::FinishReason(piece) if !piece.first => {
                events.last_mut().expect("it goes on").1.push_str(piece.text);
            }
            Event::FinishReason(piece) => events.push(("reason".to_owned(), piece.text.to_owned())),
            Event::ChoiceStart
            | Event::ChoiceEnd { .. }
            | Event::ErrorEnd
            | Event::ChunkEnd
            | Event::Done => events.push((format!("{event:?}"), String::new())),
            _ => {}
        };
        let mut failure = None;
        for mut input in $pieces.iter().copied() {
            while let Some(event) = decoder.next_event(&mut input) {
                match event {
                    Ok(event) => add(event),
                    Err(error) => failure = Some(error),
                }
            }
        }
        decoder.end();
        while let Some(event) = decoder.next_event(&mut &[][..]) {
            add(event.expect("the end is no error"));
        }
        (events, failure, decoder.verdict())
    }};
}

/// Bodies made of the parts that real ones are made of, and of some that should not be there.
fn nearly_a_body() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        4 => Just(&b"data: "[..]),
        4 => Just(&b"\n\n"[..]),
        1 => Just(&b"\r"[..]),
        1 => Just(&b"\n"[..]),
        1 => Just(&b": comment"[..]),
        1 => Just(&b"event: error"[..]),
        1 => Just(&b"error: "[..]),
        1 => Just(&b"[DONE]"[..]),
        1 => Just(&b"[D"[..]),
        2 => Just(&br#"{"choices": ["#[..]),
        3 => Just(&br#"{"delta": {"content": "caf\u00e9 \ud83e\udd80"}, "finish_reason": "stop", "index": 1}"#[..]),
        1 => Just(&br#"{"delta": {"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": {"a":"\xe9"}}}]}}"#[..]),
        2 => Just(&b"]}"[..]),
        1 => Just(&b", "[..]),
        1 => Just(&br#"{"error": {"message": "m", "code": 5}}"#[..]),
        1 => Just(&br#"{"detail": [{"loc": ["a", 1], "msg": "m"}]}"#[..]),
        1 => Just(&br#""usage": {"prompt_tokens": 3}, "#[..]),
        1 => Just(&b"\\ud800"[..]),
        1 => Just(&b"\xe4\xb8"[..]),
        1 => Just(&b"\x00"[..]),
        1 => Just(&b"<html>"[..]),
        1 => Just(&b"\xef\xbb"[..]),
        2 => Just(&b"{"[..]),
        2 => Just(&b"}"[..]),
        1 => Just(&br#""object":"one that is longer than the scratch of the decoder","#[..]),
        1 => Just(&br#""detail":["a",{"msg":"b","loc":["x",12]},"c"],"#[..]),
        1 => Just(&br#""error":{},"#[..]),
        1 => Just(&br#""error":"x""#[..]),
        1 => Just(&br#""id":12.5e7"#[..]),
        1 => Just(&br#""a key that is longer than the scratch \u00e9":"#[..]),
        1 => Just(&br#""logprobs":{"token":"#[..]),
        1 => Just(&br#""error":["","","#[..]),
        1 => Just(&br#""error":[{"#[..]),
        1 => Just(&br#""error":0,"error":true,"#[..]),
        1 => Just(&br#""message":"m","#[..]),
        1 => Just(&br#"{"index":"2","message":{"content":[{"text":"a"},"b",{"thinking":"c"}],"refusal":"r"}}"#[..]),
        1 => Just(&br#"{"delta":{"reasoning":"r","content":{"text":"c"}},"error":"e"}"#[..]),
    ];
    vec(part, 0..18).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 512 }))]

    #[test]
    fn the_lexer_reads_what_serde_json_writes(
        value in any_json(), pretty: bool, ascii: bool, size in 1_usize..9,
    ) {
        let text = write(&value, pretty, ascii);
        let pieces: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
        prop_assert_eq!(lex(&pieces), Ok(as_lexed(value)));
    }

    #[test]
    fn the_lexer_accepts_what_serde_json_accepts(text in nearly_json(), cut: prop::sample::Index) {
        let (head, tail) = text.as_bytes().split_at(cut.index(text.len() + 1));
        let accepted = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
        prop_assert_eq!(lex(&[head, tail]).is_ok(), accepted, "{}", text);
        prop_assert_eq!(lex(&[text.as_bytes()]), lex(&[head, tail]));
    }

    #[test]
    fn a_cut_changes_nothing(body in nearly_a_body(), size in 1_usize..40, cut: prop::sample::Index) {
        let whole = decode(&[&body]);
        let pieces: Vec<&[u8]> = body.chunks(size).collect();
        prop_assert_eq!(&decode(&pieces), &whole);
        let (head, tail) = body.split_at(cut.index(body.len() + 1));
        prop_assert_eq!(&decode(&[head, tail]), &whole);
    }

    #[test]
    fn the_decoder_for_text_gives_what_the_other_gives(
        body in nearly_a_body(), size in 1_usize..40, cut: prop::sample::Index,
    ) {
        let expected = text_of!(Decoder::new(), [&body[..]]);
        let pieces: Vec<&[u8]> = body.chunks(size).collect();
        prop_assert_eq!(&text_of!(TextDecoder::<32>::with_scratch(), pieces), &expected);
        let (head, tail) = body.split_at(cut.index(body.len() + 1));
        prop_assert_eq!(&text_of!(TextDecoder::new(), [head, tail]), &expected);
    }

    #[test]
    fn any_bytes_are_read_to_their_end(body in vec(any::<u8>(), 0..200), size in 1_usize..40) {
        let whole = decode(&[&body]);
        let pieces: Vec<&[u8]> = body.chunks(size).collect();
        prop_assert_eq!(&decode(&pieces), &whole);
    }

    #[test]
    fn content_is_what_serde_json_reads(contents in vec(any::<String>(), 1..8), ascii: bool, size in 1_usize..60) {
        let mut body = String::new();
        for content in &contents {
            let chunk = json!({"id": "c", "choices": [{"delta": {"content": content}, "index": 0}]});
            body.push_str(&format!("data: {}\n\n", write(&chunk, false, ascii)));
        }
        body.push_str("data: [DONE]\n\n");
        let mut decoder = Decoder::new();
        let mut text = String::new();
        for mut piece in body.as_bytes().chunks(size) {
            while let Some(event) = decoder.next_event(&mut piece) {
                if let Event::Content(fragment) = event.expect("well-formed") {
                    text.push_str(fragment);
                }
            }
        }
        prop_assert_eq!(text, contents.concat());
        prop_assert_eq!(decoder.verdict(), Ok(Verdict::Done));
    }
}
