//! Other models, for when the first cannot answer.

use std::time::Duration;

use choreoai::{
    ChatRequest, Conversation, Error, ErrorKind, Fallback, FallbackError, Toolbox, TransportErrorKind,
};
use serde_json::Value;

use crate::support::*;

/// The models that were asked, in order.
fn asked(script: &Script) -> Vec<String> {
    let model =
        |body: &[u8]| serde_json::from_slice::<Value>(body).unwrap()["model"].as_str().unwrap().to_owned();
    script.played().requests.iter().map(|request| model(request.body())).collect()
}

/// A client that sends nothing again by itself.
fn client(script: &Script) -> choreoai::Client<Script, Clock> {
    script.builder().max_retries(0).build().unwrap()
}

const OTHERS: [&str; 2] = ["claude-3-sonnet", "gemini-pro"];

fn refused(status: u16, error: &str) -> Reply {
    Reply::status(status).data(format!("{{\"error\": {error}}}"))
}

#[test]
fn the_first_model_that_answers_is_named() {
    for streamed in [false, true] {
        let script = Script::new([Reply::status(503), Reply::status(429), Reply::body(answer())]);
        let client = client(&script);
        let chat = client.chat().fallback(OTHERS);
        let request = request();
        let (model, failures) = script.run(async {
            if streamed {
                let mut answer = chat.stream(&request).await.unwrap();
                let (text, failure) = read(&mut answer).await;
                assert!((&*text, failure.is_none()) == ("Hello world", true));
                (answer.asked_model().to_owned(), answer.failures().iter().map(ToString::to_string).collect())
            } else {
                let answer = chat.create(&request).await.unwrap();
                assert_eq!(answer.text(), "Hello world");
                let failures = answer.failures().iter().map(ToString::to_string).collect::<Vec<_>>();
                (answer.asked_model().to_owned(), failures)
            }
        });
        assert_eq!(model, "gemini-pro");
        let expected = [
            "gpt-4: the gateway answered 503 Service Unavailable",
            "claude-3-sonnet: the gateway answered 429 Too Many Requests; \
             send fewer requests at a time, or wait longer between them",
        ];
        assert_eq!(failures, expected);
        assert_eq!(asked(&script), ["gpt-4", "claude-3-sonnet", "gemini-pro"]);
    }
}

#[test]
fn each_model_is_asked_once_and_all_else_is_the_same() {
    let script = Script::new((0..3).map(|_| Reply::status(500)));
    let client = client(&script);
    let models = ["gpt-4", "claude-3-sonnet", "gpt-4", "gemini-pro", "claude-3-sonnet"];
    let request = request().temperature(0.5);
    script.run(client.chat().fallback(models).create(&request)).unwrap_err();
    assert_eq!(asked(&script), ["gpt-4", "claude-3-sonnet", "gemini-pro"]);
    let played = script.played();
    let mut bodies = played.requests.iter().map(|sent| serde_json::from_slice::<Value>(sent.body()).unwrap());
    assert!(bodies.all(|body| body["temperature"] == 0.5 && body["messages"][0]["content"] == "Hi"));
}

