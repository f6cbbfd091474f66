//! Every stream ends in exactly one way.

use choreoai::{ErrorKind, FragmentKind, TransportErrorKind, Verdict};

use crate::support::*;

#[test]
fn a_stream_is_finished_or_done() {
    let finished = answer();
    let unterminated = [&*content("Hello world"), STOP].concat();
    let done = [&*content("Hello world"), DONE].concat();
    let whole = r#"{"id": "x", "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello world"}, "finish_reason": "stop"}]}"#;
    for (body, verdict) in [
        (&*finished, Verdict::Finished),
        (&*unterminated, Verdict::Finished),
        (&*done, Verdict::Done),
        (whole, Verdict::Finished),
    ] {
        let script = Script::new([Reply::body(body.to_owned()), Reply::body(body.to_owned())]);
        let client = script.client();
        script.run(async {
            let mut stream = client.chat().stream(&request()).await.unwrap();
            let (text, failure) = read(&mut stream).await;
            assert!(failure.is_none(), "{failure:?}");
            assert_eq!((&*text, stream.verdict()), ("Hello world", Some(verdict)), "{body}");

            let completion = client.chat().create(&request()).await.unwrap();
            assert_eq!((completion.text(), completion.verdict()), ("Hello world", Some(verdict)), "{body}");
        });
    }
}

#[test]
fn chunks_do_not_depend_on_how_the_body_is_cut() {
    let body = answer();
    let expected = [
        vec!["Some(0) Role(\"assistant\")".to_owned()],
        vec!["Some(0) Content(\"Hello\")".to_owned()],
        vec!["Some(0) Content(\" world\")".to_owned()],
        vec!["Some(0) Finish(\"stop\")".to_owned()],
    ];
    let bytes = bytes::Bytes::from(body.clone());
    let in_two = (0..=body.len()).map(|cut| Reply::body(bytes.slice(..cut)).data(bytes.slice(cut..)));
    let byte_by_byte = (0..body.len()).fold(Reply::status(200), |reply, at| reply.data(bytes.slice(at..=at)));
    for (cut, reply) in in_two.chain([byte_by_byte]).enumerate() {
        let script = Script::new([reply]);
        let client = script.client();
        let chunks = script.run(async {
            let mut stream = client.chat().stream(&request()).await.unwrap();
            let mut chunks = Vec::new();
            while let Some(chunk) = next(&mut stream).await {
                chunks.push(transcript(&chunk.unwrap()));
            }
            chunks
        });
        assert_eq!(chunks, expected, "cut at {cut}");
    }
}

#[test]
fn a_chunk_is_there_when_its_event_is() {
    let script = Script::new([Reply::body(content("Hello")).step(Step::Hang)]);
    let client = script.client();
    script.run(async {
        let stream = client.chat().stream(&request()).await.unwrap();
        assert_eq!(script.now(), seconds(0));
        drop(stream);
    });
    assert_eq!(script.played().dropped, 1);
}

#[test]
fn an_answer_cut_anywhere_is_truncated_and_what_came_is_delivered() {
    let body = bytes::Bytes::from([&*content("Hello"), &*content(" world"), STOP].concat());
    // A choice whose index has come, with the comma behind it, is known, although its event is not complete.
    let index = "\"index\": 0,";
    let choice = content("Hello").find(index).unwrap() + index.len();
    let next_choice = content("Hello").len() + content(" world").find(index).unwrap() + index.len();
    // The last event counts without its blank line.
    for cut in 0..body.len() - 2 {
        for fault in [None, Some(TransportErrorKind::Io), Some(TransportErrorKind::Truncated)] {
            let mut reply = Reply::body(body.slice(..cut));
            if let Some(kind) = fault {
                reply = reply.step(Step::Fail(kind));
            }
            let script = Script::new([reply]);
            let (text, failure) = stream(&script, &script.client());
            let failure = failure.unwrap_or_else(|| panic!("cut at {cut} passed for a success"));
            assert_eq!(failure.kind(), ErrorKind::Truncated, "cut at {cut}, {fault:?}: {failure}");
            let expected = match cut {
                _ if cut >= next_choice => "Hello world",
                _ if cut >= choice => "Hello",
                _ => "",
            };
            assert_eq!(text, expected, "cut at {cut}");
            assert_eq!(failure.attempts(), 1);
        }
    }
}

