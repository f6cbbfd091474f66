//! By a seed over a tape, in the way that copies and allocates least: the line is copied once, since this parser writes into its
//! input and wants padding behind it, and the tape and the buffers are used again.

use serde::de::DeserializeSeed;
use simd_json::{Buffers, Deserializer, INPUT_PADDING, Tape, fill_tape_padded};

use super::lines::for_each_data;
use super::seed::Chunk;
use crate::contenders::Decode;
use crate::reads::Reads;
use crate::sink::Sink;

pub(in super::super) struct SimdJson;

impl Decode for SimdJson {
    fn decode(reads: &Reads<'_>, sink: &mut impl Sink) {
        let mut buffers = Buffers::new(1024);
        let mut kept = Tape::null();
        let mut line = Vec::new();
        for_each_data(reads, |data| {
            line.clear();
            line.extend_from_slice(data);
            line.extend_from_slice(&[0; INPUT_PADDING]);
            let mut tape = std::mem::replace(&mut kept, Tape(Vec::new())).reset();
            fill_tape_padded(&mut line, data.len(), &mut buffers, &mut tape).expect("the body is valid");
            let mut deserializer = Deserializer::from_tape(tape);
            Chunk(&mut *sink).deserialize(&mut deserializer).expect("the body is valid");
            kept = deserializer.into_tape().reset();
        });
    }
}
