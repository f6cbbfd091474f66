//! Proof that a call cannot panic, and the programs that its footprint is measured of.
//!
//! The panic handler calls a function that nobody defines, so that a program links only if no panic is reachable. One always is:
//! the compiler's own, of an `async` block that is polled once more after it was done. `./run` defines the function for that, and
//! looks at the call graph of each program: nothing but that one panic may lead to the handler. The feature `control` adds
//! another, which must be found. The programs are never run.
//!
//! The transport is one that the optimiser knows nothing about: whatever bytes come, in whatever pieces, and whatever fails.

#![no_std]

use core::fmt;
use core::future::{Future, poll_fn};
use core::hint::black_box;
use core::panic::PanicInfo;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;

use choreoai_embedded::time::Timer;
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};

/// Any transport.
pub struct Socket;

/// Any error.
#[derive(Clone, Copy, Debug)]
pub struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("broken")
    }
}

impl core::error::Error for Broken {}

impl embedded_io_async::Error for Broken {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

impl ErrorType for Socket {
    type Error = Broken;
}

/// Ready at some time. As the drivers of hardware do it, not by an `async` block, which panics if it is polled too often.
fn sometime<T>(ready: impl FnOnce() -> T) -> impl Future<Output = T> {
    let mut ready = Some(ready);
    poll_fn(move |_| match ready.take_if(|_| black_box(true)) {
        Some(ready) => Poll::Ready(ready()),
        None => Poll::Pending,
    })
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> impl Future<Output = Result<usize, Broken>> {
        sometime(move || {
            black_box(buffer);
            black_box(Ok(1))
        })
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> impl Future<Output = Result<usize, Broken>> {
        sometime(move || {
            black_box(bytes);
            black_box(Ok(1))
        })
    }

    fn flush(&mut self) -> impl Future<Output = Result<(), Broken>> {
        sometime(|| black_box(Ok(())))
    }
}

/// Any clock.
#[derive(Clone, Copy)]
pub struct Clock;

impl Timer for Clock {
    fn now(&self) -> Duration {
        black_box(Duration::ZERO)
    }

    fn wait(&mut self, duration: Duration) -> impl Future<Output = ()> {
        sometime(move || {
            black_box(duration);
        })
    }
}

/// Runs a program to its end, and stops there.
pub fn run<T>(program: impl Future<Output = T>) -> ! {
    let mut program = pin!(program);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = program.as_mut().poll(&mut cx) {
            black_box(output);
            break;
        }
    }
    #[cfg(feature = "control")]
    black_box(b"bytes"[black_box(7)]);
    loop {
        core::hint::spin_loop();
    }
}

/// Shows a value with `{}`, to a writer that may fail.
pub fn show(value: impl fmt::Display) {
    struct Sink;

    impl fmt::Write for Sink {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            black_box(text);
            black_box(Ok(()))
        }
    }

    let _: Result<(), fmt::Error> = black_box(fmt::write(&mut Sink, format_args!("{value}")));
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        safe fn the_adapter_can_panic() -> !;
    }
    the_adapter_can_panic()
}
