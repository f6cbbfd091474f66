//! The requests of a conversation, made in one of two ways.

use core::future::Future;

use choreoai_embedded::chat::{ChatRequest, Function, Message, Tool, ToolCall};
use choreoai_embedded::connect::Connect;
use choreoai_embedded::raw_json::RawJson;
use choreoai_embedded::raw_json::writer::Part;
use choreoai_embedded::time::Timer;
use choreoai_embedded::{Client, ClientAnswer, Error};

use crate::Report;

/// What the tool helps to answer.
const TOOL_QUESTION: &str = "How warm is it in K\u{f6}ln?";

/// What is said next.
#[derive(Clone, Copy)]
pub enum Turn<'a> {
    /// A question.
    Question(&'a str),
    /// A question that a tool helps to answer.
    ToolQuestion,
    /// What the tool gave for the call that the model made.
    ToolResult(ToolCall<'a>, &'a str),
}

/// A way to make requests.
pub trait Requests {
    /// Says it, and waits for the answer.
    fn ask<'s, 'b, C: Connect, T: Timer, N: FnMut() -> u32>(
        &self,
        client: &'s mut Client<'b, C, T, N, Report>,
        turn: Turn<'_>,
    ) -> impl Future<Output = Result<ClientAnswer<'s, 'b, C, T, Report>, Error<C::Error>>>;
}

/// By the types that there are for requests: checked before they are sent, and with all that a request can have.
pub struct ByTypes;

/// By JSON text with gaps in it, and so with no code for anything else.
pub struct ByText;

impl Requests for ByTypes {
    async fn ask<'s, 'b, C: Connect, T: Timer, N: FnMut() -> u32>(
        &self,
        client: &'s mut Client<'b, C, T, N, Report>,
        turn: Turn<'_>,
    ) -> Result<ClientAnswer<'s, 'b, C, T, Report>, Error<C::Error>> {
        const MODEL: &str = "gpt-4";
        const SCHEMA: &str = r#"{"type":"object","properties":{"city":{"type":"string"}}}"#;

        // The schema is a constant; an invalid one would not be sent.
        let parameters = RawJson::new(SCHEMA).unwrap_or(RawJson::NULL);
        let tools = [Tool::Function(Function::new("thermometer").parameters(parameters))];
        let call;
        let messages;
        let conversation: &[Message<'_>] = match turn {
            Turn::Question(question) => &[Message::user(question)],
            Turn::ToolQuestion => &[Message::user(TOOL_QUESTION)],
            Turn::ToolResult(made, result) => {
                call = [made];
                messages = [
                    Message::user(TOOL_QUESTION),
                    Message::assistant_tool_calls(&call),
                    Message::tool(made.id, result),
                ];
                &messages
            }
        };
        let mut request = ChatRequest::new(MODEL, conversation);
        request = match turn {
            Turn::ToolQuestion => request.tools(&tools),
            _ => request.include_usage(true),
        };
        client.stream(&request).await
    }
}

impl Requests for ByText {
    async fn ask<'s, 'b, C: Connect, T: Timer, N: FnMut() -> u32>(
        &self,
        client: &'s mut Client<'b, C, T, N, Report>,
        turn: Turn<'_>,
    ) -> Result<ClientAnswer<'s, 'b, C, T, Report>, Error<C::Error>> {
        client.send_parts(parts(turn)).await
    }
}

/// A request in parts.
pub fn parts(turn: Turn<'_>) -> impl Iterator<Item = Part<'_>> + Clone {
    (0..).map_while(move |number| part(turn, number))
}

/// The part of a request that has this number: texts are even, and what is put between them is odd.
fn part(turn: Turn<'_>, number: usize) -> Option<Part<'_>> {
    const BEGINNING: &str = r#"{"model":"gpt-4","messages":[{"role":"user","content":"#;
    const END: &str = r#"}],"stream":true,"stream_options":{"include_usage":true}}"#;
    const TOOLS: &str = concat!(
        r#"}],"stream":true,"tools":[{"type":"function","function":{"name":"thermometer","parameters":"#,
        r#"{"type":"object","properties":{"city":{"type":"string"}}}}}]}"#,
    );

    let (texts, gaps): (&[&str], &[&str]) = match turn {
        Turn::Question(question) => (&[BEGINNING, END], &[question]),
        Turn::ToolQuestion => (&[BEGINNING, TOOLS], &[TOOL_QUESTION]),
        Turn::ToolResult(call, result) => (
            &[
                BEGINNING,
                r#"},{"role":"assistant","content":"","tool_calls":[{"id":"#,
                r#","type":"function","function":{"name":"#,
                r#","arguments":"#,
                r#"}}]},{"role":"tool","content":"#,
                r#","tool_call_id":"#,
                END,
            ],
            &[TOOL_QUESTION, call.id, call.name, call.arguments, result, call.id],
        ),
    };
    let place = number / 2;
    if number.is_multiple_of(2) {
        texts.get(place).copied().map(Part::Raw)
    } else {
        gaps.get(place).copied().map(Part::Str)
    }
}
