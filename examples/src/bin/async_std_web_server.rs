//! A web service that chats; on async-std, with axum over hyper.
//!
//! In Python: FastAPI, with `StreamingResponse`.
//!
//! It serves what `web_server` does. hyper is of no executor: its connections are over async-std's sockets, by the
//! glue that smol has for it, and each is a task. To end it: Ctrl-C; then no more is accepted, and answers that have
//! begun have ten seconds to end.

use std::process::ExitCode;
use std::time::Duration;

use async_std::channel;
use async_std::future::timeout;
use async_std::net::{TcpListener, TcpStream};
use async_std::task;
use axum::Router;
use choreoai_async_std::Client;
use choreoai_examples::{Gateway, report, web};
use clap::Parser;
use futures_lite::future;
use hyper::server::conn::http1;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use smol_hyper::rt::{FuturesIo, SmolTimer};

#[async_std::main]
async fn main() -> ExitCode {
    report(run(web::Args::parse()).await)
}

async fn run(args: web::Args) -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    let listener = TcpListener::bind(args.address).await?;
    println!("listening on http://{}", listener.local_addr()?);

    let (interrupt, interrupted) = channel::bounded::<()>(1);
    ctrlc::set_handler(move || _ = interrupt.try_send(()))?;

    let connections = GracefulShutdown::new();
    let service = web::router(client, args.heartbeat);
    loop {
        let interrupted = async { interrupted.recv().await.ok().and(None) };
        match future::or(interrupted, async { Some(listener.accept().await) }).await {
            Some(Ok((stream, _))) => serve(stream, service.clone(), &connections),
            // Out of descriptors, for instance: those that serve will give some back.
            Some(Err(_)) => task::sleep(Duration::from_millis(50)).await,
            None => break,
        }
    }
    // What has not ended by then is dropped, and with it the calls to the gateway.
    let _ = timeout(Duration::from_secs(10), connections.shutdown()).await;
    Ok(())
}

fn serve(stream: TcpStream, service: Router, connections: &GracefulShutdown) {
    let mut http = http1::Builder::new();
    http.timer(SmolTimer::new()); // async-std has the same reactor
    let connection = http.serve_connection(FuturesIo::new(stream), TowerToHyperService::new(service));
    let connection = connections.watch(connection);
    task::spawn(async move {
        if let Err(error) = connection.await {
            eprintln!("a connection broke: {error}"); // in a service: tracing::debug!
        }
    });
}
