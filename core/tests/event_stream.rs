//! The framer against a plain implementation of WHATWG HTML 9.2 that sees the whole body at once.

use choreoai_core::sse::{Field, Framer, Item};
use proptest::collection::vec;
use proptest::prelude::*;

/// An event: its type and its data.
type Message = (Vec<u8>, Vec<u8>);

/// The specification's algorithm, line by line; an event that the end of the body leaves unterminated is dispatched too.
fn by_the_letter(body: &[u8]) -> Vec<Message> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let mut lines = Vec::new();
    let mut rest = body;
    while let Some(end) = rest.iter().position(|&byte| byte == b'\n' || byte == b'\r') {
        lines.push(&rest[..end]);
        rest = rest[end..].strip_prefix(b"\r\n").unwrap_or(&rest[end + 1..]);
    }
    // A line that was cut within its name says nothing.
    if rest.contains(&b':') {
        lines.push(rest);
    }
    lines.push(b"");
    let mut messages = Vec::new();
    let mut event_type: &[u8] = b"";
    let mut data: Option<Vec<u8>> = None;
    for line in lines {
        if line.is_empty() {
            messages.extend(data.take().map(|data| (event_type.to_vec(), data)));
            event_type = b"";
            continue;
        }
        let colon = line.iter().position(|&byte| byte == b':');
        let (name, value) = match colon {
            Some(colon) => {
                let value = &line[colon + 1..];
                (&line[..colon], value.strip_prefix(b" ").unwrap_or(value))
            }
            None => (line, &b""[..]),
        };
        match name {
            b"event" => event_type = value,
            b"data" => match &mut data {
                Some(data) => {
                    data.push(b'\n');
                    data.extend(value);
                }
                None => data = Some(value.to_vec()),
            },
            _ => {}
        }
    }
    messages
}

fn framed(pieces: &[&[u8]]) -> Vec<Message> {
    let mut framer = Framer::new();
    let mut messages = Vec::new();
    let (mut event_type, mut data, mut has_data) = (Vec::new(), Vec::new(), false);
    let mut add = |item: Item<'_>, field: Field| match (item, field) {
        (Item::Field(Field::Data), _) => {
            if has_data {
                data.push(b'\n');
            }
            has_data = true;
        }
        (Item::Field(Field::Event), _) => event_type.clear(),
        (Item::Value(value), Field::Data) => data.extend(value),
        (Item::Value(value), Field::Event) => event_type.extend(value),
        (Item::End { has_data: said }, _) => {
            assert_eq!(said, has_data);
            let message = (std::mem::take(&mut event_type), std::mem::take(&mut data));
            if std::mem::take(&mut has_data) {
                messages.push(message);
            }
        }
        _ => {}
    };
    for piece in pieces {
        let mut input = *piece;
        while let Some(item) = framer.next_item(&mut input) {
            assert_ne!(item, Item::Value(b""));
            add(item, framer.field());
        }
        assert!(input.is_empty());
    }
    if let Some(item) = framer.end() {
        add(item, framer.field());
    }
    messages
}

fn nearly_a_stream() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        3 => Just(&b"\n"[..]),
        2 => Just(&b"\r"[..]),
        2 => Just(&b"\r\n"[..]),
        3 => Just(&b"data"[..]),
        2 => Just(&b"event"[..]),
        1 => Just(&b"id"[..]),
        1 => Just(&b"error"[..]),
        1 => Just(&b"datadata"[..]),
        4 => Just(&b":"[..]),
        2 => Just(&b" "[..]),
        2 => Just(&b"x"[..]),
        1 => Just(&b"\xef\xbb\xbf"[..]),
        1 => Just(&b"\xef\xbb"[..]),
        1 => Just(&b"\x00"[..]),
    ];
    vec(part, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 2048 }))]

    #[test]
    fn the_framer_follows_the_specification(body in nearly_a_stream(), size in 1_usize..9, cut: prop::sample::Index) {
        let expected = by_the_letter(&body);
        prop_assert_eq!(&framed(&[&body]), &expected);
        let pieces: Vec<&[u8]> = body.chunks(size).collect();
        prop_assert_eq!(&framed(&pieces), &expected);
        let (head, tail) = body.split_at(cut.index(body.len() + 1));
        prop_assert_eq!(&framed(&[head, b"", tail]), &expected);
    }
}
