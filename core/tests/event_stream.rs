//! The framer against a plain implementation of WHATWG HTML 9.2 that sees the whole body at once.

use choreoai_core::sse::{Field, Framer, Item};
use proptest::collection::vec;
use proptest::prelude::*;

#[derive(Clone, Debug, Default, PartialEq)]
struct Message {
    event: Vec<u8>,
    data: Vec<u8>,
    last_event_id: Vec<u8>,
    /// The reconnection time, when the event was dispatched: its digits.
    retry: Vec<u8>,
}

impl Message {
    fn new(event: &str, data: &str, last_event_id: &str, retry: &str) -> Self {
        let [event, data, last_event_id, retry] =
            [event, data, last_event_id, retry].map(|text| text.as_bytes().to_vec());
        Self { event, data, last_event_id, retry }
    }
}

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
    let [mut event, mut last_event_id, mut retry]: [&[u8]; 3] = [b""; 3];
    let mut data: Option<Vec<u8>> = None;
    for line in lines {
        if line.is_empty() {
            let [event, last_event_id, retry] =
                [std::mem::take(&mut event), last_event_id, retry].map(<[u8]>::to_vec);
            messages.extend(data.take().map(|data| Message { event, data, last_event_id, retry }));
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
            b"event" => event = value,
            b"id" if !value.contains(&0) => last_event_id = value,
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => retry = value,
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
    let mut source = Source::default();
    for piece in pieces {
        let mut input = *piece;
        while let Some(item) = framer.next_item(&mut input) {
            assert_ne!(item, Item::Value(b""));
            source.take(item, framer.field());
        }
        assert!(input.is_empty());
    }
    if let Some(item) = framer.end() {
        source.take(item, framer.field());
    }
    assert_eq!(framer.end(), None);
    source.messages
}

/// What the caller of a framer is left to do.
#[derive(Default)]
struct Source {
    messages: Vec<Message>,
    next: Message,
    has_data: bool,
    line: Option<(Field, Vec<u8>)>,
}

impl Source {
    fn take(&mut self, item: Item<'_>, field: Field) {
        if let Item::Value(piece) = item {
            let (own, value) = self.line.as_mut().expect("a value stands in a line");
            assert_eq!(*own, field);
            value.extend(piece);
            return;
        }
        if let Some((field, value)) = self.line.take() {
            self.complete(field, value);
        }
        match item {
            Item::Field(own) => {
                assert_eq!(own, field);
                self.line = Some((field, Vec::new()));
            }
            Item::End { has_data } => {
                assert_eq!(has_data, self.has_data);
                let message = self.next.clone();
                self.next = Message { event: Vec::new(), data: Vec::new(), ..self.next.clone() };
                if std::mem::take(&mut self.has_data) {
                    self.messages.push(message);
                }
            }
            Item::Value(_) => unreachable!(),
        }
    }

    fn complete(&mut self, field: Field, value: Vec<u8>) {
        match field {
            Field::Data => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.next.data.push(b'\n');
                }
                self.next.data.extend(value);
            }
            Field::Event => self.next.event = value,
            Field::Id if !value.contains(&0) => self.next.last_event_id = value,
            Field::Retry if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                self.next.retry = value;
            }
            _ => {}
        }
    }
}

