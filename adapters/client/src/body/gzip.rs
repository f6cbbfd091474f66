//! Inflating gzip (RFC 1952), zlib (RFC 1950) and raw deflate (RFC 1951), piece by piece.

use std::fmt;
use std::mem;

use flate2::{Crc, Decompress, FlushDecompress, Status};

/// Inflates a compressed text that comes in pieces, into whatever room it is given.
///
/// It holds the window of 32 KiB and the code tables, and nothing else: a text that inflates to a thousand times its
/// size does so one room after the other.
pub(super) struct Inflater {
    format: Format,
    state: State,
    inflate: Decompress,
    /// Of the member's text, and how long that is (modulo 2^32).
    crc: Crc,
    /// What came of a field of a fixed length.
    field: [u8; 10],
    field_length: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Gzip,
    /// `Content-Encoding: deflate`: zlib by RFC 9110, section 8.4.1.2; raw deflate from some servers.
    Deflate,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The ten bytes that a gzip member begins with; none of them yet after the end of another member.
    Header {
        after_member: bool,
    },
    ExtraLength(Flags),
    Extra(Flags, u16),
    Name(Flags),
    Comment(Flags),
    HeaderCrc,
    /// The first byte tells zlib from raw deflate.
    DeflateStart,
    Data,
    Trailer,
    /// What follows on the end means nothing.
    Over,
}

/// The compressed text breaks its format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Corrupt {
    Header,
    Data,
    Checksum,
}

impl Inflater {
    pub(super) fn new(format: Format) -> Self {
        Self {
            format,
            state: match format {
                Format::Gzip => State::Header { after_member: false },
                Format::Deflate => State::DeflateStart,
            },
            inflate: Decompress::new(false),
            crc: Crc::new(),
            field: [0; 10],
            field_length: 0,
        }
    }

    /// Takes bytes off the front of `input` until some text stands at the front of `output`, and says how much that is.
    /// 0: all of `input` was taken and more is needed. Call it with an empty input, too: a full `output` may have left
    /// text behind.
    pub(super) fn step(&mut self, input: &mut &[u8], output: &mut [u8]) -> Result<usize, Corrupt> {
        loop {
            let next = match self.state {
                State::Header { after_member } => match self.take_header(input) {
                    Ok(flags) => flags.map(Flags::extra_length),
                    // Padding after the last member.
                    Err(_) if after_member => Some(State::Over),
                    Err(corrupt) => return Err(corrupt),
                },
                State::ExtraLength(flags) => {
                    self.take_field::<2>(input).map(|length| State::Extra(flags, u16::from_le_bytes(length)))
                }
                State::Extra(flags, 0) => Some(flags.name()),
                State::Extra(flags, left) => input.split_first().map(|(_, rest)| {
                    *input = rest;
                    State::Extra(flags, left - 1)
                }),
                State::Name(flags) => skip_text(input).then(|| flags.comment()),
                State::Comment(flags) => skip_text(input).then(|| flags.header_crc()),
                State::HeaderCrc => self.take_field::<2>(input).map(|_| State::Data),
                State::DeflateStart => input.first().map(|first| {
                    self.inflate = Decompress::new(first & 0x0f == 8);
                    State::Data
                }),
                State::Data => match self.inflate(input, output)? {
                    (0, None) => None,
                    (0, Some(state)) => Some(state),
                    (length, state) => {
                        self.state = state.unwrap_or(State::Data);
                        return Ok(length);
                    }
                },
                State::Trailer => self
                    .take_field::<8>(input)
                    .map(|[a, b, c, d, e, f, g, h]| {
                        let is_whole = self.crc.sum() == u32::from_le_bytes([a, b, c, d])
                            && self.crc.amount() == u32::from_le_bytes([e, f, g, h]);
                        self.inflate.reset(false);
                        self.crc.reset();
                        is_whole.then_some(State::Header { after_member: true })
                    })
                    .map(|state| state.ok_or(Corrupt::Checksum))
                    .transpose()?,
                State::Over => {
                    *input = &[];
                    None
                }
            };
            let Some(next) = next else { return Ok(0) };
            self.state = next;
        }
    }

