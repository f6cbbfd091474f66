//! What a client must do whatever a server does, over this crate's transport and timer.

use std::future::{Future, Pending, pending};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use choreoai_smol::http1::PoolLimits;
use choreoai_smol::{
    ResponseBody, SmolTimer, SmolTransport, Transport, TransportBuilder, TransportError, TransportErrorKind,
};
use choreoai_testkit::conformance::{Ability, Fate, Report, Subject, Theme, documented, run};
use futures_lite::future::block_on;

struct Smol;

impl Subject for Smol {
    type Transport = SmolTransport;
    type Timer = SmolTimer;

    fn transport(&self) -> SmolTransport {
        SmolTransport::default()
    }

    fn timer(&self) -> SmolTimer {
        SmolTimer::default()
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        block_on(future)
    }
}

fn conforms(theme: Theme) {
    let report = run(Smol, theme);
    report.assert();
    assert_eq!(report.left_out().collect::<Vec<_>>(), [""; 0], "this transport can do all of it");
}

#[test]
fn framing() {
    conforms(Theme::Framing);
}

#[test]
fn event_stream() {
    conforms(Theme::EventStream);
}

#[test]
fn chunks() {
    conforms(Theme::Chunks);
}

#[test]
fn errors() {
    conforms(Theme::Errors);
}

#[test]
fn retries() {
    conforms(Theme::Retries);
}

#[test]
fn stalls() {
    conforms(Theme::Stalls);
}

#[test]
fn cuts() {
    conforms(Theme::Cuts);
}

#[test]
fn redirects() {
    conforms(Theme::Redirects);
}

#[test]
fn reuse() {
    conforms(Theme::Reuse);
}

#[test]
fn bombs() {
    conforms(Theme::Bombs);
}

#[test]
fn cancel() {
    conforms(Theme::Cancel);
}

#[test]
fn the_readme_says_what_it_can_do() {
    let readme = include_str!("../../../README.md");
    assert_eq!(documented(|ability| Smol.is_able(ability), "smol", readme), Ok(()));
}

/// Transports that are not in order: the suite must find them out.
mod controls {
    use super::*;

    fn failed(report: &Report) -> Vec<&'static str> {
        let failed = report.runs().iter().filter(|run| matches!(run.fate, Fate::Failed(_)));
        failed.map(|run| run.name).collect()
    }

    /// Takes a connection that is lost for the end of the body.
    #[derive(Clone, Default)]
    struct Gullible(SmolTransport);

    struct GullibleBody(<SmolTransport as Transport>::Body);

    impl Transport for Gullible {
        type Body = GullibleBody;
        type Sending =
            Pin<Box<dyn Future<Output = Result<http::Response<GullibleBody>, TransportError>> + Send>>;

        fn send(&self, request: http::Request<bytes::Bytes>, connect_timeout: Duration) -> Self::Sending {
            let sending = self.0.send(request, connect_timeout);
            Box::pin(async move { Ok(sending.await?.map(GullibleBody)) })
        }
    }

    impl ResponseBody for GullibleBody {
        fn poll_data<'b>(
            self: Pin<&'b mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Result<&'b [u8], TransportError>> {
            Poll::Ready(match ready!(Pin::new(&mut self.get_mut().0).poll_data(cx)) {
                Err(error) if error.kind() == TransportErrorKind::Truncated => Ok(&[]),
                outcome => outcome,
            })
        }

        fn consume(mut self: Pin<&mut Self>, amount: usize) {
            Pin::new(&mut self.0).consume(amount);
        }

        fn release(mut self: Pin<&mut Self>) {
            Pin::new(&mut self.0).release();
        }
    }

    struct SmolWith<T>(T);

    impl<T: Transport + Clone + Send + Sync + 'static> Subject for SmolWith<T> {
        type Transport = T;
        type Timer = SmolTimer;

        fn transport(&self) -> T {
            self.0.clone()
        }

        fn timer(&self) -> SmolTimer {
            SmolTimer::default()
        }

        fn block_on<F: Future>(&self, future: F) -> F::Output {
            block_on(future)
        }
    }

    #[test]
    fn a_cut_that_passes_for_an_end() {
        let report = run(SmolWith(Gullible::default()), Theme::Cuts);
        let failed = failed(&report);
        // Behind the reason, and behind a document, nothing but the framing tells a cut answer from a whole one.
        let found_out = [
            "cuts a stream in chunks at every byte",
            "cuts a stream with a length at every byte",
            "cuts a document in chunks at every byte",
            "cuts a stream that was gathered at every byte",
        ];
        assert_eq!(failed, found_out);
    }

    /// Keeps no connection, and says so.
    struct Poolless(bool);

    impl Subject for Poolless {
        type Transport = SmolTransport;
        type Timer = SmolTimer;

        fn transport(&self) -> SmolTransport {
            let limits = PoolLimits { max_idle: 0, ..PoolLimits::default() };
            TransportBuilder::new().pool_limits(limits).build().unwrap()
        }

        fn timer(&self) -> SmolTimer {
            SmolTimer::default()
        }

        fn block_on<F: Future>(&self, future: F) -> F::Output {
            block_on(future)
        }

        fn is_able(&self, ability: Ability) -> bool {
            !(self.0 && matches!(ability, Ability::KeepAlive | Ability::Reuse | Ability::Stale))
        }
    }

    #[test]
    fn connections_that_are_not_kept() {
        let report = run(Poolless(false), Theme::Reuse);
        assert!(failed(&report).contains(&"keeps its connection for streams"), "{report}");
        let report = run(Poolless(true), Theme::Reuse);
        report.assert();
        assert!(report.left_out().any(|name| name == "keeps its connection for streams"));
    }

    /// Never answers.
    #[derive(Clone)]
    struct Silent;

    impl Transport for Silent {
        type Body = GullibleBody;
        type Sending = Pending<Result<http::Response<GullibleBody>, TransportError>>;

        fn send(&self, _: http::Request<bytes::Bytes>, _: Duration) -> Self::Sending {
            pending()
        }
    }

    struct Impatient;

    impl Subject for Impatient {
        type Transport = Silent;
        type Timer = SmolTimer;

        fn transport(&self) -> Silent {
            Silent
        }

        fn timer(&self) -> SmolTimer {
            SmolTimer::default()
        }

        fn block_on<F: Future>(&self, future: F) -> F::Output {
            block_on(future)
        }

        fn patience(&self) -> Duration {
            Duration::from_millis(20)
        }
    }

    #[test]
    fn a_call_that_does_not_end() {
        let report = run(Impatient, Theme::Reuse);
        assert_eq!(failed(&report).len(), report.runs().len(), "{report}");
        assert!(report.to_string().contains("it has not ended within 20ms"), "{report}");
    }
}
