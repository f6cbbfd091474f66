//! The deadlines, each with its own kind, in virtual time.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::time::Duration;

use choreoai::{ErrorKind, Timer, TransportErrorKind};
use futures_core::Stream;

use crate::support::*;

#[test]
fn the_connect_timeout_is_the_transport_s() {
    let script = Script::new([Reply::fail(TransportErrorKind::ConnectTimeout)]);
    let client = script.builder().connect_timeout(seconds(3)).max_retries(0).build().unwrap();
    let (_, failure) = stream(&script, &client);
    let failure = failure.unwrap();
    assert_eq!(failure.kind(), ErrorKind::TimeoutConnect);
    assert_eq!(failure.to_string(), "scripted failure (the connect timeout is 3s)");
}

#[test]
fn the_first_event() {
    for reply in [
        Reply::hang(),
        Reply::body(answer()).after(seconds(3)),
        Reply::status(200).step(Step::Hang),
        Reply::body(": a\n\n").pause(seconds(1)).data(": b\n\n").pause(seconds(2)).data(answer()),
        Reply::body("\n\n").pause(seconds(3)).data(answer()),
    ] {
        let script = Script::new([reply]);
        let client = script.builder().first_event_timeout(seconds(2)).max_retries(0).build().unwrap();
        let (text, failure) = stream(&script, &client);
        let failure = failure.unwrap();
        assert_eq!((&*text, failure.kind()), ("", ErrorKind::TimeoutFirstEvent));
        assert_eq!(failure.to_string(), "the answer did not begin within 2s (the first-event timeout)");
        assert!(failure.is_retryable());
        assert_eq!(script.now(), seconds(2));
    }
}

#[test]
fn the_pause_between_contents() {
    let cases = [
        // What comes in the pause, and whether it is progress.
        (": keep-alive\n\n".to_owned(), false),
        ("data:\n\n".to_owned(), false),
        (ROLE.to_owned(), false),
        ("data: {\"choices\": []}\n\n".to_owned(), false),
        (content("!"), true),
        ("data: {\"choices\": [{\"delta\": {\"reasoning\": \"hm\"}, \"index\": 0}]}\n\n".to_owned(), true),
        ("data: {\"choices\": [{\"delta\": {\"tool_calls\": [{\"index\": 0, \"function\": {\"arguments\": \"{\"}}]}, \"index\": 0}]}\n\n".to_owned(), true),
    ];
    for (between, progress) in cases {
        // The wait for the first event is longer than the pauses may be.
        let script = Script::new([Reply::body(content("Hello"))
            .after(seconds(1))
            .pause(seconds(6))
            .data(between.clone())
            .pause(seconds(6))
            .data(answer())]);
        let client = script.builder().idle_timeout(seconds(10)).build().unwrap();
        let (text, failure) = stream(&script, &client);
        assert_eq!(failure.is_none(), progress, "{between}");
        assert!(text.starts_with("Hello"));
        if let Some(failure) = failure {
            assert_eq!(failure.kind(), ErrorKind::TimeoutIdle, "{between}");
            assert_eq!(failure.to_string(), "nothing more of the answer came within 10s (the idle timeout)");
            assert_eq!(script.now(), seconds(11));
        }
    }
}

#[test]
fn a_flood_of_comments_holds_off_neither_the_deadline_nor_other_tasks() {
    let script = Script::new([Reply::body(content("Hello")).step(Step::Flood(": keep-alive\n\n"))]);
    let client = script.builder().idle_timeout(seconds(2)).build().unwrap();
    let mut turns_of_others = 0;
    let failure = script.run(async {
        let mut stream = client.chat().stream(&request()).await.unwrap();
        next(&mut stream).await.unwrap().unwrap();
        poll_fn(|cx| {
            let polled = Pin::new(&mut stream).poll_next(cx);
            turns_of_others += u32::from(polled.is_pending());
            polled
        })
        .await
    });
    assert_eq!(failure.unwrap().unwrap_err().kind(), ErrorKind::TimeoutIdle);
    assert_eq!(script.now(), seconds(2));
    assert!(turns_of_others > 10, "{turns_of_others}");
}

#[test]
fn a_flood_of_roles_holds_off_neither_the_deadline_nor_other_tasks() {
    let flooded = || {
        let script = Script::new([Reply::body(content("Hello")).step(Step::Flood(ROLE))]);
        let client = script.builder().idle_timeout(seconds(2)).total_timeout(None).build().unwrap();
        (script, client)
    };
    let check = |script: &Script, failure: choreoai::Error, turns_of_others: u32| {
        assert_eq!(failure.kind(), ErrorKind::TimeoutIdle);
        assert_eq!(script.now(), seconds(2));
        assert!(turns_of_others > 10, "{turns_of_others}");
    };

    let (script, client) = flooded();
    let mut turns = 0;
    let request = request();
    let mut failure = script.run(counting(client.chat().create(&request), &mut turns)).unwrap_err();
    assert_eq!(failure.take_partial().unwrap().text(), "Hello");
    check(&script, failure, turns);

    let (script, client) = flooded();
    let mut turns = 0;
    let failure = script.run(async {
        let mut text = client.chat().stream(&request).await.unwrap().text();
        assert_eq!(next(&mut text).await.unwrap().unwrap(), "Hello");
        counting(next(&mut text), &mut turns).await
    });
    check(&script, failure.unwrap().unwrap_err(), turns);
}

