//! Requests that are refused before a byte is sent, and those just inside the limits.

use choreoai_core::InvalidRequest;
use choreoai_core::InvalidRequestKind as Kind;
use choreoai_core::chat::{ChatRequest, Content, Function, LogitBias, Message, Role, Tool, ToolChoice};
use choreoai_core::embedding::{EmbeddingInput, EmbeddingRequest};
use choreoai_core::json::{RawJson, RawObject};

const HI: &[Message<'_>] = &[Message::user("Hi")];
const HELLO: ChatRequest<'_> = ChatRequest::new("gpt-4", HI);

#[track_caller]
fn refused(request: ChatRequest<'_>, field: &str, kind: Kind) -> InvalidRequest {
    let error = request.encoder().expect_err("it should be refused");
    assert_eq!((error.field(), error.kind()), (field, kind));
    assert_eq!(request.validate(), Err(error));

    // What is overridden is not checked.
    let members = format!(r#"{{"{field}":null}}"#);
    assert_eq!(request.extra(RawObject::new(&members).unwrap()).validate(), Ok(()));
    error
}

#[test]
fn floats_out_of_range() {
    type Set = fn(f64) -> ChatRequest<'static>;
    let cases: [(&str, i32, i32, Set); 4] = [
        ("temperature", 0, 2, |x| HELLO.temperature(x)),
        ("top_p", 0, 1, |x| HELLO.top_p(x)),
        ("presence_penalty", -2, 2, |x| HELLO.presence_penalty(x)),
        ("frequency_penalty", -2, 2, |x| HELLO.frequency_penalty(x)),
    ];
    for (field, min, max, set) in cases {
        for inside in [f64::from(min), f64::from(max), 0.5] {
            assert_eq!(set(inside).validate(), Ok(()));
        }
        let (below, above) = (f64::from(min) - 1e-9, f64::from(max) + 1e-9);
        for outside in [below, above, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            refused(set(outside), field, Kind::OutOfRange { min, max });
        }
    }
    assert_eq!(HELLO.temperature(-0.0).validate(), Ok(()));
}

#[test]
fn integers_out_of_range() {
    for n in [1, 128] {
        assert_eq!(HELLO.n(n).validate(), Ok(()));
    }
    for n in [0, 129, u32::MAX] {
        refused(HELLO.n(n), "n", Kind::OutOfRange { min: 1, max: 128 });
    }
    assert_eq!(HELLO.max_tokens(1).max_completion_tokens(1).validate(), Ok(()));
    refused(HELLO.max_tokens(0), "max_tokens", Kind::Zero);
    refused(HELLO.max_completion_tokens(0), "max_completion_tokens", Kind::Zero);
    for count in [0, 20] {
        assert_eq!(HELLO.logprobs(true).top_logprobs(count).validate(), Ok(()));
    }
    refused(HELLO.logprobs(true).top_logprobs(21), "top_logprobs", Kind::OutOfRange { min: 0, max: 20 });
}

#[test]
fn alternatives_need_log_probabilities() {
    refused(HELLO.top_logprobs(2), "top_logprobs", Kind::Requires("logprobs"));
    refused(HELLO.logprobs(false).top_logprobs(2), "top_logprobs", Kind::Requires("logprobs"));
    let extra = RawObject::new(r#"{"logprobs":true}"#).unwrap();
    assert_eq!(HELLO.top_logprobs(2).extra(extra).validate(), Ok(()));
}

#[test]
fn models_and_messages() {
    refused(ChatRequest::new("", HI), "model", Kind::Empty);
    for model in ["gpt\n4", "gpt\r", "\0", "\u{7f}"] {
        refused(ChatRequest::new(model, HI), "model", Kind::ControlCharacter);
    }
    refused(ChatRequest::new("gpt-4", &[]), "messages", Kind::Empty);

    let messages = [Message::user(""), Message::new(Role::Other(""), Content::Text("x"))];
    let error = refused(ChatRequest::new("gpt-4", &messages), "messages", Kind::Roleless);
    assert_eq!(error.index(), Some(1));
    let role = RawObject::new(r#"{"role":"user"}"#).unwrap();
    let messages = messages.map(|message| message.extra(role));
    assert_eq!(ChatRequest::new("gpt-4", messages).validate(), Ok(()));
}

#[test]
fn tools_without_a_name() {
    let raw = Tool::Raw(RawJson::new("{}").unwrap());
    let tools = [raw, Function::new("f").into(), Function::new("").into()];
    assert_eq!(refused(HELLO.tools(&tools), "tools", Kind::Unnamed).index(), Some(2));
    assert_eq!(HELLO.tools(&tools[..2]).validate(), Ok(()));
    refused(HELLO.tool_choice(ToolChoice::Function("")), "tool_choice", Kind::Unnamed);
}

#[test]
fn biases_must_be_numbers() {
    let error = refused(
        HELLO.logit_bias(LogitBias::Tokens(&[(1, 0.0), (2, f64::NAN)])),
        "logit_bias",
        Kind::NotFinite,
    );
    assert_eq!(error.index(), Some(1));
    assert_eq!(HELLO.logit_bias(LogitBias::Tokens(&[(1, -100.0)])).validate(), Ok(()));
}

#[test]
fn embeddings() {
    let hello = EmbeddingRequest::new("e", EmbeddingInput::One("Hi"));
    assert_eq!(hello.dimensions(1).validate(), Ok(()));
    for (request, field, kind) in [
        (EmbeddingRequest::new("", EmbeddingInput::One("Hi")), "model", Kind::Empty),
        (EmbeddingRequest::new("a\n", EmbeddingInput::One("Hi")), "model", Kind::ControlCharacter),
        (EmbeddingRequest::new("e", EmbeddingInput::Many(&[])), "input", Kind::Empty),
        (hello.dimensions(0), "dimensions", Kind::Zero),
    ] {
        let error = request.encoder().expect_err("it should be refused");
        assert_eq!((error.field(), error.kind()), (field, kind));
        let overrides = format!(r#"{{"{field}":1}}"#);
        assert_eq!(request.extra(RawObject::new(&overrides).unwrap()).validate(), Ok(()));
    }
}

#[test]
fn messages_for_a_person() {
    let tools = [Function::new("").into()];
    for (request, expected) in [
        (HELLO.temperature(9.0), "`temperature` is out of range: it must be a number from 0 to 2"),
        (HELLO.max_tokens(0), "`max_tokens` is 0: it must be 1 or more"),
        (HELLO.top_logprobs(1), "`top_logprobs` is set without `logprobs`: set that as well"),
        (HELLO.tools(&tools), "`tools[0]` names no function: the name must not be empty"),
        (ChatRequest::new("", HI), "`model` is empty: it must not be"),
    ] {
        assert_eq!(request.validate().unwrap_err().to_string(), expected);
    }
}
