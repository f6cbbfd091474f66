//! The parts alone, without a gateway's HTTP.

use std::io::{Read, Write};
use std::path::Path;

use choreoai_testkit::Answer;
use choreoai_testkit::wire::{Chunks, Dialect};

use super::{Stacks, same, stack, succeed, with_peer};
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
