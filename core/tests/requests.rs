//! Requests and their JSON text, byte for byte, through buffers of every size.

use choreoai_core::chat::{
    AsMessage, AudioOutput, ChatEncoder, ChatRequest, Content, ContentPart, File, Function, JsonSchema,
    LogitBias, Message, Metadata, ResponseFormat, Role, Stop, Tool, ToolCall, ToolChoice,
};
use choreoai_core::embedding::{EmbeddingEncoder, EmbeddingInput, EmbeddingRequest, EncodingFormat};
use choreoai_core::json::writer::{Encoder, Part};
use choreoai_core::json::{RawJson, RawObject};

/// Encodes through output buffers of this size.
fn encode_by<'a>(mut encoder: Encoder<'a, impl Iterator<Item = Part<'a>> + Clone>, size: usize) -> String {
    let length = encoder.content_length();
    let mut text = Vec::new();
    // What lies beyond the buffer must stay as it is.
    let mut buffer = vec![b'#'; size + 1];
    loop {
        assert_eq!(encoder.remaining(), length - text.len() as u64);
        let mut skipping = encoder.clone();
        assert_eq!(skipping.skip_rest(), encoder.remaining());
        assert_eq!((skipping.remaining(), skipping.encode(&mut [0; 8]), skipping.skip_rest()), (0, 0, 0));
        assert_eq!(encoder.encode(&mut []), 0);
        let count = encoder.encode(&mut buffer[..size]);
        assert_eq!(buffer[size], b'#');
        text.extend_from_slice(&buffer[..count]);
        if count < size {
            break;
        }
    }
    assert_eq!(text.len() as u64, length);
    assert_eq!((encoder.remaining(), encoder.encode(&mut buffer)), (0, 0));
    String::from_utf8(text).unwrap()
}

/// Encodes in every way there is, which must all give the same text.
fn encode<'a>(encoder: Encoder<'a, impl Iterator<Item = Part<'a>> + Clone>) -> String {
    let whole = encode_by(encoder.clone(), encoder.content_length() as usize + 1);
    for size in [1, 2, 3, 7, 64] {
        assert_eq!(encode_by(encoder.clone(), size), whole);
    }
    let chunks: Vec<u8> = encoder.clone().flat_map(|chunk| chunk.as_bytes().to_vec()).collect();
    assert_eq!(String::from_utf8(chunks).unwrap(), whole);
    // A few bytes by `encode`, the rest as chunks.
    let mut mixed = encoder;
    let mut first = [0; 20];
    let count = mixed.encode(&mut first);
    let mut bytes = first[..count].to_vec();
    for chunk in mixed {
        bytes.extend_from_slice(chunk.as_bytes());
    }
    assert_eq!(String::from_utf8(bytes).unwrap(), whole);
    whole
}

#[track_caller]
fn check<'a, M>(request: &'a ChatRequest<'a, M>, expected: &str)
where
    M: IntoIterator<Item: AsMessage<'a>, IntoIter: Clone> + Clone,
{
    assert_eq!(encode(request.encoder().unwrap()), expected);
    #[cfg(feature = "serde")]
    assert_eq!(
        serde_json::to_value(request).unwrap(),
        serde_json::from_str::<serde_json::Value>(expected).unwrap()
    );
}

