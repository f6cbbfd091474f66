//! `choreo decode`.

use std::io::{self, BufRead, BufReader, Read};
use std::num::NonZeroUsize;

use choreoai_smol::{ChunkDecoder, ErrorKind, Verdict};

use crate::cli::DecodeArgs;
use crate::failure::{AnswerFailure, Failure};
use crate::output::{self, Output};

/// How much is read at once.
const PIECE: usize = 16 << 10;

pub(crate) fn run(args: &DecodeArgs) -> Result<(), Failure> {
    let mut output = args.output.open();
    let body = BufReader::with_capacity(PIECE, io::stdin().lock());
    let outcome = decode(body, args.cut, &mut *output);
    output::conclude(&mut *output, outcome)
}

fn decode(
    mut body: impl BufRead,
    cut: Option<NonZeroUsize>,
    output: &mut dyn Output,
) -> Result<Verdict, Failure> {
    let mut decoder = ChunkDecoder::new();
    let mut piece = Vec::new();
    loop {
        read_piece(&mut body, cut, &mut piece).map_err(unreadable)?;
        if piece.is_empty() {
            decoder.end();
        }
        let mut rest = piece.as_slice();
        while let Some(chunk) = decoder.next_chunk(&mut rest) {
            output.chunk(&chunk?)?;
        }
        if let Some(verdict) = decoder.verdict() {
            return Ok(verdict);
        }
    }
}

/// Reads the next piece: `cut` bytes, or what is there. It is shorter only at the end, and empty after it.
fn read_piece(body: &mut impl BufRead, cut: Option<NonZeroUsize>, piece: &mut Vec<u8>) -> io::Result<()> {
    piece.clear();
    match cut {
        Some(size) => {
            body.take(size.get() as u64).read_to_end(piece)?;
        }
        None => {
            let available = body.fill_buf()?;
            piece.extend_from_slice(available);
            body.consume(piece.len());
        }
    }
    Ok(())
}

fn unreadable(error: io::Error) -> Failure {
    let message = format!("the body ends early, for standard input cannot be read: {error}");
    AnswerFailure::new(ErrorKind::Truncated, message).into()
}
