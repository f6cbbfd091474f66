//! A world without sockets and without waiting: a transport that follows a script, and a clock that jumps.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use choreoai_embedded::chat::{ChatRequest, Decoder, Event, Message, Verdict};
use choreoai_embedded::time::{Timer, Watch};
use choreoai_embedded::{Answer, Endpoint, Error, Report};
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};

/// The clock, which stands still but for the waits.
#[derive(Clone, Default)]
pub(crate) struct World {
    now: Rc<Cell<Duration>>,
    alarms: Rc<RefCell<Vec<Duration>>>,
}

impl World {
    pub(crate) fn now(&self) -> Duration {
        self.now.get()
    }

    /// Lets time go by while nobody waits.
    pub(crate) fn advance(&self, by: Duration) {
        self.now.set(self.now.get() + by);
    }

    /// Runs a future, jumping from alarm to alarm. `None`: it waits for something that will never come.
    pub(crate) fn run<F: Future>(&self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        let mut cx = Context::from_waker(Waker::noop());
        loop {
            self.alarms.borrow_mut().clear();
            if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
                return Some(output);
            }
            let next = self.alarms.borrow().iter().copied().min()?;
            self.now.set(next.max(self.now.get()));
        }
    }

    /// Polls a future so often and drops it; `Some` if it was done by then.
    pub(crate) fn run_for<F: Future>(&self, polls: usize, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..polls {
            self.alarms.borrow_mut().clear();
            if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
                return Some(output);
            }
            if let Some(next) = self.alarms.borrow().iter().copied().min() {
                self.now.set(next.max(self.now.get()));
            }
        }
        None
    }

    pub(crate) async fn sleep(&self, duration: Duration) {
        let until = self.now() + duration;
        poll_fn(|_| {
            if self.now() >= until {
                return Poll::Ready(());
            }
            self.alarms.borrow_mut().push(until);
            Poll::Pending
        })
        .await;
    }
}

impl Timer for World {
    fn now(&self) -> Duration {
        self.now()
    }

    async fn wait(&mut self, duration: Duration) {
        self.sleep(duration).await;
    }
}

/// What a transport does next when it is read from.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Gives these bytes, as many at a time as fit.
    Bytes(Vec<u8>),
    /// Lets the reader wait for so long.
    Pause(Duration),
    /// Never says anything again.
    Stall,
    Fail,
    End,
}

pub(crate) fn bytes(text: impl AsRef<[u8]>) -> Step {
    Step::Bytes(text.as_ref().to_vec())
}

pub(crate) fn pause(seconds: u64) -> Step {
    Step::Pause(Duration::from_secs(seconds))
}

