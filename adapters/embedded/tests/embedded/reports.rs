//! What a server says of an error, and what is kept of it.

use std::time::Duration;

use choreoai_embedded::{Error, ErrorKind, ErrorReport, Session};

use crate::support::*;

type Kept<'a> = (Option<&'a str>, Option<&'a str>, Option<&'a str>);

/// Asks once, and gives the error and the report.
fn ask<const MESSAGE: usize, const LABEL: usize>(
    response: &str,
    buffer: usize,
) -> (Error<Broken>, ErrorReport<MESSAGE, LABEL>, bool) {
    let world = World::default();
    let mut buffer = vec![0; buffer];
    let mut session = Session::new(Script::new(&world, [bytes(response)]), &mut buffer)
        .with_endpoint(ENDPOINT)
        .with_report(ErrorReport::new());
    let error = world.run(async {
        match session.stream(&REQUEST).await {
            Ok(mut answer) => read(&mut answer).await.1.expect_err("an error"),
            Err(error) => error,
        }
    });
    (error.expect("it does not hang"), session.report().clone(), session.is_reusable())
}

fn kept<const MESSAGE: usize, const LABEL: usize>(report: &ErrorReport<MESSAGE, LABEL>) -> Kept<'_> {
    (
        report.message().map(|kept| kept.beginning()),
        report.code().map(|kept| kept.beginning()),
        report.error_type().map(|kept| kept.beginning()),
    )
}

