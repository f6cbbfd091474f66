//! What becomes of calls, and of connections, when a client is closed.

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use choreoai::{Client, Error, ErrorKind, Timer};

use crate::support::*;

fn assert_refused(error: &Error) {
    assert_eq!((error.kind(), error.attempts(), error.is_retryable()), (ErrorKind::Closed, 0, false));
    assert_eq!(error.to_string(), "the client is closed; no request was sent");
}

fn assert_aborted(error: &Error, attempts: u32) {
    assert_eq!((error.kind(), error.attempts(), error.is_retryable()), (ErrorKind::Closed, attempts, false));
    assert!(error.message().contains("`abort`"), "{error}");
}

#[test]
fn closing_lets_what_runs_end_and_refuses_the_rest() {
    let script = Script::new([Reply::body(content("Hello")).pause(seconds(5)).data(answer())]);
    let client = script.builder().max_concurrent_calls(1).build().unwrap();
    script.run(async {
        let (chat, request) = (client.chat(), request());
        let mut stream = chat.stream(&request).await.unwrap();
        let mut waiting = pin!(chat.create(&request));
        assert!(once(waiting.as_mut()).await.is_none());

        let clone = client.clone();
        let mut closing = Box::pin(clone.close());
        assert!(!client.is_closed());
        assert!(once(closing.as_mut()).await.is_none());
        assert!(client.is_closed());
        assert_refused(&once(waiting).await.expect("it waits for nothing").unwrap_err());
        assert_refused(&chat.create(&request).await.unwrap_err());
        assert_refused(&client.models().list().await.unwrap_err());
        assert_refused(&client.health().await.unwrap_err());

        // Dropped, it has closed the client all the same; and there may be two of them.
        drop(closing);
        let mut first = pin!(client.close());
        let mut second = pin!(clone.close());
        assert!(once(first.as_mut()).await.is_none() && once(second.as_mut()).await.is_none());
        let (text, failure) = read(&mut stream).await;
        assert!(failure.is_none(), "{failure:?}");
        assert_eq!(text, "HelloHello world");
        assert_eq!(script.played().closed_idle, 1, "the last call leaves nothing idle");
        assert!(once(first).await.is_some() && once(second).await.is_some());
        client.close().await;
    });
    assert_eq!(script.played().closed_idle, 4);
    assert_eq!(script.now(), seconds(5));
}

#[test]
fn closing_lets_retries_go_on_but_sends_nothing_that_has_not_begun() {
    let script = Script::new([Reply::status(500), Reply::body(answer())]);
    let client = script.builder().max_requests(1, seconds(10)).build().unwrap();
    script.run(async {
        let (chat, request) = (client.chat(), request());
        let mut running = Box::pin(chat.create(&request));
        let mut waiting = Box::pin(chat.create(&request));
        assert!(once(running.as_mut()).await.is_none() && once(waiting.as_mut()).await.is_none());
        let mut closing = pin!(client.close());
        assert!(once(closing.as_mut()).await.is_none());
        let ends = all([running, waiting]).await;
        assert_eq!(ends[0].as_ref().unwrap().text(), "Hello world");
        assert_refused(ends[1].as_ref().unwrap_err());
        closing.await;
    });
    assert_eq!(script.played().times, [seconds(0), seconds(10)]);
}

/// The clock of a client that is closed, as by another thread, when it is asked for the time once more.
#[derive(Clone)]
struct ClosingClock(Arc<Closing>);

struct Closing {
    clock: Clock,
    client: OnceLock<Client<Script, ClosingClock>>,
    /// How often the time may be asked before that.
    left: AtomicUsize,
}

impl ClosingClock {
    fn has_closed(&self) -> bool {
        self.0.client.get().is_some_and(Client::is_closed)
    }
}

impl Timer for ClosingClock {
    type Sleep = <Clock as Timer>::Sleep;

    fn now(&self) -> Duration {
        let left = self.0.left.load(Ordering::Relaxed);
        self.0.left.store(left.saturating_sub(1), Ordering::Relaxed);
        if left == 0
            && let Some(client) = self.0.client.get()
            && !client.is_closed()
        {
            let closing = pin!(client.close());
            let _ = closing.poll(&mut Context::from_waker(Waker::noop()));
        }
        self.0.clock.now()
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        self.0.clock.sleep(duration)
    }
}