#[test]
fn content_that_never_pauses_leaves_turns_to_other_tasks() {
    let answer = content("Hello").repeat(1000) + STOP + DONE;
    let script = Script::new([Reply::body(answer)]);
    let client = script.client();
    let mut turns = 0;
    let request = request();
    let completion = script.run(counting(client.chat().create(&request), &mut turns)).unwrap();
    assert_eq!(completion.text(), "Hello".repeat(1000));
    assert!(turns > 10, "{turns}");
}

/// The future, and how often it left the turn to others.
async fn counting<F: Future>(future: F, turns: &mut u32) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|cx| {
        let polled = future.as_mut().poll(cx);
        *turns += u32::from(polled.is_pending());
        polled
    })
    .await
}

#[test]
fn an_event_that_grows_is_progress() {
    let event = content("Hello");
    let mut reply = Reply::status(200);
    for piece in event.as_bytes().chunks(10) {
        reply = reply.data(piece.to_vec()).pause(seconds(1));
    }
    let script = Script::new([reply.data(answer())]);
    let client = script.builder().first_event_timeout(seconds(3)).idle_timeout(seconds(15)).build().unwrap();
    let (text, failure) = stream(&script, &client);
    assert!(failure.is_none(), "{failure:?}");
    assert_eq!(text, "HelloHello world");
}

#[test]
fn the_caller_s_time_does_not_count() {
    for first in [content("Hello"), ROLE.to_owned()] {
        let script = Script::new([Reply::body(first).pause(seconds(5)).data(answer())]);
        let client = script.builder().idle_timeout(seconds(10)).build().unwrap();
        script.run(async {
            let mut stream = client.chat().stream(&request()).await.unwrap();
            next(&mut stream).await.unwrap().unwrap();
            script.clock().advance(seconds(60));
            let (text, failure) = read(&mut stream).await;
            assert!(failure.is_none(), "{failure:?}");
            assert_eq!(text, "Hello world");
        });
    }
}

#[test]
fn the_whole_call() {
    let slow = || {
        let mut reply = Reply::status(200);
        for _ in 0..100 {
            reply = reply.data(content("x")).pause(seconds(1));
        }
        reply.data(DONE)
    };
    let script = Script::new([slow(), slow(), slow()]);
    let client = script.builder().total_timeout(Duration::from_millis(4500)).build().unwrap();
    let (text, failure) = stream(&script, &client);
    let failure = failure.unwrap();
    assert_eq!((&*text, failure.kind()), ("xxxxx", ErrorKind::TimeoutTotal));
    assert_eq!(failure.to_string(), "the answer was not complete within 4.5s (the total timeout)");

    // Unless chosen otherwise: 30 s for a whole answer, no limit for a stream.
    let client = script.client();
    let failure = script.run(client.chat().create(&request())).unwrap_err();
    assert_eq!(failure.kind(), ErrorKind::TimeoutTotal);
    assert_eq!(failure.partial().unwrap().text(), "x".repeat(30));
    let (text, failure) = stream(&script, &client);
    assert!(failure.is_none());
    assert_eq!(text.len(), 100);
}

#[test]
fn the_whole_call_includes_retries() {
    let script = Script::new([Reply::hang(), Reply::hang(), Reply::hang()]);
    let client = script
        .builder()
        .first_event_timeout(seconds(4))
        .total_timeout(seconds(6))
        .max_retries(5)
        .build()
        .unwrap();
    let (_, failure) = stream(&script, &client);
    let failure = failure.unwrap();
    assert_eq!((failure.kind(), failure.attempts()), (ErrorKind::TimeoutTotal, 2));
    assert_eq!(script.now(), seconds(6));
}

#[test]
fn no_limits() {
    let hour = seconds(3600);
    let script = Script::new([Reply::body(content("Hello")).pause(hour).data(answer()).after(hour)]);
    let client =
        script.builder().first_event_timeout(None).idle_timeout(None).total_timeout(None).build().unwrap();
    let completion = script.run(client.chat().create(&request())).unwrap();
    assert_eq!(completion.text(), "HelloHello world");
    assert_eq!(script.clock().now(), 2 * hour);
}