#[test]
fn an_error_that_is_cut_while_it_is_reported_is_the_servers_and_no_truncation() {
    let body =
        [&*content("Hello"), r#"data: {"error": {"code": "overloaded", "message": "too much to d"#].concat();
    for end in [None, Some(Step::Fail(TransportErrorKind::Io)), Some(Step::Hang)] {
        let reply = Reply::body(body.clone());
        let script = Script::new([match end {
            Some(step) => reply.step(step),
            None => reply,
        }]);
        let (text, failure) = stream(&script, &script.client());
        let failure = failure.unwrap();
        assert_eq!(text, "Hello");
        assert_eq!(failure.kind(), ErrorKind::Server, "{failure}");
        assert_eq!((failure.code(), failure.message()), (Some("overloaded"), "too much to d"));
        assert_eq!(failure.attempts(), 1);
    }
}

#[test]
fn a_whole_answer_cut_anywhere_is_truncated_and_what_came_is_kept() {
    let body = bytes::Bytes::from(
        r#"{"id": "x", "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}], "usage": {"total_tokens": 9}}"#,
    );
    // The index has come before the text.
    let text = body.windows(5).position(|bytes| bytes == b"Hello").unwrap();
    for cut in 0..body.len() {
        let script = Script::new([Reply::body(body.slice(..cut))]);
        let client = script.client();
        let error = script.run(client.chat().create(&request())).unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Truncated, 1), "cut at {cut}: {error}");
        let came = &"Hello"[..cut.saturating_sub(text).min(5)];
        assert_eq!(error.partial().map_or("", |partial| partial.text()), came, "cut at {cut}");
    }
}

#[test]
fn a_cut_before_the_index_is_delivered_unbound() {
    let event = content("Hello");
    let before_index = &event[..event.find("\"index\"").unwrap()];
    for fault in [None, Some(TransportErrorKind::Io)] {
        let mut reply = Reply::body(before_index.to_owned());
        if let Some(kind) = fault {
            reply = reply.step(Step::Fail(kind));
        }
        let script = Script::new([reply]);
        let client = script.client();
        script.run(async {
            let mut stream = client.chat().stream(&request()).await.unwrap();
            let chunk = next(&mut stream).await.unwrap().unwrap();
            assert_eq!(transcript(&chunk), ["None Content(\"Hello\")"]);
            assert_eq!(chunk.text(), "");
            let error = next(&mut stream).await.unwrap().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Truncated);
            assert!(next(&mut stream).await.is_none());
            assert_eq!(stream.verdict(), None);
        });
    }
}

#[test]
fn an_error_in_the_answer_comes_after_what_came_before_it() {
    let error = "data: {\"error\": {\"message\": \"upstream failed\", \"type\": \"stream_error\", \"code\": 502}}\n\n";
    let script = Script::new([
        Reply::body([&*content("Hello"), error].concat()).header("x-request-id", "req-7"),
        Reply::body([&*content("Hello"), error].concat()),
    ]);
    let client = script.client();
    let (text, failure) = stream(&script, &client);
    let failure = failure.unwrap();
    assert_eq!(text, "Hello");
    assert_eq!(failure.kind(), ErrorKind::Server);
    assert_eq!(failure.message(), "upstream failed");
    assert_eq!(failure.error_type(), Some("stream_error"));
    assert_eq!(failure.code(), Some("502"));
    assert_eq!(failure.status().unwrap(), 200);
    assert_eq!(failure.request_id(), Some("req-7"));
    assert!(failure.is_retryable());
    assert_eq!(
        failure.to_string(),
        "the gateway reported an error instead of finishing the answer: upstream failed (502); \
         the model's provider failed, not this program: try again later, or another model"
    );

    let whole = script.run(client.chat().create(&request())).unwrap_err();
    assert_eq!(whole.kind(), ErrorKind::Server);
    assert_eq!(whole.partial().unwrap().text(), "Hello");
}

