//! Proof, by linking, that no public function of `choreoai-core` can panic.
//!
//! The panic handler calls a function that nobody defines. The optimiser drops the handler when no panic is reachable, and only
//! then does this program link. It is never run. `./run` builds it for 32 and for 64 bits, for size and for speed, and then again
//! with the feature `control`, which adds one panic and must fail to link.
//!
//! The modules mirror those of the core. Each function is named for what it exercises and calls it with inputs that the
//! optimiser cannot see ([`opaque`]), on objects whose state it cannot see either: what links is free of panics in
//! *every* state, not only in those that can be reached. Each stands in the `EXERCISES` of its module and is called through a
//! pointer, so that none can be found unreachable because of another.
//!
//! To add a public function, call it by its path (`Lexer::depth(&lexer)`), which is what `./run` looks for: it fails if a
//! `pub fn` of the core is called nowhere.
//!
//! Not covered: `Debug` (that of `str` slices it, and the compiler cannot prove the bounds); formatting flags such as a width,
//! which `{}` does not have; what needs `alloc`, since an allocator may fail; the overflow checks of a debug build. What `serde`
//! leaves is in `serialize.rs`.

#![no_std]
#![no_main]

mod chat;
#[cfg(feature = "control")]
mod control;
mod deadline;
mod embedding;
mod error;
mod http1;
mod invalid_request;
mod json;
mod opaque;
mod rate_limit;
mod retry;
#[cfg(feature = "serde")]
mod serialize;
mod sse;

use core::panic::PanicInfo;

use crate::opaque::opaque;

const EXERCISES: &[&[fn()]] = &[
    chat::assemble::EXERCISES,
    chat::decoder::EXERCISES,
    chat::message::EXERCISES,
    chat::request::EXERCISES,
    chat::usage::EXERCISES,
    deadline::EXERCISES,
    embedding::EXERCISES,
    error::EXERCISES,
    http1::EXERCISES,
    invalid_request::EXERCISES,
    json::EXERCISES,
    rate_limit::EXERCISES,
    retry::EXERCISES,
    #[cfg(feature = "serde")]
    serialize::EXERCISES,
    sse::EXERCISES,
    #[cfg(feature = "control")]
    control::EXERCISES,
];

#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    for exercises in opaque(EXERCISES) {
        for exercise in opaque(*exercises) {
            exercise();
        }
    }
    loop {
        core::hint::spin_loop();
    }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        safe fn the_core_can_panic() -> !;
    }
    the_core_can_panic()
}