#[test]
fn closing_is_never_missed_by_a_call_that_is_about_to_wait() {
    for left in 0.. {
        let script = Script::new([Reply::body(answer())]);
        let (clock, client) = (script.clock().clone(), OnceLock::new());
        let clock = ClosingClock(Arc::new(Closing { clock, client, left: AtomicUsize::new(usize::MAX) }));
        let builder = Client::builder_with(script.clone(), clock.clone()).api_key(KEY);
        let client = builder.max_requests(1, seconds(10)).build().unwrap();
        assert!(clock.0.client.set(client.clone()).is_ok());
        let refused = script.run(async {
            let (chat, request) = (client.chat(), request());
            chat.create(&request).await.unwrap();
            clock.0.left.store(left, Ordering::Relaxed);
            let mut waiting = pin!(chat.create(&request));
            // Not polled again unless it is woken.
            poll_fn(|cx| match waiting.as_mut().poll(cx) {
                Poll::Pending if clock.has_closed() => Poll::Pending,
                Poll::Pending => Poll::Ready(None),
                Poll::Ready(refused) => Poll::Ready(Some(refused)),
            })
            .await
        });
        let Some(refused) = refused else {
            assert!(left > 0, "it never asked for the time");
            break;
        };
        assert_refused(&refused.unwrap_err());
        assert_eq!(script.now(), seconds(0), "closed when the time was asked for {left} times");
    }
}

#[test]
fn an_abort_ends_a_stream_and_drops_its_connection() {
    // What follows is not there yet, is there already, or never stops.
    for step in [Step::Hang, Step::Data(answer().into()), Step::Flood(": keep-alive\n\n")] {
        let script = Script::new([Reply::body(content("Hello")).step(step)]);
        let client = script.client();
        script.run(async {
            let mut stream = client.chat().stream(&request()).await.unwrap();
            next(&mut stream).await.unwrap().unwrap();
            client.abort();
            assert!(client.is_closed());
            let (text, failure) = read(&mut stream).await;
            assert_eq!(text, "");
            assert_aborted(&failure.unwrap(), 1);
            let connections = |played: &Played| (played.released, played.dropped, played.closed_idle);
            assert_eq!(connections(&script.played()), (0, 1, 2));
            // The stream still exists, but nothing of its call.
            client.close().await;
            assert_refused(&client.chat().create(&request()).await.unwrap_err());
        });
        assert!(script.now() < seconds(1));
    }
}

#[test]
fn an_abort_gives_what_had_arrived() {
    let script = Script::new([Reply::body(content("Hello")).step(Step::Hang)]);
    let client = script.client();
    let error = script.run(async {
        let (chat, request) = (client.chat(), request());
        let mut call = pin!(chat.create(&request));
        assert!(once(call.as_mut()).await.is_none());
        client.abort();
        call.await.unwrap_err()
    });
    assert_aborted(&error, 1);
    assert_eq!(error.partial().unwrap().text(), "Hello");
}

#[test]
fn an_abort_ends_a_call_wherever_it_is() {
    let half = || Reply::status(500).data("half of an error").step(Step::Hang);
    let cases: [(&str, Vec<Reply>, u32); 6] = [
        ("no head", vec![Reply::hang()], 1),
        ("no event", vec![Reply::status(200).step(Step::Hang)], 1),
        ("the body of an error", vec![half()], 1),
        ("the pause before a retry", vec![Reply::status(500)], 1),
        ("the second request", vec![Reply::status(307).header("location", "/x"), Reply::hang()], 2),
        ("the pause after silence", vec![Reply::status(200).pause(seconds(31))], 1),
    ];
    for (name, replies, attempts) in cases {
        let script = Script::new(replies);
        let client = script.builder().total_timeout(None).build().unwrap();
        let error = script.run(async {
            let (chat, request) = (client.chat(), request());
            let mut call = pin!(chat.create(&request));
            assert!(once(call.as_mut()).await.is_none(), "{name}");
            if name == "the pause after silence" {
                script.clock().advance(seconds(30));
                assert!(once(call.as_mut()).await.is_none(), "{name}");
            }
            client.abort();
            once(call).await.unwrap_or_else(|| panic!("{name}: it goes on")).unwrap_err()
        });
        assert_aborted(&error, attempts);
        let sent = u32::try_from(script.played().requests.len()).unwrap();
        assert_eq!(sent, attempts, "{name}");
    }
}

#[test]
fn an_abort_refuses_those_who_wait() {
    let script = Script::new([Reply::hang()]);
    let client = script.builder().max_concurrent_calls(2).max_requests(1, seconds(9)).build().unwrap();
    script.run(async {
        let (chat, request) = (client.chat(), request());
        let mut calls = [(); 3].map(|()| Box::pin(chat.create(&request)));
        for call in &mut calls {
            assert!(once(call.as_mut()).await.is_none());
        }
        // One is sent, one waits for its turn, and one for a place.
        client.abort();
        let [sent, turn, place] = calls;
        assert_aborted(&once(pin!(turn)).await.unwrap().unwrap_err(), 0);
        assert_refused(&once(pin!(place)).await.unwrap().unwrap_err());
        assert_aborted(&once(pin!(sent)).await.unwrap().unwrap_err(), 1);
        client.close().await;
    });
    assert_eq!(script.played().requests.len(), 1);
}
