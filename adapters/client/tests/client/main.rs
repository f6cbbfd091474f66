//! The client over a scripted transport and a virtual clock: no sockets, no sleeping, the same every time.

mod answers;
mod bodies;
mod classes;
mod closing;
mod conversations;
mod deadlines;
mod debugging;
mod embeddings;
mod endings;
mod fallback;
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
mod tools;
mod writing;
