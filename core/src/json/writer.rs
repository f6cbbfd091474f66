//! JSON text written piece by piece into buffers of any size.

use core::mem;

pub use super::decimal::Decimal;

/// A piece of a JSON text, in the order in which pieces are written.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// Text to be written as it is.
    Raw(&'a str),
    /// A string, to be written in quotes and escaped.
    Str(&'a str),
    /// A number.
    Number(Decimal),
}

/// Writes a sequence of [`Part`]s into output buffers of any size, with the same bytes each time.
///
/// Its position is the part, and the place in it, where the last call stopped: nothing is written or escaped twice,
/// so the work of all calls together is linear in the length of the text. Only what JSON requires is escaped (`"`,
/// `\` and control characters; RFC 8259, section 7), other text is copied in bulk as UTF-8.
///
/// The length is known from the start, by one pass over the parts (a clone of their iterator, or the same made twice) that looks for
/// what must be escaped and writes nothing.
///
/// On hosted targets the encoder is an iterator over [`Chunk`]s as well, which lends what needs no escape without
/// copying it. Both ways can be mixed. To write the text again, clone the encoder before its first use.
#[derive(Clone, Debug)]
pub struct Encoder<'a, P> {
    parts: P,
    /// What is being written.
    chunk: Chunk<'a>,
    /// The string that is being written, from the end of `chunk` on, without its closing quote.
    string: Option<&'a [u8]>,
    length: u64,
    remaining: u64,
}

impl<'a, P: Iterator<Item = Part<'a>>> Encoder<'a, P> {
    /// An encoder of `parts`, whose clone must yield the same parts. Goes through the clone once, to measure; a length beyond
    /// [`u64::MAX`] counts as that.
    pub fn new(parts: P) -> Self
    where
        P: Clone,
    {
        Self::of_length(length(&mut parts.clone()), parts)
    }

    /// An encoder of `parts`, whose text has `length` bytes. Unlike [`new`](Self::new) it measures nothing, and clones nothing.
    ///
    /// For machines with little stack: where the length is not known yet, an encoder of any length [measures](Self::skip_rest) it. With
    /// a wrong one the text is the same, but what [`content_length`](Self::content_length) and [`remaining`](Self::remaining) say is
    /// wrong, and a request with that `Content-Length` is malformed: what goes beyond it would be read as another one.
    ///
    /// ```
    /// use choreoai_core::json::writer::{Encoder, Part};
    ///
    /// let parts = [Part::Raw("[1,"), Part::Str("two"), Part::Raw("]")];
    /// let length = Encoder::of_length(0, parts.into_iter()).skip_rest();
    /// let encoder = Encoder::of_length(length, parts.into_iter());
    /// assert_eq!(encoder.content_length(), 9);
    /// ```
    pub const fn of_length(length: u64, parts: P) -> Self {
        Self { parts, chunk: Chunk::EMPTY, string: None, length, remaining: length }
    }

    /// How many bytes the whole text has: the `Content-Length`. The same before, during and after encoding; what was given, where the
    /// encoder was [made for a length](Self::of_length).
    pub const fn content_length(&self) -> u64 {
        self.length
    }

    /// How many bytes are still to be written; 0 when all is done.
    pub const fn remaining(&self) -> u64 {
        self.remaining
    }

    /// Writes the next bytes to the front of `out` and returns how many: as many as fit, so fewer than `out.len()`
    /// only at the end of the text, and 0 after it. An empty `out` gives 0 and changes nothing.
    pub fn encode(&mut self, out: &mut [u8]) -> usize {
        let mut written = 0_usize;
        loop {
            let room = out.get_mut(written..).unwrap_or_default();
            let count = copy(self.chunk.as_bytes(), room);
            self.chunk.consume(count);
            written = written.wrapping_add(count);
            #[cfg(target_pointer_width = "64")]
            if let Some(string) = &mut self.string
                && let Some(room @ [_, ..]) = room.get_mut(count..)
            {
                written = written.wrapping_add(copy_escaped(string, room));
            }
            if written >= out.len() || !self.advance() {
                break;
            }
        }
        self.remaining = self.remaining.saturating_sub(written as u64);
        written
    }

    /// Goes to the end of the text without writing it, and returns how many bytes were left; beyond [`u64::MAX`], that. Whatever
    /// length the encoder was made with, so that one of any length measures the text for another.
    pub fn skip_rest(&mut self) -> u64 {
        let string = self.string.take().map_or(0, |rest| quoted_length(rest).wrapping_sub(1));
        let chunk = mem::replace(&mut self.chunk, Chunk::EMPTY).as_bytes().len() as u64;
        self.remaining = 0;
        length(&mut self.parts).saturating_add(string).saturating_add(chunk)
    }

    /// Goes on to the next chunk, which may be empty; false at the end.
    fn advance(&mut self) -> bool {
        if let Some(string) = self.string {
            self.chunk = self.advance_string(string);
            return true;
        }
        match self.parts.next() {
            None => return false,
            Some(Part::Raw(text)) => self.chunk = Chunk::borrowed(text.as_bytes()),
            Some(Part::Number(number)) => self.chunk = Chunk(Bytes::Number { number, written: 0 }),
            Some(Part::Str(text)) => {
                self.string = Some(text.as_bytes());
                self.chunk = Chunk::borrowed(b"\"");
            }
        }
        true
    }

    /// The next run of the string: bytes without escapes, an escape, or the closing quote.
    fn advance_string(&mut self, string: &'a [u8]) -> Chunk<'a> {
        let Some((&first, rest)) = string.split_first() else {
            self.string = None;
            return Chunk::borrowed(b"\"");
        };
        if let Some(escape) = escape(first) {
            self.string = Some(rest);
            return Chunk::borrowed(escape.as_bytes());
        }
        let (run, rest) = string.split_at_checked(plain_prefix(string)).unwrap_or((string, &[]));
        self.string = Some(rest);
        Chunk::borrowed(run)
    }
}