#[test]
fn every_shape_of_refusal_through_every_buffer() {
    let cases: [(&str, Kept<'_>); 7] = [
        (
            r#"{"error": {"message": "slow down", "type": "rate_limit_error", "code": "rate_limit_exceeded"}}"#,
            (Some("slow down"), Some("rate_limit_exceeded"), Some("rate_limit_error")),
        ),
        (r#"{"detail": "Not Found"}"#, (Some("Not Found"), None, None)),
        (r#"{"error": "busy", "code": 17}"#, (Some("busy"), Some("17"), None)),
        ("Bad Gateway", (Some("Bad Gateway"), None, None)),
        ("data: {\"error\": {\"message\": \"no\"}}\n\n", (Some("no"), None, None)),
        ("", (None, None, None)),
        ("{}", (None, None, None)),
    ];
    for (body, expected) in cases {
        for headers in ["", "Retry-After: 2\r\nX-Long-Name-That-Nobody-Looks-For: 1\r\n"] {
            let response = response("429 Too Many Requests", headers, body);
            for size in [1, 2, 7, 64, 500] {
                let (error, report, is_reusable) = ask::<64, 32>(&response, size);
                assert_eq!(error, Error::Refused(429));
                assert_eq!(kept(&report), expected, "{body}");
                assert_eq!(
                    (report.status(), report.is_cut(), is_reusable),
                    (Some(429), false, true),
                    "{body}"
                );
                let wait = (!headers.is_empty()).then_some(Duration::from_secs(2));
                assert_eq!(report.retry_after(), wait);
            }
        }
    }
}

#[test]
fn a_refusal_that_is_cut_keeps_what_came_and_says_so() {
    let whole = response("503 Busy", "", r#"{"error": {"message": "overloaded", "code": "busy"}}"#);
    for cut in whole.find("{").expect("a body")..whole.len() {
        let (error, report, is_reusable) = ask::<64, 32>(&whole[..cut], 64);
        assert_eq!(error, Error::Refused(503));
        assert!(report.is_cut() && !is_reusable, "cut at {cut}");
        assert!(report.message().is_none_or(|kept| "overloaded".starts_with(kept.beginning())));
    }
    let compressed = response("503 Busy", "Content-Encoding: gzip\r\n", "\u{1f}\u{8b}\u{8}\0");
    assert!(ask::<64, 32>(&compressed, 64).1.is_cut());
    let endless = response("503 Busy", "", &"x".repeat(100_000));
    let (_, report, is_reusable) = ask::<64, 32>(&endless, 64);
    assert!(report.is_cut() && !is_reusable);
    assert!(report.message().expect("a message").whole().is_err());
}

#[test]
fn what_does_not_fit_says_so() {
    let body =
        r#"{"error": {"message": "Z\u00fcrich is too far", "code": "destination_unreachable", "type": "t"}}"#;
    let (_, report, _) = ask::<2, 11>(&response("400 Bad", "", body), 64);
    assert_eq!(kept(&report), (Some("Z"), Some("destination"), Some("t")));
    let overflow = report.message().expect("a message").whole().expect_err("an overflow");
    assert_eq!(overflow.capacity, 2);
    assert!(report.code().expect("a code").whole().is_err());
    assert_eq!(report.error_type().expect("a type").whole(), Ok("t"));
    assert_eq!(report.to_string(), "Z (destination)");
}

#[test]
fn an_error_in_the_middle_of_an_answer_is_reported_too() {
    let body = format!(
        "{}data: {{\"error\": {{\"message\": \"the provider has gone\", \"type\": \"stream_error\"}}}}\n\n",
        STREAM.split_inclusive("\n\n").next().expect("an event"),
    );
    for size in [1, 10, 500] {
        let (error, report, _) = ask::<64, 32>(&chunked(&body, 30), size);
        assert_eq!(error.kind(), ErrorKind::Server);
        assert_eq!(kept(&report), (Some("the provider has gone"), None, Some("stream_error")));
        assert_eq!(report.status(), None);
    }
    // Cut within the report: the error is the server's all the same, and what came of it counts.
    let whole = response("200 OK", "", &body);
    let cut = whole.find("has gone").expect("the message");
    let (error, report, _) = ask::<64, 32>(&whole[..cut], 64);
    assert_eq!(error.kind(), ErrorKind::Server);
    assert_eq!(kept(&report), (Some("the provider "), None, None));
}

#[test]
fn a_report_is_of_the_last_call() {
    let world = World::default();
    let mut buffer = [0; 64];
    let steps = [bytes(response("503 Busy", "Retry-After: 1\r\n", "busy")), bytes(chunked(STREAM, 9))];
    let mut session =
        Session::new(Script::new(&world, steps), &mut buffer).with_report(ErrorReport::<32, 16>::new());
    assert!(world.run(async { session.stream(&REQUEST).await.is_err() }).expect("it does not hang"));
    assert_eq!(session.report().status(), Some(503));
    let outcome = world.run(async { read(&mut session.stream(&REQUEST).await.expect("an answer")).await });
    assert!(outcome.expect("it does not hang").1.is_ok());
    let report = session.report();
    assert_eq!((report.status(), kept(report), report.retry_after()), (None, (None, None, None), None));
}

#[test]
fn the_key_is_never_shown() {
    let said = format!("Incorrect API key provided: {KEY}. Sorry.");
    let cases = [
        response("401 Unauthorized", "", &format!(r#"{{"error": {{"message": "{said}", "code": "c"}}}}"#)),
        response("401 Unauthorized", "", &format!(r#"{{"error": {{"message": "no", "code": "{KEY}"}}}}"#)),
        response("401 Unauthorized", "", &said),
        chunked(&format!("data: {{\"error\": {{\"message\": \"{said}\"}}}}\n\n"), 10),
    ];
    for response in cases {
        let (error, report, _) = ask::<128, 48>(&response, 64);
        // The key is cut by the end of what is kept.
        let (_, short, _) = ask::<33, 20>(&response, 64);
        for shown in
            [format!("{report} {report:?}"), format!("{short} {short:?}"), format!("{error} {error:?}")]
        {
            assert!(!shown.contains(&KEY[..5]), "{shown}");
        }
        assert!(report.has_secret());
        assert_eq!(kept(&report), (None, None, None));
    }
    let mut buffer = [0; 64];
    let session = Session::new(Script::new(&World::default(), []), &mut buffer)
        .with_endpoint(ENDPOINT.with_headers(&[("X-Secret", b"hush")]));
    let shown = format!("{ENDPOINT:?} {session:?}");
    assert!(!shown.contains("secret") && !shown.contains("hush"), "{shown}");
}

#[test]
fn errors_are_one_line_that_says_what_to_do() {
    let errors = [
        Error::Reconnect,
        Error::EmptyBuffer,
        Error::Body,
        Error::Closed,
        Error::Io(Broken("x")),
        Error::Connect(Broken("x")),
        Error::Refused(307),
        Error::Refused(401),
        Error::Refused(429),
        Error::Refused(503),
        Error::Refused(404),
    ];
    for error in errors {
        let text = error.to_string();
        assert!(
            text.starts_with(char::is_lowercase) && !text.contains('\n') && !text.ends_with('.'),
            "{text}"
        );
    }
}

#[test]
fn a_key_that_the_connection_cut_is_not_shown() {
    let said = format!("no such key: {}", &KEY[..KEY.len() - 2]);
    let cases = [
        format!("HTTP/1.1 401 No\r\nContent-Length: 900\r\n\r\n{{\"error\": {{\"message\": \"{said}"),
        format!("HTTP/1.1 401 No\r\nContent-Length: 900\r\n\r\n{said}"),
        format!("HTTP/1.1 200 OK\r\n\r\ndata: {{\"error\": {{\"message\": \"{said}"),
    ];
    for response in cases {
        let (_, report, _) = ask::<128, 48>(&response, 64);
        let shown = format!("{report} {report:?}");
        assert!(report.has_secret() && !shown.contains(&KEY[..5]), "{response}: {shown}");
    }
}

#[test]
fn of_a_refusal_that_was_not_waited_for_nothing_is_shown() {
    let body = format!(r#"{{"error": {{"message": "no such key: {KEY}", "code": "{KEY}"}}}}"#);
    let whole = chunked(&body, body.len());
    let world = World::default();
    let mut buffer = [0; 256];
    let without_end = whole.strip_suffix("0\r\n\r\n").expect("the last chunk").replace("200 OK", "401 No");
    let socket = Script::new(&world, [bytes(without_end), Step::Stall]);
    let mut session =
        Session::new(socket, &mut buffer).with_endpoint(ENDPOINT).with_report(ErrorReport::<64>::new());
    assert!(world.run_for(9, session.stream(&REQUEST)).is_none(), "it waits for the last chunk");
    let report = session.report();
    assert_eq!((report.status(), report.is_cut(), kept(report)), (Some(401), true, (None, None, None)));
    assert!(!format!("{report} {report:?}").contains(&KEY[..5]));
}
