//! What a head says about the body's length and the connection's future (RFC 9112, sections 6 and 9).

use super::error::ErrorKind;
use crate::decimal::push_digit;

/// Interprets `Content-Length`, `Transfer-Encoding` and `Connection` while they stream past.
#[derive(Clone, Copy, Debug)]
pub(super) struct Framing {
    field: Field,
    element: Element,
    word: Word,
    /// The element of `Content-Length` that is being read.
    number: u64,
    length: Option<u64>,
    chunked: bool,
    close: bool,
    keep_alive: bool,
}

/// How the end of the body is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delimiter {
    Length(u64),
    Chunked,
    Close,
}

/// Which field is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Other,
    ContentLength,
    TransferEncoding,
    Connection,
}

/// Where in an element of a comma-separated list (RFC 9110, section 5.6.1) the reader stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Empty,
    Inside,
    After,
}

impl Framing {
    pub(super) const fn new() -> Self {
        Self {
            field: Field::Other,
            element: Element::Empty,
            word: Word::new(),
            number: 0,
            length: None,
            chunked: false,
            close: false,
            keep_alive: false,
        }
    }

    pub(super) fn name(&mut self, piece: &[u8]) {
        for &byte in piece {
            self.word.push(byte);
        }
    }

    pub(super) fn name_end(&mut self) {
        self.field = if self.word.is(CONTENT_LENGTH) {
            Field::ContentLength
        } else if self.word.is(TRANSFER_ENCODING) {
            Field::TransferEncoding
        } else if self.word.is(CONNECTION) {
            Field::Connection
        } else {
            Field::Other
        };
        self.start_element();
    }

    /// Whether the field is one that matters.
    pub(super) fn is_reading(&self) -> bool {
        self.field != Field::Other
    }

    /// Takes a piece of the value: a byte, or spaces, of a field that matters.
    pub(super) fn value(&mut self, piece: &[u8]) -> Result<(), ErrorKind> {
        if !self.is_reading() {
            return Ok(());
        }
        piece.iter().try_for_each(|&byte| self.value_byte(byte))
    }

    pub(super) fn field_end(&mut self) -> Result<(), ErrorKind> {
        self.element_end()?;
        if self.field == Field::TransferEncoding && !self.chunked {
            return Err(ErrorKind::UnsupportedTransferEncoding);
        }
        self.field = Field::Other;
        Ok(())
    }

    /// Where the body ends, if the response has one (RFC 9112, section 6.3).
    pub(super) const fn delimiter(&self) -> Delimiter {
        match self.length {
            _ if self.chunked => Delimiter::Chunked,
            Some(length) => Delimiter::Length(length),
            None => Delimiter::Close,
        }
    }

    /// Whether the connection outlives the message (RFC 9112, section 9.3), as far as the head tells.
    ///
    /// A head whose framing is suspicious closes it: both `Transfer-Encoding` and `Content-Length`, or
    /// `Transfer-Encoding` in HTTP/1.0 (RFC 9112, section 6.1).
    pub(super) const fn persists(&self, http_1_0: bool) -> bool {
        let asked = if http_1_0 { self.keep_alive } else { true };
        let suspicious = self.chunked && (http_1_0 || self.length.is_some());
        asked && !self.close && !suspicious
    }

    fn value_byte(&mut self, byte: u8) -> Result<(), ErrorKind> {
        match (self.field, byte) {
            (_, b',') => return self.element_end(),
            (_, b' ') => {
                if self.element == Element::Inside {
                    self.element = Element::After;
                }
                return Ok(());
            }
            (Field::ContentLength, b'0'..=b'9') if self.element != Element::After => {
                self.number =
                    push_digit(self.number, byte.wrapping_sub(b'0')).ok_or(ErrorKind::ContentLengthLimit)?;
            }
            (Field::ContentLength, _) => return Err(ErrorKind::InvalidContentLength),
            (Field::TransferEncoding, _) => {
                self.word.push(byte);
                if self.element == Element::After || !self.word.may_become(CHUNKED) {
                    return Err(ErrorKind::UnsupportedTransferEncoding);
                }
            }
            (Field::Connection | Field::Other, _) => {
                if self.element == Element::After {
                    self.element_end()?;
                }
                self.word.push(byte);
            }
        }
        self.element = Element::Inside;
        Ok(())
    }

    fn element_end(&mut self) -> Result<(), ErrorKind> {
        match self.field {
            Field::ContentLength => {
                if self.element == Element::Empty {
                    return Err(ErrorKind::InvalidContentLength);
                }
                if *self.length.get_or_insert(self.number) != self.number {
                    return Err(ErrorKind::ConflictingContentLength);
                }
            }
            Field::TransferEncoding if self.element != Element::Empty => {
                // Of `chunk`, of `chunked, chunked` and the like.
                if self.chunked || !self.word.is(CHUNKED) {
                    return Err(ErrorKind::UnsupportedTransferEncoding);
                }
                self.chunked = true;
            }
            Field::Connection => {
                self.close |= self.word.is(CLOSE);
                self.keep_alive |= self.word.is(KEEP_ALIVE);
            }
            Field::TransferEncoding | Field::Other => {}
        }
        self.start_element();
        Ok(())
    }

    fn start_element(&mut self) {
        self.element = Element::Empty;
        self.number = 0;
        self.word = Word::new();
    }
}

/// The words that are looked for, in lower case.
static WORDS: [&[u8]; 6] =
    [b"content-length", b"transfer-encoding", b"connection", b"chunked", b"close", b"keep-alive"];

const CONTENT_LENGTH: Known = Known { place: 0, length: 14 };
const TRANSFER_ENCODING: Known = Known { place: 1, length: 17 };
const CONNECTION: Known = Known { place: 2, length: 10 };
const CHUNKED: Known = Known { place: 3, length: 7 };
const CLOSE: Known = Known { place: 4, length: 5 };
const KEEP_ALIVE: Known = Known { place: 5, length: 10 };

/// One of [`WORDS`].
#[derive(Clone, Copy)]
struct Known {
    place: u8,
    length: u8,
}

/// Recognises a word of [`WORDS`], in any case, byte by byte.
#[derive(Clone, Copy, Debug)]
struct Word {
    /// The words that begin with the bytes so far, one bit for each.
    candidates: u8,
    length: u8,
}

impl Word {
    const fn new() -> Self {
        Self { candidates: u8::MAX, length: 0 }
    }

    fn push(&mut self, byte: u8) {
        let mut bit = 1_u8;
        for word in &WORDS {
            if word.get(usize::from(self.length)) != Some(&byte.to_ascii_lowercase()) {
                self.candidates &= !bit;
            }
            bit = bit.wrapping_shl(1);
        }
        self.length = self.length.saturating_add(1);
    }

    const fn may_become(self, word: Known) -> bool {
        self.candidates & (1 << word.place) != 0
    }

    const fn is(self, word: Known) -> bool {
        self.may_become(word) && self.length == word.length
    }
}