/// How many bytes the text of these parts has; beyond [`u64::MAX`], that.
#[inline(never)] // What is gone through is on the stack no longer than that takes.
pub(crate) fn length<'a>(parts: &mut impl Iterator<Item = Part<'a>>) -> u64 {
    parts.fold(0, |length: u64, part| length.saturating_add(part.length()))
}

/// Lends the rest of the text chunk by chunk; none is empty. Text without escapes comes in one chunk.
impl<'a, P: Iterator<Item = Part<'a>>> Iterator for Encoder<'a, P> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        while self.chunk.as_bytes().is_empty() {
            if !self.advance() {
                return None;
            }
        }
        let chunk = mem::replace(&mut self.chunk, Chunk::EMPTY);
        self.remaining = self.remaining.saturating_sub(chunk.as_bytes().len() as u64);
        Some(chunk)
    }
}

/// Some bytes of a JSON text: borrowed from what is encoded, or a few held inline.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a>(Bytes<'a>);

#[derive(Clone, Copy, Debug)]
enum Bytes<'a> {
    Borrowed(&'a [u8]),
    Number { number: Decimal, written: usize },
}

impl<'a> Chunk<'a> {
    const EMPTY: Self = Self(Bytes::Borrowed(&[]));

    const fn borrowed(bytes: &'a [u8]) -> Self {
        Self(Bytes::Borrowed(bytes))
    }

    /// The bytes. A chunk may end within a character only where [`Encoder::encode`] was called before.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Bytes::Borrowed(bytes) => bytes,
            Bytes::Number { number, written } => number.as_bytes().get(*written..).unwrap_or(&[]),
        }
    }

    fn consume(&mut self, count: usize) {
        match &mut self.0 {
            Bytes::Borrowed(bytes) => *bytes = bytes.get(count..).unwrap_or(&[]),
            Bytes::Number { written, .. } => *written = written.saturating_add(count),
        }
    }
}

impl AsRef<[u8]> for Chunk<'_> {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Part<'_> {
    /// How many bytes of JSON text the part makes.
    fn length(&self) -> u64 {
        match self {
            Self::Raw(text) => text.len() as u64,
            Self::Number(number) => number.as_bytes().len() as u64,
            Self::Str(text) => quoted_length(text.as_bytes()),
        }
    }
}

/// How long `string` is between quotes, escaped.
#[cfg(any(target_pointer_width = "64", target_family = "wasm"))]
fn quoted_length(string: &[u8]) -> u64 {
    let escaped = count(string, is_escaped);
    // Those have an escape of two characters, the others one of six.
    let long = count(string, |byte| byte < 0x20 && !matches!(byte, 0x08 | b'\t' | b'\n' | 0x0c | b'\r'));
    // No string in memory is so long that this overflows.
    (string.len() as u64).wrapping_add(2).wrapping_add(escaped).wrapping_add(long.wrapping_mul(4))
}

/// The same for small machines, without code that looks at many bytes at a time.
#[cfg(not(any(target_pointer_width = "64", target_family = "wasm")))]
fn quoted_length(string: &[u8]) -> u64 {
    // No string in memory is so long that this overflows.
    string.iter().fold(2, |length: u64, byte| length.wrapping_add(escape(*byte).map_or(1, str::len) as u64))
}

/// How many bytes are such.
#[cfg(any(target_pointer_width = "64", target_family = "wasm"))]
#[inline(always)]
fn count(bytes: &[u8], is_such: impl Fn(u8) -> bool) -> u64 {
    /// So many fit a byte, and what counts bytes in a byte looks at many at a time.
    const BLOCK: usize = 128;
    let blocks = bytes.chunks(BLOCK);
    let counts =
        blocks.map(|block| block.iter().fold(0_u8, |count, &byte| count.wrapping_add(is_such(byte).into())));
    counts.fold(0, |all: u64, count| all.wrapping_add(count.into()))
}

