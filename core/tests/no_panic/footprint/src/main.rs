//! The least that a device needs to stream an answer: a decoder, and HTTP/1.1 around it with the feature `http1`. It is never
//! run; `../run` says how large it is. Beyond the core it holds `memclr` and the like of the compiler, and next to nothing of its
//! own.

#![no_std]
#![no_main]

use core::hint::black_box;
use core::panic::PanicInfo;

#[cfg(not(feature = "text_decoder"))]
use choreoai_core::chat::Decoder;
use choreoai_core::chat::Event;
#[cfg(feature = "text_decoder")]
use choreoai_core::chat::TextDecoder as Decoder;
#[cfg(feature = "http1")]
use choreoai_core::http1::{Method, Part, RequestHead, Response};

/// What has arrived; nothing at the end.
fn read() -> &'static [u8] {
    black_box(b"abc")
}

fn write(bytes: &[u8]) {
    black_box(bytes);
}

#[inline(never)]
fn decode(decoder: &mut Decoder, mut input: &[u8]) -> bool {
    while let Some(event) = decoder.next_event(&mut input) {
        match event {
            Ok(Event::Content(text)) => write(text.as_bytes()),
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    true
}

#[cfg(feature = "http1")]
fn ask() {
    let fields: [(&str, &[u8]); 2] =
        [("Authorization", b"Bearer key"), ("Content-Type", b"application/json")];
    let target = "/v1/chat/completions";
    let Ok(head) = RequestHead::new(Method::Post, target, black_box("localhost"), fields) else { return };
    let mut head = head.with_content_length(black_box(100));
    let mut buffer = [0; 64];
    loop {
        let count = head.encode(&mut buffer);
        write(buffer.get(..count).unwrap_or_default());
        if count < buffer.len() {
            break;
        }
    }
}

#[cfg(feature = "http1")]
fn answer(decoder: &mut Decoder) {
    let mut response = Response::new(Method::Post);
    loop {
        let mut rest = read();
        if rest.is_empty() {
            break;
        }
        while let Some(part) = response.next_part(&mut rest) {
            match part {
                Ok(Part::Status(status)) => {
                    black_box(status);
                }
                Ok(Part::Data(data)) => {
                    decode(decoder, data);
                }
                Ok(_) => {}
                Err(_) => break,
            }
        }
    }
    black_box(response.end().is_ok());
}

#[cfg(not(feature = "http1"))]
fn ask() {}

#[cfg(not(feature = "http1"))]
fn answer(decoder: &mut Decoder) {
    loop {
        let data = read();
        if data.is_empty() {
            break;
        }
        decode(decoder, data);
    }
}

#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    let mut decoder = Decoder::new();
    ask();
    answer(&mut decoder);
    decoder.end();
    decode(&mut decoder, &[]);
    black_box(decoder.verdict().is_ok());
    loop {
        core::hint::spin_loop();
    }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