/// A transport that follows a script. At its end it ends.
#[derive(Clone)]
pub(crate) struct Script {
    world: World,
    steps: VecDeque<Step>,
    pub(crate) sent: Rc<RefCell<Vec<u8>>>,
    /// How many bytes are read or written at a time, at most.
    pub(crate) piece: usize,
    /// How many bytes are taken before writing fails, or, with `closes`, gives 0.
    pub(crate) takes: usize,
    pub(crate) closes: bool,
    /// Each read and each write is pending once.
    pub(crate) hesitates: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken(pub(crate) &'static str);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Broken {}

impl embedded_io_async::Error for Broken {
    fn kind(&self) -> ErrorKind {
        ErrorKind::ConnectionReset
    }
}

impl Script {
    pub(crate) fn new(world: &World, steps: impl IntoIterator<Item = Step>) -> Self {
        Self {
            world: world.clone(),
            steps: steps.into_iter().collect(),
            sent: Rc::default(),
            piece: usize::MAX,
            takes: usize::MAX,
            closes: false,
            hesitates: false,
        }
    }

    pub(crate) fn in_pieces(mut self, piece: usize) -> Self {
        self.piece = piece;
        self
    }

    async fn hesitate(&self) {
        let mut is_first = self.hesitates;
        poll_fn(|_| {
            if std::mem::take(&mut is_first) {
                self.world.alarms.borrow_mut().push(self.world.now());
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
    }
}

impl ErrorType for Script {
    type Error = Broken;
}

impl Read for Script {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Broken> {
        self.hesitate().await;
        loop {
            match self.steps.front_mut() {
                None | Some(Step::End) => return Ok(0),
                Some(Step::Fail) => return Err(Broken("reading failed")),
                Some(Step::Stall) => std::future::pending().await,
                Some(Step::Pause(pause)) => {
                    let pause = *pause;
                    self.world.sleep(pause).await;
                    self.steps.pop_front();
                }
                Some(Step::Bytes(bytes)) if bytes.is_empty() => {
                    self.steps.pop_front();
                }
                Some(Step::Bytes(bytes)) => {
                    let count = bytes.len().min(buffer.len()).min(self.piece);
                    assert!(count > 0, "an empty buffer was read into");
                    buffer[..count].copy_from_slice(&bytes[..count]);
                    bytes.drain(..count);
                    return Ok(count);
                }
            }
        }
    }
}

impl Write for Script {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Broken> {
        self.hesitate().await;
        let left = self.takes - self.sent.borrow().len();
        let count = bytes.len().min(self.piece).min(left);
        if count == 0 {
            return if self.closes { Ok(0) } else { Err(Broken("writing failed")) };
        }
        self.sent.borrow_mut().extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    async fn flush(&mut self) -> Result<(), Broken> {
        self.hesitate().await;
        Ok(())
    }
}

pub(crate) const KEY: &str = "sk-very-secret-0123456789";
pub(crate) const ENDPOINT: Endpoint<'_> = Endpoint::new("gateway.example:8000").with_key(KEY);
pub(crate) const REQUEST: ChatRequest<'_> =
    ChatRequest::new("gpt-4", &[Message::system("Be \"brief\"."), Message::user("Gr\u{fc}\u{df}e?")]);

/// A response with its length.
pub(crate) fn response(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}\r\n{body}")
}

/// A success in chunks of up to so many bytes, with the last one.
pub(crate) fn chunked(body: &str, size: usize) -> String {
    let chunks = body.as_bytes().chunks(size).map(|chunk| {
        let text = chunk.iter().map(|&byte| char::from(byte)).collect::<String>();
        format!("{:x}\r\n{text}\r\n", chunk.len())
    });
    let chunks: String = chunks.collect();
    format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n")
}

/// A stream of two fragments, as the gateway writes it.
pub(crate) const STREAM: &str = concat!(
    "data: {\"choices\": [{\"delta\": {\"content\": \"Gr\\u00fc\\u00df\"}, \"index\": 0}]}\n\n",
    "data: {\"choices\": [{\"delta\": {\"content\": \" dich!\"}, \"finish_reason\": \"stop\", \"index\": 0}]}\n\n",
    "data: [DONE]\n\n",
);
pub(crate) const TEXT: &str = "Gr\u{fc}\u{df} dich!";

/// A whole completion.
pub(crate) const COMPLETION: &str = concat!(
    "{\"id\": \"c-1\", \"choices\": [{\"index\": 0, \"message\": {\"role\": \"assistant\", ",
    "\"content\": \"Gr\\u00fc\\u00df dich!\"}, \"finish_reason\": \"stop\"}], \"usage\": {\"total_tokens\": 9}}",
);

/// What an answer gave: its text, and how it ended.
pub(crate) type Outcome<E> = (String, Result<Verdict, Error<E>>);

/// Reads an answer to its end.
pub(crate) async fn read<S: Read + Write, W: Watch, R: Report, const SCRATCH: usize>(
    answer: &mut Answer<'_, '_, S, W, R, Decoder<SCRATCH>>,
) -> Outcome<S::Error> {
    let mut text = String::new();
    loop {
        match answer.next().await {
            Ok(Some(Event::Content(fragment))) => text.push_str(fragment),
            Ok(Some(_)) => {}
            Ok(None) => return (text, Ok(answer.verdict().expect("a complete answer has a verdict"))),
            Err(error) => {
                assert_eq!(answer.verdict(), None, "a verdict after {error:?}");
                assert!(matches!(answer.next().await, Err(Error::Reconnect)), "it goes on after {error:?}");
                return (text, Err(error));
            }
        }
    }
}
