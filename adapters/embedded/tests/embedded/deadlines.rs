//! Deadlines, in virtual time.

use std::time::Duration;

use choreoai_embedded::chat::{Event, TextDecoder, Verdict};
use choreoai_embedded::time::{DeadlineKind, Deadlines};
use choreoai_embedded::{Error, Session};

use crate::support::*;

fn deadlines(first_event: u64, idle: u64, total: u64) -> Deadlines {
    let limit = |seconds| (seconds > 0).then(|| Duration::from_secs(seconds));
    Deadlines { connect: None, first_event: limit(first_event), idle: limit(idle), total: limit(total) }
}

/// Each of the three events of [`STREAM`].
fn events() -> Vec<Step> {
    STREAM.split_inclusive("\n\n").map(bytes).collect()
}

/// When it is over, in seconds; and by which deadline.
type End = Result<u64, (DeadlineKind, u64)>;

#[test]
fn each_deadline_at_its_moment() {
    let head = || bytes("HTTP/1.1 200 OK\r\n\r\n");
    let [first, second, done] = &events()[..] else { panic!("three events") };
    let comment = || bytes(": still here\n\n");
    let role = || bytes("data: {\"choices\": [{\"delta\": {\"role\": \"assistant\"}, \"index\": 0}]}\n\n");
    let of = |steps: &[&Step]| steps.iter().map(|step| (*step).clone()).collect::<Vec<_>>();
    use DeadlineKind::{FirstEvent, Idle, Total};
    let cases: Vec<(Vec<Step>, Deadlines, End)> = vec![
        (of(&[&head(), first, second, done]), deadlines(1, 1, 1), Ok(0)),
        (of(&[&Step::Stall]), deadlines(30, 5, 0), Err((FirstEvent, 30))),
        (of(&[&pause(29), &head(), first, second, done]), deadlines(30, 5, 0), Ok(29)),
        (of(&[&pause(20), &head(), &Step::Stall]), deadlines(30, 5, 0), Err((FirstEvent, 30))),
        (
            of(&[&head(), &comment(), &pause(20), &comment(), &Step::Stall]),
            deadlines(30, 5, 0),
            Err((FirstEvent, 30)),
        ),
        (of(&[&head(), first, &Step::Stall]), deadlines(30, 5, 0), Err((Idle, 5))),
        (of(&[&head(), first, &pause(4), &role(), &pause(4), &role()]), deadlines(30, 5, 0), Err((Idle, 5))),
        (of(&[&head(), first, &pause(4), second, &pause(4), done]), deadlines(30, 5, 0), Ok(8)),
        (of(&[&head(), first, &pause(4), second, &pause(4), done]), deadlines(30, 5, 7), Err((Total, 7))),
        (of(&[&head(), first, &pause(4), &comment(), &pause(4)]), deadlines(30, 5, 0), Err((Idle, 5))),
        (of(&[&pause(99), &head(), first, &pause(99), second, done]), deadlines(0, 0, 0), Ok(198)),
    ];
    for (steps, deadlines, expected) in cases {
        let world = World::default();
        let mut buffer = [0; 128];
        let socket = Script::new(&world, steps.clone());
        let mut session = Session::new(socket, &mut buffer).with_timer(world.clone(), deadlines);
        let outcome = world.run(async {
            match session.stream(&REQUEST).await {
                Ok(mut answer) => read(&mut answer).await.1,
                Err(error) => Err(error),
            }
        });
        let (verdict, at) = match expected {
            Ok(at) => (Ok(Verdict::Finished), at),
            Err((kind, at)) => (Err(Error::Deadline(kind)), at),
        };
        assert_eq!(outcome, Some(verdict), "{steps:?}");
        assert_eq!(world.now(), Duration::from_secs(at), "{steps:?}");
        assert!(!session.is_reusable());
    }
}

