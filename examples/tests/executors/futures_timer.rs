//! A timer of one's own, `futures-timer`'s, and an executor that is a bare `block_on` on each thread.

use std::thread;
use std::time::{Duration, Instant};

use choreoai::http1::Http1;
use choreoai::{Client, Timer};
use choreoai_smol::SmolConnector;
use choreoai_testkit::Gateway;
use futures_lite::future::block_on;
use futures_timer::Delay;

use crate::scenario::{calls, check, demo_gateway, patient_gateway, streams};

#[derive(Clone)]
struct FuturesTimer(Instant);

impl Timer for FuturesTimer {
    type Sleep = Delay;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Delay {
        Delay::new(duration)
    }
}

fn client(gateway: &Gateway) -> Client<Http1<SmolConnector, FuturesTimer>, FuturesTimer> {
    let timer = FuturesTimer(Instant::now());
    let transport = Http1::new(SmolConnector, timer.clone());
    Client::builder_with(transport, timer).base_url(gateway.base_url()).without_key().build().unwrap()
}

#[test]
fn all_calls() {
    let gateway = demo_gateway();
    block_on(calls(&client(&gateway))).unwrap();
}

#[test]
fn streams_at_once() {
    let gateway = patient_gateway();
    let threads = streams(&client(&gateway)).into_iter().map(|stream| thread::spawn(|| block_on(stream)));
    let threads: Vec<_> = threads.collect();
    let answers: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    check(&gateway, &answers);
}

#[test]
fn a_deadline_is_kept_by_it() {
    let gateway = Gateway::start(choreoai_testkit::Answer::event_stream().stall()).unwrap();
    let timer = FuturesTimer(Instant::now());
    let client = Client::builder_with(Http1::new(SmolConnector, timer.clone()), timer)
        .base_url(gateway.base_url())
        .without_key()
        .first_event_timeout(Duration::from_millis(20))
        .max_retries(0)
        .build()
        .unwrap();
    let request = choreoai::ChatRequest::new("gpt-4").user("Hi");
    let error = block_on(client.chat().stream(&request)).map(drop).unwrap_err();
    assert_eq!(error.class(), choreoai::ErrorClass::Timeout, "{error}");
}