#[test]
fn what_is_no_answer_is_never_an_empty_success() {
    let html = "<html><body>Welcome to\n nginx</body></html>";
    for (body, kind, words) in [
        ("", ErrorKind::Truncated, "empty"),
        (html, ErrorKind::Protocol, "it begins: <html><body>Welcome to nginx</body></html>"),
        ("OK", ErrorKind::Protocol, "it begins: OK"),
        ("{\"status\": \"ok\"}", ErrorKind::Protocol, "no chat completion"),
        ("data: {\"choices\": [}\n\n", ErrorKind::Protocol, "malformed JSON"),
        ("{\"error\": \"no such model\"}", ErrorKind::Server, "no such model"),
        (": keep-alive\n\n", ErrorKind::Truncated, "ended before"),
    ] {
        let script = Script::new([Reply::body(body.to_owned()), Reply::body(body.to_owned())]);
        let client = script.client();
        let (text, failure) = stream(&script, &client);
        let failure = failure.unwrap();
        assert_eq!((&*text, failure.kind()), ("", kind), "{body}: {failure}");
        assert!(failure.to_string().contains(words), "{body}: {failure}");
        let failure = script.run(client.chat().create(&request())).unwrap_err();
        assert_eq!(failure.kind(), kind, "{body}: {failure}");
    }
}

#[test]
fn an_error_page_in_a_success_keeps_its_beginning() {
    let page = format!("<html>{}", "x".repeat(5000));
    let script = Script::new([Reply::body(page)]);
    let (_, failure) = stream(&script, &script.client());
    let failure = failure.unwrap();
    assert!(failure.body().starts_with(b"<html>xxx"));
    assert!(failure.to_string().len() < 400, "{failure}");
}

#[test]
fn an_error_page_that_hangs_is_told_for_what_it_is() {
    let script = Script::new([Reply::body("<html>").step(Step::Hang)]);
    let (_, failure) = stream(&script, &script.client());
    let failure = failure.unwrap();
    assert_eq!((failure.kind(), failure.attempts()), (ErrorKind::Protocol, 1), "{failure}");
    assert!(failure.to_string().contains("it begins: <html>"), "{failure}");
}

#[test]
fn an_answer_in_an_unknown_coding_or_not_in_its_own_is_refused() {
    let codings =
        [("br", true), ("gzip, br", true), ("identity", false), ("Identity", false), ("gzip", true)];
    for (value, refused) in codings {
        let script = Script::new([Reply::body(answer()).header("content-encoding", value)]);
        let (_, failure) = stream(&script, &script.client());
        assert_eq!(failure.map(|error| error.kind()), refused.then_some(ErrorKind::Protocol), "{value}");
    }
}

#[test]
fn the_connection_is_given_back_at_done() {
    let script = Script::new([Reply::body(answer()).step(Step::Hang)]);
    let client = script.client();
    let (text, failure) = stream(&script, &client);
    assert!(failure.is_none());
    assert_eq!(text, "Hello world");
    let played = script.played();
    assert_eq!((played.released, played.dropped), (1, 1));
}

#[test]
fn the_connection_is_dropped_after_an_error_and_with_the_stream() {
    let broken = Reply::body("data: {]\n\n").step(Step::Hang);
    let script = Script::new([broken, Reply::body(content("Hello")).step(Step::Hang)]);
    let client = script.client();
    let (_, failure) = stream(&script, &client);
    assert_eq!(failure.unwrap().kind(), ErrorKind::Protocol);
    assert_eq!(script.played().dropped, 1);

    let open = script.run(client.chat().stream(&request())).unwrap();
    assert_eq!(script.played().dropped, 1);
    drop(open);
    let played = script.played();
    assert_eq!((played.released, played.dropped), (0, 2));
}