    /// Whether the compressed text may end here.
    pub(super) fn is_complete(&self) -> bool {
        match self.state {
            State::Header { after_member } => after_member && self.field_length == 0,
            state => state == State::Over,
        }
    }

    /// How much text was written, and what follows on the data if that was all of it.
    fn inflate(&mut self, input: &mut &[u8], output: &mut [u8]) -> Result<(usize, Option<State>), Corrupt> {
        let (taken, given) = (self.inflate.total_in(), self.inflate.total_out());
        let status =
            self.inflate.decompress(input, output, FlushDecompress::None).map_err(|_| Corrupt::Data)?;
        // Differences within one call: no more than the slices are long.
        let taken = (self.inflate.total_in() - taken) as usize;
        let given = (self.inflate.total_out() - given) as usize;
        *input = input.get(taken..).unwrap_or_default();
        let text = output.get(..given).unwrap_or_default();
        if self.format == Format::Gzip {
            self.crc.update(text);
        }
        if status == Status::StreamEnd {
            let after = if self.format == Format::Gzip { State::Trailer } else { State::Over };
            return Ok((text.len(), Some(after)));
        }
        if text.is_empty() && taken == 0 && !input.is_empty() {
            return Err(Corrupt::Data);
        }
        Ok((text.len(), None))
    }

    /// The flags of a member's header, once it is there. What is no header is told by its first bytes.
    fn take_header(&mut self, input: &mut &[u8]) -> Result<Option<Flags>, Corrupt> {
        let header = self.take_field::<10>(input);
        let begun = match &header {
            Some(header) => header,
            None => self.field.get(..self.field_length).unwrap_or_default(),
        };
        if begun.iter().zip([0x1f, 0x8b, 8]).any(|(&byte, magic)| byte != magic) {
            return Err(Corrupt::Header);
        }
        let flags = header.map(|[_, _, _, flags, ..]| flags);
        if flags.is_some_and(|flags| flags & 0xe0 != 0) { Err(Corrupt::Header) } else { Ok(flags.map(Flags)) }
    }

    /// The next `N` bytes (at most 10), once they are there.
    fn take_field<const N: usize>(&mut self, input: &mut &[u8]) -> Option<[u8; N]> {
        while self.field_length < N {
            let (&byte, rest) = input.split_first()?;
            *input = rest;
            *self.field.get_mut(self.field_length)? = byte;
            self.field_length += 1;
        }
        self.field_length = 0;
        self.field.first_chunk().copied()
    }
}

/// Skips a text that a zero ends; whether that came.
fn skip_text(input: &mut &[u8]) -> bool {
    let text = mem::take(input);
    let Some(end) = text.iter().position(|&byte| byte == 0) else { return false };
    *input = text.get(end + 1..).unwrap_or_default();
    true
}

/// Which optional fields a gzip header has; each method gives the first one from there on.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Flags(u8);

impl Flags {
    fn extra_length(self) -> State {
        if self.0 & 4 != 0 { State::ExtraLength(self) } else { self.name() }
    }

    fn name(self) -> State {
        if self.0 & 8 != 0 { State::Name(self) } else { self.comment() }
    }

    fn comment(self) -> State {
        if self.0 & 16 != 0 { State::Comment(self) } else { self.header_crc() }
    }

    fn header_crc(self) -> State {
        if self.0 & 2 != 0 { State::HeaderCrc } else { State::Data }
    }
}

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "it does not begin as gzip does",
            Self::Data => "its data cannot be inflated",
            Self::Checksum => "its checksum does not fit its text",
        })
    }
}

