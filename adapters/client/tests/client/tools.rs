//! Functions that a model calls.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use choreoai::{
    ChatRequest, Conversation, ErrorClass, ErrorKind, Timer, Tool, ToolChoice, ToolResult, Toolbox,
    TransportErrorKind,
};
use serde_json::{Value, json};

use crate::support::*;

const SCHEMA: &str = r#"{"type": "object"}"#;

#[derive(serde::Deserialize)]
struct Place {
    city: String,
}

/// An answer that calls these functions with these arguments; the ids are `c0`, `c1` and so on.
fn calls(calls: &[(&str, &str)]) -> Reply {
    let calls = calls.iter().enumerate().map(|(at, (name, arguments))| {
        json!({"id": format!("c{at}"), "type": "function", "function": {"name": name, "arguments": arguments}})
    });
    let message = json!({"role": "assistant", "content": null, "tool_calls": calls.collect::<Vec<_>>()});
    let choice = json!({"index": 0, "message": message, "finish_reason": "tool_calls"});
    Reply::body(json!({"choices": [choice]}).to_string())
}

fn done() -> Reply {
    Reply::body(answer())
}

fn sent(script: &Script) -> Vec<Value> {
    script.played().requests.iter().map(|request| serde_json::from_slice(request.body()).unwrap()).collect()
}

/// The results that the last request told.
fn results(script: &Script) -> Vec<String> {
    let body = sent(script).pop().unwrap();
    let tools = body["messages"].as_array().unwrap().iter().filter(|message| message["role"] == "tool");
    tools.map(|message| message["content"].as_str().unwrap().to_owned()).collect()
}

/// The history, one letter for each role.
fn roles(conversation: &Conversation) -> String {
    conversation.messages().iter().map(|message| &message.role()[..1]).collect()
}

async fn weather(place: Place) -> ToolResult {
    match &*place.city {
        "" => Err("no such city".into()),
        city => Ok(format!("Sunny in {city}")),
    }
}

fn toolbox() -> Toolbox<'static> {
    Toolbox::new().tool("weather", "The weather of a city", SCHEMA, weather)
}