#[test]
fn another_model_is_asked_where_that_may_help() {
    let cut_head = |kind| Reply::fail(kind);
    let in_band = |error: &str| Reply::body(format!("data: {{\"error\": {error}}}\n\n"));
    for (name, reply, helps) in [
        ("500", Reply::status(500), true),
        ("provider", refused(502, r#"{"code": "provider_not_configured", "type": "provider_error"}"#), true),
        ("501", Reply::status(501), true),
        ("rate", refused(429, r#"{"code": "rate_limit_exceeded"}"#), true),
        ("quota", refused(429, r#"{"code": "quota_exceeded"}"#), true),
        ("paid", Reply::status(402), true),
        ("permission", Reply::status(403), true),
        ("no model", refused(404, r#"{"code": "model_not_found"}"#), true),
        ("no model, 400", refused(400, r#"{"code": "model_not_found"}"#), true),
        ("param", refused(400, r#"{"message": "x", "param": "model"}"#), true),
        ("context", refused(400, r#"{"code": "context_length_exceeded"}"#), true),
        ("not found", Reply::status(404), true),
        ("no endpoint", refused(404, r#"{"code": "endpoint_not_found"}"#), false),
        ("key", Reply::status(401), false),
        ("key, 403", refused(403, r#"{"type": "authentication_error"}"#), false),
        ("key, 400", refused(400, r#"{"code": "invalid_api_key"}"#), false),
        ("request", refused(400, r#"{"code": "invalid_parameter_value", "param": "n"}"#), false),
        ("request, 400", Reply::status(400), false),
        ("request, 422", Reply::status(422), false),
        ("blamed on the request", refused(503, r#"{"type": "invalid_request_error"}"#), true),
        ("gone", Reply::status(410), true),
        ("redirect", Reply::status(302), false),
        ("connect", cut_head(TransportErrorKind::Connect), true),
        ("reset", cut_head(TransportErrorKind::Io), true),
        ("no head", cut_head(TransportErrorKind::Truncated), true),
        ("tls", cut_head(TransportErrorKind::Tls), false),
        ("connect timeout", cut_head(TransportErrorKind::ConnectTimeout), false),
        ("first event", Reply::hang(), true),
        ("silent body", Reply::status(200).step(Step::Hang), true),
        ("empty body", Reply::body(""), true),
        ("reset in the body", Reply::status(200).step(Step::Fail(TransportErrorKind::Io)), true),
        ("page", Reply::body("<html>"), true),
        ("error in the answer", in_band(r#"{"message": "x", "type": "stream_error"}"#), true),
        ("invalid in the answer", in_band(r#"{"message": "x", "type": "invalid_request_error"}"#), false),
        (
            "model in the answer",
            in_band(r#"{"code": "model_not_found", "type": "invalid_request_error"}"#),
            true,
        ),
        ("status in the answer", in_band(r#"{"message": "x", "code": 429}"#), true),
        ("bad status in the answer", in_band(r#"{"message": "x", "code": 400}"#), false),
    ] {
        let script = Script::new([reply, Reply::body(answer())]);
        let client = client(&script);
        let outcome = script.run(client.chat().fallback(OTHERS).create(&request()));
        match outcome {
            Ok(answer) => assert!(helps && answer.asked_model() == OTHERS[0], "{name}"),
            Err(error) => {
                assert!(!helps, "{name}: {error}");
                assert_eq!(error.failures().count(), 1);
                assert_eq!(error.to_string(), format!("gpt-4: {}", error.last().error));
            }
        }
        assert_eq!(asked(&script).len(), 1 + usize::from(helps), "{name}");
    }
}

#[test]
fn nothing_is_asked_again_once_something_of_an_answer_came() {
    let cut = || Reply::body([ROLE, &content("Hel")].concat());
    let error = "data: {\"error\": {\"message\": \"no\"}}\n\n";
    let whole = r#"{"choices": [{"index": 0, "message": {"content": "Hel"#;
    for make in [&|| cut(), &|| cut().data(error), &|| Reply::body(whole)] as [&dyn Fn() -> Reply; 3] {
        let script = Script::new([make(), make()]);
        let client = client(&script);
        let request = request();
        script.run(async {
            let chat = client.chat().fallback(OTHERS);
            let error = chat.create(&request).await.unwrap_err();
            assert_eq!(error.last().error.partial().unwrap().text(), "Hel");
            let mut stream = chat.stream(&request).await.unwrap();
            assert_eq!(stream.asked_model(), "gpt-4");
            let (text, failure) = read(&mut stream).await;
            assert!((&*text, failure.is_some()) == ("Hel", true));
        });
        assert_eq!(asked(&script), ["gpt-4", "gpt-4"]);
    }
}

#[test]
fn what_each_model_met_is_told() {
    let script = Script::new([
        Reply::status(503),
        Reply::fail(TransportErrorKind::Connect),
        refused(400, r#"{"message": "no such member", "code": "invalid_parameter_value"}"#),
    ]);
    let client = client(&script);
    let error: FallbackError = script.run(client.chat().fallback(OTHERS).create(&request())).unwrap_err();
    let met = error.failures().map(|failure| (&*failure.model, failure.error.kind())).collect::<Vec<_>>();
    assert_eq!(met.len(), 3);
    assert_eq!(met[1], ("claude-3-sonnet", ErrorKind::Connect));
    assert_eq!(error.last().model, "gemini-pro");
    let text = error.to_string();
    assert!(
        text.starts_with(
            "no model answered: gpt-4: the gateway answered 503 Service Unavailable; then claude-3-sonnet: "
        ) && text.contains("; then gemini-pro: the gateway answered 400 Bad Request: no such member"),
        "{text}"
    );
    assert!(std::error::Error::source(&error).is_some());
    assert_eq!(Error::from(error).code(), Some("invalid_parameter_value"));
}

#[test]
fn a_request_that_cannot_be_right_is_sent_to_no_model() {
    let script = Script::new([]);
    let client = client(&script);
    let error = script.run(client.chat().fallback(OTHERS).create(&ChatRequest::new("gpt-4"))).unwrap_err();
    assert_eq!(error.last().error.kind(), ErrorKind::InvalidRequest);
}

#[test]
fn timeouts_are_for_each_model_and_one_may_be_for_all() {
    let run = |limit: Option<u64>, replies: Vec<Reply>| {
        let script = Script::new(replies);
        let client = script.builder().max_retries(0).first_event_timeout(seconds(20)).build().unwrap();
        let mut chat: Fallback<'_, _, _> = client.chat().fallback(OTHERS);
        if let Some(limit) = limit {
            chat = chat.total_timeout(seconds(limit));
        }
        let outcome = script.run(chat.create(&request())).map(|answer| answer.asked_model().to_owned());
        let kinds = outcome.map_err(|error| error.failures().map(|met| met.error.kind()).collect::<Vec<_>>());
        (kinds, script.now(), asked(&script).len(), script.played().dropped)
    };
    let slow = |after| Reply::body(answer()).after(seconds(after));
    let first_event = ErrorKind::TimeoutFirstEvent;

    let outcome = run(None, vec![Reply::hang(), Reply::hang(), slow(15)]);
    assert_eq!(outcome, (Ok("gemini-pro".to_owned()), seconds(55), 3, 1));
    let outcome = run(Some(60), vec![Reply::hang(), Reply::hang(), slow(15)]);
    assert_eq!(outcome, (Ok("gemini-pro".to_owned()), seconds(55), 3, 1));
    let outcome = run(Some(50), vec![Reply::hang(), Reply::hang(), slow(15)]);
    assert_eq!(outcome, (Err(vec![first_event, first_event, ErrorKind::TimeoutTotal]), seconds(50), 3, 0));
    // The time of all is over with the second: no third is asked.
    let outcome = run(Some(40), vec![Reply::hang(), Reply::hang()]);
    assert_eq!(outcome, (Err(vec![first_event, first_event]), seconds(40), 2, 0));
    // A part of the answer has come when the time is over.
    let open = Reply::body(content("Hello")).pause(seconds(15)).data([STOP, DONE].concat());
    let outcome = run(Some(10), vec![open]);
    assert_eq!(outcome, (Err(vec![ErrorKind::TimeoutTotal]), seconds(10), 1, 1));
}

#[test]
fn the_client_retries_before_another_model_is_asked() {
    let script = Script::new((0..6).map(|_| Reply::status(503)));
    let client = script.builder().max_retries(1).build().unwrap();
    let error = script.run(client.chat().fallback(OTHERS).create(&request())).unwrap_err();
    assert!(error.failures().all(|failure| failure.error.attempts() == 2));
    let expected = ["gpt-4", "gpt-4", "claude-3-sonnet", "claude-3-sonnet", "gemini-pro", "gemini-pro"];
    assert_eq!(asked(&script), expected);
    assert!(script.now() < Duration::from_secs(4));
}

#[test]
fn a_conversation_can_ask_several_models() {
    let replies = [503, 200, 503, 200, 503, 503, 503];
    let reply = |status| if status == 200 { Reply::body(answer()) } else { Reply::status(status) };
    let script = Script::new(replies.map(reply));
    let client = client(&script);
    let models = client.chat().fallback(OTHERS);
    let mut conversation = Conversation::new("gpt-4");
    script.run(async {
        conversation.ask(&models, "Hi").await.unwrap();
        conversation.ask_stream(&models, "Hi").await.unwrap().collect_message().await.unwrap();
        let error = conversation.ask_with_tools(&models, &Toolbox::new(), "Hi").await.unwrap_err();
        assert_eq!(error.status().unwrap(), 503);
    });
    assert_eq!(conversation.messages().len(), 4);
    // The conversation's own model stays the first.
    let (own, [second, third]) = ("gpt-4", OTHERS);
    assert_eq!(asked(&script), [own, second, own, second, own, second, third]);
}
