//! The programs of the patterns from outside: environment and standard input in; output, exit status and requests out.

mod chat;
mod clients;
mod errors;
mod every;
mod limits;
mod requests;
mod streams;
mod support;
mod timelines;
mod web;
