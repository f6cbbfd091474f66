//! An answer as a type of one's own.
//!
//! In Python: `response_format={"type": "json_schema", ...}` and `City.model_validate_json(...)`.
//!
//! A refusal, an answer that was cut, one that is empty and one of another form are told apart by the error's
//! class. With the feature `schemars` of the client, the schema comes from the type:
//! `ResponseFormat::of::<City>()`.

use std::process::ExitCode;

use choreoai_examples::{Gateway, report};
use choreoai_smol::{ChatRequest, Client, Error, ErrorClass, ResponseFormat};

#[derive(Debug, serde::Deserialize)]
struct City {
    name: String,
    inhabitants: u64,
}

fn main() -> ExitCode {
    report(smol::block_on(run()))
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    match largest_city(&client, "Switzerland").await? {
        Some(City { name, inhabitants }) => println!("{name} has {inhabitants} inhabitants"),
        None => println!("the model refuses to say"),
    }
    Ok(())
}

/// `None`: the model refuses.
async fn largest_city(client: &Client, country: &str) -> Result<Option<City>, Error> {
    let schema = r#"{
        "type": "object",
        "properties": {"name": {"type": "string"}, "inhabitants": {"type": "integer"}},
        "required": ["name", "inhabitants"],
        "additionalProperties": false
    }"#;
    let request = ChatRequest::new("gpt-4")
        .user(format!("What is the largest city of {country}?"))
        .response_format(ResponseFormat::json_schema("city", schema));
    match client.chat().parse(&request).await {
        Ok(parsed) => Ok(Some(parsed.value)),
        Err(error) if error.class() == ErrorClass::Refusal => Ok(None),
        Err(error) => Err(error),
    }
}
