//! A scripted network on one thread, without a reactor: the streams play steps, the clock moves when it is told to.
//!
//! All of it is `!Send`, which shows that the transport does not ask for more.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_io::{AsyncRead, AsyncWrite};

use crate::http1::{Connect, Target};
use crate::{Timer, TransportError};

/// What a stream does when it is read.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Gives these bytes, in as many reads as the reader's buffer needs.
    Give(Vec<u8>),
    /// Has nothing for one poll.
    Pause,
    /// Has nothing until so many requests have been written, heads and all.
    Await(usize),
    /// Has nothing, ever.
    Stall,
    End,
    Fail(io::ErrorKind),
}

pub(super) fn give(bytes: impl AsRef<[u8]>) -> Step {
    Step::Give(bytes.as_ref().to_vec())
}

/// One connection, as the test sees it.
#[derive(Debug)]
pub(super) struct Wire {
    steps: VecDeque<Step>,
    pub(super) written: Vec<u8>,
    /// How many bytes it takes before `full` happens to a write.
    pub(super) room: usize,
    /// `None`: it takes no more, and waits.
    pub(super) full: Option<io::ErrorKind>,
    /// A write takes 0 bytes, although it was given some.
    pub(super) takes_nothing: bool,
    pub(super) closed: bool,
}

#[derive(Debug)]
pub(super) struct Stream(Rc<RefCell<Wire>>);

impl Drop for Stream {
    fn drop(&mut self) {
        self.0.borrow_mut().closed = true;
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut wire = self.0.borrow_mut();
        loop {
            let requests = wire.written.windows(4).filter(|window| window == b"\r\n\r\n").count();
            match wire.steps.front_mut() {
                None | Some(Step::Stall) => return Poll::Pending,
                Some(Step::Await(count)) if requests < *count => return Poll::Pending,
                Some(Step::Await(_)) => {}
                Some(Step::Give(bytes)) if bytes.is_empty() => {}
                Some(Step::Give(bytes)) => {
                    let count = bytes.len().min(buf.len());
                    buf[..count].copy_from_slice(&bytes[..count]);
                    bytes.drain(..count);
                    return Poll::Ready(Ok(count));
                }
                Some(Step::Pause) => {
                    wire.steps.pop_front();
                    return Poll::Pending;
                }
                Some(Step::End) => return Poll::Ready(Ok(0)),
                Some(Step::Fail(kind)) => return Poll::Ready(Err((*kind).into())),
            }
            wire.steps.pop_front();
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let mut wire = self.0.borrow_mut();
        if wire.takes_nothing {
            return Poll::Ready(Ok(0));
        }
        let count = buf.len().min(wire.room);
        if count == 0 {
            return wire.full.map_or(Poll::Pending, |kind| Poll::Ready(Err(kind.into())));
        }
        wire.room -= count;
        wire.written.extend_from_slice(&buf[..count]);
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// The connections that will be made, in order; when they run out, connecting takes for ever.
#[derive(Clone, Debug, Default)]
pub(super) struct Network {
    waiting: Rc<RefCell<VecDeque<Rc<RefCell<Wire>>>>>,
    pub(super) connected: Rc<Cell<usize>>,
    /// Whom it was asked to connect to.
    pub(super) asked: Rc<RefCell<Vec<String>>>,
}

impl Network {
    pub(super) fn add(&self, steps: impl Into<VecDeque<Step>>) -> Rc<RefCell<Wire>> {
        let wire = Rc::new(RefCell::new(Wire {
            steps: steps.into(),
            written: Vec::new(),
            room: usize::MAX,
            full: None,
            takes_nothing: false,
            closed: false,
        }));
        self.waiting.borrow_mut().push_back(Rc::clone(&wire));
        wire
    }
}

impl Connect for Network {
    type Stream = Stream;
    type Connecting = Connecting;

    fn connect(&self, target: &Target) -> Connecting {
        let scheme = if target.is_https() { "https" } else { "http" };
        self.asked.borrow_mut().push(format!("{scheme}://{target}"));
        let wire = self.waiting.borrow_mut().pop_front();
        if wire.is_some() {
            self.connected.set(self.connected.get() + 1);
        }
        Connecting(wire.map(Stream))
    }
}

pub(super) struct Connecting(Option<Stream>);

impl Future for Connecting {
    type Output = Result<Stream, TransportError>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.take().map_or(Poll::Pending, |stream| Poll::Ready(Ok(stream)))
    }
}

/// Time that passes when the test says so.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock(Rc<Cell<Duration>>);

impl Clock {
    pub(super) fn advance(&self, by: Duration) {
        self.0.set(self.0.get() + by);
    }
}

pub(super) struct Sleep {
    clock: Clock,
    until: Duration,
}

impl Timer for Clock {
    type Sleep = Sleep;

    fn now(&self) -> Duration {
        self.0.get()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep { clock: self.clone(), until: self.now() + duration }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.clock.now() >= self.until { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// Polls once.
pub(super) fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls to the end. A script has only so many pauses: what is not ready by then waits for ever.
#[track_caller]
pub(super) fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    for _ in 0..100_000 {
        if let Poll::Ready(output) = poll(future.as_mut()) {
            return output;
        }
    }
    panic!("the future waits for ever");
}
