//! Histories that grow by answers, and by nothing else.

use choreoai::{ChatRequest, Conversation, Count, ErrorKind, Message, TransportErrorKind, Verdict};
use serde_json::{Value, json};

use crate::support::*;

/// The messages that each request sent.
fn sent(script: &Script) -> Vec<Value> {
    let played = script.played();
    let body =
        |request: &http::Request<bytes::Bytes>| serde_json::from_slice::<Value>(request.body()).unwrap();
    played.requests.iter().map(|request| body(request)["messages"].take()).collect()
}

/// The history, one `role: text` for each message.
fn said(conversation: &Conversation) -> Vec<String> {
    conversation.messages().iter().map(|message| format!("{}: {}", message.role(), message.text())).collect()
}

fn reply(text: &str) -> Reply {
    Reply::body([ROLE, &content(text), STOP, DONE].concat())
}

#[test]
fn questions_and_answers_are_appended() {
    let script = Script::new([reply("Blue"), reply("Orange")]);
    let client = script.client();
    let mut conversation = Conversation::new("gpt-4").system("Be brief.");
    script.run(async {
        assert_eq!(conversation.ask(&client, "Name a colour").await.unwrap().text(), "Blue");
        let mut stream = conversation.ask_stream(&client, "Another?").await.unwrap();
        let mut text = String::new();
        while let Some(chunk) = next(&mut stream).await {
            assert!(stream.completion().is_none());
            text.push_str(&chunk.unwrap().text());
        }
        assert_eq!((&*text, stream.verdict()), ("Orange", Some(Verdict::Finished)));
        assert_eq!(stream.completion().unwrap().finish_reason(), Some("stop"));
        assert!(stream.response().is_some());
    });
    let first = json!([
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Name a colour"},
    ]);
    let second = json!([
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Name a colour"},
        {"role": "assistant", "content": "Blue"},
        {"role": "user", "content": "Another?"},
    ]);
    assert_eq!(sent(&script), [first, second]);
    assert_eq!(
        said(&conversation),
        [
            "system: Be brief.",
            "user: Name a colour",
            "assistant: Blue",
            "user: Another?",
            "assistant: Orange"
        ]
    );
}

#[test]
fn what_stands_can_be_sent() {
    let script = Script::new([reply("Blue"), reply("Orange")]);
    let client = script.client();
    let mut conversation = Conversation::from(ChatRequest::new("gpt-4").temperature(0.5));
    conversation.push(Message::user("Name a colour"));
    script.run(async {
        conversation.send(&client).await.unwrap();
        conversation.push("Another?".to_owned()).configure(|request| request.max_tokens(5));
        conversation.send_stream(&client).await.unwrap().collect_message().await.unwrap();
    });
    assert_eq!(
        said(&conversation),
        ["user: Name a colour", "assistant: Blue", "user: Another?", "assistant: Orange"]
    );
    let last: Value = serde_json::from_slice(script.played().requests[1].body()).unwrap();
    assert_eq!((&last["temperature"], &last["max_tokens"]), (&json!(0.5), &json!(5)));
    assert_eq!(conversation.clone().into_request(), *conversation.request());
}

