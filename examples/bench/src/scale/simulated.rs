//! Streams without sockets: the whole client, over a transport that has the answer in memory.

use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use choreoai_smol::{ChatRequest, Client, ResponseBody, Transport, TransportError};
use futures_lite::StreamExt;
use futures_lite::future::block_on;
use smol::LocalExecutor;

use super::check::{self, Delivered};
use super::experiment::Load;
use super::process::{cpu_time, resident_bytes};
use super::report::Figures;
use super::{Failure, event};

/// # Errors
///
/// A stream failed, or delivered something else than was sent.
pub(super) fn measure(load: &Load) -> Result<Figures, Failure> {
    let answer = Arc::new(Answer::new(load.events));
    let builder = Client::builder().base_url("http://gateway.example").without_key().max_retries(0);
    let client = builder.transport(Simulated(answer.clone())).build()?;

    let before = resident_bytes()?;
    let executor = LocalExecutor::new();
    let ask = || {
        let (client, events) = (client.clone(), load.events);
        async move {
            let mut delivered = Delivered::default();
            let mut stream =
                client.chat().stream(&ChatRequest::new("gpt-4o-mini").user("Write a haiku")).await?;
            while let Some(chunk) = stream.next().await {
                delivered.take(&chunk?.text());
            }
            delivered.check(events)
        }
    };
    let tasks: Vec<_> = (0..load.streams).map(|_| executor.spawn(ask())).collect();
    run(&executor);
    if answer.waiting() != load.streams {
        return Err(format!("only {} streams are open", answer.waiting()).into());
    }
    let cpu = cpu_time();
    for _ in 0..load.events {
        answer.write_next();
        run(&executor);
    }
    let (cpu, resident) = (cpu_time() - cpu, resident_bytes()?);
    answer.write_next();
    check::all(&tasks.into_iter().map(|task| block_on(executor.run(task))).collect::<Vec<_>>())?;
    Ok(vec![
        ("bytes_per_stream".into(), resident.saturating_sub(before) as f64 / load.streams as f64),
        ("cpu_ns_per_event".into(), cpu.as_nanos() as f64 / load.total() as f64),
    ])
}

/// Until all wait.
fn run(executor: &LocalExecutor<'_>) {
    while executor.try_tick() {}
}

/// What all streams get, event by event.
struct Answer {
    events: Vec<Bytes>,
    /// So many events can be read.
    written: AtomicUsize,
    readers: Mutex<Vec<Waker>>,
}

impl Answer {
    /// The first event is there.
    fn new(events: usize) -> Self {
        let events = (0..events).map(event::content);
        let events = [event::opening()].into_iter().chain(events).chain([event::closing()]);
        Self {
            events: events.map(Bytes::from).collect(),
            written: AtomicUsize::new(1),
            readers: Mutex::default(),
        }
    }

    fn write_next(&self) {
        self.written.fetch_add(1, Ordering::Relaxed);
        let readers = std::mem::take(&mut *self.readers.lock().expect(UNPOISONED));
        readers.into_iter().for_each(Waker::wake);
    }

    fn waiting(&self) -> usize {
        self.readers.lock().expect(UNPOISONED).len()
    }
}

const UNPOISONED: &str = "nobody panics who has it";

struct Simulated(Arc<Answer>);

impl Transport for Simulated {
    type Body = Body;
    type Sending = Ready<Result<http::Response<Body>, TransportError>>;

    fn send(&self, _: http::Request<Bytes>, _: Duration) -> Self::Sending {
        let body = Body { answer: self.0.clone(), event: 0, consumed: 0 };
        let response = http::Response::builder().header("content-type", "text/event-stream").body(body);
        ready(Ok(response.expect("the header is valid")))
    }
}

struct Body {
    answer: Arc<Answer>,
    /// The one that is read.
    event: usize,
    /// So many bytes of it have been.
    consumed: usize,
}

impl ResponseBody for Body {
    fn poll_data<'b>(
        self: Pin<&'b mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<&'b [u8], TransportError>> {
        let this = self.get_mut();
        let Some(event) = this.answer.events.get(this.event) else { return Poll::Ready(Ok(&[])) };
        if this.event < this.answer.written.load(Ordering::Relaxed) {
            return Poll::Ready(Ok(&event[this.consumed..]));
        }
        this.answer.readers.lock().expect(UNPOISONED).push(cx.waker().clone());
        Poll::Pending
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let this = self.get_mut();
        this.consumed += amount;
        if this.consumed == this.answer.events[this.event].len() {
            (this.event, this.consumed) = (this.event + 1, 0);
        }
    }
}
