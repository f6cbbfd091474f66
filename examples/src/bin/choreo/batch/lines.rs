//! Lines of a file that may hold anything.

use std::io::{self, BufRead};

/// A mark that some editors put before UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Reads line by line, and holds one of at most `limit` bytes.
#[derive(Debug)]
pub(super) struct Lines<R> {
    input: R,
    limit: usize,
    read: u64,
}

/// A line, without its end (LF or CRLF).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Counted from 1.
    pub(super) number: u64,
    pub(super) contents: Result<Vec<u8>, TooLong>,
    /// Whether it has an end: only the last one may have none.
    pub(super) is_ended: bool,
}

/// The line had more bytes than this; they were skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLong(pub(super) usize);

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R, limit: usize) -> Self {
        Self { input, limit, read: 0 }
    }

    /// How many lines have been read.
    pub(super) fn read(&self) -> u64 {
        self.read
    }

    /// The next line; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        let mut contents = Vec::new();
        let mut length = 0;
        let is_ended = loop {
            let data = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                data => data?,
            };
            if data.is_empty() {
                break false;
            }
            let end = data.iter().position(|&byte| byte == b'\n');
            let piece = &data[..end.unwrap_or(data.len())];
            // Two more than allowed tell a line that is too long from one that a mark or a CR makes longer.
            let room = (self.limit + BYTE_ORDER_MARK.len() + 1).saturating_sub(contents.len());
            contents.extend_from_slice(&piece[..piece.len().min(room)]);
            length += piece.len();
            let consumed = piece.len() + usize::from(end.is_some());
            self.input.consume(consumed);
            if end.is_some() {
                break true;
            }
        };
        if length == 0 && !is_ended {
            return Ok(None);
        }
        self.read += 1;
        let is_whole = contents.len() == length;
        if is_whole && is_ended && contents.last() == Some(&b'\r') {
            contents.pop();
        }
        if self.read == 1 && contents.starts_with(BYTE_ORDER_MARK) {
            contents.drain(..BYTE_ORDER_MARK.len());
        }
        let is_short = is_whole && contents.len() <= self.limit;
        let contents = if is_short { Ok(contents) } else { Err(TooLong(self.limit)) };
        Ok(Some(Line { number: self.read, contents, is_ended }))
    }
}

impl Line {
    /// Whether there is nothing but white space.
    pub(super) fn is_blank(&self) -> bool {
        self.contents.as_ref().is_ok_and(|contents| contents.trim_ascii().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn lines(text: &[u8], limit: usize, buffer: usize) -> Vec<Line> {
        let mut lines = Lines::new(BufReader::with_capacity(buffer, text), limit);
        std::iter::from_fn(|| lines.next().unwrap()).collect()
    }

    fn good(number: u64, contents: &str, is_ended: bool) -> Line {
        Line { number, contents: Ok(contents.into()), is_ended }
    }

    #[test]
    fn ends_and_marks_are_taken_off_however_it_is_read() {
        let text = "\u{feff}a\r\n\n\u{feff}\rb\r\r\nc\r".as_bytes();
        for buffer in 1..=text.len() {
            let expected = [
                good(1, "a", true),
                good(2, "", true),
                good(3, "\u{feff}\rb\r", true),
                good(4, "c\r", false),
            ];
            assert_eq!(lines(text, 100, buffer), expected, "{buffer}");
        }
        assert_eq!(lines(b"", 1, 1), []);
        assert_eq!(lines(b"a\n", 1, 1), [good(1, "a", true)]);
    }

    #[test]
    fn a_long_line_is_skipped_and_told() {
        let text = b"\xef\xbb\xbf123\r\n1234\n12345678901234567890\r\n123\n1234";
        for buffer in 1..=text.len() {
            let long = |number, is_ended| Line { number, contents: Err(TooLong(3)), is_ended };
            let expected =
                [good(1, "123", true), long(2, true), long(3, true), good(4, "123", true), long(5, false)];
            assert_eq!(lines(text, 3, buffer), expected, "{buffer}");
        }
    }

    #[test]
    fn white_space_is_blank() {
        let blank = |text: &[u8]| lines(text, 9, 9)[0].is_blank();
        assert!(blank(b"\n") && blank(b" \t\r\n"));
        assert!(!blank(b" x\n") && !blank(b"\0\n") && !blank(b"          \n"));
    }
}
