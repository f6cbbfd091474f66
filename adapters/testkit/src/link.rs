//! One connection's socket: a thread that reads ahead, so that a peer that leaves is noticed whatever the script is doing.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::Gate;
use crate::watched::Watched;

/// What has arrived and has not been taken. More than this is not read ahead.
const READ_AHEAD: usize = 1 << 20;

#[derive(Debug, Default)]
pub(crate) struct Inbox {
    bytes: Vec<u8>,
    peer_closed: bool,
    stopped: bool,
}

/// Why an answer goes no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interrupt {
    PeerClosed,
    Stopped,
}

/// A connection. Dropping it closes the socket.
#[derive(Debug)]
pub(crate) struct Link {
    stream: Arc<TcpStream>,
    inbox: Arc<Watched<Inbox>>,
    reader: Option<JoinHandle<()>>,
    #[cfg(feature = "tls")]
    tls: Option<Box<rustls::ServerConnection>>,
}

/// Ends a connection from another thread.
#[derive(Debug)]
pub(crate) struct Stopper {
    stream: Weak<TcpStream>,
    inbox: Weak<Watched<Inbox>>,
}

impl Stopper {
    pub(crate) fn stop(&self) {
        if let Some(inbox) = self.inbox.upgrade() {
            inbox.update(|inbox| inbox.stopped = true);
        }
        if let Some(stream) = self.stream.upgrade() {
            // Wakes a blocked read or write. It fails if the peer has gone, and then none is blocked.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.stream.strong_count() == 0
    }
}

impl Link {
    pub(crate) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        let stream = Arc::new(stream);
        let inbox = Arc::new(Watched::<Inbox>::default());
        let reader = thread::Builder::new().name("gateway-read".to_owned()).spawn({
            let (stream, inbox) = (Arc::clone(&stream), Arc::clone(&inbox));
            move || read_ahead(&stream, &inbox)
        })?;
        Ok(Self {
            stream,
            inbox,
            reader: Some(reader),
            #[cfg(feature = "tls")]
            tls: None,
        })
    }

    pub(crate) fn stopper(&self) -> Stopper {
        Stopper { stream: Arc::downgrade(&self.stream), inbox: Arc::downgrade(&self.inbox) }
    }

    /// Speaks TLS from here on.
    #[cfg(feature = "tls")]
    pub(crate) fn secure(&mut self, mut tls: rustls::ServerConnection) {
        // A script's piece is written whole, however long.
        tls.set_buffer_limit(None);
        self.tls = Some(Box::new(tls));
    }

    /// Waits for bytes and appends what arrived to `received`: over TLS possibly nothing, when it was handshake.
    pub(crate) fn receive(&mut self, received: &mut Vec<u8>) -> Result<(), Interrupt> {
        // What came before the end is taken first.
        let bytes =
            self.wait(None, |inbox| (!inbox.bytes.is_empty()).then(|| Ok(std::mem::take(&mut inbox.bytes))))?;
        #[cfg(feature = "tls")]
        if let Some(tls) = &mut self.tls {
            let decrypted = decrypt(tls, &bytes, received);
            self.flush_tls()?; // the alert, too, that says what was wrong
            return decrypted.map_err(|_| Interrupt::PeerClosed);
        }
        received.extend_from_slice(&bytes);
        Ok(())
    }

