//! The `choreo` command from outside: arguments in; standard output, standard error, exit status and requests out.

mod adapters;
mod batch;
mod decode;
mod embed;
mod errors;
mod gateway;
mod https;
#[cfg(unix)]
mod interrupted;
mod live;
mod models;
mod output;
mod requests;
#[cfg(unix)]
mod resumed;
mod support;
#[cfg(unix)]
mod terminal;
mod usage;
mod wire;