#[test]
fn text_alone() {
    let script = Script::new([Reply::body(answer())]);
    let client = script.client();
    script.run(async {
        let mut text = client.chat().stream(&request()).await.unwrap().text();
        let mut pieces = Vec::new();
        while let Some(piece) = next(&mut text).await {
            pieces.push(piece.unwrap());
        }
        assert_eq!(pieces, ["Hello", " world"]);
        assert_eq!(text.verdict(), Some(Verdict::Finished));
    });
}

#[test]
fn what_is_said_besides_the_text() {
    let chunk = |members: &str| format!("data: {{\"model\": \"gpt-4-0613\", {members}}}\n\n");
    let reason = |index: u32, reason: &str| {
        chunk(&format!("\"choices\": [{{\"delta\": {{}}, \"finish_reason\": {reason}, \"index\": {index}}}]"))
    };
    let body = [
        &*content("Hello"),
        &reason(0, "\"length\""),
        // Neither another choice nor a null afterwards changes it.
        &reason(1, "\"stop\""),
        &reason(0, "null"),
        &chunk("\"choices\": [], \"usage\": {\"total_tokens\": 9}"),
        &chunk("\"choices\": [], \"usage\": null"),
        DONE,
    ]
    .concat();
    let script = Script::new([Reply::body(body).header("x-request-id", "req-8")]);
    let client = script.client();
    script.run(async {
        let mut text = client.chat().stream(&request()).await.unwrap().text();
        assert_eq!(next(&mut text).await.unwrap().unwrap(), "Hello");
        assert_eq!((text.finish_reason(), text.usage()), (None, None));
        assert!(next(&mut text).await.is_none());
        assert_eq!((text.finish_reason(), text.model()), (Some("length"), Some("gpt-4-0613")));
        assert_eq!(text.usage().unwrap().total_tokens(), Some(9));
        assert_eq!(text.request_id(), Some("req-8"));
    });
}

#[test]
fn a_whole_answer_of_a_stream() {
    let usage = "data: {\"choices\": [], \"usage\": {\"total_tokens\": 9}}\n\n";
    let body = [ROLE, &content("Hello"), STOP, usage, DONE].concat();
    let script = Script::new([Reply::body(body).header("x-request-id", "req-8")]);
    let client = script.client();
    let completion = script
        .run(async { client.chat().stream(&request()).await.unwrap().collect_message().await })
        .unwrap();
    assert_eq!(completion.text(), "Hello");
    assert_eq!(completion.id(), Some("chat-1"));
    assert_eq!(completion.finish_reason(), Some("stop"));
    assert_eq!(completion.usage().unwrap().total_tokens(), Some(9));
    assert_eq!(completion.request_id(), Some("req-8"));
    assert_eq!(completion.choices()[0].role.as_deref(), Some("assistant"));
}

#[test]
fn a_large_event_comes_in_one_piece_for_each_choice() {
    let large = "x".repeat(3 << 19);
    let choice = |index| format!("{{\"delta\": {{\"content\": \"{large}\"}}, \"index\": {index}}}");
    let event = format!("data: {{\"choices\": [{}, {}]}}\n\n{DONE}", choice(1), choice(0));
    let mut reply = Reply::status(200);
    for piece in event.as_bytes().chunks(8 << 10) {
        reply = reply.data(piece.to_vec());
    }
    let script = Script::new([reply]);
    let client = script.client();
    script.run(async {
        let mut stream = client.chat().stream(&request()).await.unwrap();
        for choice in [1, 0] {
            let chunk = next(&mut stream).await.unwrap().unwrap();
            let texts =
                chunk.fragments().map(|fragment| (fragment.choice, fragment.kind)).collect::<Vec<_>>();
            assert_eq!(texts, [(Some(choice), FragmentKind::Content(&large))]);
        }
        let (text, failure) = read(&mut stream).await;
        assert!(text.is_empty() && failure.is_none());
    });
}