    /// Gives all bytes to the socket.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> Result<(), Interrupt> {
        #[cfg(feature = "tls")]
        if let Some(tls) = &mut self.tls {
            tls.writer().write_all(bytes).map_err(|_| Interrupt::PeerClosed)?;
            return self.flush_tls();
        }
        self.send_raw(bytes)
    }

    pub(crate) fn pause(&self, duration: Duration) -> Result<(), Interrupt> {
        // A pause too long for the clock is a stall.
        self.wait(Instant::now().checked_add(duration), |_| None)
    }

    pub(crate) fn wait_for(&self, gate: &Gate) -> Result<(), Interrupt> {
        gate.arrive(&self.inbox);
        self.wait(None, |_| gate.is_open().then_some(Ok(())))
    }

    /// Waits until the peer closes or the gateway stops.
    pub(crate) fn stall(&self) -> Interrupt {
        match self.wait(None, |_| None::<Result<(), Interrupt>>) {
            Err(interrupt) => interrupt,
            Ok(()) => Interrupt::Stopped,
        }
    }

    /// Ends the sending side.
    pub(crate) fn half_close(&self) {
        // It fails if the peer has gone; then there is nothing to end.
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// Closes in good order.
    pub(crate) fn close(mut self) {
        self.end_tls();
    }

    /// Closes by a reset (RFC 9293 section 3.10.4): zero linger makes the close abort.
    pub(crate) fn reset(self) -> io::Result<()> {
        socket2::SockRef::from(&*self.stream).set_linger(Some(Duration::ZERO))
    }

    /// Waits until `ready` gives a result, the peer closes, the gateway stops or the deadline (a success) comes.
    fn wait<R: Default>(
        &self,
        deadline: Option<Instant>,
        mut ready: impl FnMut(&mut Inbox) -> Option<Result<R, Interrupt>>,
    ) -> Result<R, Interrupt> {
        let woken = self.inbox.wait(deadline, |inbox| {
            if inbox.stopped {
                return Some(Err(Interrupt::Stopped));
            }
            ready(inbox).or(inbox.peer_closed.then_some(Err(Interrupt::PeerClosed)))
        });
        woken.unwrap_or(Ok(R::default()))
    }

    fn send_raw(&self, bytes: &[u8]) -> Result<(), Interrupt> {
        (&*self.stream).write_all(bytes).map_err(|_| {
            if self.inbox.read(|inbox| inbox.stopped) { Interrupt::Stopped } else { Interrupt::PeerClosed }
        })
    }

    #[cfg(feature = "tls")]
    fn end_tls(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
            // It fails if the peer has gone; then there is none to tell.
            let _ = self.flush_tls();
        }
    }

    #[cfg(not(feature = "tls"))]
    fn end_tls(&mut self) {}

    #[cfg(feature = "tls")]
    fn flush_tls(&mut self) -> Result<(), Interrupt> {
        let mut records = Vec::new();
        if let Some(tls) = &mut self.tls {
            while tls.wants_write() {
                tls.write_tls(&mut records).map_err(|_| Interrupt::PeerClosed)?;
            }
        }
        self.send_raw(&records)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.inbox.update(|inbox| inbox.stopped = true);
        // Wakes the reader without a word to the peer: whether it sees an end or a reset is decided by the close.
        let _ = self.stream.shutdown(Shutdown::Read);
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

fn read_ahead(stream: &TcpStream, inbox: &Watched<Inbox>) {
    let mut buffer = [0; 16 * 1024];
    loop {
        let stopped = inbox
            .wait(None, |inbox| (inbox.stopped || inbox.bytes.len() < READ_AHEAD).then_some(inbox.stopped));
        if stopped != Some(false) {
            return;
        }
        match (&*stream).read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => inbox.update(|inbox| inbox.bytes.extend(buffer.iter().take(read))),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    inbox.update(|inbox| inbox.peer_closed = true);
}

#[cfg(feature = "tls")]
fn decrypt(
    tls: &mut rustls::ServerConnection,
    mut records: &[u8],
    received: &mut Vec<u8>,
) -> Result<(), rustls::Error> {
    while !records.is_empty() {
        // Reading from a slice does not fail; no bytes taken means that `close_notify` has been seen.
        if tls.read_tls(&mut records).unwrap_or(0) == 0 {
            break;
        }
        let state = tls.process_new_packets()?;
        let start = received.len();
        received.resize(start + state.plaintext_bytes_to_read(), 0);
        if tls.reader().read_exact(&mut received[start..]).is_err() {
            received.truncate(start);
        }
    }
    Ok(())
}
