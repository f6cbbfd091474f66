//! A transport whose other half runs in a component: requests go to its standard input, and what comes of them comes from its
//! standard output.

use std::collections::HashMap;
use std::io::{self, Read as _, Write as _};
use std::pin::Pin;
use std::process::{Child, ChildStdin, ChildStdout, Command as Program, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::thread;
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use choreoai::{ResponseBody, Transport, TransportError, TransportErrorKind};
use frames::{Command, Id, Reply, take};

/// The component. Clones are the same one; with the last it ends.
#[derive(Clone)]
pub(crate) struct Carried(Arc<Component>);

struct Component {
    child: Mutex<Child>,
    input: Mutex<Option<ChildStdin>>,
    exchanges: Arc<Mutex<Exchanges>>,
    next: AtomicU32,
}

/// `None`: the component has ended.
type Exchanges = Option<HashMap<Id, Mailbox>>;

/// What has come for an exchange, of which one thing at most is awaited, and who waits for it.
#[derive(Default)]
struct Mailbox {
    reply: Option<Reply>,
    waker: Option<Waker>,
}

impl Carried {
    pub(crate) fn start(program: &mut Program) -> io::Result<Self> {
        let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let exchanges = Arc::new(Mutex::new(Some(HashMap::new())));
        let mailboxes = Arc::clone(&exchanges);
        thread::spawn(move || {
            // However it ends, nothing more will come.
            let _ = output.map(|output| deliver(output, &mailboxes));
            let left = lock(&mailboxes).take();
            left.into_iter().flatten().filter_map(|(_, mailbox)| mailbox.waker).for_each(Waker::wake);
        });
        let (child, input) = (Mutex::new(child), Mutex::new(input));
        Ok(Self(Arc::new(Component { child, input, exchanges, next: AtomicU32::new(0) })))
    }
}

/// Puts replies into the mailboxes of those that wait for them, until the component ends.
fn deliver(mut output: ChildStdout, mailboxes: &Mutex<Exchanges>) -> io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    let mut data = BytesMut::new();
    loop {
        let count = output.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        data.extend_from_slice(&buffer[..count]);
        let mut frames = data.freeze();
        while let Some(frame) = take(&mut frames) {
            let reply = Reply::decode(frame).ok_or_else(|| io::Error::other("what came is no reply"))?;
            let waker = lock(mailboxes).as_mut().and_then(|mailboxes| {
                let mailbox = mailboxes.get_mut(&reply.id())?;
                mailbox.reply = Some(reply);
                mailbox.waker.take()
            });
            waker.into_iter().for_each(Waker::wake);
        }
        data = BytesMut::from(frames);
    }
}

impl Component {
    fn tell(&self, command: &Command) {
        // If it has ended, whoever waits for a reply is told.
        let _ = lock(&self.input).as_mut().map(|input| input.write_all(&command.encode()));
    }
}

impl Drop for Component {
    fn drop(&mut self) {
        // The end of its input is its end; unless it hangs, which is to end here as well.
        *lock(&self.input) = None;
        let mut child = lock(&self.child);
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Transport for Carried {
    type Body = CarriedBody;
    type Sending = CarriedSending;

    fn send(&self, request: http::Request<Bytes>, connect_timeout: Duration) -> CarriedSending {
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        let exchange = Exchange { component: self.0.clone(), id };
        CarriedSending { exchange: Some(exchange), request: Some((request, connect_timeout)) }
    }
}

/// One request and its response. Dropped, it is dropped in the component.
struct Exchange {
    component: Arc<Component>,
    id: Id,
}

impl Exchange {
    fn poll_reply(&self, cx: &Context<'_>) -> Poll<Result<Reply, TransportError>> {
        let mut exchanges = lock(&self.component.exchanges);
        let Some(exchanges) = exchanges.as_mut() else {
            let context = "the component has ended: see above for what it said";
            return Poll::Ready(Err(TransportError::new(TransportErrorKind::InvalidRequest, context)));
        };
        let mailbox = exchanges.entry(self.id).or_default();
        match mailbox.reply.take() {
            Some(Reply::Failed(_, error)) => Poll::Ready(Err(error)),
            Some(reply) => Poll::Ready(Ok(reply)),
            None => {
                mailbox.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let known = lock(&self.component.exchanges).as_mut().and_then(|known| known.remove(&self.id));
        if known.is_some() {
            self.component.tell(&Command::Drop(self.id));
        }
    }
}

#[must_use = "futures do nothing unless polled"]
pub(crate) struct CarriedSending {
    exchange: Option<Exchange>,
    request: Option<(http::Request<Bytes>, Duration)>,
}

impl Future for CarriedSending {
    type Output = Result<http::Response<CarriedBody>, TransportError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let Some(exchange) = &this.exchange else { return Poll::Pending };
        if let Some((request, connect_timeout)) = this.request.take() {
            // The mailbox is there before anything can come.
            let _ = exchange.poll_reply(cx)?;
            exchange.component.tell(&Command::Send(exchange.id, connect_timeout, Box::new(request)));
        }
        match ready!(exchange.poll_reply(cx))? {
            Reply::Head(_, response) => {
                let (head, ()) = response.into_parts();
                let exchange = this.exchange.take();
                let body = CarriedBody { exchange, asked: false, data: Bytes::new(), failed: None };
                Poll::Ready(Ok(http::Response::from_parts(head, body)))
            }
            _ => Poll::Ready(Err(unasked())),
        }
    }
}

pub(crate) struct CarriedBody {
    /// `None`: it has ended.
    exchange: Option<Exchange>,
    asked: bool,
    data: Bytes,
    failed: Option<TransportErrorKind>,
}

impl ResponseBody for CarriedBody {
    fn poll_data<'b>(
        self: Pin<&'b mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<&'b [u8], TransportError>> {
        let this = self.get_mut();
        if let Some(kind) = this.failed {
            return Poll::Ready(Err(TransportError::new(kind, "the body has failed before")));
        }
        while let Some(exchange) = this.exchange.as_ref().filter(|_| this.data.is_empty()) {
            if !this.asked {
                this.asked = true;
                exchange.component.tell(&Command::Read(exchange.id));
            }
            match ready!(exchange.poll_reply(cx)) {
                Ok(Reply::Data(_, data)) => {
                    this.asked = false;
                    if data.is_empty() {
                        this.exchange = None;
                    }
                    this.data = data;
                }
                Ok(_) => return Poll::Ready(Err(unasked())),
                Err(error) => {
                    this.failed = Some(error.kind());
                    return Poll::Ready(Err(error));
                }
            }
        }
        Poll::Ready(Ok(&this.data))
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        let amount = amount.min(self.data.len());
        self.data.advance(amount);
    }

    fn release(self: Pin<&mut Self>) {
        if let Some(exchange) = &self.exchange {
            exchange.component.tell(&Command::Release(exchange.id));
        }
    }
}

fn unasked() -> TransportError {
    TransportError::new(TransportErrorKind::Protocol, "the component replied to what it was not asked")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
