//! Tokio's clock, where tests stop it.

mod support;

use std::time::Duration;

use choreoai_testkit::{Answer, Gateway};
use choreoai_tokio::{ErrorKind, Timer, TokioTimer};
use tokio::time::{Instant, advance, pause, resume};

use support::{builder, request};

#[tokio::test(start_paused = true)]
async fn time_goes_by_tokios_clock() {
    let timer = TokioTimer::default();
    assert_eq!(timer.now(), Duration::ZERO);
    advance(Duration::from_secs(3600)).await;
    assert_eq!(timer.now(), Duration::from_secs(3600));
    // With nothing else to do, the clock jumps to the end of a wait.
    let started = std::time::Instant::now();
    timer.sleep(Duration::from_secs(3600)).await;
    assert!(timer.now() >= Duration::from_secs(7200));
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_too_long_for_the_clock_does_not_panic() {
    let mut sleep = Box::pin(TokioTimer::default().sleep(Duration::MAX));
    assert!(futures_lite::future::poll_once(sleep.as_mut()).await.is_none());
}

#[tokio::test(flavor = "current_thread")]
async fn the_deadlines_of_a_client_go_by_it() {
    let gateway = Gateway::start(Answer::raw([]).stall()).unwrap();
    let client = builder(&gateway.base_url()).first_event_timeout(Duration::from_secs(3600)).max_retries(0);
    let client = client.total_timeout(None).build().unwrap();
    let call = tokio::spawn(async move { client.chat().create(&request()).await });
    // The connection is to stand before the clock does: it would jump over the connect timeout.
    while gateway.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    pause();
    let paused = Instant::now();
    let error = call.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimeoutFirstEvent, "{error}");
    assert!(paused.elapsed() > Duration::from_secs(3500), "{:?}", paused.elapsed());
    resume();
}

#[test]
fn it_can_be_made_outside_of_a_runtime() {
    let timer = TokioTimer::default();
    assert!(timer.now() < Duration::from_secs(60));
}

#[test]
#[should_panic(expected = "there is no reactor running")]
fn a_call_takes_a_runtime() {
    let client = builder("http://127.0.0.1:1").build().unwrap();
    let _ = futures_lite::future::block_on(client.chat().create(&request()));
}
