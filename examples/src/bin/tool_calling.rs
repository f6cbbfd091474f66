//! Functions that the model may call.
//!
//! In Python: `tools=[...]`, `json.loads(call.function.arguments)`, and a loop until no call comes.
//!
//! A `Toolbox` has plain `async` functions with typed arguments. The loop is built in: the calls of an answer
//! run at the same time, the model is told what they gave or why they failed, and it ends after ten rounds at
//! the latest.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;
use std::sync::Mutex;

use choreoai_examples::{Gateway, report};
use choreoai_smol::{Client, Conversation, ToolResult, Toolbox};

#[derive(serde::Deserialize)]
struct Place {
    city: String,
}

fn main() -> ExitCode {
    report(smol::block_on(run()))
}

async fn run() -> Result<(), Box<dyn Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    let stations = BTreeMap::from([("Köln", "rain"), ("Zürich", "sunshine")]);
    let asked = Mutex::new(Vec::new());
    let weather = async |Place { city }: Place| -> ToolResult {
        let weather = stations.get(&*city).ok_or(format!("there is no station in {city}"));
        asked.lock().unwrap().push(city.clone());
        Ok(format!("{} in {city}", weather?))
    };
    let schema = r#"{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}"#;
    let toolbox = Toolbox::new().tool("weather", "The weather of a city", schema, weather);

    let mut conversation = Conversation::new("gpt-4").system("Be brief.");
    let question = "How is the weather in Zürich? Use the tool.";
    let answer = conversation.ask_with_tools(&client, &toolbox, question).await?;
    println!("{}", answer.text());
    println!(
        "the tool was asked for {:?}; {} messages",
        asked.lock().unwrap(),
        conversation.messages().len()
    );
    Ok(())
}