#[test]
fn functions_are_called_until_the_model_answers() {
    let script = Script::new([
        calls(&[("weather", r#"{"city": "Köln"}"#), ("weather", r#"{"city": "Rom"}"#)]),
        calls(&[("weather", r#"{"city": "Oslo"}"#)]),
        done(),
    ]);
    let client = script.client();
    let mut conversation = Conversation::new("gpt-4").system("Be brief.");
    let toolbox = toolbox();
    let answer = script.run(conversation.ask_with_tools(&client, &toolbox, "How is it?")).unwrap();
    assert_eq!(answer.text(), "Hello world");
    assert_eq!(roles(&conversation), "suattata");

    let bodies = sent(&script);
    let tool = json!([{"type": "function", "function":
        {"name": "weather", "description": "The weather of a city", "parameters": {"type": "object"}}}]);
    assert!(bodies.iter().all(|body| body["tools"] == tool));
    assert_eq!(
        bodies[1]["messages"].as_array().unwrap()[2..],
        [
            json!({"role": "assistant", "content": "", "tool_calls": [
                {"id": "c0", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": \"Köln\"}"}},
                {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": \"Rom\"}"}},
            ]}),
            json!({"role": "tool", "content": "Sunny in Köln", "tool_call_id": "c0"}),
            json!({"role": "tool", "content": "Sunny in Rom", "tool_call_id": "c1"}),
        ]
    );
    assert_eq!(results(&script), ["Sunny in Köln", "Sunny in Rom", "Sunny in Oslo"]);
    // The tools were lent for the turn.
    let history = conversation.into_request();
    assert!(!format!("{history:?}").contains("The weather of a city"));
}

#[test]
fn signatures_of_thoughts_go_back_with_their_calls() {
    // As Gemini streams: whole calls without an index, the first of an answer signed.
    let call = |id: &str, city: &str, signature: Option<&str>| {
        let arguments = json!({"city": city}).to_string();
        let mut call = json!({"id": id, "type": "function",
            "function": {"name": "weather", "arguments": arguments}});
        if let Some(signature) = signature {
            call["extra_content"] = json!({"google": {"thought_signature": signature}});
        }
        call
    };
    let event = |delta: Value, reason: Option<&str>| {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": reason});
        format!("data: {}\n\n", json!({"choices": [choice], "object": "chat.completion.chunk"}))
    };
    let (rome, oslo, bonn) = (
        call("f1", "Rom", Some("c2lnLUE+/w==")),
        call("f2", "Oslo", None),
        call("f3", "Bonn", Some("c2lnLUI=")),
    );
    let first = [
        event(json!({"role": "assistant", "tool_calls": [rome]}), None),
        event(json!({"role": "assistant", "tool_calls": [oslo]}), Some("tool_calls")),
        DONE.to_owned(),
    ];
    let second =
        [event(json!({"role": "assistant", "tool_calls": [bonn]}), Some("tool_calls")), DONE.to_owned()];
    let text = json!({"content": "Sunny.", "extra_content": {"google": {"thought_signature": "c2lnLUM="}}});
    let third = [event(text, Some("stop")), DONE.to_owned()];
    let script = Script::new([
        Reply::body(first.concat()),
        Reply::body(second.concat()),
        Reply::body(third.concat()),
        done(),
    ]);
    let client = script.client();
    let mut conversation = Conversation::new("gemini-3-pro");
    script.run(async {
        let toolbox = toolbox();
        conversation.ask_with_tools(&client, &toolbox, "How is it?").await.unwrap();
        conversation.ask_with_tools(&client, &toolbox, "And now?").await.unwrap();
    });
    assert_eq!(roles(&conversation), "uattataua");
    let messages = sent(&script).pop().unwrap()["messages"].take();
    assert_eq!(messages[1]["tool_calls"], json!([rome, oslo]));
    assert_eq!(messages[4]["tool_calls"], json!([bonn]));
    let last = json!({"role": "assistant", "content": "Sunny.",
        "extra_content": {"google": {"thought_signature": "c2lnLUM="}}});
    assert_eq!(messages[6], last);
}

#[test]
fn calls_without_an_id_are_told_apart_by_their_results() {
    let call = |id: Value, city: &str| json!({"id": id, "type": "function", "function": {"name": "weather", "arguments": json!({"city": city}).to_string()}});
    let calls = [call(json!(""), "Bonn"), call(json!("own"), "Köln"), call(Value::Null, "Ulm")];
    let message = json!({"role": "assistant", "content": null, "tool_calls": calls});
    let choice = json!({"index": 0, "message": message, "finish_reason": "tool_calls"});
    let script = Script::new([Reply::body(json!({"choices": [choice]}).to_string()), done()]);
    let client = script.client();
    script.run(async {
        Conversation::new("gpt-4").ask_with_tools(&client, &toolbox(), "Hi").await.unwrap();
    });
    let body = sent(&script).pop().unwrap();
    let messages = body["messages"].as_array().unwrap();
    let called = messages[1]["tool_calls"].as_array().unwrap();
    let ids: Vec<_> = called.iter().map(|call| call["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["call_1_0", "own", "call_1_2"]);
    for ((id, city), result) in ids.into_iter().zip(["Bonn", "Köln", "Ulm"]).zip(&messages[2..]) {
        assert_eq!(
            (&result["tool_call_id"], &result["content"]),
            (&json!(id), &json!(format!("Sunny in {city}")))
        );
    }
}

#[test]
fn results_are_told_as_text_or_json() {
    #[derive(serde::Serialize)]
    struct Report {
        sky: &'static str,
        degrees: i32,
    }
    let toolbox = Toolbox::new()
        .tool("text", "", SCHEMA, async |_: Value| ToolResult::Ok("say \"ü\"\n"))
        .tool("report", "", json!({"type": "object"}), async |_: Value| {
            ToolResult::Ok(Report { sky: "blue", degrees: -3 })
        })
        .tool("nothing", "", SCHEMA, async |_: Value| ToolResult::Ok(()))
        .tool("echo", "", SCHEMA, async |arguments: Value| ToolResult::Ok(arguments))
        .tool("parse", "", SCHEMA, async |place: Place| place.city.parse::<u32>())
        .tool("twice", "", SCHEMA, async |_: Value| ToolResult::Ok("first"))
        .tool("twice", "", SCHEMA, async |_: Value| ToolResult::Ok("second"));
    let script = Script::new([
        calls(&[
            ("text", "{}"),
            ("report", "{}"),
            ("nothing", "{}"),
            ("echo", ""),
            ("parse", r#"{"city": "7"}"#),
            ("parse", r#"{"city": "seven"}"#),
            ("twice", "{}"),
        ]),
        done(),
    ]);
    let client = script.client();
    let mut conversation = Conversation::new("gpt-4");
    script.run(conversation.ask_with_tools(&client, &toolbox, "Go")).unwrap();
    let expected = [
        "say \"ü\"\n",
        r#"{"sky":"blue","degrees":-3}"#,
        "null",
        "{}",
        "7",
        "error: invalid digit found in string",
        "second",
    ];
    assert_eq!(results(&script), expected);
    assert_eq!(sent(&script)[0]["tools"].as_array().unwrap().len(), 6);
}

#[test]
fn what_cannot_be_called_is_told_to_the_model() {
    let called = AtomicU32::new(0);
    let counting = |place: Place| {
        called.fetch_add(1, Ordering::SeqCst);
        weather(place)
    };
    for (aborts, wrong) in [
        (false, ("weather", "{\"city\"")),
        (true, ("weather", "{\"town\": \"Rom\"}")),
        (true, ("weather", "[]x")),
        (true, ("weather", "")),
        (true, ("wether", "{}")),
        (true, ("", "{}")),
    ] {
        let mut toolbox =
            Toolbox::new().tool("weather", "", SCHEMA, counting).tool("other", "", SCHEMA, weather);
        if aborts {
            toolbox = toolbox.abort_on_error();
        }
        let script = Script::new([calls(&[wrong]), done()]);
        let client = script.client();
        script.run(Conversation::new("gpt-4").ask_with_tools(&client, &toolbox, "Go")).unwrap();
        let told = results(&script).pop().unwrap();
        let expected = if wrong.0 == "weather" {
            "error: the argument of the call of \"weather\" cannot be used: ".to_owned()
        } else {
            format!("error: there is no function `{}`, only `weather`, `other`", wrong.0)
        };
        assert!(told.starts_with(&expected), "{told}");
    }
    assert_eq!(called.into_inner(), 0);

    let script = Script::new([calls(&[("f", "{}")]), done()]);
    let client = script.client();
    let mut conversation = Conversation::from(ChatRequest::new("gpt-4").tool(Tool::function("f")));
    script.run(conversation.ask_with_tools(&client, &Toolbox::new(), "Go")).unwrap();
    assert_eq!(results(&script), ["error: there is no function `f`, nor any other"]);
    assert_eq!(sent(&script)[0]["tools"].as_array().unwrap().len(), 1);
}

#[test]
fn nothing_is_called_by_an_answer_that_was_cut() {
    for (reason, class) in [
        ("length", ErrorClass::Length),
        ("MAX_TOKENS", ErrorClass::Length),
        ("content_filter", ErrorClass::ContentFilter),
    ] {
        let call = json!({"id": "c0", "type": "function", "function": {"name": "delete", "arguments": ""}});
        let message = json!({"role": "assistant", "content": null, "tool_calls": [call]});
        let choice = json!({"index": 0, "message": message, "finish_reason": reason});
        let reply = Reply::body(json!({"choices": [choice]}).to_string());
        let script = Script::new([reply.header("x-request-id", "req-1")]);
        let client = script.client();
        let called = AtomicU32::new(0);
        let toolbox = Toolbox::new().tool("delete", "", SCHEMA, async |_: Value| {
            called.fetch_add(1, Ordering::SeqCst);
            ToolResult::Ok("all is gone")
        });
        let mut conversation = Conversation::new("gpt-4");
        let error = script.run(conversation.ask_with_tools(&client, &toolbox, "Go")).unwrap_err();
        assert_eq!((error.kind(), error.class()), (ErrorKind::Answer, class), "{reason}");
        assert_eq!(error.partial().unwrap().tool_calls().len(), 1);
        assert_eq!((error.request_id(), error.attempts()), (Some("req-1"), 1));
        drop(toolbox);
        assert_eq!((called.into_inner(), roles(&conversation)), (0, String::new()), "{reason}");
    }
}

#[test]
fn a_failure_of_a_function_is_told_or_ends_the_loop() {
    let failing = || calls(&[("weather", r#"{"city": "Rom"}"#), ("weather", r#"{"city": ""}"#)]);
    let script = Script::new([failing(), done(), calls(&[("weather", r#"{"city": "Oslo"}"#)]), failing()]);
    let client = script.client();
    let mut conversation = Conversation::new("gpt-4");
    script.run(async {
        conversation.ask_with_tools(&client, &toolbox(), "Go").await.unwrap();
        assert_eq!(results(&script), ["Sunny in Rom", "error: no such city"]);

        let toolbox = toolbox().abort_on_error();
        let error = conversation.ask_with_tools(&client, &toolbox, "Go").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tool);
        assert_eq!(error.to_string(), "the function `weather` failed: no such city");
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "no such city");
        assert_eq!(error.partial().unwrap().tool_calls().len(), 2);
    });
    // The round that was complete stays, and the history can be sent.
    assert_eq!(roles(&conversation), "uatta".to_owned() + "uat");
}

#[test]
fn calls_of_one_answer_run_at_once_and_keep_their_order() {
    let script = Script::new([
        calls(&[("wait", r#"{"city": "30"}"#), ("wait", r#"{"city": "10"}"#), ("wait", r#"{"city": "20"}"#)]),
        done(),
    ]);
    let client = script.client();
    let ended = Mutex::new(Vec::new());
    let (clock, order) = (script.clock(), &ended);
    let wait = move |place: Place| async move {
        clock.sleep(seconds(place.city.parse()?)).await;
        order.lock().unwrap().push(place.city.clone());
        ToolResult::Ok(place.city)
    };
    let toolbox = Toolbox::new().tool("wait", "", SCHEMA, wait);
    script.run(Conversation::new("gpt-4").ask_with_tools(&client, &toolbox, "Go")).unwrap();
    assert_eq!(script.now(), seconds(30));
    assert_eq!(results(&script), ["30", "10", "20"]);
    assert_eq!(*ended.lock().unwrap(), ["10", "20", "30"]);
}

#[test]
fn the_first_failure_stops_the_others() {
    let script = Script::new([calls(&[("wait", r#"{"city": "99"}"#), ("wait", r#"{"city": "1"}"#)])]);
    let client = script.client();
    let clock = script.clock();
    let wait = move |place: Place| async move {
        clock.sleep(seconds(place.city.parse()?)).await;
        ToolResult::<()>::Err("too late".into())
    };
    let toolbox = Toolbox::new().tool("wait", "", SCHEMA, wait).abort_on_error();
    let mut conversation = Conversation::new("gpt-4");
    script.run(conversation.ask_with_tools(&client, &toolbox, "Go")).unwrap_err();
    assert_eq!(script.now(), seconds(1));
    assert!(conversation.messages().is_empty());
}

#[test]
fn rounds_are_bounded_and_the_history_stays() {
    let call = || calls(&[("weather", r#"{"city": "Rom"}"#)]);
    for rounds in [0, 1, 3] {
        let script = Script::new((0..=rounds).map(|_| call()).chain([done()]));
        let client = script.client();
        let mut conversation = Conversation::new("gpt-4");
        let toolbox = toolbox().max_rounds(rounds);
        script.run(async {
            let error = conversation.ask_with_tools(&client, &toolbox, "Go").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Limit);
            let text = error.to_string();
            assert!(text.contains(&format!("still calls tools after {rounds} rounds; allow more")), "{text}");
            assert_eq!(error.partial().unwrap().tool_calls()[0].name, "weather");
            let kept =
                if rounds == 0 { String::new() } else { "u".to_owned() + &"at".repeat(rounds as usize) };
            assert_eq!(roles(&conversation), kept);

            if rounds > 0 {
                conversation.send_with_tools(&client, &toolbox).await.unwrap();
                assert_eq!(roles(&conversation), kept + "a");
            }
        });
    }
}

#[test]
fn a_failure_between_rounds_keeps_what_was_done() {
    let call = || calls(&[("weather", r#"{"city": "Rom"}"#)]);
    let called = AtomicU32::new(0);
    let counting = |place: Place| {
        called.fetch_add(1, Ordering::SeqCst);
        weather(place)
    };
    let toolbox = Toolbox::new().tool("weather", "", SCHEMA, counting);
    let script = Script::new([
        Reply::fail(TransportErrorKind::Tls),
        call(),
        Reply::fail(TransportErrorKind::Tls),
        done(),
    ]);
    let client = script.client();
    let mut conversation = Conversation::new("gpt-4");
    script.run(async {
        conversation.ask_with_tools(&client, &toolbox, "Go").await.unwrap_err();
        assert_eq!(roles(&conversation), "");
        conversation.ask_with_tools(&client, &toolbox, "Go").await.unwrap_err();
        assert_eq!(roles(&conversation), "uat");
        conversation.send_with_tools(&client, &toolbox).await.unwrap();
        assert_eq!(roles(&conversation), "uata");
    });
    assert_eq!(called.load(Ordering::SeqCst), 1);
}

#[test]
fn dropping_it_drops_the_functions_and_takes_the_question_back() {
    let script = Script::new([calls(&[("hang", "{}")])]);
    let client = script.client();
    let toolbox =
        Toolbox::new().tool("hang", "", SCHEMA, async |_: Value| std::future::pending::<ToolResult>().await);
    let mut conversation = Conversation::new("gpt-4");
    script.run(async {
        let mut asking = Box::pin(conversation.ask_with_tools(&client, &toolbox, "Go"));
        let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(asking.as_mut().poll(cx))).await;
        assert!(polled.is_pending());
        drop(asking);
    });
    assert_eq!(conversation, Conversation::new("gpt-4"));
}

#[test]
fn a_call_is_forced_once() {
    for (choice, later) in [
        (ToolChoice::Required, Value::Null),
        (ToolChoice::Function("weather".to_owned()), Value::Null),
        (ToolChoice::Auto, json!("auto")),
        (ToolChoice::None, json!("none")),
        (ToolChoice::Raw(r#"{"type": "allowed_tools"}"#.to_owned()), json!({"type": "allowed_tools"})),
    ] {
        let script = Script::new([calls(&[("weather", r#"{"city": "Rom"}"#)]), done()]);
        let client = script.client();
        let mut conversation = Conversation::from(ChatRequest::new("gpt-4").tool_choice(choice));
        let before = conversation.clone();
        script.run(conversation.ask_with_tools(&client, &toolbox(), "Go")).unwrap();
        let bodies = sent(&script);
        assert!(!bodies[0]["tool_choice"].is_null());
        assert_eq!(bodies[1]["tool_choice"], later);
        conversation.trim(0);
        assert_eq!(conversation, before);
    }
}

#[test]
fn a_schema_that_is_no_json_is_refused() {
    let script = Script::new([]);
    let client = script.client();
    let toolbox = Toolbox::new().tool("f", "", "{", weather);
    let error = script.run(Conversation::new("gpt-4").ask_with_tools(&client, &toolbox, "Go")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}
