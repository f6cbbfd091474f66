//! What a client must do whatever a server does, over reqwest and over tokio's sockets.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use choreoai_testkit::conformance::{Ability, Subject, Theme, documented, run};
use choreoai_tokio::{TokioTimer, Transport};
use tokio::runtime::{Builder, Runtime};

const README: &str = include_str!("../../../README.md");

/// A transport on a runtime with several threads, for the tasks of connections must go on while the thread of a test waits
/// for the gateway.
///
/// The memory of a call is counted on its own thread. Over tokio's sockets that is all of it; over reqwest it is not what
/// the tasks of connections buffer, of which hyper bounds each by some 400 KiB.
struct OnTokio<T> {
    transport: fn() -> T,
    unable: &'static [Ability],
    patience: Duration,
    runtime: Mutex<Arc<Runtime>>,
}

impl<T> OnTokio<T> {
    fn new(transport: fn() -> T) -> Self {
        let patience = Duration::from_secs(60);
        Self { transport, unable: &[], patience, runtime: Mutex::new(runtime()) }
    }
}

impl<T: Transport + Clone + 'static> Subject for OnTokio<T> {
    type Transport = T;
    type Timer = TokioTimer;

    fn transport(&self) -> T {
        // Each has a runtime of its own, so that a call that was given up takes no time from the next ones.
        *self.runtime.lock().unwrap_or_else(PoisonError::into_inner) = runtime();
        (self.transport)()
    }

    fn timer(&self) -> TokioTimer {
        TokioTimer::default()
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        let runtime = Arc::clone(&self.runtime.lock().unwrap_or_else(PoisonError::into_inner));
        runtime.block_on(future)
    }

    fn patience(&self) -> Duration {
        self.patience
    }

    fn is_able(&self, ability: Ability) -> bool {
        !self.unable.contains(&ability)
    }
}

fn runtime() -> Arc<Runtime> {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    Arc::new(runtime.expect("threads can be started"))
}

/// A test for each theme.
macro_rules! conforms {
    ($check:path, $($name:ident: $theme:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                $check(Theme::$theme);
            }
        )*
    };
    ($check:path) => {
        conforms!(
            $check,
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
            cancel: Cancel,
        );
    };
}

mod over_reqwest {

    use choreoai_testkit::conformance::{Fate, run_left_out};
    use choreoai_tokio::ReqwestTransport;

    use super::*;

    /// What hyper decides, and reqwest gives no say in.
    const UNABLE: &[Ability] = &[
        // The head counts as 408 KiB, the size of hyper's buffer.
        Ability::HeadSize,
        // They are passed over without an end.
        Ability::InterimBounds,
        // A chunk's size may have any number of leading zeros. What is bounded (numbers at 64 bits, extensions and trailers
        // at 16 KiB) is told as not valid.
        Ability::FramingBounds,
        // A connection that is lost before the head is complete is told in one way, whatever came of the head.
        Ability::TornHeads,
        // The next request on the connection is in HTTP/1.0, too.
        Ability::AfterHttp10,
        // A task gives connections back, and one that may not be back in time. A request then opens another one.
        Ability::Reuse,
        // It sends again only what it has not begun to write; and a task must have noticed that the connection is closed.
        Ability::Stale,
    ];

    fn subject() -> OnTokio<ReqwestTransport> {
        OnTokio { unable: UNABLE, ..OnTokio::new(ReqwestTransport::default) }
    }

    fn check(theme: Theme) {
        run(subject(), theme).assert();
    }

    conforms!(check);

    /// Nothing is left out that could be had: for want of each of these abilities something fails.
    #[test]
    fn what_is_left_out_fails() {
        // Some of it does not end.
        let subject = || OnTokio { patience: Duration::from_secs(3), ..subject() };
        let mut unproven = UNABLE.to_vec();
        for theme in Theme::ALL {
            let report = run_left_out(subject(), theme);
            for run in report.runs().iter().filter(|run| matches!(run.fate, Fate::Failed(_))) {
                unproven.retain(|ability| !run.needs.contains(ability));
            }
        }
        // Whether a connection is back by the next request is a race, which is lost on some machines and won on others.
        unproven.retain(|&ability| ability != Ability::Reuse);
        assert_eq!(unproven, [], "nothing fails for want of these");
    }

    #[test]
    fn the_readme_says_what_it_can_do() {
        assert_eq!(documented(|ability| subject().is_able(ability), "tokio", README), Ok(()));
    }
}

/// By the connector that the crate page shows.
mod over_sockets {
    use choreoai_tokio::http1::{Http1, Proxied};

    use super::*;

    include!("support/connector.rs");

    #[cfg(feature = "rustls")]
    type Sockets = Http1<choreoai_tokio::Tls<Proxied<TokioConnector>>, TokioTimer>;
    #[cfg(not(feature = "rustls"))]
    type Sockets = Http1<Proxied<TokioConnector>, TokioTimer>;

    fn check(theme: Theme) {
        let report = run(OnTokio::new(Sockets::default), theme);
        report.assert();
        assert_eq!(report.left_out().collect::<Vec<_>>(), [""; 0], "this transport can do all of it");
    }

    conforms!(check);

    #[test]
    fn the_readme_says_what_it_can_do() {
        let subject = OnTokio::new(Sockets::default);
        assert_eq!(documented(|ability| subject.is_able(ability), "tokio's sockets", README), Ok(()));
    }
}
