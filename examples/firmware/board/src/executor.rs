//! Runs one future.
//!
//! An executor for several tasks is not needed here: what goes on at the same time is joined to one future.

use core::future::Future;
use core::pin::pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use cortex_m::asm;

use crate::interrupts;

/// Something has happened since the future was last polled.
static WOKEN: AtomicBool = AtomicBool::new(false);

/// Runs `future` to its end; the core sleeps while it waits.
///
/// The wakers that it lends wake the one future there is, and so does every interrupt of this board.
#[inline(always)] // Where the future is made, so that it need not be moved.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    // SAFETY: the functions of the table uphold the contract of `RawWaker`, as none of them uses its pointer.
    let waker = unsafe { Waker::from_raw(WAKER) };
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        sleep();
    }
}

/// Runs a `future` in which nothing waits, such as one over a [`BlockingUart`](crate::uart::BlockingUart), to its end; `None` if
/// something did wait.
///
/// It is polled once, and the compiler sees that: it drops the code that resumes the future where it was, and the panic for when it
/// is polled after its end.
#[inline(always)]
pub fn run_at_once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// Has the future polled again; to be called by interrupts.
pub(crate) fn wake() {
    WOKEN.store(true, Ordering::Relaxed);
}

/// Sleeps until [`wake`] is called, if it has not been since the last sleep.
pub(crate) fn sleep() {
    while !interrupts::without(|| {
        let woken = WOKEN.load(Ordering::Relaxed);
        if woken {
            WOKEN.store(false, Ordering::Relaxed);
        } else {
            // Also a masked interrupt ends the sleep (B1.5.19), so none is lost between the look and the sleep; it is
            // served when the mask is lifted.
            asm::wfi();
        }
        woken
    }) {}
}

const WAKER: RawWaker = RawWaker::new(core::ptr::null(), &TABLE);
static TABLE: RawWakerVTable = RawWakerVTable::new(|_| WAKER, |_| wake(), |_| wake(), |_| ());
