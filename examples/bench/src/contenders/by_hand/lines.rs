//! The data lines of an event stream, as far as such a stream is written in the usual way.

use memchr::memchr;

use crate::reads::Reads;

/// Gives `take` the data of each line: where they are in the read if it has all of the line, otherwise gathered.
pub(super) fn for_each_data(reads: &Reads<'_>, mut take: impl FnMut(&[u8])) {
    let mut gathered = Vec::new();
    for mut read in reads.slices.iter().copied() {
        while let Some(length) = memchr(b'\n', read) {
            let (line, rest) = read.split_at(length);
            read = &rest[1..];
            if gathered.is_empty() {
                take_line(line, &mut take);
            } else {
                gathered.extend_from_slice(line);
                take_line(&gathered, &mut take);
                gathered.clear();
            }
        }
        gathered.extend_from_slice(read);
    }
}

#[inline]
fn take_line(line: &[u8], take: &mut impl FnMut(&[u8])) {
    if let Some(data) = line.strip_prefix(b"data: ")
        && data != b"[DONE]"
    {
        take(data);
    }
}
