//! A body, cut as a network would.

#[cfg(feature = "peers")]
use bytes::Bytes;

use crate::workloads::Body;

/// How a body is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// Into pieces of so many bytes.
    Bytes(usize),
    /// Behind each event.
    Event,
}

/// All cuts, in the order of the table.
pub(crate) const READS: [Read; 4] = [Read::Bytes(64), Read::Event, Read::Bytes(1024), Read::Bytes(16 * 1024)];

impl Read {
    /// As it is written in the table and on the command line.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Bytes(size) => size.to_string(),
            Self::Event => "event".to_owned(),
        }
    }
}

/// The pieces of a body, in each of the two forms that contenders take.
pub(crate) struct Reads<'a> {
    pub(crate) body: &'a [u8],
    pub(crate) slices: Vec<&'a [u8]>,
    /// For those who would copy what is not shared.
    #[cfg(feature = "peers")]
    pub(crate) shared: Vec<Bytes>,
}

impl<'a> Reads<'a> {
    pub(crate) fn new(body: &'a Body, read: Read) -> Self {
        let bytes = &body.bytes[..];
        let slices: Vec<_> = match read {
            Read::Bytes(size) => bytes.chunks(size).collect(),
            Read::Event => {
                let starts = [0].into_iter().chain(body.ends.iter().copied());
                starts.zip(&body.ends).map(|(start, &end)| &bytes[start..end]).collect()
            }
        };
        Self {
            body: bytes,
            #[cfg(feature = "peers")]
            shared: share(bytes, &slices),
            slices,
        }
    }
}

#[cfg(feature = "peers")]
fn share(body: &[u8], slices: &[&[u8]]) -> Vec<Bytes> {
    let mut rest = Bytes::copy_from_slice(body);
    slices.iter().map(|slice| rest.split_to(slice.len())).collect()
}
