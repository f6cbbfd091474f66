//! How many calls run at once, how many requests go out in an interval, and what waiting means.

use std::pin::pin;
use std::time::Duration;

use choreoai::{ChatRequest, Client, ClientBuilder, Conversation, Error, ErrorKind, Load};

use crate::support::*;

/// Asks this, and gives the text of the answer.
async fn ask(client: &Client<Script, Clock>, question: &str) -> Result<String, Error> {
    let request = ChatRequest::new("gpt-4").user(question);
    Ok(client.chat().create(&request).await?.text().to_owned())
}

/// What was asked, in the order in which it was sent.
fn asked(script: &Script) -> Vec<String> {
    let played = script.played();
    let bodies = played.requests.iter().map(|request| String::from_utf8_lossy(request.body()).into_owned());
    bodies.map(|body| body.split('"').find(|word| word.starts_with('q')).unwrap().to_owned()).collect()
}

fn load(running: usize, waiting: usize) -> Load {
    let mut load = Load::default();
    (load.running, load.waiting) = (running, waiting);
    load
}

const QUESTIONS: [&str; 5] = ["q0", "q1", "q2", "q3", "q4"];

#[test]
fn calls_wait_for_a_place_in_their_order() {
    let script = Script::new((0..5).map(|_| Reply::body(answer()).after(seconds(1))));
    let client = script.builder().max_concurrent_calls(2).build().unwrap();
    // Clones share the places.
    let clients = [(); 5].map(|()| client.clone());
    script.run(async {
        let mut calls = pin!(all(clients.iter().zip(QUESTIONS).map(|(client, text)| ask(client, text))));
        assert!(once(calls.as_mut()).await.is_none());
        assert_eq!(client.load(), load(2, 3));
        for answer in calls.await {
            assert_eq!(answer.unwrap(), "Hello world");
        }
    });
    assert_eq!(script.played().times, [0, 0, 1, 1, 2].map(seconds));
    assert_eq!(asked(&script), QUESTIONS);
    assert_eq!(client.load(), load(0, 0));
}

#[test]
fn a_call_keeps_its_place_over_retries() {
    let script =
        Script::new([Reply::status(500), Reply::hang(), Reply::body(answer()), Reply::body(answer())]);
    let client = script.builder().max_concurrent_calls(1).total_timeout(None).build().unwrap();
    let answers = script.run(all(["q0", "q1"].map(|text| ask(&client, text))));
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(asked(&script), ["q0", "q0", "q0", "q1"]);
}

#[test]
fn a_stream_keeps_its_place_until_its_end() {
    let script = Script::new((0..3).map(|_| Reply::body(answer()).pause(seconds(1))));
    let client = script.builder().max_concurrent_calls(1).build().unwrap();
    script.run(async {
        let mut stream = client.chat().stream(&request()).await.unwrap();
        // Up to the chunk before `[DONE]`.
        for _ in 0..3 {
            next(&mut stream).await.unwrap().unwrap();
            assert_eq!(client.load(), load(1, 0));
        }
        // Its end frees it, whether the stream is dropped or not.
        assert!(read(&mut stream).await.1.is_none());
        assert_eq!(client.load(), load(0, 0));
        let dropped = client.chat().stream(&request()).await.unwrap();
        assert_eq!(client.load(), load(1, 0));
        drop(dropped);
        assert_eq!(client.load(), load(0, 0));
        let mut failing = client.chat().stream(&request()).await.unwrap();
        assert_eq!(client.load(), load(1, 0));
        while next(&mut failing).await.is_some() {}
        assert_eq!(client.load(), load(0, 0));
        drop(stream);
        assert_eq!(client.load(), load(0, 0));
    });
}

