//! A transport that answers by script, and an executor whose clock moves when everything waits.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use bytes::Bytes;
use choreoai::{
    ChatChunk, ChatRequest, ChatStream, Client, ClientBuilder, Error, ResponseBody, Timer, Transport,
    TransportError, TransportErrorKind,
};
use futures_core::Stream;

pub(crate) const KEY: &str = "sk-secret-0123456789";

/// What a body does next.
#[derive(Clone)]
pub(crate) enum Step {
    Data(Bytes),
    /// Nothing, for this long.
    Pause(Duration),
    Fail(TransportErrorKind),
    /// Nothing, ever.
    Hang,
    /// This again and again, a millisecond each, and never a moment of nothing.
    Flood(&'static str),
}

/// What the transport does with a request.
pub(crate) struct Reply {
    /// How long the head takes.
    delay: Option<Duration>,
    head: Result<http::Response<()>, TransportErrorKind>,
    steps: Vec<Step>,
}

impl Reply {
    /// A response of this status whose body is clean and empty so far.
    pub(crate) fn status(status: u16) -> Self {
        let head = http::Response::builder().status(status).body(()).unwrap();
        Self { delay: None, head: Ok(head), steps: Vec::new() }
    }

    /// A success with this body, and its clean end.
    pub(crate) fn body(body: impl Into<Bytes>) -> Self {
        Self::status(200).data(body)
    }

    /// No response.
    pub(crate) fn fail(kind: TransportErrorKind) -> Self {
        Self { delay: None, head: Err(kind), steps: Vec::new() }
    }

    /// The head never comes.
    pub(crate) fn hang() -> Self {
        Self { delay: Some(Duration::MAX), ..Self::status(200) }
    }

    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.head.as_mut().unwrap().headers_mut().append(name, value.parse().unwrap());
        self
    }

    pub(crate) fn data(self, data: impl Into<Bytes>) -> Self {
        self.step(Step::Data(data.into()))
    }

    pub(crate) fn pause(self, pause: Duration) -> Self {
        self.step(Step::Pause(pause))
    }

    pub(crate) fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

/// A transport that gives the replies in their order.
#[derive(Clone)]
pub(crate) struct Script {
    clock: Clock,
    state: Arc<Mutex<Played>>,
}

#[derive(Default)]
pub(crate) struct Played {
    replies: VecDeque<Reply>,
    pub(crate) requests: Vec<http::Request<Bytes>>,
    /// When each request was sent.
    pub(crate) times: Vec<Duration>,
    pub(crate) released: usize,
    pub(crate) dropped: usize,
    /// How often it was told to close what is idle.
    pub(crate) closed_idle: usize,
}

impl Script {
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let played = Played { replies: replies.into_iter().collect(), ..Played::default() };
        Self { clock: Clock::default(), state: Arc::new(Mutex::new(played)) }
    }

    pub(crate) fn builder(&self) -> ClientBuilder<Self, Clock> {
        Client::builder_with(self.clone(), self.clock.clone()).api_key(KEY)
    }

    pub(crate) fn client(&self) -> Client<Self, Clock> {
        self.builder().build().unwrap()
    }

    pub(crate) fn played(&self) -> std::sync::MutexGuard<'_, Played> {
        self.state.lock().unwrap()
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) fn now(&self) -> Duration {
        self.clock.now()
    }

    /// Runs a future to its end; time passes when nothing else happens.
    pub(crate) fn run<F: Future>(&self, future: F) -> F::Output {
        self.clock.run(future)
    }
}

impl Transport for Script {
    type Body = ScriptBody;
    type Sending = Pin<Box<dyn Future<Output = Result<http::Response<ScriptBody>, TransportError>> + Send>>;

    fn send(&self, request: http::Request<Bytes>, _: Duration) -> Self::Sending {
        let mut played = self.played();
        played.requests.push(request);
        played.times.push(self.clock.now());
        let body = &played.requests.last().unwrap().body().clone();
        let reply =
            played.replies.pop_front().unwrap_or_else(|| panic!("a request more than scripted: {body:?}"));
        let script = self.clone();
        Box::pin(async move {
            match reply.delay {
                Some(Duration::MAX) => std::future::pending().await,
                Some(delay) => script.clock.sleep(delay).await,
                None => {}
            }
            let head = reply.head.map_err(|kind| TransportError::new(kind, "scripted failure"))?;
            let body = ScriptBody { script, steps: reply.steps.into(), sleep: None };
            Ok(head.map(|()| body))
        })
    }

    fn close_idle(&self) {
        self.played().closed_idle += 1;
    }
}

pub(crate) struct ScriptBody {
    script: Script,
    steps: VecDeque<Step>,
    sleep: Option<Sleep>,
}

impl ResponseBody for ScriptBody {
    fn poll_data<'b>(
        self: Pin<&'b mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<&'b [u8], TransportError>> {
        let this = self.get_mut();
        loop {
            match this.steps.front() {
                Some(Step::Data(data)) if data.is_empty() => drop(this.steps.pop_front()),
                Some(Step::Pause(pause)) => {
                    let sleep = this.sleep.get_or_insert_with(|| this.script.clock.sleep(*pause));
                    if Pin::new(sleep).poll(cx).is_pending() {
                        return Poll::Pending;
                    }
                    this.sleep = None;
                    this.steps.pop_front();
                }
                _ => break,
            }
        }
        Poll::Ready(match this.steps.front() {
            Some(Step::Data(data)) => Ok(data),
            Some(Step::Fail(kind)) => {
                let cause = io::Error::other("scripted cause");
                Err(TransportError::new(*kind, "scripted failure").with_source(cause))
            }
            Some(Step::Hang) => return Poll::Pending,
            Some(Step::Flood(data)) => {
                this.script.clock.advance(Duration::from_millis(1));
                Ok(data.as_bytes())
            }
            _ => Ok(&[]),
        })
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let steps = &mut self.get_mut().steps;
        match steps.front_mut() {
            Some(Step::Data(data)) => drop(data.split_to(amount)),
            Some(Step::Flood(data)) => {
                let rest = Bytes::from_static(&data.as_bytes()[amount..]);
                steps.push_front(Step::Data(rest));
            }
            _ => assert_eq!(amount, 0, "consumed what was not given"),
        }
    }

