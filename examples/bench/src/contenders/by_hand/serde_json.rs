//! By a seed.

use serde::de::DeserializeSeed;
use serde_json::Deserializer;

use super::lines::for_each_data;
use super::seed::Chunk;
use crate::contenders::Decode;
use crate::reads::Reads;
use crate::sink::Sink;

pub(in super::super) struct SerdeJson;

impl Decode for SerdeJson {
    fn decode(reads: &Reads<'_>, sink: &mut impl Sink) {
        for_each_data(reads, |data| {
            let mut deserializer = Deserializer::from_slice(data);
            let read = Chunk(&mut *sink).deserialize(&mut deserializer);
            read.and_then(|()| deserializer.end()).expect("the body is valid");
        });
    }
}
