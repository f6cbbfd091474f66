//! `choreo decode`.

use std::error::Error as _;
use std::io::{self, BufReader, Read};
use std::num::NonZeroUsize;

use choreoai::{ChunkDecoder, Error, ErrorKind, Verdict};

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
    mut body: impl Read,
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
            output.chunk(&chunk.map_err(|error| failure(&error))?)?;
        }
        if let Some(verdict) = decoder.verdict() {
            return Ok(verdict);
        }
    }
}

/// Reads the next piece: `cut` bytes, or what is there. It is shorter only at the end, and empty after it.
fn read_piece(body: &mut impl Read, cut: Option<NonZeroUsize>, piece: &mut Vec<u8>) -> io::Result<()> {
    if let Some(size) = cut {
        piece.clear();
        return body.take(size.get() as u64).read_to_end(piece).map(drop);
    }
    piece.resize(PIECE, 0);
    let length = loop {
        match body.read(piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => break outcome?,
        }
    };
    piece.truncate(length);
    Ok(())
}

/// The client's own message quotes the beginning of a body that is no answer, as far as it has come. Here the whole of it
/// is at hand, and the message must not depend on how it was cut.
fn failure(error: &Error) -> Failure {
    let failure = AnswerFailure::from(error);
    Failure::Answer(match error.source() {
        Some(fault) if error.kind() == ErrorKind::Protocol => failure.with_message(fault.to_string()),
        _ => failure,
    })
}

fn unreadable(error: io::Error) -> Failure {
    let message = format!("the body ends early, for standard input cannot be read: {error}");
    AnswerFailure::new(ErrorKind::Truncated, message).into()
}
