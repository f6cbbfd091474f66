//! Each bound, met and overstepped by one.

use std::string::String;
use std::vec::Vec;

use super::{Ending, Outcome, check, latin1, run};
use crate::http1::{
    DEFAULT_HEAD_LIMIT, ErrorKind, MAX_CHUNK_EXTENSIONS, MAX_INTERIM_HEADS, MAX_TRAILERS, Method, Response,
};

const KEEP: Ending = Ending::Complete { reuse: true, rest: Vec::new() };
const CHUNKED: &[u8] = b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n";
const CHUNKED_HEAD: &str = "200|Transfer-Encoding=chunked|.";

/// As [`check`], with fewer cuts, for long inputs.
fn check_long(input: &[u8], transcript: &str, ending: Ending) {
    let response = Response::new(Method::Get);
    let expected = Outcome { transcript: transcript.into(), ending };
    for size in [1, 2, 3, 1000, 16 * 1024, input.len()] {
        let pieces: Vec<&[u8]> = input.chunks(size).collect();
        assert_eq!(run(response.clone(), &pieces), expected, "in pieces of {size}");
    }
}

#[test]
fn heads() {
    let head = b"HTTP/1.1 103 x\r\n\r\nHTTP/1.1 204 x\r\nA: b\r\nC:  \r\n\r\n";
    let length = u32::try_from(head.len()).unwrap();
    let enough = Response::new(Method::Get).with_head_limit(length);
    check(&enough, head, &Outcome { transcript: "<103>|204|A=b|C=|.|end".into(), ending: KEEP });
    // So many bytes too few, the last of them first: LF, CR, LF, CR, SP, SP, `:`, `C`, LF, CR, `b`, SP, `:`, `A`. A
    // field is complete once the next line has begun.
    let transcripts = [
        (1, "<103>|204|A=b|C="),
        (2, "<103>|204|A=b|C"),
        (5, "<103>|204|A=b|C"),
        (7, "<103>|204|A=b|C"),
        (8, "<103>|204|A=b"),
        (9, "<103>|204|A=b"),
        (10, "<103>|204|A=b"),
        (11, "<103>|204|A"),
        (14, "<103>|204"),
        (15, "<103>"),
        (30, "<103>"),
        (32, "<103>"),
        (33, ""),
    ];
    for (missing, transcript) in transcripts {
        let limited = Response::new(Method::Get).with_head_limit(length - missing);
        let offset = head.len() - missing as usize;
        let ending = Ending::Failed { kind: ErrorKind::HeadLimit, offset };
        check(&limited, head, &Outcome { transcript: transcript.into(), ending });
    }
    let none = Response::new(Method::Get).with_head_limit(0);
    let ending = Ending::Failed { kind: ErrorKind::HeadLimit, offset: 0 };
    check(&none, b"HTTP", &Outcome { transcript: String::new(), ending });
}

#[test]
fn a_field_is_refused_for_what_is_wrong_with_it_however_near_the_limit() {
    let head = b"HTTP/1.1 200 x\r\nContent-Length: 12x\r\n\r\n";
    let offset = head.len() - 5;
    for limit in offset + 1..=head.len() {
        let limited = Response::new(Method::Get).with_head_limit(u32::try_from(limit).unwrap());
        let ending = Ending::Failed { kind: ErrorKind::InvalidContentLength, offset };
        check(&limited, head, &Outcome { transcript: "200|Content-Length=12".into(), ending });
    }
}

#[test]
#[cfg_attr(miri, ignore)]
fn an_endless_head_ends_at_the_default_limit() {
    let mut input = b"HTTP/1.1 200 x\r\nA:".to_vec();
    let limit = DEFAULT_HEAD_LIMIT as usize;
    input.resize(limit + 1, b' ');
    check_long(&input, "200|A", Ending::Failed { kind: ErrorKind::HeadLimit, offset: limit });
    // The body is not the head's: it may be as long as it likes.
    let mut input = b"HTTP/1.1 200 x\r\nContent-Length: 70000\r\n\r\n".to_vec();
    input.resize(input.len() + 70_000, b'x');
    let data: String = latin1(&[b'x'; 70_000]).collect();
    check_long(&input, &std::format!("200|Content-Length=70000|.|\"{data}\"|end"), KEEP);
}

