//! The framer reads what the WHATWG algorithm reads.
#![no_main]

use choreoai_core::sse::{Field, Framer, Item};
use choreoai_fuzz::event_stream::EventStream;
use choreoai_fuzz::{Steps, each_cut};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let expected = reference(body);
    assert_eq!(frame(&[body]), expected, "whole");
    each_cut(body, |pieces| assert_eq!(frame(pieces), expected, "in {} pieces", pieces.len()));
});

#[derive(Debug, PartialEq)]
enum Line {
    Field(Field, Vec<u8>),
    End { has_data: bool },
}

fn reference(body: &[u8]) -> Vec<Line> {
    let mut lines = Vec::new();
    for group in EventStream::new(body).groups {
        lines.extend(group.fields.iter().map(|(name, value)| {
            let field = match *name {
                b"data" => Field::Data,
                b"event" => Field::Event,
                b"id" => Field::Id,
                b"retry" => Field::Retry,
                b"error" => Field::Error,
                b"" => Field::Comment,
                _ => Field::Unknown,
            };
            Line::Field(field, value.to_vec())
        }));
        lines.push(Line::End { has_data: group.data().is_some() });
    }
    lines
}

fn frame(pieces: &[&[u8]]) -> Vec<Line> {
    let mut framer = Framer::new();
    let mut lines = Vec::new();
    let mut steps = Steps::default();
    let mut take = |item: Item<'_>, field: Field| match item {
        Item::Field(field) => lines.push(Line::Field(field, Vec::new())),
        Item::Value(piece) => {
            assert!(!piece.is_empty(), "an empty piece");
            let Some(Line::Field(begun, value)) = lines.last_mut() else { panic!("a value without a field") };
            assert_eq!(*begun, field, "the field changed");
            value.extend_from_slice(piece);
        }
        Item::End { has_data } => lines.push(Line::End { has_data }),
    };
    for piece in pieces {
        let mut input = *piece;
        loop {
            let before = input.len();
            let item = framer.next_item(&mut input);
            steps.took(before, input.len(), item.is_some());
            let Some(item) = item else { break };
            take(item, framer.field());
        }
        assert!(input.is_empty(), "input was left over");
    }
    if let Some(item) = framer.end() {
        take(item, framer.field());
    }
    assert_eq!(framer.end(), None, "a second end");
    lines
}
