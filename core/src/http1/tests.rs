//! Every case runs whole, byte by byte and at every two-way split, cut short at every byte, and with bytes behind it.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod accepted;
mod bounds;
mod differential;
mod refused;
mod request;

use std::string::String;
use std::vec::Vec;
use std::{format, vec};

use super::{ErrorKind, Method, Part, Remaining, Response};

/// What is left to know once all input was given and the connection closed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Ending {
    /// Complete before the close.
    Complete {
        reuse: bool,
        rest: Vec<u8>,
    },
    /// Complete by the close.
    Closed,
    Failed {
        kind: ErrorKind,
        offset: usize,
    },
}

/// The parts as text, fragments merged, joined by `|`: `<100>` an interim response, `200` the status, `name=value` a
/// field, `.` the end of the head, `"data"`, `end`. A byte over 0x7F is the character of that number.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Outcome {
    transcript: String,
    ending: Ending,
}

fn latin1(bytes: &[u8]) -> impl Iterator<Item = char> {
    bytes.iter().map(|&byte| char::from(byte))
}

fn run(mut response: Response, pieces: &[&[u8]]) -> Outcome {
    let mut transcript = String::new();
    let mut in_data = false;
    let mut in_value = false;
    let mut consumed = 0;
    let mut rest = Vec::new();
    let mut failure = None;
    for &piece in pieces {
        let mut input = piece;
        if failure.is_some() {
            break;
        }
        while let Some(part) = response.next_part(&mut input) {
            let Ok(part) = part else {
                failure = part.err();
                break;
            };
            if in_data && !matches!(part, Part::Data(_)) {
                transcript.push_str("\"|");
                in_data = false;
            }
            match part {
                Part::Interim(code) => transcript.push_str(&format!("<{code}>|")),
                Part::Status(code) => transcript.push_str(&format!("{code}|")),
                Part::Name(piece) => {
                    assert!(!piece.is_empty());
                    transcript.extend(latin1(piece));
                }
                Part::Value(piece) => {
                    assert!(!piece.is_empty());
                    if !in_value {
                        transcript.push('=');
                        in_value = true;
                    }
                    transcript.extend(latin1(piece));
                }
                Part::FieldEnd => {
                    transcript.push_str(if in_value { "|" } else { "=|" });
                    in_value = false;
                }
                Part::HeadEnd => transcript.push_str(".|"),
                Part::Data(piece) => {
                    assert!(!piece.is_empty());
                    if !in_data {
                        transcript.push('"');
                        in_data = true;
                    }
                    transcript.extend(latin1(piece));
                }
                Part::End => transcript.push_str("end|"),
            }
            assert_eq!(response.is_complete(), response.remaining() == Remaining::Bytes(0));
        }
        consumed += piece.len() - input.len();
        if failure.is_none() && !input.is_empty() {
            assert!(response.is_complete(), "input left over in mid-message");
        }
        rest.extend_from_slice(input);
    }
    if in_data {
        transcript.push_str("\"|");
    }
    if transcript.ends_with('|') {
        transcript.pop();
    }
    let ending = if let Some(error) = failure {
        assert_eq!(response.next_part(&mut &b"x"[..]), Some(Err(error)), "the error is not sticky");
        assert_eq!(response.end(), Err(error), "the error is not sticky");
        assert_eq!(response.error(), Some(error));
        assert_eq!(error.offset(), consumed as u64, "the input does not stand at the refused byte");
        assert!(!response.is_complete() && !response.may_reuse(&[]));
        Ending::Failed { kind: error.kind(), offset: consumed }
    } else if response.is_complete() {
        let reuse = response.may_reuse(&rest);
        assert!(!reuse || rest.is_empty());
        assert_eq!(response.end(), Ok(()));
        assert_eq!(response.error(), None);
        Ending::Complete { reuse, rest }
    } else {
        assert!(!response.may_reuse(&rest));
        match response.end() {
            Ok(()) => {
                assert!(response.is_complete() && !response.may_reuse(&[]));
                assert_eq!(response.next_part(&mut &b"x"[..]), None);
                Ending::Closed
            }
            Err(error) => {
                assert_eq!(response.end(), Err(error), "the error is not sticky");
                assert_eq!(error.offset(), consumed as u64);
                Ending::Failed { kind: error.kind(), offset: consumed }
            }
        }
    };
    Outcome { transcript, ending }
}

/// Runs `input` in every way; all must come out as `expected`.
fn check(response: &Response, input: &[u8], expected: &Outcome) {
    let shown: String = latin1(input).collect();
    let whole = run(response.clone(), &[input]);
    assert_eq!(&whole, expected, "whole: {shown:?}");

    let bytes: Vec<&[u8]> = input.chunks(1).collect();
    assert_eq!(&run(response.clone(), &bytes), expected, "byte by byte: {shown:?}");
    if cfg!(miri) {
        // Which is too slow for more ways than these.
        return;
    }
    let spaced: Vec<&[u8]> = input.chunks(1).flat_map(|byte| [&[], byte]).collect();
    assert_eq!(&run(response.clone(), &spaced), expected, "byte by byte, with empty pieces: {shown:?}");
    for cut in 0..=input.len() {
        let (front, back) = input.split_at(cut);
        assert_eq!(&run(response.clone(), &[front, back]), expected, "cut at {cut}: {shown:?}");
    }

    if let Ending::Complete { rest, .. } = &expected.ending {
        let end = input.len() - rest.len();
        for cut in 0..end {
            let cut_short = run(response.clone(), &[&input[..cut]]);
            let truncated = Ending::Failed { kind: ErrorKind::Truncated, offset: cut };
            assert_eq!(cut_short.ending, truncated, "cut short at {cut}: {shown:?}");
        }
        let behind = [&input[..end], b"HTTP/1.1 500 No\r\n\r\n"].concat();
        for pieces in [vec![&behind[..]], behind.chunks(1).collect(), vec![&behind[..end], &behind[end..]]] {
            let outcome = run(response.clone(), &pieces);
            assert_eq!(outcome.transcript, expected.transcript, "with bytes behind: {shown:?}");
            let rest = behind[end..].to_vec();
            assert_eq!(
                outcome.ending,
                Ending::Complete { reuse: false, rest },
                "with bytes behind: {shown:?}"
            );
        }
    }
}

fn check_method(method: Method, input: &[u8], transcript: &str, ending: Ending) {
    check(&Response::new(method), input, &Outcome { transcript: transcript.into(), ending });
}

#[test]
fn the_state_is_small() {
    assert!(size_of::<Response>() <= 96, "{}", size_of::<Response>());
}