#[test]
#[cfg_attr(miri, ignore)]
fn interim_responses() {
    let interim = b"HTTP/1.1 100 x\r\n\r\n";
    let mut input = interim.repeat(usize::from(MAX_INTERIM_HEADS));
    let transcript = "<100>|".repeat(usize::from(MAX_INTERIM_HEADS));
    let end = b"HTTP/1.1 204 x\r\n\r\n";
    check_long(&[&input[..], end].concat(), &std::format!("{transcript}204|.|end"), KEEP);
    // Refused at the end of its status line.
    let offset = input.len() + 16;
    input.extend_from_slice(interim);
    input.extend_from_slice(end);
    let ending = Ending::Failed { kind: ErrorKind::InterimLimit, offset };
    check_long(&input, transcript.trim_end_matches('|'), ending);
}

#[test]
#[cfg_attr(miri, ignore)]
fn chunk_extensions() {
    let limit = MAX_CHUNK_EXTENSIONS as usize;
    let mut extension = b";".to_vec();
    extension.resize(limit, b'e');
    // As many bytes as allowed, in the first chunk; one more, in the second, is paid for by the first one's data.
    let input = [CHUNKED, b"1", &extension, b"\r\nx\r\n1;\r\ny\r\n0\r\n\r\n"].concat();
    check_long(&input, &std::format!("{CHUNKED_HEAD}|\"xy\"|end"), KEEP);

    let start = [CHUNKED, b"1", &extension].concat();
    let input = [&start[..], b"e\r\nx\r\n0\r\n\r\n"].concat();
    let ending = Ending::Failed { kind: ErrorKind::ChunkExtensionLimit, offset: start.len() };
    check_long(&input, CHUNKED_HEAD, ending);

    let start = [CHUNKED, b"1", &extension, b"\r\nx\r\n1;"].concat();
    let input = [&start[..], b"e\r\ny\r\n0\r\n\r\n"].concat();
    let ending = Ending::Failed { kind: ErrorKind::ChunkExtensionLimit, offset: start.len() };
    check_long(&input, &std::format!("{CHUNKED_HEAD}|\"x\""), ending);

    // Data pays for what it follows, and saves nothing for later.
    let data = [b'x'; 0x1000];
    let start = [CHUNKED, b"1000\r\n", &data, b"\r\n1", &extension].concat();
    let input = [&start[..], b"e\r\ny\r\n0\r\n\r\n"].concat();
    let ending = Ending::Failed { kind: ErrorKind::ChunkExtensionLimit, offset: start.len() };
    check_long(&input, &std::format!("{CHUNKED_HEAD}|\"{}\"", "x".repeat(data.len())), ending);

    // White space after a size is counted too.
    let start = [CHUNKED, b"1", &b" ".repeat(limit)].concat();
    let input = [&start[..], b" \r\nx\r\n0\r\n\r\n"].concat();
    let ending = Ending::Failed { kind: ErrorKind::ChunkExtensionLimit, offset: start.len() };
    check_long(&input, CHUNKED_HEAD, ending);

    // A stream whose data outweighs them may carry them for ever.
    let chunk = [b"20;sig=", &[b'e'; 26][..], b"\r\n", &[b'x'; 32], b"\r\n"].concat();
    let input = [CHUNKED, &chunk.repeat(2000), b"0\r\n\r\n"].concat();
    let data: String = latin1(&[b'x'; 64_000]).collect();
    check_long(&input, &std::format!("{CHUNKED_HEAD}|\"{data}\"|end"), KEEP);
}

#[test]
#[cfg_attr(miri, ignore)]
fn trailers() {
    let limit = MAX_TRAILERS as usize;
    let mut trailers = b"A: ".to_vec();
    trailers.resize(limit - 4, b'b');
    let input = [CHUNKED, b"0\r\n", &trailers, b"\r\n\r\n"].concat();
    check_long(&input, &std::format!("{CHUNKED_HEAD}|end"), KEEP);

    let start = [CHUNKED, b"0\r\n", &trailers, b"b\r\n\r"].concat();
    let input = [&start[..], b"\n"].concat();
    let ending = Ending::Failed { kind: ErrorKind::TrailerLimit, offset: start.len() };
    check_long(&input, CHUNKED_HEAD, ending);
}
