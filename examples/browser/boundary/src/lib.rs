//! What a WebAssembly module needs at its boundary when it imports nothing: state between calls, memory that both sides
//! know, and a proof that it cannot panic.
#![no_std]

#[cfg(any(not(target_family = "wasm"), target_feature = "atomics"))]
compile_error!(
    "`Exclusive` is sound where there is one thread alone: build for wasm32-unknown-unknown, without atomics"
);

use core::cell::RefCell;
use core::hint::black_box;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// A static value of a program that has one thread.
#[derive(Debug)]
pub struct Exclusive<T>(RefCell<T>);

// SAFETY: the target has no threads, as is checked above: a module's memory without atomics is not shared, and so what is in
// it is reached by the calls of its host alone, of which one runs at a time.
#[expect(unsafe_code, reason = "a static must be Sync, and core has no cell that is so without a lock")]
unsafe impl<T> Sync for Exclusive<T> {}

impl<T> Exclusive<T> {
    /// The value.
    pub const fn new(value: T) -> Self {
        Self(RefCell::new(value))
    }

    /// Does something with the value; `None` if that is under way already.
    pub fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut value = self.0.try_borrow_mut().ok()?;
        // An address that the compiler knows it writes out wherever it is used, in more bytes than it takes to pass it on.
        Some(work(black_box(&mut *value)))
    }

    /// Where the value lies. The host may read and write there between two calls, when nothing else does.
    pub fn at(&self) -> *mut T {
        self.0.as_ptr()
    }
}

/// A text that is lent to the host until its next call.
#[derive(Debug)]
pub struct Lent {
    at: AtomicUsize,
    length: AtomicUsize,
}

impl Lent {
    /// Nothing yet.
    #[expect(clippy::new_without_default, reason = "it is for a static")]
    pub const fn new() -> Self {
        Self { at: AtomicUsize::new(0), length: AtomicUsize::new(0) }
    }

    /// Lends these bytes, which must be at their place until the host's next call.
    pub fn lend(&self, bytes: &[u8]) {
        self.at.store(bytes.as_ptr().addr(), Relaxed);
        self.length.store(bytes.len(), Relaxed);
    }

    /// Where they lie.
    pub fn at(&self) -> usize {
        self.at.load(Relaxed)
    }

    /// How many they are.
    pub fn length(&self) -> usize {
        self.length.load(Relaxed)
    }
}

/// A panic handler that calls a function of the host's. The optimiser drops it when no panic is reachable, and only then does
/// the module import nothing.
#[macro_export]
macro_rules! panics_are_imports {
    () => {
        #[cfg(not(test))]
        #[panic_handler]
        fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
            #[expect(unsafe_code, reason = "the function is foreign; nothing calls it")]
            unsafe extern "C" {
                safe fn the_module_can_panic() -> !;
            }
            the_module_can_panic()
        }
    };
}
