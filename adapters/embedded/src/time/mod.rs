//! Deadlines, by a timer of the caller's.
//!
//! Without a timer there are no deadlines: a server that falls silent is waited for as long as the transport waits. With one,
//! [`Deadlines`] says how long each part of a call may take.

#[cfg(feature = "embedded-hal-async")]
mod delay;
#[cfg(feature = "embassy-time")]
mod embassy;
mod race;
mod watch;

use core::time::Duration;

pub use choreoai_core::deadline::{DeadlineKind, Deadlines};
#[cfg(feature = "embedded-hal-async")]
pub use delay::DelayTimer;
#[cfg(feature = "embassy-time")]
pub use embassy::EmbassyTimer;
pub use watch::{Timed, Untimed, Watch};

/// A monotonic clock and a way to wait by it.
pub trait Timer {
    /// The time since some fixed moment; never goes back.
    fn now(&self) -> Duration;

    /// Waits for at least `duration`. A wait that is dropped before its end costs nothing.
    #[allow(async_fn_in_trait, reason = "whether it is `Send` shows from the type of the timer")]
    async fn wait(&mut self, duration: Duration);
}

impl<T: Timer> Timer for &mut T {
    fn now(&self) -> Duration {
        T::now(self)
    }

    async fn wait(&mut self, duration: Duration) {
        T::wait(self, duration).await;
    }
}
