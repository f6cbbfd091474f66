//! What is checked.

mod alone;
mod cost;
mod full;
mod text;
mod tls;
mod wasip1;

use std::fmt::Debug;
use std::path::Path;

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
