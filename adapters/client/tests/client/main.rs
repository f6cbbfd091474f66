//! The client over a scripted transport and a virtual clock: no sockets, no sleeping, the same every time.

mod answers;
mod bodies;
mod classes;
mod deadlines;
mod endings;
mod refusals;
mod retries;
mod secrets;
mod sending;
mod support;
mod threads;