#[test]
fn an_error_frees_the_place() {
    let script = Script::new([Reply::status(400), Reply::body("data: {\n\n"), Reply::body(answer())]);
    let client = script.builder().max_concurrent_calls(1).build().unwrap();
    for kind in [ErrorKind::Http, ErrorKind::Protocol] {
        let error = script.run(client.chat().create(&request())).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
    assert_eq!(script.run(ask(&client, "q")).unwrap(), "Hello world");
}

#[test]
fn an_answer_that_is_given_up_is_dropped_with_its_place() {
    // More choices than an answer may have.
    let choice = |index| {
        format!("data: {{\"choices\": [{{\"delta\": {{\"content\": \"x\"}}, \"index\": {index}}}]}}\n\n")
    };
    let choices = (0..=128).map(choice).collect::<String>();
    let script = Script::new([Reply::body(choices).step(Step::Hang)]);
    let client = script.client();
    let mut conversation = Conversation::new("gpt-4");
    script.run(async {
        let mut stream = conversation.ask_stream(&client, "q").await.unwrap();
        let error = loop {
            if let Err(error) = next(&mut stream).await.unwrap() {
                break error;
            }
        };
        assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
        assert_eq!(
            (client.load(), script.played().dropped),
            (load(0, 0), 1),
            "while the stream is still held"
        );
    });
}

#[test]
fn a_call_that_gives_up_leaves_the_queue() {
    let script = Script::new([Reply::hang(), Reply::body(answer())]);
    let client = script.builder().max_concurrent_calls(1).build().unwrap();
    script.run(async {
        let mut running = Box::pin(ask(&client, "q0"));
        let mut waiting = ["q1", "q2", "q3"].map(|text| Box::pin(ask(&client, text)));
        assert!(once(running.as_mut()).await.is_none());
        for call in &mut waiting {
            assert!(once(call.as_mut()).await.is_none());
        }
        assert_eq!(client.load(), load(1, 3));
        let [first, second, third] = waiting;
        drop(first);
        assert_eq!(client.load(), load(1, 2));
        drop(running);
        // The second has the place now, without having been polled, and hands it on.
        assert_eq!(client.load(), load(1, 1));
        drop(second);
        assert_eq!(third.await.unwrap(), "Hello world");
    });
    assert_eq!(asked(&script), ["q0", "q3"]);
}

#[test]
fn waiting_for_a_place_counts_for_the_total_deadline_alone() {
    let script = Script::new([
        Reply::body(content("Hello")).pause(seconds(25)).data(DONE),
        Reply::body(answer()).after(seconds(25)),
    ]);
    let client = script.builder().max_concurrent_calls(1).total_timeout(None).build().unwrap();
    let answers = script.run(all(["q0", "q1"].map(|text| ask(&client, text))));
    assert_eq!(answers[1].as_ref().unwrap(), "Hello world", "the first event has 30 s from the request on");
    assert_eq!(script.now(), seconds(50));

    let script = Script::new([Reply::hang()]);
    let client = script
        .builder()
        .max_concurrent_calls(1)
        .first_event_timeout(None)
        .idle_timeout(None)
        .build()
        .unwrap();
    let error = script.run(async {
        let (chat, request) = (client.chat(), request());
        let mut running = Box::pin(chat.stream(&request));
        assert!(once(running.as_mut()).await.is_none());
        ask(&client, "q1").await.unwrap_err()
    });
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::TimeoutTotal, 0));
    assert!(error.is_retryable());
    assert_eq!(
        error.to_string(),
        "the call was still waiting for a place (no more than 1 at once) after 30s (the total timeout); no request \
         was sent; `max_concurrent_calls` sets that"
    );
    assert_eq!((script.now(), script.played().requests.len()), (seconds(30), 1));
}

#[test]
fn nothing_is_sent_that_has_no_time_left() {
    // The place, or the turn, comes free at the very moment of the total deadline.
    for limit in [
        |builder: ClientBuilder<Script, Clock>| builder.max_concurrent_calls(1),
        |builder: ClientBuilder<Script, Clock>| builder.max_requests(1, seconds(30)),
    ] {
        let script = Script::new([Reply::body(answer()).after(seconds(30))]);
        let client = limit(script.builder()).build().unwrap();
        let answers = script.run(all(["q0", "q1"].map(|text| ask(&client, text))));
        let attempts = answers.into_iter().map(|answer| {
            let error = answer.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TimeoutTotal, "{error}");
            error.attempts()
        });
        assert_eq!(attempts.collect::<Vec<_>>(), [1, 0]);
        assert_eq!((script.played().requests.len(), client.load()), (1, load(0, 0)));
    }
}