#[test]
fn the_time_that_the_caller_takes_is_not_the_servers() {
    let [first, second, done] = &events()[..] else { panic!("three events") };
    let steps =
        [&bytes("HTTP/1.1 200 OK\r\n\r\n"), first, &pause(4), second, &pause(4), done].map(Clone::clone);
    let world = World::default();
    let mut buffer = [0; 128];
    let socket = Script::new(&world, steps);
    let mut session = Session::new(socket, &mut buffer).with_timer(world.clone(), deadlines(30, 5, 0));
    let verdict = world.run(async {
        let mut answer = session.stream(&REQUEST).await.expect("an answer");
        while let Some(event) = answer.next().await.expect("in time") {
            if matches!(event, Event::Content(_)) {
                world.advance(Duration::from_secs(60));
            }
        }
        answer.verdict()
    });
    assert_eq!(verdict, Some(Some(Verdict::Finished)));
}

#[test]
fn what_was_held_comes_before_the_deadline() {
    let cut = &STREAM[..STREAM.len() - 90];
    let steps = [bytes("HTTP/1.1 200 OK\r\n\r\n"), bytes(cut), Step::Stall];
    let world = World::default();
    let mut buffer = [0; 128];
    let mut session =
        Session::new(Script::new(&world, steps), &mut buffer).with_timer(world.clone(), deadlines(30, 5, 0));
    let outcome = world.run(async { read(&mut session.stream(&REQUEST).await.expect("an answer")).await });
    let (text, verdict) = outcome.expect("it does not hang");
    assert!(text.starts_with("Gr\u{fc}\u{df}"), "{text}");
    assert_eq!(verdict, Err(Error::Deadline(DeadlineKind::Idle)));
}

#[test]
fn the_deadline_is_told_behind_a_value_that_was_held() {
    for held in [r#"{"role": "assis"#, r#"{}, "finish_reason": "sto"#] {
        let event = format!("HTTP/1.1 200 OK\r\n\r\ndata: {{\"choices\": [{{\"index\": 0, \"delta\": {held}");
        let world = World::default();
        let mut buffer = [0; 128];
        let mut session = Session::new(Script::new(&world, [bytes(event), Step::Stall]), &mut buffer)
            .with_timer(world.clone(), deadlines(30, 5, 0));
        let outcome =
            world.run(async { read(&mut session.stream(&REQUEST).await.expect("an answer")).await });
        let (text, verdict) = outcome.expect("it does not hang");
        assert_eq!((text.as_str(), verdict), ("", Err(Error::Deadline(DeadlineKind::Idle))), "{held}");
    }
}

#[test]
fn for_text_alone_too_a_chunk_without_choices_is_the_first_event() {
    let [first, second, done] = &events()[..] else { panic!("three events") };
    let empty = bytes("HTTP/1.1 200 OK\r\n\r\ndata: {\"choices\": []}\n\n");
    let steps = [empty, pause(20), first.clone(), second.clone(), done.clone()];
    let world = World::default();
    let mut buffer = [0; 128];
    let mut session = Session::new(Script::new(&world, steps), &mut buffer)
        .with_timer(world.clone(), deadlines(10, 30, 0))
        .with_decoder(TextDecoder::new);
    let verdict = world.run(async {
        let mut answer = session.stream(&REQUEST).await.expect("an answer");
        while answer.next().await.expect("it goes on").is_some() {}
        answer.verdict()
    });
    assert_eq!(verdict, Some(Some(Verdict::Finished)));
}

#[test]
fn draining_takes_a_second_at_most() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let first = format!("{head}{:x}\r\n{STREAM}\r\n", STREAM.len());
    let world = World::default();
    let socket = Script::new(&world, [bytes(first), Step::Stall]);
    let mut buffer = [0; 128];
    let mut session = Session::new(socket, &mut buffer).with_timer(world.clone(), Deadlines::stream());
    let outcome = world.run(async { read(&mut session.stream(&REQUEST).await.expect("an answer")).await });
    assert_eq!(outcome, Some((TEXT.to_owned(), Ok(Verdict::Finished))));
    let outcome = world.run(async { session.stream(&REQUEST).await.map(drop) });
    assert_eq!((outcome, world.now()), (Some(Err(Error::Reconnect)), Duration::from_secs(1)));
}

#[test]
fn without_a_timer_a_silent_server_is_waited_for() {
    let world = World::default();
    let mut buffer = [0; 128];
    let mut session = Session::new(Script::new(&world, [Step::Stall]), &mut buffer);
    assert!(world.run(async { session.stream(&REQUEST).await.map(drop) }).is_none());
}
