//! The heads of responses are read as httparse reads them, but for what is documented.
#![no_main]

use choreoai_core::http1::{ErrorKind, Field, FieldBuffer, MAX_BLANK_LINES, Method, Part, Response};
use choreoai_fuzz::{Steps, each_cut};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let whole = read(&[input]);
    each_cut(input, |pieces| assert_eq!(read(pieces), whole, "in {} pieces", pieces.len()));
    match (&whole.end, reference(input)) {
        (End::Head(length), Ok(Some(reference))) => {
            assert_eq!(whole.codes, reference.codes);
            assert_eq!(whole.fields, reference.fields);
            assert_eq!(*length, reference.length);
        }
        (End::More, Ok(None)) => {}
        // httparse decides on a line when it is there whole, and knows no limits.
        (End::More, Err(())) | (End::Failed(..), Err(()) | Ok(None)) => {}
        (End::Head(length), other) => {
            let head = &input[..*length];
            // httparse refuses folded lines unless told not to, and a CR before its LF is one more character to it.
            assert!(is_folded(head), "httparse: {:?}", other.map(|_| ()));
        }
        (End::More, Ok(Some(_))) => panic!("httparse sees the end"),
        (End::Failed(kind, offset), Ok(Some(reference))) => {
            assert!(is_stricter(*kind, &input[..reference.length]), "{kind:?} at {offset}, httparse accepts");
        }
    }
});

/// What httparse leaves to others: what the fields mean, and the limits.
fn is_stricter(kind: ErrorKind, head: &[u8]) -> bool {
    match kind {
        ErrorKind::InvalidContentLength
        | ErrorKind::ConflictingContentLength
        | ErrorKind::ContentLengthLimit
        | ErrorKind::UnsupportedTransferEncoding
        | ErrorKind::UnexpectedUpgrade
        | ErrorKind::InterimLimit => true,
        ErrorKind::BlankLineLimit => {
            let starts = |window: &&[u8]| matches!(window, [b'\n', ..]);
            head.windows(1).filter(starts).count() > usize::from(MAX_BLANK_LINES)
        }
        // A code of less than 100.
        ErrorKind::InvalidStatusLine => head.windows(2).any(|pair| pair == b" 0"),
        _ => false,
    }
}

fn is_folded(head: &[u8]) -> bool {
    head.windows(2).any(|pair| matches!(pair, [b'\n', b' ' | b'\t']))
}

#[derive(Debug, PartialEq)]
struct Heads {
    /// The codes of interim responses, and then the final one.
    codes: Vec<u16>,
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    end: End,
}

#[derive(Debug, PartialEq)]
enum End {
    /// The head is complete, and this long.
    Head(usize),
    More,
    Failed(ErrorKind, u64),
}

fn read(pieces: &[&[u8]]) -> Heads {
    let mut response = Response::new(Method::Get);
    let mut memory = vec![0; pieces.iter().map(|piece| piece.len()).sum()];
    let mut buffer = FieldBuffer::new(&mut memory);
    let mut heads = Heads { codes: Vec::new(), fields: Vec::new(), end: End::More };
    let mut steps = Steps::default();
    let mut consumed = 0;
    for piece in pieces {
        let mut input = *piece;
        loop {
            let before = input.len();
            let part = response.next_part(&mut input);
            steps.took(before, input.len(), part.is_some());
            let part = match part {
                None => break,
                Some(Ok(part)) => part,
                Some(Err(error)) => {
                    assert_eq!(response.next_part(&mut input), Some(Err(error)), "the error is not sticky");
                    assert_eq!(response.end(), Err(error), "the error is not sticky");
                    assert_eq!(error.offset(), (consumed + piece.len() - input.len()) as u64);
                    heads.end = End::Failed(error.kind(), error.offset());
                    return heads;
                }
            };
            match part {
                Part::Interim(code) | Part::Status(code) => heads.codes.push(code),
                Part::HeadEnd => {
                    heads.end = End::Head(consumed + piece.len() - input.len());
                    return heads;
                }
                Part::Data(_) | Part::End => panic!("a body before the end of the head"),
                Part::Name(piece) | Part::Value(piece) => assert!(!piece.is_empty()),
                _ => {}
            }
            if let Some(field) = buffer.push(part) {
                let Field { name, value } = field.expect("the buffer is as long as the input");
                heads.fields.push((name.to_vec(), value.to_vec()));
            }
        }
        assert!(input.is_empty(), "input was left over");
        consumed += piece.len();
    }
    heads
}

struct Reference {
    codes: Vec<u16>,
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    length: usize,
}

/// `Ok(None)`: more is needed.
fn reference(input: &[u8]) -> Result<Option<Reference>, ()> {
    let mut codes = Vec::new();
    let mut start = 0;
    loop {
        let mut slots = [httparse::EMPTY_HEADER; 512];
        let mut response = httparse::Response::new(&mut slots);
        let httparse::Status::Complete(length) = response.parse(&input[start..]).map_err(|_| ())? else {
            return Ok(None);
        };
        start += length;
        let code = response.code.expect("the head is complete");
        codes.push(code);
        if code < 200 {
            continue;
        }
        // The core delivers tabs inside a value as spaces.
        let plain =
            |value: &[u8]| value.iter().map(|byte| if *byte == b'\t' { b' ' } else { *byte }).collect();
        let field = |header: &httparse::Header<'_>| (header.name.as_bytes().to_vec(), plain(header.value));
        let fields = response.headers.iter().map(field).collect();
        return Ok(Some(Reference { codes, fields, length: start }));
    }
}