#[test]
fn a_failure_leaves_the_history_as_it_was() {
    let cut = || Reply::body([ROLE, &content("Bl")].concat());
    let error = "data: {\"error\": {\"message\": \"no\"}}\n\n";
    type Make<'m> = &'m dyn Fn() -> Reply;
    let cases: [(Make<'_>, ErrorKind, &str); 5] = [
        (&|| Reply::status(400), ErrorKind::Http, ""),
        (&|| Reply::fail(TransportErrorKind::Tls), ErrorKind::Tls, ""),
        (&|| Reply::body(""), ErrorKind::Truncated, ""),
        (&cut, ErrorKind::Truncated, "Bl"),
        (&|| cut().data(error), ErrorKind::Server, "Bl"),
    ];
    for (make, kind, came) in cases {
        let script = Script::new([make(), make(), make(), make(), reply("Blue")]);
        let client = script.client();
        let mut conversation = Conversation::new("gpt-4").system("Be brief.");
        let before = conversation.clone();
        script.run(async {
            let error = conversation.ask(&client, "Name a colour").await.unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            assert_eq!(error.partial().map_or("", |partial| partial.text()), came);
            assert_eq!(conversation, before);

            for collected in [true, false] {
                let error = match conversation.ask_stream(&client, "Name a colour").await {
                    Err(error) => error,
                    Ok(stream) if collected => stream.collect_message().await.unwrap_err(),
                    Ok(mut stream) => {
                        let error = loop {
                            if let Err(error) = next(&mut stream).await.unwrap() {
                                break error;
                            }
                        };
                        assert!(next(&mut stream).await.is_none());
                        assert!(stream.completion().is_none());
                        assert_eq!(stream.keep_partial().text(), "");
                        error
                    }
                };
                assert_eq!(error.kind(), kind, "{error}");
                assert_eq!(error.partial().map_or("", |partial| partial.text()), came);
                assert_eq!(conversation, before);
            }

            conversation.push("Name a colour");
            let before = conversation.clone();
            conversation.send(&client).await.unwrap_err();
            assert_eq!(conversation, before);
            conversation.send(&client).await.unwrap();
        });
        assert_eq!(said(&conversation), ["system: Be brief.", "user: Name a colour", "assistant: Blue"]);
    }
}

#[test]
fn dropping_takes_the_question_back() {
    let open = || Reply::body([ROLE, &content("Bl")].concat()).step(Step::Hang);
    let script = Script::new([Reply::hang(), open(), open(), reply("Blue")]);
    let client = script.client();
    let mut conversation = Conversation::new("gpt-4");
    script.run(async {
        {
            let mut asking = std::pin::pin!(conversation.ask(&client, "Name a colour"));
            let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(asking.as_mut().poll(cx))).await;
            assert!(polled.is_pending());
        }
        assert!(conversation.messages().is_empty());

        let mut stream = conversation.ask_stream(&client, "Name a colour").await.unwrap();
        next(&mut stream).await.unwrap().unwrap();
        next(&mut stream).await.unwrap().unwrap();
        drop(stream);
        assert!(conversation.messages().is_empty());

        let mut stream = conversation.ask_stream(&client, "Name a colour").await.unwrap();
        next(&mut stream).await.unwrap().unwrap();
        next(&mut stream).await.unwrap().unwrap();
        assert_eq!(stream.keep_partial().text(), "Bl");
        assert_eq!(said(&conversation), ["user: Name a colour", "assistant: Bl"]);

        conversation.ask(&client, "Go on").await.unwrap();
    });
    assert_eq!(script.played().dropped, 3);
    assert_eq!(conversation.messages().len(), 4);
}

#[test]
fn an_answer_that_says_nothing_is_not_appended() {
    for body in [
        [ROLE, STOP, DONE].concat(),
        [&content("").replace("\"index\": 0", "\"index\": 1"), STOP, DONE].concat(),
        "data: {\"choices\": [{\"delta\": {\"reasoning\": \"hm\"}, \"finish_reason\": \"length\", \"index\": 0}]}\n\n"
            .to_owned(),
    ] {
        let script = Script::new([Reply::body(body.clone())]);
        let client = script.client();
        let mut conversation = Conversation::new("gpt-4");
        let outcome = script.run(conversation.ask(&client, "Name a colour"));
        assert!(outcome.is_ok_and(|answer| answer.text().is_empty()), "{body}");
        assert!(conversation.messages().is_empty(), "{body}");
    }
}

#[test]
fn answers_are_sent_back_as_they_came() {
    let answers = [
        (
            r#"{"choices": [{"index": 0, "message": {"role": "assistant", "content": null, "refusal": "I \"will\" not"}, "finish_reason": "stop"}]}"#,
            json!({"role": "assistant", "content": "", "refusal": "I \"will\" not"}),
        ),
        (
            r#"{"choices": [{"index": 0, "message": {"role": "assistant", "content": null, "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{\"a\": 1}"},
                 "extra_content": {"google": {"thought_signature": "c2ln"}}}]}, "finish_reason": "tool_calls"}]}"#,
            json!({"role": "assistant", "content": "", "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{\"a\": 1}"},
                 "extra_content": {"google": {"thought_signature": "c2ln"}}}]}),
        ),
        (
            r#"{"choices": [{"index": 1, "message": {"content": "other"}, "finish_reason": "stop"},
                {"index": 0, "message": {"content": "Hé"}, "finish_reason": "stop"}]}"#,
            json!({"role": "assistant", "content": "Hé"}),
        ),
    ];
    for (body, expected) in answers {
        let script = Script::new([Reply::body(body), reply("x")]);
        let client = script.client();
        let request = ChatRequest::new("gpt-4").tool(choreoai::Tool::function("f"));
        let mut conversation = Conversation::from(request);
        script.run(async {
            conversation.ask(&client, "Hi").await.unwrap();
            conversation.push(Message::tool("c1", "2"));
            conversation.send(&client).await.unwrap();
        });
        assert_eq!(sent(&script)[1][1], expected);
    }
}

