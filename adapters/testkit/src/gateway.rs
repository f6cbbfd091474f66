//! The listening side.

use std::ffi::c_int;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use socket2::SockRef;

use crate::connection::serve;
use crate::link::{Link, Stopper};
use crate::watched::Watched;
use crate::{Outcome, RecordedRequest, Script};

/// How long the waiting functions wait: far more than any test needs, and less than a CI job's patience.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// How many connections wait to be accepted. The standard library has 128.
const BACKLOG: c_int = 4096;

/// A gateway on a loopback port, with two threads for each connection.
///
/// Dropped, it stops: no step of a script, and no peer that does not read, holds it up. If a script panicked, dropping
/// the gateway panics.
#[derive(Debug)]
pub struct Gateway {
    addr: SocketAddr,
    secure: bool,
    state: Arc<Watched<State>>,
    acceptor: Option<JoinHandle<Workers>>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) requests: Vec<RecordedRequest>,
    pub(crate) violations: Vec<String>,
    accepted: usize,
    open: usize,
    stopping: bool,
    stoppers: Vec<Stopper>,
}

impl State {
    pub(crate) fn record(&mut self, request: RecordedRequest) -> usize {
        self.requests.push(request);
        self.requests.len() - 1
    }
}

impl Gateway {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// If no port can be bound or no thread started.
    pub fn start(script: impl Into<Script>) -> io::Result<Self> {
        Self::start_on(0, script)
    }

    /// Listens on that port of 127.0.0.1; 0: a free one.
    ///
    /// # Errors
    /// If the port cannot be bound or no thread started.
    pub fn start_on(port: u16, script: impl Into<Script>) -> io::Result<Self> {
        Self::listen(port, Shared::new(script.into()))
    }

    /// Listens on a free port of 127.0.0.1 and speaks TLS there as that identity. [`base_url`](Self::base_url) then
    /// names `localhost`.
    ///
    /// # Errors
    /// If no port can be bound or no thread started.
    #[cfg(feature = "tls")]
    pub fn start_tls(script: impl Into<Script>, identity: &crate::tls::Identity) -> io::Result<Self> {
        Self::listen(0, Shared { tls: Some(identity.config()), ..Shared::new(script.into()) })
    }

    fn listen(port: u16, shared: Shared) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        // A thousand may come at once. Of more than are queued, each would be put off by a second.
        SockRef::from(&listener).listen(BACKLOG)?;
        let addr = listener.local_addr()?;
        let state = Arc::clone(&shared.state);
        let secure = shared.is_secure();
        let acceptor = thread::Builder::new()
            .name("gateway-accept".to_owned())
            .spawn(move || accept(&listener, &Arc::new(shared)))?;
        Ok(Self { addr, secure, state, acceptor: Some(acceptor) })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Its base URL, with no slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        if self.secure {
            format!("https://localhost:{}", self.addr.port())
        } else {
            format!("http://{}", self.addr)
        }
    }

    /// The requests read so far, in the order of their arrival, and what became of their answers.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state.read(|state| state.requests.clone())
    }

    /// How clients broke HTTP/1.1 so far; such a request is answered with 400 and a close, and not recorded.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.state.read(|state| state.violations.clone())
    }

    /// How many connections were accepted so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.state.read(|state| state.accepted)
    }

    /// How many connections are open now, on this side.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        self.state.read(|state| state.open)
    }

    /// Blocks until `fits` gives something for the requests of that moment, and gives it back.
    ///
    /// # Panics
    /// After 30 seconds.
    #[track_caller]
    pub fn wait_for<R>(&self, mut fits: impl FnMut(&[RecordedRequest]) -> Option<R>) -> R {
        match self.patiently(|state| fits(&state.requests)) {
            Some(result) => result,
            None => panic!("waited {PATIENCE:?} in vain; requests so far: {:#?}", self.requests()),
        }
    }

    /// Blocks until `count` requests have been read, and gives them back.
    ///
    /// # Panics
    /// After 30 seconds.
    #[track_caller]
    pub fn wait_for_requests(&self, count: usize) -> Vec<RecordedRequest> {
        self.wait_for(|requests| (requests.len() >= count).then(|| requests.to_vec()))
    }

    /// Blocks until the answer to request `index` has ended, one way or another, and tells how.
    ///
    /// # Panics
    /// After 30 seconds.
    #[track_caller]
    pub fn wait_for_outcome(&self, index: usize) -> Outcome {
        self.wait_for(|requests| {
            requests.get(index).map(|request| request.outcome).filter(|outcome| *outcome != Outcome::Pending)
        })
    }

    /// Blocks until `count` connections have been accepted.
    ///
    /// # Panics
    /// After 30 seconds.
    #[track_caller]
    pub fn wait_for_connections(&self, count: usize) {
        let seen = self.patiently(|state| (state.accepted >= count).then_some(()));
        assert!(seen.is_some(), "{} connections within {PATIENCE:?}, not {count}", self.connections());
    }

    /// Blocks until no more than `count` connections are open.
    ///
    /// # Panics
    /// After 30 seconds.
    #[track_caller]
    pub fn wait_for_open_connections(&self, count: usize) {
        let seen = self.patiently(|state| (state.open <= count).then_some(()));
        assert!(seen.is_some(), "{} connections open after {PATIENCE:?}", self.open_connections());
    }

    fn patiently<R>(&self, fits: impl FnMut(&mut State) -> Option<R>) -> Option<R> {
        self.state.wait(Some(Instant::now() + PATIENCE), fits)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let stoppers = self.state.update(|state| {
            state.stopping = true;
            std::mem::take(&mut state.stoppers)
        });
        stoppers.iter().for_each(Stopper::stop);
        // Wakes the acceptor. If it cannot be reached its queue is full, and then it is awake.
        let _ = TcpStream::connect_timeout(&self.addr, Duration::from_secs(1));
        let clean = match self.acceptor.take().map(JoinHandle::join) {
            Some(Ok(workers)) => workers.join(),
            Some(Err(_)) => false,
            None => true,
        };
        assert!(clean || thread::panicking(), "a script panicked; see the message of its thread");
    }
}

