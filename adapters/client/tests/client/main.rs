//! The client over a scripted transport and a virtual clock: no sockets, no sleeping, the same every time.

mod closing;
mod deadlines;
mod embeddings;
mod endings;
mod health;
mod limits;
mod models;
mod observing;
mod refusals;
mod retries;
mod secrets;
mod sending;
mod support;
mod threads;
#[cfg(feature = "tracing")]
mod tracing;
