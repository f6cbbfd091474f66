//! Several calls over one connection, and those that must not be made there.

use choreoai_embedded::chat::{Event, Verdict};
use choreoai_embedded::{Error, Session};

use crate::support::*;

#[test]
fn calls_follow_each_other_on_a_connection_that_was_read_to_the_end() {
    let world = World::default();
    let steps = [response("200 OK", "", STREAM), chunked(STREAM, 10), response("200 OK", "", COMPLETION)];
    for size in [1, 16, 700] {
        let socket = Script::new(&world, steps.iter().map(bytes));
        let sent = socket.sent.clone();
        let mut buffer = vec![0; size];
        let mut session = Session::new(socket, &mut buffer);
        for _ in 0..3 {
            let outcome =
                world.run(async { read(&mut session.stream(&REQUEST).await.expect("an answer")).await });
            assert_eq!(outcome, Some((TEXT.to_owned(), Ok(Verdict::Finished))));
            assert!(session.is_reusable());
        }
        assert_eq!(String::from_utf8_lossy(&sent.borrow()).matches("POST ").count(), 3);
    }
}

#[test]
fn an_answer_that_is_dropped_half_way_costs_the_connection() {
    for events in 0..20 {
        let world = World::default();
        let socket = Script::new(&world, [bytes(chunked(STREAM, 10)), bytes(chunked(STREAM, 10))]);
        let sent = socket.sent.clone();
        let mut buffer = [0; 16];
        let mut session = Session::new(socket, &mut buffer);
        let mut is_done = false;
        world
            .run(async {
                let mut answer = session.stream(&REQUEST).await.expect("an answer");
                for _ in 0..events {
                    is_done |= matches!(answer.next().await.expect("an event"), Some(Event::Done) | None);
                }
            })
            .expect("it does not hang");
        assert_eq!(session.is_reusable(), is_done, "after {events} events");
        let before = sent.borrow().len();
        let outcome = world.run(async {
            match session.stream(&REQUEST).await {
                Ok(mut answer) => read(&mut answer).await.1.map(drop),
                Err(error) => Err(error),
            }
        });
        let expected = if is_done { Ok(()) } else { Err(Error::Reconnect) };
        assert_eq!(outcome, Some(expected), "after {events} events");
        assert_eq!(sent.borrow().len() > before, is_done);
    }
}

#[test]
fn the_rest_behind_done_is_drained_within_bounds() {
    let second = chunked(STREAM, 1000);
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let first = format!("{head}{:x}\r\n{STREAM}\r\n", STREAM.len());
    let cases = [
        (vec![bytes("0\r\n\r\n")], true),
        (vec![bytes("5\r\nmore!\r\n0\r\n\r\n")], true),
        (vec![pause(1), bytes("0\r\n\r\n")], true),
        (vec![bytes(format!("{:x}\r\n{}\r\n0\r\n\r\n", 9000, "x".repeat(9000)))], false),
        (vec![Step::End], false),
        (vec![Step::Fail], false),
        (vec![bytes("oops")], false),
        (vec![bytes("0\r\n\r\nHTTP/1.1 500 No\r\n\r\n")], false),
    ];
    for (rest, is_good) in cases {
        let world = World::default();
        let steps = [bytes(&first)].into_iter().chain(rest.clone()).chain([bytes(&second)]);
        let mut buffer = [0; 200];
        let mut session = Session::new(Script::new(&world, steps), &mut buffer);
        let outcome =
            world.run(async { read(&mut session.stream(&REQUEST).await.expect("an answer")).await });
        assert_eq!(outcome, Some((TEXT.to_owned(), Ok(Verdict::Finished))));
        let outcome = world.run(async {
            match session.stream(&REQUEST).await {
                Ok(mut answer) => read(&mut answer).await.1.map(drop),
                Err(error) => Err(error),
            }
        });
        let expected = if is_good { Ok(()) } else { Err(Error::Reconnect) };
        assert_eq!(outcome, Some(expected), "{rest:?}");
    }
}

#[test]
fn another_connection_makes_a_session_good_again() {
    let world = World::default();
    let mut buffer = [0; 64];
    let mut session = Session::new(Script::new(&world, [Step::Fail]), &mut buffer);
    assert!(world.run(async { session.stream(&REQUEST).await.is_err() }).expect("it does not hang"));
    assert!(!session.is_reusable());
    session.reconnect(Script::new(&world, [bytes(chunked(STREAM, 3))]));
    assert!(session.is_reusable());
    let outcome = world.run(async { read(&mut session.stream(&REQUEST).await.expect("an answer")).await });
    assert_eq!(outcome, Some((TEXT.to_owned(), Ok(Verdict::Finished))));
}
