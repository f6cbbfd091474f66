//! A web service that chats; on tokio, with axum.
//!
//! In Python: FastAPI, with `StreamingResponse`.
//!
//! `/chat` answers as a whole, `/stream` and `/events` piece by piece, and `/` is a page to try it in a browser. What
//! they do is in `src/web`, which knows no executor. To end it: Ctrl-C; then no more is accepted, and answers that
//! have begun have ten seconds to end.

use std::process::ExitCode;
use std::time::Duration;

use choreoai_examples::{Gateway, report, web};
use choreoai_tokio::Client;
use clap::Parser;
use tokio::net::TcpListener;
use tokio::signal::ctrl_c;
use tokio::time::sleep;

#[tokio::main]
async fn main() -> ExitCode {
    report(run(web::Args::parse()).await)
}

async fn run(args: web::Args) -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    let listener = TcpListener::bind(args.address).await?;
    println!("listening on http://{}", listener.local_addr()?);

    let service = web::router(client.clone(), args.heartbeat);
    let interrupted = async move {
        let _ = ctrl_c().await;
        tokio::spawn(async move {
            sleep(Duration::from_secs(10)).await;
            client.abort();
        });
    };
    axum::serve(listener, service).with_graceful_shutdown(interrupted).await?;
    Ok(())
}
