//! What is checked.

mod alone;
mod cost;
mod full;
mod text;
mod tls;
mod wasip1;

use std::fmt::Debug;
use std::io::{self, Read};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::qemu::{self, Run, Wire};

/// How deep the stacks of programs were, in bytes.
pub(crate) type Stacks = Vec<(&'static str, u32)>;

/// Runs one or more programs of a folder; gives the depths of their stacks, or says what was wrong.
pub(crate) type Check = fn(&Path) -> Result<Stacks, String>;

/// All checks, by name.
pub(crate) const ALL: &[(&str, Check)] = &[
    ("board_only: sends back what it receives", alone::echo),
    ("decoder_only: prints the text of a body, however it arrives", alone::decode),
    ("uart_text: streams text", text::uart_text),
    ("uart_text: tells a cut answer from a finished one", text::cut),
    ("uart_full: calls a tool, reports errors, asks again when cut", full::uart),
    ("uart_typed: the same, with typed arguments", full::typed),
    ("ethernet: the same over Ethernet", full::ethernet),
    ("uart_tls: streams text over TLS", tls::streams),
    ("uart_tls: tells a cut answer from a finished one", tls::cut),
    ("uart_tls: says why there is no answer", tls::no_answer),
    ("uart_tls: asks nothing of a server that is not the gateway", tls::refuses),
    ("uart_tls: says what its arguments are", tls::arguments),
    ("uart_tls: ends where there is no handshake", tls::no_handshake),
    ("cost_*: stream text, by one thing more than another", cost::text),
    ("cost_report, cost_tools, cost_retries: do what they are for", cost::others),
    ("text_by_reqwless: streams text", text::reqwless),
    ("text_by_edge_http: streams text", text::edge_http),
    ("full_by_reqwless: does what uart_full does", full::reqwless),
    ("full_by_edge_http: does what uart_full does", full::edge_http),
    ("wasip1: streams text over standard input and output", wasip1::text),
];

/// Runs a program that is to end as a success.
fn succeed(folder: &Path, program: &str, wire: Wire, arguments: &[&str]) -> Result<Run, String> {
    let run = qemu::run(&folder.join(program), wire, arguments)?;
    if run.success { Ok(run) } else { Err(format!("it ended as a failure; it printed {:?}", run.printed)) }
}

fn same<T: PartialEq<U> + Debug, U: Debug>(what: &str, found: T, wanted: U) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{what}: {found:?}\ninstead of: {wanted:?}")) }
}

fn stack(program: &'static str, run: &Run) -> Result<Stacks, String> {
    Ok(vec![(program, run.stack.ok_or("it did not tell its stack")?)])
}

/// Does `check` while `peer` is at the other end of the line, once the board has sent something. The second argument
/// of `check` waits for what `peer` gives.
fn with_peer<P: Send, R>(
    peer: impl FnOnce(&mut TcpStream) -> io::Result<P> + Send,
    check: impl FnOnce(SocketAddr, &mut dyn FnMut() -> Result<P, String>) -> Result<R, String>,
) -> Result<R, String> {
    let told = |error: io::Error| error.to_string();
    let listener = TcpListener::bind("127.0.0.1:0").map_err(told)?;
    let to = listener.local_addr().map_err(told)?;
    thread::scope(|scope| {
        let mut peer = Some(scope.spawn(move || {
            let (mut stream, _) = listener.accept()?;
            stream.set_read_timeout(Some(Duration::from_secs(30)))?;
            stream.read_exact(&mut [0])?;
            peer(&mut stream)
        }));
        let result = check(to, &mut || {
            let peer = peer.take().ok_or("there is one peer")?;
            peer.join().map_err(|_| "the peer panicked")?.map_err(told)
        });
        // Wakes a peer that nobody has connected to.
        drop(TcpStream::connect(to));
        result
    })
}