    fn release(self: Pin<&mut Self>) {
        self.script.played().released += 1;
    }
}

impl Drop for ScriptBody {
    fn drop(&mut self) {
        self.script.played().dropped += 1;
    }
}

/// A clock that is moved by its executor.
#[derive(Clone, Default)]
pub(crate) struct Clock(Arc<Mutex<Time>>);

#[derive(Default)]
struct Time {
    now: Duration,
    sleepers: Vec<(Duration, Waker)>,
}

impl Timer for Clock {
    type Sleep = Sleep;

    fn now(&self) -> Duration {
        self.0.lock().unwrap().now
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep { clock: self.clone(), until: self.now() + duration }
    }
}

impl Clock {
    /// Time passes.
    pub(crate) fn advance(&self, by: Duration) {
        self.0.lock().unwrap().now += by;
    }

    fn run<F: Future>(&self, future: F) -> F::Output {
        let woken = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&woken));
        let mut cx = Context::from_waker(&waker);
        let mut future = pin!(future);
        loop {
            while woken.0.swap(false, Ordering::SeqCst) {
                if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
                    return output;
                }
            }
            let mut time = self.0.lock().unwrap();
            let next = time.sleepers.iter().map(|(until, _)| *until).min();
            time.now = time.now.max(next.expect("everything waits, and nothing will ever happen"));
            let now = time.now;
            let due = time.sleepers.extract_if(.., |(until, _)| *until <= now).collect::<Vec<_>>();
            drop(time);
            due.into_iter().for_each(|(_, waker)| waker.wake());
        }
    }
}

pub(crate) struct Sleep {
    clock: Clock,
    until: Duration,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut time = self.clock.0.lock().unwrap();
        if self.until <= time.now {
            return Poll::Ready(());
        }
        time.sleepers.push((self.until, cx.waker().clone()));
        Poll::Pending
    }
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

pub(crate) fn request() -> ChatRequest {
    ChatRequest::new("gpt-4").user("Hi")
}

pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx)).await
}

/// Runs all of them at once.
pub(crate) async fn all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut running = futures.into_iter().map(|future| (Box::pin(future), None)).collect::<Vec<_>>();
    poll_fn(|cx| {
        for (future, output) in running.iter_mut().filter(|(_, output)| output.is_none()) {
            if let Poll::Ready(ready) = future.as_mut().poll(cx) {
                *output = Some(ready);
            }
        }
        if running.iter().all(|(_, output)| output.is_some()) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    running.into_iter().filter_map(|(_, output)| output).collect()
}

/// Polls a future once.
pub(crate) async fn once<F: Future>(future: Pin<&mut F>) -> Option<F::Output> {
    let mut future = Some(future);
    poll_fn(|cx| {
        Poll::Ready(match future.take().map(|future| future.poll(cx)) {
            Some(Poll::Ready(output)) => Some(output),
            _ => None,
        })
    })
    .await
}

/// Reads a stream to its end: the text of choice 0, and the error that ended it. That nothing follows is checked.
pub(crate) async fn read(stream: &mut ChatStream<Script, Clock>) -> (String, Option<Error>) {
    let mut text = String::new();
    let mut failure = None;
    while let Some(item) = next(stream).await {
        match item {
            Ok(chunk) => text.push_str(&chunk.text()),
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
    }
    assert!(next(stream).await.is_none(), "something came after the end");
    (text, failure)
}

/// Opens a stream and reads it to its end.
pub(crate) fn stream(script: &Script, client: &Client<Script, Clock>) -> (String, Option<Error>) {
    script.run(async {
        match client.chat().stream(&request()).await {
            Ok(mut stream) => read(&mut stream).await,
            Err(error) => (String::new(), Some(error)),
        }
    })
}

/// All that a chunk says, one line for each fragment.
pub(crate) fn transcript(chunk: &ChatChunk) -> Vec<String> {
    chunk.fragments().map(|fragment| format!("{:?} {:?}", fragment.choice, fragment.kind)).collect()
}

/// An event of the gateway, in its dialect, with a piece of content for choice 0.
pub(crate) fn content(text: &str) -> String {
    format!(
        "data: {{\"id\": \"chat-1\", \"choices\": [{{\"delta\": {{\"content\": \"{text}\", \"role\": null}}, \
         \"finish_reason\": null, \"index\": 0, \"logprobs\": null}}], \"usage\": null}}\n\n"
    )
}

pub(crate) const ROLE: &str =
    "data: {\"choices\": [{\"delta\": {\"content\": null, \"role\": \"assistant\"}, \"index\": 0}]}\n\n";
pub(crate) const STOP: &str =
    "data: {\"choices\": [{\"delta\": {\"content\": null}, \"finish_reason\": \"stop\", \"index\": 0}]}\n\n";
pub(crate) const DONE: &str = "data: [DONE]\n\n";

/// A whole short answer.
pub(crate) fn answer() -> String {
    [ROLE, &content("Hello"), &content(" world"), STOP, DONE].concat()
}