#[test]
fn a_silent_server_is_asked_again_while_the_total_leaves_time() {
    // By default it may be silent for as long as all may take.
    let script = Script::new([Reply::hang()]);
    let client = script.client();
    let failure = script.run(client.chat().create(&request())).unwrap_err();
    assert_eq!((failure.kind(), failure.attempts()), (ErrorKind::TimeoutFirstEvent, 1));
    assert_eq!(
        failure.to_string(),
        "the answer did not begin within 30s (the first-event timeout); \
         not sent again: the wait would not end before the total deadline"
    );
    assert!(failure.is_retryable());
    assert_eq!(script.now(), seconds(30));

    let script = Script::new([Reply::hang(), Reply::body(answer())]);
    let client = script.builder().first_event_timeout(seconds(10)).build().unwrap();
    let completion = script.run(client.chat().create(&request())).unwrap();
    assert_eq!((completion.text(), completion.response().unwrap().attempts()), ("Hello world", 2));

    // A stream has no total unless one is chosen.
    let script = Script::new([Reply::hang(), Reply::hang(), Reply::body(answer())]);
    let (text, failure) = stream(&script, &script.client());
    assert_eq!((&*text, failure.is_none()), ("Hello world", true));
    assert!(script.now() > seconds(60));
}

#[test]
fn some_calls_have_terms_of_their_own() {
    let script = Script::new([Reply::hang(), Reply::status(500), Reply::body(answer()).after(seconds(100))]);
    let client = script.builder().total_timeout(seconds(50)).build().unwrap();
    let request = request();
    script.run(async {
        let chat = client.chat().total_timeout(seconds(2)).max_retries(0);
        for asked in [chat.create(&request).await.unwrap_err(), chat.stream(&request).await.unwrap_err()] {
            assert_eq!(asked.attempts(), 1, "{asked}");
        }
        assert_eq!(script.now(), seconds(2));
        // Longer than the client's, or none at all.
        let chat = client.chat().total_timeout(None).first_event_timeout(None);
        assert_eq!(chat.create(&request).await.unwrap().into_text(), "Hello world");
    });
    assert_eq!(script.now(), seconds(102));
}

#[test]
fn the_pauses_of_one_stream_may_be_longer() {
    let reply = || Reply::body(content("Hello")).pause(seconds(40)).data(answer());
    let script = Script::new([reply(), reply()]);
    let client = script.client();
    let request = request();
    script.run(async {
        let mut patient = client.chat().idle_timeout(seconds(60)).stream(&request).await.unwrap();
        assert!(read(&mut patient).await.1.is_none());
        let mut usual = client.chat().stream(&request).await.unwrap();
        assert_eq!(read(&mut usual).await.1.unwrap().kind(), ErrorKind::TimeoutIdle);
    });
}

#[test]
fn terms_of_embeddings_models_fallbacks_and_conversations() {
    let script = Script::new((0..8).map(|_| Reply::hang()));
    let client = script.client();
    let request = request();
    let limit = seconds(3);
    script.run(async {
        let embeddings = client.embeddings().total_timeout(limit);
        let models = client.models().total_timeout(limit);
        let chat = || client.chat().total_timeout(limit);
        let mut conversation = choreoai::Conversation::new("gpt-4");
        let errors = [
            embeddings.embed("m", "a text").await.unwrap_err(),
            models.list().await.unwrap_err(),
            models.retrieve("m").await.unwrap_err(),
            conversation.ask(&chat(), "Hi").await.unwrap_err(),
            conversation.ask_stream(&chat(), "Hi").await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::TimeoutTotal, "{error}");
            assert!(error.to_string().contains("within 3s (the total timeout)"), "{error}");
        }
        assert_eq!(script.now(), seconds(15));
        // Each model has them anew, and all together what the fallback says.
        let fallback = chat().fallback(["b", "c"]).total_timeout(seconds(5));
        let failure = fallback.create(&request).await.unwrap_err();
        assert_eq!(failure.failures().count(), 2);
        assert_eq!(script.now(), seconds(20));
    });
}

#[test]
fn a_timeout_of_nothing_is_refused_before_anything_is_sent() {
    let script = Script::new([]);
    let client = script.client();
    let request = request();
    let nothing = Duration::ZERO;
    script.run(async {
        let refused = [
            client.chat().total_timeout(nothing).create(&request).await.unwrap_err(),
            client.chat().idle_timeout(nothing).stream(&request).await.unwrap_err(),
            client.embeddings().first_event_timeout(nothing).embed("m", "a").await.unwrap_err(),
            client.models().total_timeout(nothing).list().await.unwrap_err(),
        ];
        for (error, name) in refused.iter().zip(["total", "idle", "first-event", "total"]) {
            assert_eq!(error.kind(), ErrorKind::InvalidRequest);
            assert_eq!(error.to_string(), format!("the {name} timeout is zero; it must be longer than that"));
        }
    });
    assert!(script.played().requests.is_empty());
}
