//! Functions that a model may call.

mod join;
mod run;

use std::error::Error as StdError;
use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Tool, ToolCall, ToolCallExt};
use crate::Error;

/// What a function of a [`Toolbox`] gives: something to be serialised, or any error.
pub type ToolResult<O = String> = Result<O, Box<dyn StdError + Send + Sync>>;

/// Functions that a model may call, by name, and the loop that calls them.
///
/// ```
/// use choreoai::{Client, Conversation, Error, Timer, ToolResult, Toolbox, Transport};
///
/// #[derive(serde::Deserialize)]
/// struct Place {
///     city: String,
/// }
///
/// async fn weather(place: Place) -> ToolResult {
///     Ok(format!("Sunny in {}", place.city))
/// }
///
/// async fn ask<T: Transport, R: Timer>(client: &Client<T, R>) -> Result<String, Error> {
///     let schema = r#"{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}"#;
///     let toolbox = Toolbox::new().tool("weather", "The weather of a city", schema, weather);
///     let mut conversation = Conversation::new("gpt-4");
///     let answer = conversation.ask_with_tools(client, &toolbox, "How is the weather in Köln?").await?;
///     Ok(answer.text().to_owned())
/// }
/// ```
///
/// [`Conversation::ask_with_tools`](super::Conversation::ask_with_tools) says how the loop goes.
///
/// # What the model is told
///
/// | what happens | what the model gets as the call's result |
/// |---|---|
/// | the function gives a string | that string |
/// | it gives anything else | its JSON |
/// | it fails | `error: `, and the error as it prints itself; or the loop ends, by [`abort_on_error`](Self::abort_on_error) |
/// | the arguments are not what it takes | `error: `, and where they differ; the function is not called |
/// | the toolbox has no such function | `error: `, and the names of those it has |
///
/// What an error prints goes to the provider with the rest of the conversation: let a function give an error that says no more
/// than the model may know.
///
/// # Threads
///
/// The functions and their futures are `Send` (the functions `Sync` too), and so a toolbox can be shared, and the loop
/// is `Send` where the client is. They may borrow: `'f` is for how long. The loop runs them on the task that awaits it.
#[must_use]
pub struct Toolbox<'f> {
    functions: Vec<Function<'f>>,
    max_rounds: u32,
    aborts: bool,
}

struct Function<'f> {
    name: String,
    tool: Tool,
    call: Box<dyn Fn(&ToolCall) -> Calling<'f> + Send + Sync + 'f>,
}

/// A function that runs.
type Calling<'f> = Pin<Box<dyn Future<Output = Result<String, Failure>> + Send + 'f>>;

/// Why a call has no result.
enum Failure {
    /// The model wrote arguments that the function does not take.
    Arguments(Error),
    Function(Box<dyn StdError + Send + Sync>),
}

impl<'f> Toolbox<'f> {
    /// How often the functions of a turn are called unless chosen otherwise.
    pub const DEFAULT_ROUNDS: u32 = 10;

    /// No functions yet.
    pub fn new() -> Self {
        Self { functions: Vec::new(), max_rounds: Self::DEFAULT_ROUNDS, aborts: false }
    }

    /// Adds a function, or replaces the one of this name.
    ///
    /// `parameters` is the JSON schema of its argument: text, or a `serde_json::Value`. It is checked when it is sent.
    /// The argument is deserialised from what the model wrote, as by
    /// [`parse_arguments`](ToolCallExt::parse_arguments); a `serde_json::Value` takes anything. The result is serialised; a string is sent as it is.
    pub fn tool<A, F, Fut, O, E>(
        self,
        name: impl Into<String>,
        description: impl Into<String>,
        parameters: impl fmt::Display,
        function: F,
    ) -> Self
    where
        A: DeserializeOwned,
        F: Fn(A) -> Fut + Send + Sync + 'f,
        Fut: Future<Output = Result<O, E>> + Send + 'f,
        O: Serialize,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let name = name.into();
        let tool = Tool::function(&name).description(description).parameters(parameters.to_string());
        let call = move |call: &ToolCall| -> Calling<'f> {
            match call.parse_arguments() {
                Err(error) => Box::pin(ready(Err(Failure::Arguments(error)))),
                Ok(argument) => {
                    let running = function(argument);
                    Box::pin(async {
                        running.await.map_err(Into::into).and_then(result).map_err(Failure::Function)
                    })
                }
            }
        };
        self.with(Function { name, tool, call: Box::new(call) })
    }

    /// Sets how often the functions of a turn are called: 10 times unless chosen otherwise. All that one answer asks for is
    /// one round.
    pub fn max_rounds(mut self, rounds: u32) -> Self {
        self.max_rounds = rounds;
        self
    }

    /// Ends the loop when a function fails, instead of telling the model. The error is of the kind
    /// [`Tool`](crate::ErrorKind::Tool), and has the function's as its source.
    pub fn abort_on_error(mut self) -> Self {
        self.aborts = true;
        self
    }

    fn with(mut self, function: Function<'f>) -> Self {
        match self.functions.iter_mut().find(|other| other.name == function.name) {
            Some(other) => *other = function,
            None => self.functions.push(function),
        }
        self
    }
}

/// The result, as the model reads it: a string without quotes, anything else as JSON.
fn result(output: impl Serialize) -> ToolResult {
    let json = serde_json::to_string(&output)?;
    Ok(if json.starts_with('"') { serde_json::from_str(&json)? } else { json })
}

impl Default for Toolbox<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Toolbox<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Toolbox")
            .field("functions", &self.functions.iter().map(|function| &function.name).collect::<Vec<_>>())
            .field("max_rounds", &self.max_rounds)
            .finish_non_exhaustive()
    }
}
