//! How many calls are under way at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use choreoai::{EndInfo, Observer, RequestInfo};

/// Counts the calls that have sent a request and not ended. Clones count together; one is given to the client.
#[derive(Clone, Debug, Default)]
pub struct InFlight(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    now: AtomicUsize,
    highest: AtomicUsize,
}

impl InFlight {
    /// The most that there have been at once.
    #[must_use]
    pub fn highest(&self) -> usize {
        self.0.highest.load(Ordering::Relaxed)
    }
}

impl Observer for InFlight {
    fn request(&self, request: &RequestInfo<'_>) {
        // A retry belongs to a call that has been counted.
        if request.attempt == 1 {
            let now = self.0.now.fetch_add(1, Ordering::Relaxed) + 1;
            self.0.highest.fetch_max(now, Ordering::Relaxed);
        }
    }

    fn end(&self, end: &EndInfo<'_>) {
        if end.attempts > 0 {
            self.0.now.fetch_sub(1, Ordering::Relaxed);
        }
    }
}
