//! Bodies and the events they give, however they are cut.
//!
//! Each transcript is run whole, in pieces of several sizes, and at every two-way split, with scratches of several sizes. The
//! expected events are written by hand.

mod boundaries;
mod chunks;
mod errors;
mod framing;
mod gateway;
mod harness;
mod hostile;
mod values;
mod whole;
