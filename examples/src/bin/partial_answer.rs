//! What had come of an answer is kept when its stream breaks.
//!
//! In Python: `try: async for chunk in stream: parts.append(...)`, `except APIError`.
//!
//! An answer that was cut is never taken for a whole one: the stream ends with an error, after all that came
//! before it. Of a whole answer (`create`, `collect_message`, `write_to`) the error brings that along. A
//! service decides whether a part is of use; to ask again costs the whole answer once more.

use std::process::ExitCode;

use choreoai_examples::{Gateway, report};
use choreoai_smol::{ChatRequest, Client, Error};
use futures_lite::StreamExt;

fn main() -> ExitCode {
    report(smol::block_on(run()))
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    for question in ["How is bread baked?", "How is bread cut?"] {
        // The embedded gateway cuts the second answer.
        let Answer { text, broken } = ask(&client, question).await?;
        match broken {
            None => println!("whole: {text:?}"),
            Some(error) => println!("a part: {text:?}\n({}: {error})", error.class().as_str()),
        }
    }

    let request = ChatRequest::new("gpt-4").user("How is cloth cut?");
    match client.chat().create(&request).await {
        Ok(answer) => println!("whole: {:?}", answer.text()),
        Err(error) => println!("a part: {:?}", error.partial().map(|part| part.text())),
    }
    Ok(())
}

/// The text of an answer, and what broke it off.
struct Answer {
    text: String,
    broken: Option<Error>,
}

/// An error only when nothing came.
async fn ask(client: &Client, question: &str) -> Result<Answer, Error> {
    let request = ChatRequest::new("gpt-4").user(question);
    let mut pieces = client.chat().stream(&request).await?.text();
    let mut text = String::new();
    while let Some(piece) = pieces.next().await {
        match piece {
            Ok(piece) => text.push_str(&piece),
            Err(error) => return Ok(Answer { text, broken: Some(error) }),
        }
    }
    Ok(Answer { text, broken: None })
}
