use choreoai_core::chat::{AsMessage, Content, ContentPart, Message, Role, ToolCall};

use crate::opaque::{consume, opaque, raw_object, text};

pub(crate) const EXERCISES: &[fn()] = &[constructors, setters, role, tool_call_setters];

pub(crate) fn message() -> Message<'static> {
    opaque(Message::new(opaque(Role::Other(text())), opaque(Content::Text(text()))))
}

pub(crate) fn content_parts() -> &'static [ContentPart<'static>] {
    opaque(&[ContentPart::Text(""), ContentPart::Refusal("")])
}

pub(crate) fn tool_calls() -> &'static [ToolCall<'static>] {
    const CALLS: &[ToolCall<'_>] = &[ToolCall::new("", "", "")];
    opaque(CALLS)
}

fn constructors() {
    for constructor in opaque([Message::system, Message::developer, Message::user, Message::assistant]) {
        consume(constructor(text()));
    }
    consume(Message::user_parts(content_parts()));
    consume(Message::assistant_tool_calls(tool_calls()));
    consume(Message::tool(text(), text()));
    consume(Message::function(text(), text()));
}

fn setters() {
    consume(Message::name(message(), text()));
    consume(Message::tool_calls(message(), tool_calls()));
    consume(Message::extra(message(), raw_object()));
    consume(AsMessage::as_message(&&message()) == message());
}

fn role() {
    consume(Role::as_str(&opaque(Role::System)));
}

fn tool_call_setters() {
    let call = opaque(ToolCall::new(text(), text(), text()));
    consume(ToolCall::extra(call, raw_object()));
}
