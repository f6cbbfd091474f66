//! The adapter over a transport that follows a script, in virtual time.

mod answers;
mod requests;
mod reuse;
mod support;