/// The message as a request of model `m` writes it.
#[track_caller]
fn check_message(message: Message<'_>, expected: &str) {
    let request = ChatRequest::new("m", [message]);
    check(&request, &format!(r#"{{"model":"m","messages":[{expected}]}}"#));
}

const HI: &[Message<'_>] = &[Message::user("Hi")];

/// A request whose members follow the model and one message.
#[track_caller]
fn check_members(set: impl for<'a> FnOnce(ChatRequest<'a>) -> ChatRequest<'a>, expected: &str) {
    let request = set(ChatRequest::new("m", HI));
    check(&request, &format!(r#"{{"model":"m","messages":[{{"role":"user","content":"Hi"}}],{expected}}}"#));
}

#[test]
fn conversations() {
    let messages = [Message::system("Be brief."), Message::user("Hi"), Message::assistant("Hello!")];
    let expected = concat!(
        r#"{"model":"gpt-4","messages":[{"role":"system","content":"Be brief."},"#,
        r#"{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello!"}]}"#,
    );
    check(&ChatRequest::new("gpt-4", &messages), expected);
    check(&ChatRequest::new("gpt-4", &messages[..]), expected);
    check(&ChatRequest::new("gpt-4", messages), expected);
    check(&ChatRequest::new("gpt-4", messages.iter().filter(|message| message.name.is_none())), expected);
}

#[test]
fn messages_of_the_callers_own() {
    #[derive(Clone)]
    struct Turn {
        mine: bool,
        text: String,
    }
    impl<'a> AsMessage<'a> for &'a Turn {
        fn as_message(&self) -> Message<'a> {
            if self.mine { Message::user(&self.text) } else { Message::assistant(&self.text) }
        }
    }
    let turns = [Turn { mine: true, text: "a".into() }, Turn { mine: false, text: "b".into() }];
    check(
        &ChatRequest::new("m", &turns),
        r#"{"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}"#,
    );
}

#[test]
fn roles() {
    for (role, name) in [
        (Role::System, "system"),
        (Role::Developer, "developer"),
        (Role::User, "user"),
        (Role::Assistant, "assistant"),
        (Role::Tool, "tool"),
        (Role::Function, "function"),
        (Role::Other("critic"), "critic"),
    ] {
        check_message(
            Message::new(role, Content::Text("x")),
            &format!(r#"{{"role":"{name}","content":"x"}}"#),
        );
    }
    check_message(Message::developer("x"), r#"{"role":"developer","content":"x"}"#);
    check_message(Message::tool("call_1", "x"), r#"{"role":"tool","content":"x","tool_call_id":"call_1"}"#);
    check_message(Message::function("f", "x"), r#"{"role":"function","content":"x","name":"f"}"#);
    check_message(Message::user("x").name("Eve"), r#"{"role":"user","content":"x","name":"Eve"}"#);
}

#[test]
fn contents() {
    let parts = [
        ContentPart::Text("What is this?"),
        ContentPart::ImageUrl { url: "https://h/i.png", detail: None },
        ContentPart::ImageUrl { url: "data:image/png;base64,AA==", detail: Some("low") },
        ContentPart::InputAudio { data: "UklG", format: "wav" },
        ContentPart::File(File { file_id: Some("f1"), ..File::default() }),
        ContentPart::File(File { file_id: None, file_data: Some("data:,x"), filename: Some("x.txt") }),
        ContentPart::Refusal("No."),
        ContentPart::Raw(RawJson::new(" {\"type\":\r\n\"new\"} ").unwrap()),
    ];
    check_message(
        Message::user_parts(&parts),
        concat!(
            r#"{"role":"user","content":[{"type":"text","text":"What is this?"},"#,
            r#"{"type":"image_url","image_url":{"url":"https://h/i.png"}},"#,
            r#"{"type":"image_url","image_url":{"url":"data:image/png;base64,AA==","detail":"low"}},"#,
            r#"{"type":"input_audio","input_audio":{"data":"UklG","format":"wav"}},"#,
            r#"{"type":"file","file":{"file_id":"f1"}},"#,
            r#"{"type":"file","file":{"file_data":"data:,x","filename":"x.txt"}},"#,
            r#"{"type":"refusal","refusal":"No."},"#,
            "{\"type\":\r\n\"new\"}]}",
        ),
    );
    check_message(Message::user_parts(&parts[..1]), r#"{"role":"user","content":"What is this?"}"#);
    check_message(Message::user_parts(&[]), r#"{"role":"user","content":""}"#);
    check_message(
        Message::user_parts(&parts[6..7]),
        r#"{"role":"user","content":[{"type":"refusal","refusal":"No."}]}"#,
    );
    check_message(
        Message::new(Role::Assistant, Content::Raw(RawJson::NULL)),
        r#"{"role":"assistant","content":null}"#,
    );
}

#[test]
fn tool_calls() {
    let signature = RawObject::new(r#"{"extra_content":{"google":{"thought_signature":"AB/+"}}}"#).unwrap();
    let calls = [
        ToolCall::new("call_1", "weather", r#"{"city":"Köln"}"#),
        ToolCall::new("call_2", "time", "").extra(signature),
    ];
    let expected = concat!(
        r#""tool_calls":[{"id":"call_1","type":"function","function":"#,
        r#"{"name":"weather","arguments":"{\"city\":\"Köln\"}"}},"#,
        r#"{"id":"call_2","type":"function","function":{"name":"time","arguments":""},"#,
        r#""extra_content":{"google":{"thought_signature":"AB/+"}}}]}"#,
    );
    check_message(
        Message::assistant_tool_calls(&calls),
        &format!(r#"{{"role":"assistant","content":"",{expected}"#),
    );
    check_message(
        Message::assistant("Let me see.").tool_calls(&calls),
        &format!(r#"{{"role":"assistant","content":"Let me see.",{expected}"#),
    );
    let custom = RawObject::new(r#"{"type":"custom","function":null}"#).unwrap();
    check_message(
        Message::assistant_tool_calls(&[ToolCall::new("c", "f", "").extra(custom)]),
        r#"{"role":"assistant","content":"","tool_calls":[{"id":"c","type":"custom","function":null}]}"#,
    );
}

#[test]
fn scalar_members() {
    check_members(|r| r.temperature(0.7), r#""temperature":0.7"#);
    check_members(|r| r.temperature(0.0), r#""temperature":0.0"#);
    check_members(|r| r.temperature(2.0), r#""temperature":2.0"#);
    check_members(|r| r.top_p(1.0), r#""top_p":1.0"#);
    check_members(|r| r.max_tokens(1), r#""max_tokens":1"#);
    check_members(|r| r.max_completion_tokens(u32::MAX), r#""max_completion_tokens":4294967295"#);
    check_members(|r| r.n(128), r#""n":128"#);
    check_members(|r| r.stream(true), r#""stream":true"#);
    check_members(|r| r.stream(false), r#""stream":false"#);
    check_members(|r| r.include_usage(true), r#""stream_options":{"include_usage":true}"#);
    check_members(|r| r.presence_penalty(-2.0), r#""presence_penalty":-2.0"#);
    check_members(|r| r.frequency_penalty(-0.25), r#""frequency_penalty":-0.25"#);
    check_members(|r| r.logprobs(true).top_logprobs(20), r#""logprobs":true,"top_logprobs":20"#);
    check_members(|r| r.seed(i64::MIN), r#""seed":-9223372036854775808"#);
    check_members(|r| r.user("user-1"), r#""user":"user-1""#);
    check_members(|r| r.parallel_tool_calls(false), r#""parallel_tool_calls":false"#);
    check_members(|r| r.reasoning_effort("low"), r#""reasoning_effort":"low""#);
    check_members(|r| r.store(true), r#""store":true"#);
    check_members(|r| r.service_tier("flex"), r#""service_tier":"flex""#);
}

#[test]
fn an_encoder_may_have_a_stream_of_its_own() {
    let messages = [Message::user("a")];
    for stream in [None, Some(false), Some(true)] {
        let mut request = ChatRequest::new("m", &messages[..]);
        request.stream = stream;
        for wanted in [false, true] {
            let expected = encode(request.stream(wanted).encoder().unwrap());
            let length = request.encoder_of_length(wanted, 0).skip_rest();
            assert_eq!(length, expected.len() as u64);
            assert_eq!(encode(request.encoder_of_length(wanted, length)), expected);
        }
    }
}

#[test]
fn an_encoder_may_be_made_for_a_length() {
    let parts = [Part::Raw("{\"a\":"), Part::Str("\n\u{e9}"), Part::Raw(","), Part::Number(7_u64.into())];
    let expected = "{\"a\":\"\\n\u{e9}\",7";
    let length = Encoder::of_length(0, parts.into_iter()).skip_rest();
    assert_eq!(length, expected.len() as u64);
    assert_eq!(encode(Encoder::of_length(length, parts.into_iter())), expected);
    // A wrong one changes nothing of the text.
    for wrong in [0, 1, u64::MAX] {
        let mut encoder = Encoder::of_length(wrong, parts.into_iter());
        assert_eq!(encoder.content_length(), wrong);
        let mut text = [0; 64];
        let count = encoder.encode(&mut text);
        assert_eq!(str::from_utf8(&text[..count]), Ok(expected));
    }
}

#[test]
fn structured_members() {
    check_members(|r| r.stop(Stop::One("\n")), r#""stop":"\n""#);
    check_members(|r| r.stop(Stop::Many(&["a", "\""])), r#""stop":["a","\""]"#);
    check_members(|r| r.stop(Stop::Raw(RawJson::NULL)), r#""stop":null"#);
    check_members(
        |r| r.logit_bias(LogitBias::Tokens(&[(50256, -100.0), (0, 0.5)])),
        r#""logit_bias":{"50256":-100.0,"0":0.5}"#,
    );
    check_members(|r| r.logit_bias(LogitBias::Tokens(&[])), r#""logit_bias":{}"#);
    let raw = RawObject::new(r#"{"1":2}"#).unwrap();
    check_members(|r| r.logit_bias(LogitBias::Raw(raw)), r#""logit_bias":{"1":2}"#);
    check_members(
        |r| r.metadata(Metadata::Pairs(&[("a\"", "1"), ("b", "\t")])),
        r#""metadata":{"a\"":"1","b":"\t"}"#,
    );
    check_members(|r| r.metadata(Metadata::Raw(raw)), r#""metadata":{"1":2}"#);
    check_members(
        |r| {
            r.modalities(&["text", "audio"])
                .audio(AudioOutput { voice: "alloy", format: "pcm16" })
                .store(true)
        },
        r#""store":true,"modalities":["text","audio"],"audio":{"voice":"alloy","format":"pcm16"}"#,
    );
    check_members(
        |r| r.prediction(Content::Text("abc")),
        r#""prediction":{"type":"content","content":"abc"}"#,
    );
    check_members(
        |r| r.prediction(Content::Parts(&[ContentPart::Text("a"), ContentPart::Text("b")])),
        concat!(
            r#""prediction":{"type":"content","content":"#,
            r#"[{"type":"text","text":"a"},{"type":"text","text":"b"}]}"#,
        ),
    );
    check_members(|r| r.web_search_options(RawObject::new("{ }").unwrap()), r#""web_search_options":{ }"#);
}

#[test]
fn response_formats() {
    check_members(|r| r.response_format(ResponseFormat::Text), r#""response_format":{"type":"text"}"#);
    check_members(
        |r| r.response_format(ResponseFormat::JsonObject),
        r#""response_format":{"type":"json_object"}"#,
    );
    let schema = RawJson::new(r#"{"type":"object"}"#).unwrap();
    let person = JsonSchema::new("person", schema);
    check_members(
        |r| r.response_format(ResponseFormat::JsonSchema(person)),
        concat!(
            r#""response_format":{"type":"json_schema","#,
            r#""json_schema":{"name":"person","schema":{"type":"object"}}}"#
        ),
    );
    check_members(
        |r| r.response_format(ResponseFormat::JsonSchema(person.description("Who").strict(true))),
        concat!(
            r#""response_format":{"type":"json_schema","#,
            r#""json_schema":{"name":"person","description":"Who","schema":{"type":"object"},"strict":true}}"#
        ),
    );
    check_members(
        |r| r.response_format(ResponseFormat::Raw(schema)),
        r#""response_format":{"type":"object"}"#,
    );
}

#[test]
fn tools() {
    let schema = RawJson::new(r#"{"type":"object"}"#).unwrap();
    let tools = [
        Tool::from(Function::new("f")),
        Function::new("g").description("Does g").parameters(schema).strict(true).into(),
        Tool::Raw(RawJson::new(r#"{"type":"custom"}"#).unwrap()),
    ];
    let request = ChatRequest::new("m", HI).tools(&tools).tool_choice(ToolChoice::Function("g"));
    check(
        &request,
        concat!(
            r#"{"model":"m","messages":[{"role":"user","content":"Hi"}],"#,
            r#""tools":[{"type":"function","function":{"name":"f"}},"#,
            r#"{"type":"function","function":{"name":"g","description":"Does g","#,
            r#""parameters":{"type":"object"},"strict":true}},{"type":"custom"}],"#,
            r#""tool_choice":{"type":"function","function":{"name":"g"}}}"#,
        ),
    );
    check_members(|r| r.tool_choice(ToolChoice::Auto), r#""tool_choice":"auto""#);
    check_members(|r| r.tool_choice(ToolChoice::None), r#""tool_choice":"none""#);
    check_members(|r| r.tool_choice(ToolChoice::Required), r#""tool_choice":"required""#);
    check_members(|r| r.tool_choice(ToolChoice::Raw(schema)), r#""tool_choice":{"type":"object"}"#);
}

#[test]
fn additional_members() {
    let extra = |text| RawObject::new(text).unwrap();
    check_members(|r| r.extra(extra("{}")).n(1), r#""n":1"#);
    check_members(|r| r.extra(extra(" { \"top_k\" : 5 } ")), r#""top_k" : 5"#);
    check_members(
        |r| r.n(1).seed(2).extra(extra(r#"{"n":7,"nested":{"seed":3},"text":"\"seed\":4,"}"#)),
        r#""seed":2,"n":7,"nested":{"seed":3},"text":"\"seed\":4,""#,
    );
    // The name may be escaped.
    check_members(|r| r.n(1).user("u").extra(extra(r#"{"\u006e":7}"#)), r#""user":"u","\u006e":7"#);
    check_members(
        |r| r.include_usage(true).extra(extra(r#"{"stream_options":null}"#)),
        r#""stream_options":null"#,
    );

    let everything = extra(r#"{"model":"x","messages":[]}"#);
    let nothing: &[Message<'_>] = &[];
    check(&ChatRequest::new("", nothing).extra(everything), r#"{"model":"x","messages":[]}"#);

    check_message(
        Message::user("a").extra(extra(r#"{"content":"b","name":"c"}"#)),
        r#"{"role":"user","content":"b","name":"c"}"#,
    );
    check_message(
        Message::assistant("").extra(extra(r#"{"role":"assistant","content":"x"}"#)),
        r#"{"role":"assistant","content":"x"}"#,
    );
}

#[test]
fn escapes() {
    let controls: String = (0..0x20).map(char::from).collect();
    check_message(
        Message::user(&controls),
        concat!(
            r#"{"role":"user","content":""#,
            r"\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f",
            r"\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f",
            r#""}"#,
        ),
    );
    check_message(
        Message::user("\"\\/\u{7f}\u{80}é€😀\u{2028}\u{10ffff}"),
        "{\"role\":\"user\",\"content\":\"\\\"\\\\/\u{7f}\u{80}é€😀\u{2028}\u{10ffff}\"}",
    );
    // An escape at each place of a word, before and after.
    for length in 0..20 {
        for at in 0..=length {
            let (before, after) = ("x".repeat(at), "ü".repeat(length - at));
            check_message(
                Message::user(&format!("{before}\"{after}")),
                &format!(r#"{{"role":"user","content":"{before}\"{after}"}}"#),
            );
        }
    }
}

#[test]
fn a_megabyte_is_linear() {
    let text = "0123456789abcdef\"".repeat(1 << 16);
    let request = ChatRequest::new("m", [Message::user(&text)]);
    let around = r#"{"model":"m","messages":[{"role":"user","content":""}]}"#.len();
    let length = around + (18 << 16);
    let mut encoder = request.encoder().unwrap();
    assert_eq!(encoder.content_length(), length as u64);
    // One piece for each run and each escape, none empty: nothing is gone over again.
    assert!(encoder.clone().all(|chunk| !chunk.as_bytes().is_empty()));
    let pieces = encoder.clone().count();
    assert!(pieces < (2 << 16) + 40, "{pieces}");
    let mut calls = 0;
    while encoder.encode(&mut [0; 1000]) == 1000 {
        calls += 1;
    }
    assert_eq!(calls, length / 1000);
}

#[test]
fn encoders_stay_small() {
    assert!(size_of::<ChatEncoder<'_>>() <= 84 * size_of::<usize>());
    assert!(size_of::<EmbeddingEncoder<'_>>() <= 68 * size_of::<usize>());
}

#[test]
fn embeddings() {
    let request = EmbeddingRequest::new("e", EmbeddingInput::One("a\n"));
    assert_eq!(encode(request.encoder().unwrap()), r#"{"model":"e","input":"a\n"}"#);
    let request = EmbeddingRequest::new("e", EmbeddingInput::Many(&["a", "b"]))
        .encoding_format(EncodingFormat::Base64)
        .dimensions(8)
        .user("u")
        .extra(RawObject::new(r#"{"user":"v","x":1}"#).unwrap());
    assert_eq!(
        encode(request.encoder().unwrap()),
        r#"{"model":"e","input":["a","b"],"encoding_format":"base64","dimensions":8,"user":"v","x":1}"#
    );
    let tokens = RawJson::new("[1, 2]").unwrap();
    let request =
        EmbeddingRequest::new("e", EmbeddingInput::Raw(tokens)).encoding_format(EncodingFormat::Float);
    assert_eq!(
        encode(request.encoder().unwrap()),
        r#"{"model":"e","input":[1, 2],"encoding_format":"float"}"#
    );
}
