//! A web service that chats: what `web_server` and its kin on other executors serve.
//!
//! | | answers |
//! |---|---|
//! | `POST /chat` with `{"message": "...", "model": "gpt-4"}` | `{"response": "..."}` |
//! | `GET /stream?message=...&model=...` | `text/plain`, the pieces as they arrive |
//! | `GET /events?message=...&model=...` | the same as server-sent events, with a heartbeat |
//! | `GET /` | a page that chats |
//!
//! `model` may be left out. When whoever asked has gone, the server drops the answer that it was about to give, and with it
//! the call to the gateway: that is all there is to cancelling.

mod chat;
mod events;
mod failure;
mod question;
mod stream;

use std::time::Duration;

use axum::Router;
use axum::response::Html;
use axum::routing::{get, post};
use choreoai::{Client, Timer, Transport};
use clap::Parser;

/// How a server is started.
#[derive(Clone, Copy, Debug, Parser)]
pub struct Args {
    /// Where to listen; with port 0 at a free one
    #[arg(default_value = "127.0.0.1:8080")]
    pub address: std::net::SocketAddr,
    /// Seconds of silence after which a stream of events has a heartbeat
    #[arg(long, value_name = "SECONDS", default_value = "15", value_parser = seconds)]
    pub heartbeat: Duration,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map_err(|_| "not a number")?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("not a time to wait".to_owned()),
    }
}

/// What a client must be made of to be called from any thread of a server.
pub trait Backend: Clone + Send + Sync + 'static {
    /// The client's transport.
    type Transport: Transport<Body: Send, Sending: Send> + Send + Sync + 'static;
    /// The client's timer, which makes the heartbeats too.
    type Timer: Timer<Sleep: Send> + Send + Sync + 'static;

    /// The client.
    fn client(&self) -> &Client<Self::Transport, Self::Timer>;
}

impl<T, R> Backend for Client<T, R>
where
    T: Transport<Body: Send, Sending: Send> + Send + Sync + 'static,
    R: Timer<Sleep: Send> + Send + Sync + 'static,
{
    type Transport = T;
    type Timer = R;

    fn client(&self) -> &Self {
        self
    }
}

/// What the handlers share.
#[derive(Clone, Debug)]
struct Service<B> {
    client: B,
    heartbeat: Duration,
}

/// The whole service, for any server of axum's.
pub fn router<B: Backend>(client: B, heartbeat: Duration) -> Router {
    Router::new()
        .route("/", get(async || Html(include_str!("page.html"))))
        .route("/chat", post(chat::answer::<B>))
        .route("/stream", get(stream::answer::<B>))
        .route("/events", get(events::answer::<B>))
        .with_state(Service { client, heartbeat })
}