/// What the threads share.
struct Shared {
    script: Script,
    state: Arc<Watched<State>>,
    #[cfg(feature = "tls")]
    tls: Option<Arc<rustls::ServerConfig>>,
}

impl Shared {
    fn new(script: Script) -> Self {
        Self {
            script,
            state: Arc::new(Watched::new(State::default())),
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    #[cfg(feature = "tls")]
    fn is_secure(&self) -> bool {
        self.tls.is_some()
    }

    #[cfg(not(feature = "tls"))]
    fn is_secure(&self) -> bool {
        false
    }
}

/// The threads of connections, and whether one of those that ended had panicked.
#[derive(Debug, Default)]
struct Workers {
    threads: Vec<JoinHandle<()>>,
    panicked: bool,
}

impl Workers {
    /// Forgets those that have ended, so that a gateway that serves for long does not gather them.
    fn reap(&mut self) {
        for thread in self.threads.extract_if(.., |thread| thread.is_finished()) {
            self.panicked |= thread.join().is_err();
        }
    }

    /// Waits for all; whether none panicked.
    fn join(mut self) -> bool {
        for thread in self.threads.drain(..) {
            self.panicked |= thread.join().is_err();
        }
        !self.panicked
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) -> Workers {
    let mut workers = Workers::default();
    loop {
        let accepted = listener.accept();
        workers.reap();
        if shared.state.read(|state| state.stopping) {
            return workers;
        }
        let worker = accepted.and_then(|(stream, _)| connect(stream, shared));
        match worker {
            Ok(thread) => workers.threads.push(thread),
            // Out of descriptors or threads: a pause lets some come free, where a loop at full speed would not.
            Err(_) => thread::sleep(Duration::from_millis(10)),
        }
    }
}

fn connect(stream: TcpStream, shared: &Arc<Shared>) -> io::Result<JoinHandle<()>> {
    let link = Link::new(stream)?;
    let stopper = link.stopper();
    let number = shared.state.update(|state| {
        state.stoppers.retain(|stopper| !stopper.is_gone());
        if state.stopping {
            stopper.stop();
        }
        state.stoppers.push(stopper);
        state.accepted += 1;
        state.open += 1;
        state.accepted - 1
    });
    // Made here, so that it counts down whether the thread starts, ends or panics.
    let open = Open(Arc::clone(&shared.state));
    let shared = Arc::clone(shared);
    thread::Builder::new().name(format!("gateway-{number}")).spawn(move || {
        let _open = open;
        #[cfg(feature = "tls")]
        let tls = match shared.tls.as_ref().map(|config| rustls::ServerConnection::new(Arc::clone(config))) {
            Some(Ok(tls)) => Some(tls),
            Some(Err(_)) => return,
            None => None,
        };
        serve(
            link,
            number,
            &shared.script,
            &shared.state,
            #[cfg(feature = "tls")]
            tls,
        );
    })
}

struct Open(Arc<Watched<State>>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.update(|state| state.open -= 1);
    }
}
