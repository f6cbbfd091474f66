//! A web service that chats; on smol, with axum.
//!
//! In Python: FastAPI, with `StreamingResponse`.
//!
//! `/chat` answers as a whole, `/stream` and `/events` piece by piece, and `/` is a page to try it in a browser. What
//! they do is in `src/web`, which knows no executor. To end it: Ctrl-C; then no more is accepted, and answers that
//! have begun have ten seconds to end.

use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use choreoai_examples::{Gateway, report, web};
use choreoai_smol::Client;
use clap::Parser;
use futures_lite::future;
use smol::{Async, Executor, Timer, channel};

fn main() -> ExitCode {
    report(smol::block_on(run(web::Args::parse())))
}

async fn run(args: web::Args) -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    let listener = Async::<TcpListener>::bind(args.address)?;
    println!("listening on http://{}", listener.get_ref().local_addr()?);

    let (interrupt, interrupted) = channel::bounded::<()>(1);
    ctrlc::set_handler(move || _ = interrupt.try_send(()))?;
    let interrupted = async {
        let _ = interrupted.recv().await;
        Ok(())
    };

    let executor = Arc::new(Executor::new());
    let service = web::router(client.clone(), args.heartbeat);
    let serve = smol_axum::serve(Arc::clone(&executor), listener, service);
    executor.run(future::or(serve, interrupted)).await?;

    let patience = async {
        Timer::after(Duration::from_secs(10)).await;
    };
    executor.run(future::or(client.close(), patience)).await;
    Ok(())
}
