//! What comes of a response, however it is cut and however small the buffer is.

use choreoai_embedded::chat::Verdict;
use choreoai_embedded::{Error, ErrorKind, Session};

use crate::support::*;

/// Asks once over a transport that gives this response, and gives what came of it and whether the connection is reusable.
fn ask(response: &[u8], buffer: usize, piece: usize) -> (Outcome<Broken>, bool) {
    let world = World::default();
    let socket = Script::new(&world, [bytes(response)]).in_pieces(piece);
    let mut buffer = vec![0; buffer];
    let mut session = Session::new(socket, &mut buffer).with_endpoint(ENDPOINT);
    let outcome = world.run(async {
        match session.stream(&REQUEST).await {
            Ok(mut answer) => read(&mut answer).await,
            Err(error) => (String::new(), Err(error)),
        }
    });
    (outcome.expect("it does not hang"), session.is_reusable())
}

/// Every response that is complete.
fn complete() -> Vec<(String, bool)> {
    vec![
        (response("200 OK", "", STREAM), true),
        (response("200 OK", "Connection: close\r\n", STREAM), false),
        (response("200 OK", "", COMPLETION), true),
        (chunked(STREAM, 7), true),
        (chunked(COMPLETION, 1), true),
        (format!("HTTP/1.1 100 Continue\r\n\r\n{}", chunked(STREAM, 1000)), true),
        (format!("HTTP/1.1 200 OK\r\n\r\n{STREAM}"), false),
        (format!("HTTP/1.0 200 OK\r\n\r\n{COMPLETION}"), false),
    ]
}

#[test]
fn every_size_of_buffer_and_of_read_gives_the_same() {
    for (response, is_reusable) in complete() {
        for size in (1..70).chain([500, 5000]) {
            let expected = (TEXT.to_owned(), Ok(Verdict::Finished));
            assert_eq!(
                ask(response.as_bytes(), size, usize::MAX),
                (expected.clone(), is_reusable),
                "{response}"
            );
            assert_eq!(ask(response.as_bytes(), 512, size), (expected, is_reusable), "{response}");
        }
    }
}

#[test]
fn a_response_that_is_cut_is_never_a_success_before_the_server_has_said_all() {
    for (response, _) in complete() {
        let ends_with_close = !response.contains("Content-Length") && !response.contains("chunked");
        let done = response.find("ONE]").map_or(response.len(), |start| start + 4);
        for cut in 0..response.len() {
            for size in [1, 64, 512] {
                let ((text, end), is_reusable) = ask(&response.as_bytes()[..cut], size, usize::MAX);
                assert!(TEXT.starts_with(&text), "{text}");
                let front = &response[..cut];
                // An end in good order, right behind the last event: as complete as it gets without `[DONE]`.
                let behind = front.rsplit_once("\"stop\", \"index\": 0}]}").map(|(_, behind)| behind);
                let may_be_complete =
                    ends_with_close && behind.is_some_and(|rest| rest.trim_end().is_empty());
                if cut < done && !may_be_complete {
                    let error = end.expect_err(front);
                    assert_eq!(error.kind(), ErrorKind::Truncated, "{front}");
                    assert!(!is_reusable, "{front}");
                } else {
                    assert_eq!(end.expect(front), Verdict::Finished, "{front}");
                }
            }
        }
    }
}

#[test]
fn a_lost_connection_keeps_the_transports_error() {
    let response = response("200 OK", "", STREAM);
    for cut in [0, 10, 60, response.len() - 20] {
        let world = World::default();
        let socket = Script::new(&world, [bytes(&response[..cut]), Step::Fail]);
        let mut buffer = [0; 256];
        let mut session = Session::new(socket, &mut buffer);
        let error = world.run(async {
            match session.stream(&REQUEST).await {
                Ok(mut answer) => read(&mut answer).await.1.expect_err("cut"),
                Err(error) => error,
            }
        });
        let error = error.expect("it does not hang");
        assert_eq!(error, Error::Io(Broken("reading failed")));
        assert_eq!(
            std::error::Error::source(&error).map(ToString::to_string).as_deref(),
            Some("reading failed")
        );
        assert!(!session.is_reusable());
    }
}

#[test]
fn what_is_no_answer_is_an_error() {
    let cases: &[(&str, ErrorKind)] = &[
        (&response("200 OK", "", "<html>hello</html>"), ErrorKind::Protocol),
        (&response("200 OK", "", "\u{1f}\u{8b}compressed"), ErrorKind::Protocol),
        (&response("200 OK", "", "{}"), ErrorKind::Protocol),
        (&response("200 OK", "", "data: {\"choices\": [}\n\n"), ErrorKind::Protocol),
        (&response("200 OK", "", ""), ErrorKind::Truncated),
        (&response("204 No Content", "", ""), ErrorKind::Truncated),
        (&response("307 Temporary Redirect", "Location: /elsewhere\r\n", ""), ErrorKind::Refused),
        ("SSH-2.0-OpenSSH\r\n", ErrorKind::Protocol),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", ErrorKind::Protocol),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", ErrorKind::Protocol),
        (&response("200 OK", "", "data: {\"error\": {\"message\": \"no\"}}\n\n"), ErrorKind::Server),
    ];
    for (response, kind) in cases {
        for size in [1, 3, 512] {
            let ((text, end), _) = ask(response.as_bytes(), size, usize::MAX);
            assert_eq!((text.as_str(), end.map_err(|error| error.kind())), ("", Err(*kind)), "{response}");
        }
    }
}

#[test]
fn bytes_behind_the_response_cost_the_connection() {
    let with_more = response("200 OK", "", STREAM) + "HTTP/1.1 200 OK\r\n";
    let (outcome, is_reusable) = ask(with_more.as_bytes(), 4096, usize::MAX);
    assert_eq!(outcome, (TEXT.to_owned(), Ok(Verdict::Finished)));
    assert!(!is_reusable);
}
