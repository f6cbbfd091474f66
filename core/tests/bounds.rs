//! What the decoder takes: no allocation, and a size that is known.

use choreoai_core::chat::{Decoder, TemplateDecoder, TextDecoder};
use choreoai_core::json::Lexer;
use choreoai_core::sse::Framer;

/// Miri is slow, and needs no more than a few reads of it.
const LONG: usize = if cfg!(miri) { 4 << 10 } else { 10 << 20 };

#[test]
fn the_decoder_is_small() {
    let size = |scratch: usize, whole: usize| whole - scratch;
    assert!(size(64, size_of::<Decoder>()) <= 256);
    assert!(size(32, size_of::<Decoder<32>>()) <= 256);
    assert!(size(1024, size_of::<Decoder<1024>>()) <= 256);
    assert!(size(64, size_of::<TextDecoder>()) <= 176);
    assert!(size(64 + 2 * 512, size_of::<TemplateDecoder<512, 64>>()) <= 3072);
    assert!(size_of::<Framer>() <= 12);
    assert!(size_of::<Lexer>() <= 48);
}

#[test]
fn a_string_of_ten_mebibytes_is_handed_on_as_it_arrives() {
    let mut decoder = Decoder::new();
    let mut received = 0_usize;
    let mut longest = 0_usize;
    let allocations = allocation_counter::measure(|| {
        let mut feed = |mut input: &[u8]| {
            while let Some(event) = decoder.next_event(&mut input) {
                if let Ok(choreoai_core::chat::Event::Content(text)) = event {
                    received += text.len();
                    longest = longest.max(text.len());
                }
            }
        };
        feed(br#"data: {"choices":[{"delta":{"content":""#);
        for _ in 0..LONG / 1024 {
            feed(&[b'x'; 1024]);
        }
        feed(b"\"},\"index\":0}]}\n\ndata: [DONE]\n\n");
    });
    assert_eq!(received, LONG);
    // A microcontroller looks at half as much at once.
    assert_eq!(longest, if cfg!(target_pointer_width = "64") { 1024 } else { 512 });
    assert_eq!(allocations.count_total, 0);
    assert!(decoder.verdict().is_ok());
}

/// To look for the end of the line anew for each of them would take minutes.
#[test]
#[cfg_attr(miri, ignore = "about time alone")]
fn a_long_line_of_invalid_bytes_takes_linear_time() {
    let mut body = b"event: error\ndata: ".to_vec();
    body.resize(256 << 10, 0xff);
    let mut input = &body[..];
    let mut decoder = Decoder::new();
    let (mut scalars, mut events) = (0, 0);
    while let Some(event) = decoder.next_event(&mut input) {
        let Ok(choreoai_core::chat::Event::Error(_, piece)) = event else { panic!("{event:?}") };
        assert!(piece.text.chars().all(|scalar| scalar == '\u{fffd}'));
        scalars += piece.text.chars().count();
        events += 1;
    }
    assert_eq!(scalars, (256 << 10) - 19);
    // As many as the scratch holds come together.
    assert!(events <= scalars / 20 + 1, "{events} events");
}