impl std::error::Error for Corrupt {}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use flate2::{Compression, GzBuilder};

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// Inflates what comes in these pieces, into rooms of this size.
    fn inflate(format: Format, pieces: &[&[u8]], room: usize) -> Result<(Vec<u8>, bool), Corrupt> {
        let mut inflater = Inflater::new(format);
        let mut text = Vec::new();
        let mut output = vec![0; room];
        for mut piece in pieces.iter().copied() {
            loop {
                let length = inflater.step(&mut piece, &mut output)?;
                text.extend_from_slice(&output[..length]);
                if length == 0 {
                    assert!(piece.is_empty());
                    break;
                }
            }
        }
        Ok((text, inflater.is_complete()))
    }

    /// The same whole, byte by byte and cut in two anywhere.
    fn every_way(format: Format, compressed: &[u8], expected: &Result<(Vec<u8>, bool), Corrupt>) {
        let bytes = compressed.chunks(1).collect::<Vec<_>>();
        for room in [1, 7, 4096] {
            assert_eq!(inflate(format, &[compressed], room), *expected);
            assert_eq!(inflate(format, &bytes, room), *expected);
        }
        for cut in 0..=compressed.len() {
            let (start, rest) = compressed.split_at(cut);
            assert_eq!(inflate(format, &[start, rest], 64), *expected);
        }
    }

    #[test]
    fn all_formats() {
        let text = b"{\"error\": {\"message\": \"no, no, no, no\"}}";
        let whole = Ok((text.to_vec(), true));
        every_way(Format::Gzip, &gzip(text), &whole);

        let mut named = GzBuilder::new()
            .filename("error.json")
            .comment("a comment")
            .extra([1, 2, 3])
            .write(Vec::new(), Compression::fast());
        named.write_all(text).unwrap();
        every_way(Format::Gzip, &named.finish().unwrap(), &whole);

        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(text).unwrap();
        every_way(Format::Deflate, &zlib.finish().unwrap(), &whole);

        let mut raw = DeflateEncoder::new(Vec::new(), Compression::default());
        raw.write_all(text).unwrap();
        every_way(Format::Deflate, &raw.finish().unwrap(), &whole);
    }

    #[test]
    fn a_header_checksum_is_skipped() {
        let mut compressed = gzip(b"text");
        compressed[3] |= 2;
        compressed.splice(10..10, [0xab, 0xcd]);
        every_way(Format::Gzip, &compressed, &Ok((b"text".to_vec(), true)));
    }

    #[test]
    fn members_follow_each_other_and_padding_the_last() {
        let two = [gzip(b"one "), gzip(b"two")].concat();
        every_way(Format::Gzip, &two, &Ok((b"one two".to_vec(), true)));
        let padded = [&*two, &[0; 20]].concat();
        every_way(Format::Gzip, &padded, &Ok((b"one two".to_vec(), true)));
        let empty = gzip(b"");
        every_way(Format::Gzip, &empty, &Ok((Vec::new(), true)));
    }

    #[test]
    fn a_cut_is_not_the_end() {
        let compressed = gzip(b"some text, and some text more");
        for cut in 0..compressed.len() {
            let (_, is_complete) = inflate(Format::Gzip, &[&compressed[..cut]], 64).unwrap();
            assert!(!is_complete, "{cut}");
        }
    }

    #[test]
    fn corrupt() {
        let compressed = gzip(b"some text");
        let mut checksum = compressed.clone();
        checksum[compressed.len() - 8] ^= 1;
        let mut length = compressed.clone();
        *length.last_mut().unwrap() ^= 1;
        let mut data = compressed.clone();
        // A block of the reserved type.
        data[10] |= 0b110;
        let mut method = compressed;
        method[2] = 7;
        for (compressed, corrupt) in [
            (checksum, Corrupt::Checksum),
            (length, Corrupt::Checksum),
            (data, Corrupt::Data),
            (method, Corrupt::Header),
            (b"\x1f\x8b\x08garbage".to_vec(), Corrupt::Header),
            (b"{\"error\": \"plain\"}".to_vec(), Corrupt::Header),
            // As far as it goes.
            (b"\x1f\x8c".to_vec(), Corrupt::Header),
        ] {
            every_way(Format::Gzip, &compressed, &Err(corrupt));
        }
    }

    #[test]
    fn a_bomb_goes_off_one_room_at_a_time() {
        let compressed = gzip(&vec![b' '; 20 << 20]);
        assert!(compressed.len() < 32 << 10);
        let (mut inflater, mut input, mut output) = (Inflater::new(Format::Gzip), &*compressed, [0; 1024]);
        let mut total = 0;
        loop {
            let length = inflater.step(&mut input, &mut output).unwrap();
            total += length;
            if length == 0 {
                break;
            }
        }
        assert_eq!((total, inflater.is_complete()), (20 << 20, true));
    }
}
