//! An answer that goes to a file as it arrives.
//!
//! In Python: `async with aiofiles.open(...) as file: async for chunk in stream: await file.write(...)`.
//!
//! For an answer that is too long to hold, or that others read while it grows. `write_to` takes any
//! `futures-io` writer: a file, a socket, a pipe. A slow one holds the answer back, and its time is not counted
//! against the model.
//!
//! The file is named by the first argument.

use std::env;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use choreoai_examples::{Gateway, report};
use choreoai_smol::{ChatRequest, Client, WriteCause};
use smol::fs::File;

fn main() -> ExitCode {
    report(smol::block_on(run()))
}

async fn run() -> Result<(), Box<dyn Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?
    let path =
        env::args_os().nth(1).map_or_else(|| env::temp_dir().join("choreoai-answer.txt"), PathBuf::from);

    let request = ChatRequest::new("gpt-4").user("Tell a long story").include_usage(true);
    let stream = client.chat().stream(&request).await?;
    let mut file = File::create(&path).await?;
    match stream.write_to(&mut file).await {
        Ok(answer) => {
            file.sync_all().await?;
            println!("{} bytes are in {}", answer.text().len(), path.display());
            Ok(())
        }
        Err(error) => {
            if let WriteCause::Answer(_) = error.cause() {
                println!("{} bytes are in {}, then it broke", error.partial().text().len(), path.display());
            }
            Err(error.into())
        }
    }
}
