//! The adapter over a transport that follows a script, in virtual time.

mod answers;
mod bounds;
mod cancel;
mod deadlines;
mod platforms;
mod reports;
mod requests;
mod retries;
mod reuse;
mod support;
mod tools;
