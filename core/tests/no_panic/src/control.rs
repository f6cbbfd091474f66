//! The negative control: a panic, which must keep the program from linking.

use crate::opaque::{bytes, consume, opaque};

pub(crate) const EXERCISES: &[fn()] = &[index];

fn index() {
    consume(bytes()[opaque(7)]);
}
