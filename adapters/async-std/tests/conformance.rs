//! What a client must do whatever a server does, over this crate's transport and timer, by both ways.

use std::future::Future;

use async_std::task;
use choreoai_async_std::{AsyncStdTimer, AsyncStdTransport};
use choreoai_testkit::conformance::{Subject, Theme, run};

/// Makes the transport that is tried.
struct Way(fn() -> AsyncStdTransport);

impl Subject for Way {
    type Transport = AsyncStdTransport;
    type Timer = AsyncStdTimer;

    fn transport(&self) -> AsyncStdTransport {
        (self.0)()
    }

    fn timer(&self) -> AsyncStdTimer {
        AsyncStdTimer::default()
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        task::block_on(future)
    }
}

fn conforms(transport: fn() -> AsyncStdTransport, theme: Theme) {
    let report = run(Way(transport), theme);
    report.assert();
    assert_eq!(report.left_out().collect::<Vec<_>>(), [""; 0], "this transport can do all of it");
}

macro_rules! themes {
    ($transport:expr, $($name:ident: $theme:ident),*) => {
        $(
            #[test]
            fn $name() {
                conforms($transport, Theme::$theme);
            }
        )*
    };
    ($transport:expr) => {
        themes!(
            $transport,
            framing: Framing,
            event_stream: EventStream,
            chunks: Chunks,
            errors: Errors,
            retries: Retries,
            stalls: Stalls,
            cuts: Cuts,
            redirects: Redirects,
            reuse: Reuse,
            bombs: Bombs,
            cancel: Cancel
        );
    };
}

/// By way of surf, if the feature is on.
#[cfg(feature = "surf")]
mod by_default {
    use super::*;

    themes!(AsyncStdTransport::default);
}

mod direct {
    use super::*;

    themes!(AsyncStdTransport::direct);
}
