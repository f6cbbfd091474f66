//! Bodies are taken out of their framing as a plain reader of the whole buffer does it (RFC 9112, sections 6 and 7.1).
#![no_main]

use choreoai_core::http1::{ErrorKind, Method, Part, Remaining, Response};
use choreoai_fuzz::{Steps, each_cut};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    check("Transfer-Encoding: chunked\r\n", input, chunked(input));

    // Of the length that the input begins with, one of any size.
    let length = input.iter().take(2).fold(0, |length, byte| length * 16 + usize::from(*byte));
    let end = if length <= input.len() { End::Complete { consumed: length } } else { End::Truncated };
    let data = input[..length.min(input.len())].to_vec();
    check(&format!("Content-Length: {length}\r\n"), input, Body { data, end });

    check("", input, Body { data: input.to_vec(), end: End::Closed });
});

#[derive(Clone, Debug, PartialEq)]
struct Body {
    data: Vec<u8>,
    end: End,
}

#[derive(Clone, Debug, PartialEq)]
enum End {
    Complete {
        consumed: usize,
    },
    /// Only the close ended it.
    Closed,
    Truncated,
    /// The byte at this place is wrong.
    Refused {
        offset: usize,
    },
}

fn check(fields: &str, input: &[u8], expected: Body) {
    let mut response = Response::new(Method::Post);
    let head = format!("HTTP/1.1 200 OK\r\n{fields}\r\n");
    let mut rest = head.as_bytes();
    while rest.len() < head.len() || !rest.is_empty() {
        let Some(part) = response.next_part(&mut rest) else { break };
        if part == Ok(Part::HeadEnd) {
            break;
        }
    }
    let head = head.len() as u64;
    let read = |pieces: &[&[u8]]| read(response.clone(), head, pieces);
    assert_eq!(read(&[input]), expected, "{fields}");
    each_cut(input, |pieces| assert_eq!(read(pieces), expected, "{fields}, in {} pieces", pieces.len()));
}

fn read(mut response: Response, head: u64, pieces: &[&[u8]]) -> Body {
    let mut data = Vec::new();
    let mut steps = Steps::default();
    let mut consumed = 0;
    let mut ends = 0;
    for piece in pieces {
        let mut input = *piece;
        loop {
            let before = input.len();
            let announced = response.remaining();
            let part = response.next_part(&mut input);
            if part.is_none() && response.is_complete() {
                break;
            }
            steps.took(before, input.len(), part.is_some());
            let Some(part) = part else { break };
            match part {
                Ok(Part::Data(fragment)) => {
                    assert!(!fragment.is_empty());
                    data.extend_from_slice(fragment);
                    if let Remaining::Bytes(announced) = announced {
                        assert_eq!(response.remaining(), Remaining::Bytes(announced - fragment.len() as u64));
                    }
                }
                Ok(Part::End) => ends += 1,
                Ok(other) => panic!("{other:?} in a body"),
                Err(error) => {
                    assert_eq!(response.next_part(&mut input), Some(Err(error)), "the error is not sticky");
                    assert!(!response.is_complete() && !response.may_reuse(&[]));
                    return Body { data, end: End::Refused { offset: (error.offset() - head) as usize } };
                }
            }
        }
        consumed += piece.len() - input.len();
        assert!(input.is_empty() || response.is_complete(), "input was left over");
    }
    // The end of an empty body is due without any input.
    if response.next_part(&mut &[][..]) == Some(Ok(Part::End)) {
        ends += 1;
    }
    assert_eq!(ends, i32::from(response.is_complete()), "there is one end");
    let was_complete = response.is_complete();
    let end = match response.end() {
        Ok(()) if was_complete => End::Complete { consumed },
        Ok(()) => End::Closed,
        Err(error) => {
            assert_eq!((error.kind(), error.offset()), (ErrorKind::Truncated, head + consumed as u64));
            End::Truncated
        }
    };
    Body { data, end }
}

/// The chunked transfer coding, of a body within the limits.
fn chunked(input: &[u8]) -> Body {
    let mut data = Vec::new();
    let end =
        Chunks { input, at: 0 }.read(&mut data).map_or_else(|end| end, |consumed| End::Complete { consumed });
    Body { data, end }
}

struct Chunks<'i> {
    input: &'i [u8],
    at: usize,
}

impl Chunks<'_> {
    fn read(mut self, data: &mut Vec<u8>) -> Result<usize, End> {
        loop {
            let size = self.size()?;
            if size == 0 {
                break;
            }
            let rest = &self.input[self.at..];
            let length = usize::try_from(size).unwrap_or(usize::MAX).min(rest.len());
            data.extend_from_slice(&rest[..length]);
            self.at += length;
            self.expect(b'\r')?;
            self.expect(b'\n')?;
        }
        while !self.trailer()? {}
        Ok(self.at)
    }

    /// `chunk-size [ chunk-ext ] CRLF`
    fn size(&mut self) -> Result<u64, End> {
        let start = self.at;
        let mut size = 0;
        while let Some(digit) = char::from(self.peek()?).to_digit(16) {
            if self.at - start == 16 {
                return self.refuse();
            }
            size = size << 4 | u64::from(digit);
            self.at += 1;
        }
        if self.at == start {
            return self.refuse();
        }
        self.skip(|byte| matches!(byte, b' ' | b'\t'))?;
        if self.peek()? == b';' {
            self.skip(is_text)?;
        }
        self.expect(b'\r')?;
        self.expect(b'\n')?;
        Ok(size)
    }

    /// A line of the trailer section; whether it was the last one. Its end may lack the CR.
    fn trailer(&mut self) -> Result<bool, End> {
        if matches!(self.peek()?, b'\r' | b'\n') {
            return self.line_end().map(|()| true);
        }
        let name = self.at;
        self.skip(is_token)?;
        if self.at == name {
            return self.refuse();
        }
        self.expect(b':')?;
        loop {
            self.skip(is_text)?;
            self.line_end()?;
            // A folded line.
            if !matches!(self.peek()?, b' ' | b'\t') {
                return Ok(false);
            }
        }
    }

    fn line_end(&mut self) -> Result<(), End> {
        if self.peek()? == b'\r' {
            self.at += 1;
        }
        self.expect(b'\n')
    }

    fn skip(&mut self, accept: impl Fn(u8) -> bool) -> Result<(), End> {
        while accept(self.peek()?) {
            self.at += 1;
        }
        Ok(())
    }

    fn expect(&mut self, byte: u8) -> Result<(), End> {
        if self.peek()? != byte {
            return self.refuse();
        }
        self.at += 1;
        Ok(())
    }

    fn peek(&self) -> Result<u8, End> {
        self.input.get(self.at).copied().ok_or(End::Truncated)
    }

    fn refuse<T>(&self) -> Result<T, End> {
        Err(End::Refused { offset: self.at })
    }
}

/// What stands in field values and extensions: all but control characters, and the tab.
fn is_text(byte: u8) -> bool {
    byte == b'\t' || byte >= b' ' && byte != 0x7f
}

/// RFC 9110, section 5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
