//! The parts alone, without a gateway's HTTP.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::Duration;

use choreoai_testkit::Answer;
use choreoai_testkit::wire::{Chunks, Dialect};

use super::{Stacks, same, stack, succeed};
use crate::qemu::Wire;

/// More than the ring and the hardware's queue have room for: the line holds the rest back.
pub(super) fn echo(folder: &Path) -> Result<Stacks, String> {
    let line = "0123456789".repeat(100) + "\n";
    let run = with_peer(
        |stream| {
            stream.write_all(line.as_bytes())?;
            let mut back = vec![0; line.len()];
            stream.read_exact(&mut back)?;
            Ok(back)
        },
        |to, peer| {
            let run = succeed(folder, "board_only", Wire::Uart(to), &[])?;
            same("sent back", &*peer()?, line.as_bytes())?;
            Ok(run)
        },
    )?;
    same("printed", &run.printed, &line)?;
    stack("board_only", &run)
}

pub(super) fn decode(folder: &Path) -> Result<Stacks, String> {
    let mut deepest = None;
    for (dialect, size) in [(Dialect::Gateway, 1), (Dialect::Gateway, 4096), (Dialect::OpenAi, 7)] {
        let chunks = Chunks::new(dialect, "gpt-4").text(&["Gr\u{fc}\u{df}e ", "\u{1f980}", "!"], "stop");
        let body = Answer::sse(chunks).done().body_bytes();
        let run = with_peer(
            |stream| body.chunks(size).try_for_each(|piece| stream.write_all(piece)),
            |to, _| succeed(folder, "decoder_only", Wire::Uart(to), &[]),
        )?;
        same("printed", &*run.printed, "Gr\u{fc}\u{df}e \u{1f980}!\nfinished\n")?;
        deepest = deepest.max(run.stack);
    }
    Ok(vec![("decoder_only", deepest.ok_or("it did not tell its stack")?)])
}

/// Does `check` while `peer` is at the other end of the line, once the board has said that it listens. The second argument
/// of `check` waits for what `peer` gives.
pub(super) fn with_peer<P: Send, R>(
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