/// Each rule of "Parsing an event stream" and "Interpreting an event stream", and the examples of the specification.
#[test]
fn rules_of_the_specification() {
    let message = |event: &str, data: &str| Message::new(event, data, "", "");
    let cases: &[(&str, &[u8], &[Message])] = &[
        ("a byte order mark is dropped", b"\xef\xbb\xbfdata: a\n\n", &[message("", "a")]),
        ("a second one is not", b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n", &[]),
        ("nor is a later one", b"\n\xef\xbb\xbfdata: a\n\n", &[]),
        ("lines end with LF", b"data: a\ndata: b\n\n", &[message("", "a\nb")]),
        ("lines end with CR", b"data: a\rdata: b\r\r", &[message("", "a\nb")]),
        ("lines end with CRLF", b"data: a\r\ndata: b\r\n\r\n", &[message("", "a\nb")]),
        ("LF CR are two ends of lines", b"data: a\n\rdata: b\n\n", &[message("", "a"), message("", "b")]),
        ("comments say nothing", b":\n: a\n:data: b\ndata: c\n\n", &[message("", "c")]),
        (
            "one space is dropped",
            b"data:a\n\ndata: a\n\ndata:  a\n\n",
            &[message("", "a"), message("", "a"), message("", " a")],
        ),
        ("a tab is no space", b"data:\ta\n\n", &[message("", "\ta")]),
        ("the first colon counts", b"data: a: b\n\n", &[message("", "a: b")]),
        (
            "a name with no colon has an empty value",
            b"data\n\ndata\ndata\n\n",
            &[message("", ""), message("", "\n")],
        ),
        ("names are told apart by case, and by spaces", b"Data: a\n\ndata : b\n\n data: c\n\n", &[]),
        ("unknown names say nothing", b"dat: a\ndatas: b\nerror: c\ndata: d\n\n", &[message("", "d")]),
        (
            "the last type counts, for one event",
            b"event: a\nevent: b\ndata: c\n\ndata: d\n\n",
            &[message("b", "c"), message("", "d")],
        ),
        ("no data, no event; and its type is forgotten", b"event: a\n\ndata: b\n\n", &[message("", "b")]),
        (
            "an id stays, an empty one too, of an event with no data too",
            b"id: 1\ndata: a\n\ndata: b\n\nid\n\ndata: c\n\n",
            &[Message::new("", "a", "1", ""), Message::new("", "b", "1", ""), Message::new("", "c", "", "")],
        ),
        ("an id with a NUL is ignored", b"id: 1\nid: 2\x00\ndata: a\n\n", &[Message::new("", "a", "1", "")]),
        (
            "a time to reconnect is digits alone",
            b"retry: 10\nretry: 1.5\nretry: +5\nretry: 5s\nretry:  5\nretry\ndata: a\n\n",
            &[Message::new("", "a", "", "10")],
        ),
        ("the end of the body ends an event", b"data: a\ndata: b", &[message("", "a\nb")]),
        ("but not the name of a field", b"data: a\ndata", &[message("", "a")]),
        ("example: a stock", b"data: YHOO\ndata: +2\ndata: 10\n\n", &[message("", "YHOO\n+2\n10")]),
        (
            "example: four blocks",
            b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
            &[
                Message::new("", "first event", "1", ""),
                Message::new("", "second event", "", ""),
                Message::new("", " third event", "", ""),
            ],
        ),
    ];
    for (name, body, expected) in cases {
        assert_eq!(by_the_letter(body), *expected, "{name}: the reference");
        assert_eq!(framed(&[body]), *expected, "{name}");
        assert_eq!(framed(&body.chunks(1).collect::<Vec<_>>()), *expected, "{name}: byte by byte");
        if cfg!(miri) {
            // Which is too slow for more ways than these.
            continue;
        }
        for cut in 0..=body.len() {
            let (head, tail) = body.split_at(cut);
            assert_eq!(framed(&[head, b"", tail]), *expected, "{name}: cut at {cut}");
        }
    }
}

/// An event is not held back for the LF that may follow its CR.
#[test]
fn a_carriage_return_completes_its_line_at_once() {
    let mut framer = Framer::new();
    let mut input = &b"data: a\r\r"[..];
    let mut items = Vec::new();
    while let Some(item) = framer.next_item(&mut input) {
        items.push(item);
    }
    assert_eq!(items, [Item::Field(Field::Data), Item::Value(b"a"), Item::End { has_data: true }]);
    let mut input = &b"\ndata: b"[..];
    assert_eq!(framer.next_item(&mut input), Some(Item::Field(Field::Data)));
}

/// What the end of the body would drop.
#[test]
fn a_name_is_not_complete_before_its_colon() {
    for (body, expected) in [
        (&b""[..], false),
        (b"\xef", true),
        (b"\xef\xbb", true),
        (b"\xef\xbb\xbf", false),
        (b"\xef\xbbd", true),
        (b"\xef\xbb\xbfd", true),
        (b"data", true),
        (b"data:", false),
        (b"data: a", false),
        (b"data: a\r", false),
        (b"data\n", false),
        (b"data: a\r\nd", true),
        (b":", false),
    ] {
        let mut framer = Framer::new();
        for mut input in body.chunks(1) {
            while framer.next_item(&mut input).is_some() {}
        }
        assert_eq!(framer.is_in_name(), expected, "{}", body.escape_ascii());
    }
}

fn nearly_a_stream() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        3 => Just(&b"\n"[..]),
        2 => Just(&b"\r"[..]),
        2 => Just(&b"\r\n"[..]),
        3 => Just(&b"data"[..]),
        2 => Just(&b"event"[..]),
        1 => Just(&b"id"[..]),
        1 => Just(&b"retry"[..]),
        1 => Just(&b"7"[..]),
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
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    #[cfg_attr(miri, ignore = "to make a body takes proptest very long")]
    fn the_framer_follows_the_specification(body in nearly_a_stream(), size in 1_usize..9, cut: prop::sample::Index) {
        let expected = by_the_letter(&body);
        prop_assert_eq!(&framed(&[&body]), &expected);
        let pieces: Vec<&[u8]> = body.chunks(size).collect();
        prop_assert_eq!(&framed(&pieces), &expected);
        let (head, tail) = body.split_at(cut.index(body.len() + 1));
        prop_assert_eq!(&framed(&[head, b"", tail]), &expected);
    }
}
