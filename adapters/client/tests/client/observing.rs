//! What observers are told.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use choreoai::{
    CallInfo, Client, EndInfo, Observer, Outcome, RequestInfo, ResponseInfo, RetryInfo, TransportErrorKind,
    Warning,
};

use crate::support::*;

/// Writes down all it is told, one line each.
#[derive(Clone, Default)]
struct Diary(Arc<Mutex<Vec<String>>>);

impl Diary {
    fn write(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    fn lines(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl Observer for Diary {
    fn request(&self, request: &RequestInfo<'_>) {
        let CallInfo { id, method, path, model, streamed, .. } = request.call;
        let streamed = if streamed { "streamed" } else { "whole" };
        self.write(format!("{id}: {method} {path} {model:?} {streamed}, attempt {}", request.attempt));
    }

    fn response(&self, response: &ResponseInfo<'_>) {
        let (id, head) = (response.call.id, response.head);
        let status = head.status().as_u16();
        self.write(format!("{id}: {status} {:?} after {:?}", head.request_id(), response.elapsed));
    }

    fn retry(&self, retry: &RetryInfo<'_>) {
        let error = retry.error;
        assert!(error.is_retryable());
        let what = format!("{} ({})", error.kind(), error.attempts());
        self.write(format!("{}: {what}, again in {:?}", retry.call.id, retry.wait));
    }

    fn begun(&self, call: &CallInfo<'_>, elapsed: Duration) {
        self.write(format!("{}: begun after {elapsed:?}", call.id));
    }

    fn end(&self, end: &EndInfo<'_>) {
        let outcome = match end.outcome {
            Outcome::Finished(verdict) => format!("{verdict:?}"),
            Outcome::Failed(error) => error.kind().to_string(),
            outcome => format!("{outcome:?}"),
        };
        self.write(format!("{}: {outcome} in {} after {:?}", end.call.id, end.attempts, end.elapsed));
    }

    fn warning(&self, warning: &Warning<'_>) {
        self.write(format!("warning: {warning}"));
    }
}

fn observed(replies: impl IntoIterator<Item = Reply>) -> (Script, Client<Script, Clock>, Diary) {
    let (script, diary) = (Script::new(replies), Diary::default());
    let client = script.builder().observer(diary.clone()).build().unwrap();
    (script, client, diary)
}

#[test]
fn a_call_is_told_from_its_first_request_to_its_end() {
    let (script, client, diary) = observed([
        Reply::status(429).header("retry-after", "2").header("x-request-id", "first").after(seconds(1)),
        Reply::fail(TransportErrorKind::Connect),
        Reply::body(content("Hello")).header("x-request-id", "third").pause(seconds(1)).data(answer()),
    ]);
    let (_, failure) = stream(&script, &client);
    assert!(failure.is_none(), "{failure:?}");
    let lines = diary.lines();
    assert_eq!(
        lines[..4],
        [
            "1: POST /v1/chat/completions Some(\"gpt-4\") streamed, attempt 1",
            "1: 429 Some(\"first\") after 1s",
            "1: http (1), again in 2s",
            "1: POST /v1/chat/completions Some(\"gpt-4\") streamed, attempt 2",
        ]
    );
    assert!(lines[4].starts_with("1: connect (2), again in "), "{}", lines[4]);
    assert_eq!(
        lines[5..7],
        [
            "1: POST /v1/chat/completions Some(\"gpt-4\") streamed, attempt 3",
            "1: 200 Some(\"third\") after 0ns",
        ]
    );
    assert!(lines[7].starts_with("1: begun after 3."), "{}", lines[7]);
    assert!(lines[8].starts_with("1: Some(Finished) in 3 after 4."), "{}", lines[8]);
    assert_eq!(lines.len(), 9);
}

#[test]
fn each_call_has_one_end() {
    let (script, client, diary) = observed([
        Reply::status(400),
        Reply::body(content("Hello")),
        Reply::hang(),
        Reply::body(content("Hello")).step(Step::Hang),
        Reply::body("{\"data\": []}"),
        Reply::body("{\"data\": 5}"),
        Reply::body("{\"status\": \"ok\"}"),
    ]);
    script.run(async {
        let request = request();
        client.chat().create(&request).await.unwrap_err();
        client.chat().create(&request).await.unwrap_err();
        assert!(once(pin!(client.clone().chat().create(&request))).await.is_none());
        let mut stream = client.chat().stream(&request).await.unwrap();
        next(&mut stream).await.unwrap().unwrap();
        drop(stream);
        client.models().list().await.unwrap();
        client.models().list().await.unwrap_err();
        client.health().await.unwrap();
        client.abort();
        client.chat().create(&request).await.unwrap_err();
    });
    let lines = diary.lines();
    let ends = lines.iter().filter(|line| line.ends_with("after 0ns") && line.contains(" in "));
    assert_eq!(
        ends.collect::<Vec<_>>(),
        [
            "1: http in 1 after 0ns",
            "2: truncated in 1 after 0ns",
            "3: Cancelled in 1 after 0ns",
            "4: Cancelled in 1 after 0ns",
            "5: None in 1 after 0ns",
            "6: protocol in 1 after 0ns",
            "7: None in 1 after 0ns",
            "8: closed in 0 after 0ns",
        ]
    );
    assert!(lines.contains(&"7: GET /health None whole, attempt 1".to_owned()), "{lines:#?}");
    assert_eq!(lines.last().unwrap(), "8: closed in 0 after 0ns", "nothing is told of it before");
}

#[test]
fn all_observers_are_told() {
    let (script, diaries) = (Script::new([Reply::body(answer())]), [Diary::default(), Diary::default()]);
    let [first, second] = diaries.clone();
    let client = script.builder().observer(first).observer(second).build().unwrap();
    script.run(client.chat().create(&request())).unwrap();
    let [first, second] = diaries.map(|diary| diary.lines());
    assert_eq!(first.len(), 4, "{first:?}");
    assert_eq!(first, second);
}

/// Keeps all that there is to see of requests.
#[derive(Clone, Default)]
struct Spy(Diary);

impl Observer for Spy {
    fn request(&self, request: &RequestInfo<'_>) {
        self.0.write(format!("{request:?}"));
    }

    fn response(&self, response: &ResponseInfo<'_>) {
        self.0.write(format!("{response:?}"));
    }

    fn retry(&self, retry: &RetryInfo<'_>) {
        self.0.write(format!("{retry:?} {}", retry.error));
    }

    fn end(&self, end: &EndInfo<'_>) {
        self.0.write(format!("{end:?}"));
    }
}

#[test]
fn no_secret_is_told() {
    let echo = || {
        let body = format!("{{\"error\": {{\"message\": \"no {KEY}\", \"code\": \"{KEY}\"}}}}");
        Reply::status(500).header("x-echo", KEY).header("location", &format!("/?{KEY}")).data(body)
    };
    let redirect = Reply::status(307).header("location", "/elsewhere?token=t0ken");
    let (script, spy) = (Script::new([redirect, echo(), echo(), echo()]), Spy::default());
    let client = script.builder().default_header("x-team", "s3cret").observer(spy.clone()).build().unwrap();
    script.run(client.chat().create(&request())).unwrap_err();
    let lines = spy.0.lines();
    assert_eq!(lines.len(), 11, "{lines:#?}");
    let requests = lines.iter().filter(|line| line.starts_with("RequestInfo")).collect::<Vec<_>>();
    assert_eq!(requests.len(), 4);
    assert!(requests[0].contains("\"authorization\": \"[redacted]\""), "{}", requests[0]);
    assert!(requests[0].contains("\"x-team\": \"[redacted]\""), "{}", requests[0]);
    assert!(requests[0].contains("\"accept\": \"application/json\""), "{}", requests[0]);
    assert!(requests[0].contains("\"http://localhost:8000/v1/chat/completions\""), "{}", requests[0]);
    assert!(requests[1].contains("\"http://localhost:8000/elsewhere\""), "{}", requests[1]);
    for line in lines.iter().filter(|line| !line.contains("t0ken") || line.starts_with("RequestInfo")) {
        for secret in [KEY, "s3cret", "t0ken", "Hi"] {
            assert!(!line.contains(secret), "{line}");
        }
    }
}

#[test]
fn what_is_unencrypted_is_warned_of_once() {
    for (url, is_warned) in [
        ("http://gateway.example", true),
        ("HTTP://10.0.0.1:8000/prefix", true),
        ("http://[2001:db8::1]", true),
        ("http://0.0.0.0", true),
        ("http://localhost.example", true),
        ("http://localhost:8000", false),
        ("http://LocalHost", false),
        ("http://api.localhost.", false),
        ("http://127.0.0.1:8000", false),
        ("http://127.9.9.9", false),
        ("http://[::1]:8000", false),
        ("http://[::ffff:127.0.0.1]", false),
        ("https://gateway.example", false),
    ] {
        let (script, diary) = (Script::new([Reply::body(answer()), Reply::body(answer())]), Diary::default());
        let client = script.builder().base_url(url).observer(diary.clone()).build().unwrap();
        for _ in 0..2 {
            script.run(client.clone().chat().create(&request())).unwrap();
        }
        let warnings = diary.lines().into_iter().filter(|line| line.starts_with("warning: "));
        let expected = is_warned.then(|| {
            format!(
                "warning: {} is reached without encryption: whoever is on the way can read the API key and all that \
                 is said; use https",
                client.base_url()
            )
        });
        assert_eq!(warnings.collect::<Vec<_>>(), Vec::from_iter(expected), "{url}");
    }
}
