//! `POST /v1/embeddings`.

use choreoai::{EmbeddingList, EmbeddingRequest, EncodingFormat, Error, ErrorKind};
use serde_json::{Value, json};

use crate::support::*;

fn ask(request: &EmbeddingRequest, body: &str) -> Result<EmbeddingList, Error> {
    let script = Script::new([Reply::body(body.to_owned())]);
    let client = script.client();
    script.run(client.embeddings().create(request))
}

fn two() -> EmbeddingRequest {
    EmbeddingRequest::new("text-embedding-3-small", ["one", "two"])
}

/// An answer with this data.
fn data(data: &str) -> String {
    format!(
        r#"{{"object": "list", "data": {data}, "model": "m", "usage": {{"prompt_tokens": 2, "total_tokens": 2}}}}"#
    )
}

#[test]
fn what_is_sent() {
    for (request, expected) in [
        (
            EmbeddingRequest::new("m", "a text"),
            json!({"model": "m", "input": "a text", "encoding_format": "base64"}),
        ),
        (
            EmbeddingRequest::new("m", vec!["a".to_owned()])
                .encoding_format(EncodingFormat::Float)
                .dimensions(1)
                .end_user("u")
                .extra(r#"{"truncate": true}"#),
            json!({"model": "m", "input": ["a"], "encoding_format": "float", "dimensions": 1, "user": "u", "truncate": true}),
        ),
    ] {
        let script = Script::new([Reply::body(data(r#"[{"index": 0, "embedding": [1]}]"#))]);
        let client = script.client();
        script.run(client.embeddings().create(&request)).unwrap();
        let played = script.played();
        let sent = &played.requests[0];
        assert_eq!((sent.method().as_str(), sent.uri().path()), ("POST", "/v1/embeddings"));
        assert_eq!(sent.headers()["content-type"], "application/json");
        assert_eq!(serde_json::from_slice::<Value>(sent.body()).unwrap(), expected);
    }
}

#[test]
fn vectors_come_in_the_order_of_the_inputs() {
    // 1.0, -2.0; 0.5, 0.1.
    for answer in [
        r#"[{"embedding": [1, -2e0], "index": 0, "object": "embedding"}, {"embedding": [0.5, 0.1], "index": 1}]"#,
        r#"[{"index": 1, "embedding": [5E-1, 0.1]}, {"index": 0, "embedding": [1.0, -2]}]"#,
        r#"[{"embedding": "AACAPwAAAMA=", "index": 0}, {"embedding": "AAAAP83MzD0=", "index": 1}]"#,
        r#"[{"embedding": "AAAAP83MzD0=", "index": 1}, {"embedding": "AACAPwAAAMA=", "index": 0}]"#,
        r#"[{"embedding": "AAAAP83MzD0\u003d", "index": 1}, {"embedding": [1, -2], "index": 0}]"#,
    ] {
        let list = ask(&two(), &data(answer)).unwrap();
        assert_eq!(list.vectors().collect::<Vec<_>>(), [[1.0, -2.0], [0.5, 0.1]], "{answer}");
        assert_eq!((list.model(), list.usage().unwrap().prompt_tokens()), (Some("m"), Some(2)));
        assert_eq!(list.usage().unwrap().total_tokens(), Some(2));
        assert!(list.extra().is_empty() && list.embeddings().iter().all(|one| one.extra().is_empty()));
        assert_eq!(list.response().unwrap().attempts(), 1);
        assert_eq!(list.into_vectors(), [[1.0, -2.0], [0.5, 0.1]]);
    }
}

#[test]
fn the_least_and_the_most_of_an_answer() {
    let one = EmbeddingRequest::new("m", "a");
    let least = ask(&one, r#"{"data": [{"index": 0, "embedding": [0]}]}"#).unwrap();
    assert_eq!((least.model(), least.usage(), least.request_id()), (None, None, None));
    let most = r#"{"data": [{"index": 0, "embedding": [0], "text": "a"}], "id": 7, "usage": {"total_tokens": 3, "cost": 1}}"#;
    let most = ask(&one, most).unwrap();
    assert_eq!(most.extra().get("id"), Some("7"));
    assert_eq!(most.embeddings()[0].extra().get("text"), Some("\"a\""));
    assert_eq!(most.extra().get("usage"), Some(r#"{"total_tokens": 3, "cost": 1}"#));
    let usage = most.usage().unwrap();
    assert_eq!((usage.prompt_tokens(), usage.total_tokens()), (None, Some(3)));
}

#[test]
fn there_is_no_partial_success() {
    let good = r#"{"index": 0, "embedding": [1, 2]}"#;
    for (answer, fault) in [
        ("[]".to_owned(), "`data` has 0 embeddings where 2 were asked for"),
        (format!("[{good}]"), "`data` has 1 embeddings where 2 were asked for"),
        (format!("[{good}, {good}, {good}]"), "`data` is not an array of at most 2 embeddings"),
        (format!("[{good}, {good}]"), "`data[1]` has the index 0, which another has, too"),
        (format!("[{good}, [1, 2]]"), "`data[1]` is not an object"),
        (format!(r#"[{good}, {{"embedding": [1, 2]}}]"#), "`data[1]` has no `index` that is a whole number"),
        (
            format!(r#"[{good}, {{"index": -1, "embedding": [1, 2]}}]"#),
            "`data[1]` has no `index` that is a whole number",
        ),
        (
            format!(r#"[{good}, {{"index": "1", "embedding": [1, 2]}}]"#),
            "`data[1]` has no `index` that is a whole number",
        ),
        (
            format!(r#"[{good}, {{"index": 2, "embedding": [1, 2]}}]"#),
            "`data[1]` has the index 2, but there are 2 embeddings",
        ),
        (format!(r#"[{good}, {{"index": 1}}]"#), "`data[1].embedding` is missing"),
        (format!(r#"[{good}, {{"index": 1, "embedding": null}}]"#), "`data[1].embedding` is missing"),
        (format!(r#"[{good}, {{"index": 1, "embedding": []}}]"#), "`data[1].embedding` is empty"),
        (format!(r#"[{good}, {{"index": 1, "embedding": ""}}]"#), "`data[1].embedding` is empty"),
        (
            format!(r#"[{good}, {{"index": 1, "embedding": [1]}}]"#),
            "its vectors are of different lengths, 2 and 1",
        ),
        (
            format!(r#"[{good}, {{"index": 1, "embedding": [1, null]}}]"#),
            "`data[1].embedding` is not an array of numbers",
        ),
        (
            format!(r#"[{good}, {{"index": 1, "embedding": [1, "NaN"]}}]"#),
            "`data[1].embedding` is not an array of numbers",
        ),
        (
            format!(r#"[{good}, {{"index": 1, "embedding": [1, 1e39]}}]"#),
            "`data[1].embedding` holds no finite number at 1",
        ),
        (
            format!(r#"[{good}, {{"index": 1, "embedding": [1, 1e400]}}]"#),
            "`data[1].embedding` is not an array of numbers",
        ),
        (
            format!(r#"[{good}, {{"index": 1, "embedding": "AACAPwAAwH8="}}]"#),
            "`data[1].embedding` holds no finite number at 1",
        ),
        (
            format!(r#"[{good}, {{"index": 1, "embedding": "AACAPwAAAA=="}}]"#),
            "`data[1].embedding` holds 7 bytes, which are not whole numbers of 4 bytes",
        ),
        (
            format!(r#"[{good}, {{"index": 1, "embedding": "AACAPwAAAMA"}}]"#),
            "`data[1].embedding` is not valid base64",
        ),
        (format!(r#"[{good}, {{"index": 1, "embedding": "x"}}]"#), "`data[1].embedding` is not valid base64"),
        (
            format!(r#"[{good}, {{"index": 1, "embedding": {{}}}}]"#),
            "`data[1].embedding` is not an array of numbers",
        ),
    ] {
        let error = ask(&two(), &data(&answer)).unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Protocol, false), "{answer}");
        assert_eq!(error.message(), format!("the answer cannot be used: {fault}"), "{answer}");
    }
    // JSON has no such number.
    let error = ask(&two(), &data(r#"[{"index": 0, "embedding": [NaN]}]"#)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
    let error =
        ask(&two(), r#"{"error": {"message": "No such model.", "code": "model_not_found"}}"#).unwrap_err();
    assert_eq!(
        (error.kind(), error.code(), error.is_retryable()),
        (ErrorKind::Server, Some("model_not_found"), false)
    );
}

#[test]
fn an_input_of_more_members_decides_how_many_come() {
    let request = EmbeddingRequest::new("m", "a").extra(r#"{"input": ["a", "b", "c"]}"#);
    let three = data(
        r#"[{"index": 2, "embedding": [2]}, {"index": 0, "embedding": [0]}, {"index": 1, "embedding": [1]}]"#,
    );
    assert_eq!(ask(&request, &three).unwrap().into_vectors(), [[0.0], [1.0], [2.0]]);
    assert_eq!(ask(&request, &data("[]")).unwrap_err().kind(), ErrorKind::Protocol);
}

#[test]
fn nothing_is_sent_for_what_would_be_refused() {
    let script = Script::new([]);
    let client = script.client();
    for request in [EmbeddingRequest::new("", "a"), EmbeddingRequest::new("m", [""; 0])] {
        let error = script.run(client.embeddings().create(&request)).unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidRequest, 0));
    }
}

#[test]
fn a_redirect_keeps_the_method_and_the_body_or_is_not_followed() {
    let answer = data(r#"[{"index": 0, "embedding": [1]}, {"index": 1, "embedding": [1]}]"#);
    for (status, followed) in [(301, false), (302, false), (303, false), (307, true), (308, true)] {
        let script = Script::new([
            Reply::status(status).header("location", "/v1/embeddings"),
            Reply::body(answer.clone()),
        ]);
        let client = script.client();
        assert_eq!(script.run(client.embeddings().create(&two())).is_ok(), followed, "{status}");
        let played = script.played();
        assert!(played.requests.iter().all(|sent| sent.method() == "POST" && !sent.body().is_empty()));
        assert_eq!(played.requests.len(), 1 + usize::from(followed));
    }
}

#[test]
fn the_vector_of_one_text() {
    let one = || Reply::body(data(r#"[{"index": 0, "embedding": [0.5, -1]}]"#));
    let script = Script::new([one(), one(), one()]);
    let client = script.client();
    let request = EmbeddingRequest::new("m", "a text");
    script.run(async {
        assert_eq!(client.embeddings().embed("m", "a text").await.unwrap(), [0.5, -1.0]);
        let list = client.embeddings().create(&request).await.unwrap();
        assert_eq!(list.vector(), [0.5, -1.0]);
        assert_eq!(list.into_vector(), [0.5, -1.0]);
    });
    let sent: Value = serde_json::from_slice(script.played().requests[0].body()).unwrap();
    assert_eq!(sent, json!({"model": "m", "input": "a text", "encoding_format": "base64"}));
    let script = Script::new([Reply::body(data("[]"))]);
    let failure = script.run(script.client().embeddings().embed("m", "a text")).unwrap_err();
    assert_eq!(failure.kind(), ErrorKind::Protocol);
}

#[test]
fn the_first_of_several_vectors() {
    let body = data(r#"[{"index": 1, "embedding": [2]}, {"index": 0, "embedding": [1]}]"#);
    let list = ask(&two(), &body).unwrap();
    assert_eq!((list.vector(), list.clone().into_vector()), (&[1.0][..], vec![1.0]));
}
