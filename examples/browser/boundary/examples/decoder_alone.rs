//! The decoder of the core and nothing else, to be measured.
#![no_std]
#![no_main]
#![expect(unsafe_code, reason = "names are exported")]

#[macro_use]
mod alone;

export!(choreoai_core::chat::Decoder);