#[test]
fn members_of_a_message_go_back_with_it() {
    let details = r#"{"type": "thinking", "thinking": " ha"}"#;
    for (messages, expected) in [
        (vec![r#""annotations": [], "audio": null, "mood": 1.50"#], json!({"mood": 1.5})),
        // Two pieces may well be the same.
        (
            vec![
                r#""thinking_blocks": null"#,
                &*format!(r#""thinking_blocks": [{details}]"#),
                &format!(r#""thinking_blocks": [{details}]"#),
                r#""thinking_blocks": [], "scrap": "a", "mark": null"#,
                r#""thinking_blocks": [{"type": "thinking", "signature": "c2ln"}], "scrap": "b", "mark": {"x": []}"#,
            ],
            json!({"mark": {"x": []}, "thinking_blocks": [
                serde_json::from_str::<Value>(details).unwrap(),
                serde_json::from_str::<Value>(details).unwrap(),
                {"type": "thinking", "signature": "c2ln"},
            ]}),
        ),
        (
            vec![r#""audio": {"id": "audio-1"}"#, r#""audio": {"data": "QQ==", "transcript": "Hi"}"#],
            json!({"audio": {"id": "audio-1"}}),
        ),
        (vec![r#""audio": {"data": "QQ=="}"#], json!({})),
    ] {
        let chunk = |members: &&str| {
            format!(
                "data: {{\"choices\": [{{\"index\": 0, \"delta\": {{\"content\": \"H\", {members}}}}}]}}\n\n"
            )
        };
        let body = messages.iter().map(chunk).chain([STOP.to_owned(), DONE.to_owned()]).collect::<String>();
        let script = Script::new([Reply::body(body), reply("x")]);
        let client = script.client();
        let mut conversation = Conversation::from(ChatRequest::new("gpt-4").keep_extra(true));
        script.run(async {
            conversation.ask(&client, "Hi").await.unwrap();
            conversation.ask(&client, "And?").await.unwrap();
        });
        let mut expected = expected;
        expected["role"] = json!("assistant");
        expected["content"] = json!("H".repeat(messages.len()));
        assert_eq!(sent(&script)[1][1], expected);
    }
    // A recording alone is an answer, too.
    let spoken = r#"{"choices": [{"index": 0, "message": {"content": null, "audio": {"id": "audio-1", "data": ""}}, "finish_reason": "stop"}]}"#;
    let script = Script::new([Reply::body(spoken)]);
    let client = script.client();
    let mut conversation = Conversation::from(ChatRequest::new("gpt-4").audio("alloy", "wav"));
    script.run(conversation.ask(&client, "Hi")).unwrap();
    assert_eq!(conversation.messages().len(), 2);
}

#[test]
fn the_usage_of_all_answers_is_summed() {
    let counted = |text: &str, usage: Value| {
        let message = json!({"role": "assistant", "content": text});
        let choice = json!({"index": 0, "message": message, "finish_reason": "stop"});
        Reply::body(json!({"choices": [choice], "usage": usage}).to_string())
    };
    let script = Script::new([
        counted("a", json!({"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6})),
        reply("b"),
        Reply::status(400),
        counted("", json!({"prompt_tokens": 7, "prompt_tokens_details": {"cached_tokens": 5}})),
        counted("d", json!({"total_tokens": u64::MAX})),
    ]);
    let client = script.client();
    let mut conversation = Conversation::new("gpt-4").keep_turns(1);
    script.run(async {
        conversation.ask(&client, "1").await.unwrap();
        conversation.ask(&client, "2").await.unwrap();
        conversation.ask(&client, "3").await.unwrap_err();
        conversation.ask(&client, "4").await.unwrap();
        let stream = conversation.ask_stream(&client, "5").await.unwrap();
        stream.collect_message().await.unwrap();
    });
    let usage = conversation.usage();
    assert_eq!((usage.prompt_tokens(), usage.completion_tokens()), (Some(12), Some(1)));
    assert_eq!((usage.total_tokens(), usage.count(Count::Cached)), (Some(u64::MAX), Some(5)));
}

#[test]
fn a_bounded_history_stays_bounded() {
    let script = Script::new((0..5).map(|_| reply("yes")).chain([Reply::status(400)]));
    let client = script.client();
    let mut conversation = Conversation::new("gpt-4").system("Be brief.").keep_turns(2);
    script.run(async {
        for question in ["1", "2", "3", "4", "5"] {
            conversation.ask(&client, question).await.unwrap();
        }
        assert_eq!(
            said(&conversation),
            ["system: Be brief.", "user: 4", "assistant: yes", "user: 5", "assistant: yes"]
        );
        let before = conversation.clone();
        conversation.ask(&client, "6").await.unwrap_err();
        assert_eq!(conversation, before);
    });
    let lengths = sent(&script).iter().map(|messages| messages.as_array().unwrap().len()).collect::<Vec<_>>();
    assert_eq!(lengths, [2, 4, 6, 6, 6, 6]);
    conversation.trim(0);
    assert_eq!(said(&conversation), ["system: Be brief."]);
}