#[test]
fn requests_keep_to_their_rate_in_their_order() {
    let script = Script::new((0..5).map(|_| Reply::body(answer()).after(seconds(1))));
    let client = script.builder().max_requests(2, seconds(10)).build().unwrap();
    script.run(async {
        let mut calls = pin!(all(QUESTIONS.map(|text| ask(&client, text))));
        assert!(once(calls.as_mut()).await.is_none());
        assert_eq!(client.load(), load(2, 3));
        for answer in calls.await {
            assert_eq!(answer.unwrap(), "Hello world");
        }
    });
    assert_eq!(script.played().times, [0, 0, 10, 10, 20].map(seconds));
    assert_eq!(asked(&script), QUESTIONS);
}

#[test]
fn retries_and_redirects_count_for_the_rate() {
    let script = Script::new([
        Reply::status(500),
        Reply::status(307).header("location", "/elsewhere"),
        Reply::body(answer()).after(seconds(25)),
    ]);
    let client = script.builder().max_requests(1, seconds(10)).total_timeout(None).build().unwrap();
    assert_eq!(script.run(ask(&client, "q")).unwrap(), "Hello world");
    assert_eq!(script.played().times, [0, 10, 20].map(seconds));
}

#[test]
fn waiting_for_a_turn_counts_for_the_total_deadline_alone() {
    let minute = seconds(60);
    for (replies, attempts, sent) in [
        (vec![Reply::body(answer())], 0, "; no request was sent"),
        (vec![Reply::body(answer()), Reply::status(500)], 1, ""),
    ] {
        let script = Script::new(replies);
        let requests = 1 + usize::from(attempts == 1);
        let client = script.builder().max_requests(requests, minute).build().unwrap();
        let error = script.run(async {
            ask(&client, "q0").await.unwrap();
            ask(&client, "q1").await.unwrap_err()
        });
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::TimeoutTotal, attempts));
        assert_eq!(
            error.to_string(),
            format!(
                "the call was still waiting for its turn (no more than {requests} requests in 60s) after 30s (the \
                 total timeout){sent}; `max_requests` sets that"
            )
        );
        assert_eq!(script.now(), seconds(30));
        assert_eq!(client.load(), load(0, 0));
    }
    let script = Script::new([Reply::body(answer()), Reply::body(answer()).after(seconds(25))]);
    let client = script.builder().max_requests(1, minute).total_timeout(None).build().unwrap();
    for text in ["q0", "q1"] {
        assert_eq!(script.run(ask(&client, text)).unwrap(), "Hello world");
    }
    assert_eq!(script.now(), seconds(85));
}

#[test]
fn no_limit_is_no_sense() {
    let builder = || Script::new([]).builder();
    for (made, words) in [
        (builder().max_concurrent_calls(0), "0 calls at once"),
        (builder().max_requests(0, seconds(1)), "0 requests"),
        (builder().max_requests(1, Duration::ZERO), "an interval of 0"),
    ] {
        let error = made.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn the_most_that_ran_at_once_is_kept() {
    let script = Script::new((0..6).map(|_| Reply::body(answer()).after(seconds(1))));
    let client = script.builder().max_concurrent_calls(3).build().unwrap();
    assert_eq!(client.most_running(), 0);
    script.run(async {
        ask(&client, "q0").await.unwrap();
        assert_eq!(client.most_running(), 1);
        all(["q1", "q2"].map(|text| ask(&client, text))).await;
        assert_eq!(client.most_running(), 2);
        all(["q3", "q4", "q5"].map(|text| ask(&client, text))).await;
    });
    assert_eq!((client.clone().most_running(), client.load()), (3, load(0, 0)));
    let script = Script::new((0..4).map(|_| Reply::body(answer()).after(seconds(1))));
    let client = script.builder().max_concurrent_calls(2).build().unwrap();
    script.run(all(["q0", "q1", "q2", "q3"].map(|text| ask(&client, text))));
    assert_eq!(client.most_running(), 2);
}
