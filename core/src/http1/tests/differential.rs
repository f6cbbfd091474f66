//! Against httparse, and against itself at random cuts.

use std::string::String;
use std::vec::Vec;

use proptest::prelude::*;

use super::{latin1, run};
use crate::http1::{Method, Part, Response};

/// The head in the notation of the tests, and its length, if it is accepted; `Interim` heads included.
fn ours(input: &[u8]) -> Option<(String, usize)> {
    let mut response = Response::new(Method::Head);
    let mut rest = input;
    while let Some(part) = response.next_part(&mut rest) {
        if part.ok()? == Part::HeadEnd {
            let length = input.len() - rest.len();
            return Some((run(Response::new(Method::Head), &[&input[..length]]).transcript, length));
        }
    }
    None
}

/// The same by httparse.
fn theirs(input: &[u8]) -> Option<(String, usize)> {
    let mut slots = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut slots);
    let httparse::Status::Complete(length) = response.parse(input).ok()? else { return None };
    let mut transcript = std::format!("{}|", response.code?);
    for header in response.headers.iter() {
        transcript.push_str(header.name);
        transcript.push('=');
        // Tabs inside a value are delivered as spaces here.
        transcript.extend(latin1(header.value).map(|char| if char == '\t' { ' ' } else { char }));
        transcript.push('|');
    }
    transcript.push_str(".|end");
    Some((transcript, length))
}

fn agree(input: &[u8]) -> Result<bool, TestCaseError> {
    let (Some(ours), Some(theirs)) = (ours(input), theirs(input)) else { return Ok(false) };
    prop_assert_eq!(ours, theirs);
    Ok(true)
}

prop_compose! {
    fn head()(
        blank in "(\r\n)?",
        version in "1\\.[01]",
        status in "[2-9][0-9]{2}",
        reason in "( [\t -~]{0,8})?",
        fields in prop::collection::vec("[a-zA-Z0-9!#-]{1,9}:[\t ]{0,3}([!-~\u{a0}-\u{ff}]([\t -~]{0,9}[!-~])?)?[\t ]{0,3}\r?\n", 0..6),
    ) -> Vec<u8> {
        // What the fields mean is not httparse's business.
        let fields: String = fields.concat();
        std::format!("{blank}HTTP/{version} {status}{reason}\r\n{fields}\r\n").into_bytes()
    }
}

prop_compose! {
    /// Something near a response.
    fn mutated()(
        head in head(),
        framing in prop::sample::select(&[
            "", "Content-Length: 12\r\n", "Transfer-Encoding: chunked\r\n", "Connection: close\r\n",
            "Content-Length: 3, 3\r\nTransfer-Encoding:chunked\r\n",
        ][..]),
        body in "(([1-9a-f]|10)(;[a-z\"=]{0,5})?\r\n[a-z\r\n]{0,16}\r\n){0,3}(0\r\n(a: b\r\n)?\r\n)?",
        edits in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(&b"\r\n\t :,;a0\0\x7f\xff"[..])), 0..4),
    ) -> Vec<u8> {
        let end = head.len() - 2;
        let mut input = [&head[..end], framing.as_bytes(), &head[end..], body.as_bytes()].concat();
        for (index, byte) in edits {
            let index = index.index(input.len());
            input[index] = byte;
        }
        input
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    #[cfg_attr(miri, ignore)]
    fn heads_without_a_flaw_are_read_as_httparse_reads_them(head in head()) {
        prop_assert!(agree(&head)?, "refused: ours {:?}, theirs {:?}", ours(&head), theirs(&head));
    }

    #[test]
    #[cfg_attr(miri, ignore)]
    fn what_both_accept_means_the_same(input in mutated()) {
        agree(&input)?;
    }

    #[test]
    #[cfg_attr(miri, ignore)]
    fn cuts_change_nothing(input in mutated(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8)) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(input.len())).collect();
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let (mut rest, mut start) = (&input[..], 0);
        for cut in cuts {
            let (front, back) = rest.split_at(cut - start);
            pieces.push(front);
            (rest, start) = (back, cut);
        }
        pieces.push(rest);
        let whole = run(Response::new(Method::Get), &[&input]);
        prop_assert_eq!(&run(Response::new(Method::Get), &pieces), &whole);
        let bytes: Vec<&[u8]> = input.chunks(1).collect();
        prop_assert_eq!(&run(Response::new(Method::Get), &bytes), &whole);
    }
}
