//! A conversation: each line of standard input is a question, and the model knows those before it.
//!
//! In Python: `messages.append(...)` around `input()`, in a loop.
//!
//! A `Conversation` grows by complete answers only: after an error it is what it was before, and the question
//! can be asked again. `keep_turns` bounds it. Standard input blocks; `Unblock` reads it on another thread, so
//! that the executor goes on.
//!
//! Try `printf 'My name is Ada\nWhat is my name?\n' | cargo run -p choreoai-examples --bin chat_loop`.

use std::error::Error;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use choreoai_examples::{Gateway, report};
use choreoai_smol::{Client, Conversation};
use futures_lite::StreamExt;
use smol::Unblock;
use smol::io::{AsyncBufReadExt, BufReader};

fn main() -> ExitCode {
    report(smol::block_on(run()))
}

async fn run() -> Result<(), Box<dyn Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    let mut conversation = Conversation::new("gpt-4").system("Be brief.").keep_turns(20);
    conversation.configure(|request| request.include_usage(true));
    let mut lines = BufReader::new(Unblock::new(io::stdin())).lines();
    let mut failed = 0;
    loop {
        if io::stdin().is_terminal() {
            print!("> ");
            io::stdout().flush()?;
        }
        let Some(line) = lines.next().await else { break };
        let question = line?;
        if question.trim().is_empty() {
            continue;
        }
        if let Err(error) = answer(&client, &mut conversation, question).await {
            eprintln!("{error}");
            failed += 1;
        }
    }
    let tokens = conversation.usage().total_tokens().unwrap_or_default();
    println!("({} messages, {tokens} tokens)", conversation.messages().len());
    if failed > 0 { Err(format!("questions without an answer: {failed}").into()) } else { Ok(()) }
}

/// Writes the answer as it arrives.
async fn answer(
    client: &Client,
    conversation: &mut Conversation,
    question: String,
) -> Result<(), Box<dyn Error>> {
    let stream = conversation.ask_stream(client, question).await?;
    let outcome = stream.write_to(&mut Unblock::new(io::stdout())).await;
    println!();
    Ok(outcome.map(drop)?)
}
