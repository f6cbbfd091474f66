//! The bodies that most behaviours are about.

use crate::wire::{self, Chunks, Dialect, Message};
use crate::{Answer, Step};

/// The text of all these bodies.
pub(super) const TEXT: &str = "Hello world";

/// A chunk of the gateway, with a piece of content for choice 0, as an event.
pub(super) fn content(text: &str) -> String {
    event(&Chunks::new(Dialect::Gateway, "gpt-4").content(0, text))
}

/// The first chunk, which names the role and brings no text.
pub(super) fn role() -> String {
    event(&Chunks::new(Dialect::Gateway, "gpt-4").role(0))
}

/// The last chunk, which says why choice 0 ended.
pub(super) fn stop() -> String {
    event(&Chunks::new(Dialect::Gateway, "gpt-4").finish(0, "stop"))
}

pub(super) const DONE: &str = "data: [DONE]\n\n";

pub(super) fn event(data: &str) -> String {
    format!("data: {data}\n\n")
}

/// A whole answer as an event stream.
pub(super) fn events() -> String {
    [&*role(), &content("Hello"), &content(" world"), &stop(), DONE].concat()
}

/// A whole answer as one document.
pub(super) fn document() -> String {
    let message = Message { content: Some(TEXT), finish_reason: Some("stop"), ..Message::default() };
    wire::completion(Dialect::Gateway, "gpt-4", &[message], (1, 2))
}

/// A whole answer as any server gives it, one chunk of the transfer coding for each event.
pub(super) fn answer() -> Answer {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    Answer::sse(chunks.text(&["Hello", " world"], "stop")).done()
}

/// An event stream of this text, in one piece.
pub(super) fn stream_of(body: impl Into<Vec<u8>>) -> Answer {
    Answer::event_stream().body(body)
}

/// Exactly these bytes, and then nothing: what follows is up to the peer.
pub(super) fn raw(bytes: impl Into<Vec<u8>>) -> Answer {
    Answer::raw([Step::Send(bytes.into())])
}

/// Exactly these bytes, and then the end of the connection.
pub(super) fn raw_and_close(bytes: impl Into<Vec<u8>>) -> Answer {
    raw(bytes).close()
}

/// One chunk of the transfer coding.
pub(super) fn chunk(data: impl AsRef<[u8]>) -> Vec<u8> {
    let data = data.as_ref();
    [format!("{:x}\r\n", data.len()).as_bytes(), data, b"\r\n"].concat()
}

/// The head of an event stream in chunks.
pub(super) const CHUNKED: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

/// The bytes as a gzip member (RFC 1952) whose one block is stored (RFC 1951, section 3.2.4); at most 65,535 of them.
pub(super) fn gzip(data: impl AsRef<[u8]>) -> Vec<u8> {
    let data = data.as_ref();
    let length = u16::try_from(data.len()).expect("a stored block is short");
    let mut crc = u32::MAX;
    for byte in data {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 0 { crc >> 1 } else { crc >> 1 ^ 0xedb8_8320 };
        }
    }
    let mut member = b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x01".to_vec();
    member.extend(length.to_le_bytes());
    member.extend((!length).to_le_bytes());
    member.extend(data);
    member.extend((!crc).to_le_bytes());
    member.extend(u32::from(length).to_le_bytes());
    member
}

/// The beginning of a gzip member that inflates to a great many of that ASCII character, about 158 to a byte.
pub(super) fn gzip_bomb(character: u8, count: usize) -> Vec<u8> {
    let mut bomb = b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec();
    let (mut bits, mut length) = (0u32, 0);
    // RFC 1951, section 3.2.6: the codes of Huffman begin with their highest bit, all else with its lowest.
    let mut push = |value: u32, width: u32, reversed: bool| {
        let value = if reversed { value.reverse_bits() >> (32 - width) } else { value };
        bits |= value << length;
        length += width;
        while length >= 8 {
            bomb.push(bits as u8);
            bits >>= 8;
            length -= 8;
        }
    };
    // The last block, with the fixed codes; the character; and then 258 times the same from one byte before.
    push(0b011, 3, false);
    push(0x30 + u32::from(character), 8, true);
    for _ in 0..count / 258 {
        push(0b1100_0101, 8, true);
        push(0, 5, true);
    }
    bomb
}