/// Writes of `string` what fits whole, escaped, and takes that off its front; how many bytes that takes.
// What it finds could be lent as well; it is less work to copy it at once, for more code.
#[cfg(target_pointer_width = "64")]
fn copy_escaped(string: &mut &[u8], out: &mut [u8]) -> usize {
    let mut written = 0_usize;
    while let Some(place) = out.get_mut(written..) {
        let run = copy_plain_prefix(string, place);
        written = written.wrapping_add(run);
        *string = string.get(run..).unwrap_or_default();
        let Some((&byte, rest)) = string.split_first() else { break };
        let Some(escape) = escape(byte) else { break };
        let end = written.wrapping_add(escape.len());
        let Some(place) = out.get_mut(written..end) else { break };
        copy(escape.as_bytes(), place);
        (written, *string) = (end, rest);
    }
    written
}

/// Copies what needs no escape from the front of `string` to that of `out`; how many bytes that are. Those of `out` behind them may
/// change, too.
#[cfg(target_pointer_width = "64")]
fn copy_plain_prefix(string: &[u8], out: &mut [u8]) -> usize {
    let mut copied = 0_usize;
    for (word, place) in string.as_chunks::<8>().0.iter().zip(out.as_chunks_mut().0) {
        *place = *word;
        let found = must_escape(u64::from_le_bytes(*word));
        if found != 0 {
            return copied.wrapping_add((found.trailing_zeros() / 8) as usize);
        }
        copied = copied.wrapping_add(word.len());
    }
    for (byte, place) in string.iter().zip(out).skip(copied).take_while(|(byte, _)| escape(**byte).is_none())
    {
        *place = *byte;
        copied = copied.wrapping_add(1);
    }
    copied
}

/// Copies as much of `from` as fits to the front of `to`, and returns how much.
fn copy(from: &[u8], to: &mut [u8]) -> usize {
    // Compiles to a `memcpy` and, unlike `copy_from_slice`, has no length to disagree about.
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    from.len().min(to.len())
}

/// How many bytes stand before the first that must be escaped; all if there is none.
#[cfg(any(target_pointer_width = "64", target_family = "wasm"))]
fn plain_prefix(string: &[u8]) -> usize {
    let (words, tail) = string.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let found = must_escape(u64::from_le_bytes(*word));
        if found != 0 {
            return index.wrapping_mul(8).wrapping_add((found.trailing_zeros() / 8) as usize);
        }
    }
    string.len().wrapping_sub(tail.len()).wrapping_add(plain_bytes(tail))
}

/// The same, byte by byte: to look at more at a time takes much code where words are short. In WebAssembly they are not, though
/// pointers are.
#[cfg(not(any(target_pointer_width = "64", target_family = "wasm")))]
fn plain_prefix(string: &[u8]) -> usize {
    plain_bytes(string)
}

fn plain_bytes(string: &[u8]) -> usize {
    string.iter().take_while(|byte| !is_escaped(**byte)).count()
}

/// Whether JSON does not allow the byte in a string.
const fn is_escaped(byte: u8) -> bool {
    byte < 0x20 || matches!(byte, b'"' | b'\\')
}

/// The lowest bit set lies in the lowest byte of `word` that must be escaped; zero if none must be. (Borrows go
/// upwards, so bytes above the lowest may be marked wrongly.)
#[cfg(any(target_pointer_width = "64", target_family = "wasm"))]
const fn must_escape(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGH: u64 = ONES * 0x80;
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    let quote = quote.wrapping_sub(ONES) & !quote;
    let backslash = backslash.wrapping_sub(ONES) & !backslash;
    (control | quote | backslash) & HIGH
}

/// The escape of a byte that JSON does not allow in a string; `None` if it may stand as it is.
fn escape(byte: u8) -> Option<&'static str> {
    Some(match byte {
        b'"' => "\\\"",
        b'\\' => "\\\\",
        0x08 => "\\b",
        b'\t' => "\\t",
        b'\n' => "\\n",
        0x0c => "\\f",
        b'\r' => "\\r",
        0..0x20 => {
            let start = usize::from(byte).wrapping_mul(ESCAPE_LENGTH);
            CONTROL_ESCAPES.get(start..start.wrapping_add(ESCAPE_LENGTH))?
        }
        _ => return None,
    })
}

const ESCAPE_LENGTH: usize = 6;

/// Of each control character, one behind the other: a table of references would take as much again.
const CONTROL_ESCAPES: &str = "\
    \\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\u0008\\u0009\\u000a\\u000b\\u000c\\u000d\\u000e\\u000f\
    \\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c\\u001d\\u001e\\u001f";
