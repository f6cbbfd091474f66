//! One client source, on every executor: what `scenario` does is written once, and knows neither what carries the requests
//! nor what runs it.

#[cfg(feature = "async-std")]
mod async_std;
mod futures_timer;
mod local;
mod pipe;
mod scenario;
mod smol;
#[cfg(feature = "tokio")]
mod tokio;
