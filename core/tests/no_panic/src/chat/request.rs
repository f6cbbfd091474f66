use choreoai_core::chat::{
    AsMessage, AudioOutput, ChatRequest, Content, Function, JsonSchema, LogitBias, Message, Metadata,
    ResponseFormat, Stop, Tool, ToolChoice,
};

use super::message::message;
use crate::opaque::{buffer, consume, opaque, raw, raw_object, text};

pub(crate) const EXERCISES: &[fn()] =
    &[setters, list_setters, function, json_schema, lent_messages, owned_messages, chunks];

/// A request of which no member is known, neither whether it is set nor to which variant.
pub(crate) fn request() -> ChatRequest<'static> {
    const MESSAGES: &[Message<'_>] = &[Message::user("")];
    opaque(ChatRequest::new(text(), opaque(MESSAGES)))
}

fn setters() {
    consume(ChatRequest::temperature(request(), opaque(0.0)));
    consume(ChatRequest::top_p(request(), opaque(0.0)));
    consume(ChatRequest::max_tokens(request(), opaque(0)));
    consume(ChatRequest::max_completion_tokens(request(), opaque(0)));
    consume(ChatRequest::n(request(), opaque(0)));
    consume(ChatRequest::stream(request(), opaque(true)));
    consume(ChatRequest::include_usage(request(), opaque(true)));
    consume(ChatRequest::stop(request(), opaque(Stop::One(text()))));
    consume(ChatRequest::presence_penalty(request(), opaque(0.0)));
    consume(ChatRequest::frequency_penalty(request(), opaque(0.0)));
    consume(ChatRequest::logit_bias(request(), opaque(LogitBias::Raw(raw_object()))));
    consume(ChatRequest::logprobs(request(), opaque(true)));
    consume(ChatRequest::top_logprobs(request(), opaque(0)));
    consume(ChatRequest::seed(request(), opaque(0)));
    consume(ChatRequest::user(request(), text()));
    consume(ChatRequest::tool_choice(request(), opaque(ToolChoice::Auto)));
    consume(ChatRequest::parallel_tool_calls(request(), opaque(true)));
    consume(ChatRequest::response_format(request(), opaque(ResponseFormat::Text)));
    consume(ChatRequest::reasoning_effort(request(), text()));
    consume(ChatRequest::metadata(request(), opaque(Metadata::Raw(raw_object()))));
    consume(ChatRequest::store(request(), opaque(true)));
    consume(ChatRequest::service_tier(request(), text()));
    consume(ChatRequest::audio(request(), opaque(AudioOutput { voice: text(), format: text() })));
    consume(ChatRequest::prediction(request(), opaque(Content::Text(text()))));
    consume(ChatRequest::web_search_options(request(), raw_object()));
    consume(ChatRequest::extra(request(), raw_object()));
    consume(request() == request());
}

fn list_setters() {
    const TOOLS: &[Tool<'_>] = &[Tool::Function(Function::new(""))];
    consume(ChatRequest::tools(request(), opaque(TOOLS)));
    consume(ChatRequest::modalities(request(), opaque(&["text"])));
}

fn function() {
    let function = || opaque(Function::new(text()));
    consume(Function::description(function(), text()));
    consume(Function::parameters(function(), raw()));
    consume(Function::strict(function(), opaque(true)));
    consume(Tool::from(function()));
}

fn json_schema() {
    let schema = || opaque(JsonSchema::new(text(), raw()));
    consume(JsonSchema::description(schema(), text()));
    consume(JsonSchema::strict(schema(), opaque(true)));
}

fn lent_messages() {
    encode(&request());
}

fn owned_messages() {
    let messages = opaque([message(), message()]).into_iter().filter(|_| opaque(true));
    encode(&opaque(ChatRequest::new(text(), messages)));
}

fn encode<'r, M>(request: &'r ChatRequest<'r, M>)
where
    M: IntoIterator<Item: AsMessage<'r>, IntoIter: Clone> + Clone,
{
    consume(ChatRequest::validate(request));
    if let Ok(encoder) = ChatRequest::encoder(request) {
        let mut encoder = opaque(encoder);
        consume(encoder.encode(buffer(&mut [0; 16])));
        consume(encoder.content_length());
        consume(encoder.clone());
    }
    opaque(ChatRequest::encoder_of_length(request, opaque(true), opaque(1)));
}

fn chunks() {
    if let Ok(encoder) = request().encoder() {
        opaque(encoder).for_each(consume);
    }
}
