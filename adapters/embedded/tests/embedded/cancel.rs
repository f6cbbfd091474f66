//! Futures that are dropped at every point where they wait.

use std::cell::RefCell;

use choreoai_embedded::chat::{Event, Verdict};
use choreoai_embedded::connect::connect_with;
use choreoai_embedded::{Client, Error, Session};

use crate::support::*;

/// A transport that is pending before each read and each write, however small.
fn hesitant(world: &World, responses: usize) -> Script {
    let mut script = Script::new(world, vec![bytes(chunked(STREAM, 40)); responses]).in_pieces(60);
    script.hesitates = true;
    script
}

#[test]
fn a_call_that_is_dropped_leaves_a_session_that_is_right_or_refuses() {
    let mut was_done = false;
    for polls in 0.. {
        let world = World::default();
        let mut buffer = [0; 100];
        let socket = hesitant(&world, 2);
        let sent = socket.sent.clone();
        let mut session = Session::new(socket, &mut buffer);
        let first = world
            .run_for(polls, async { read(&mut session.stream(&REQUEST).await.expect("an answer")).await });
        let before = sent.borrow().len();
        let is_reusable = session.is_reusable();
        assert_eq!(is_reusable, first.is_some() || polls == 0, "after {polls} polls");
        let second = world.run(async {
            match session.stream(&REQUEST).await {
                Ok(mut answer) => read(&mut answer).await,
                Err(error) => (String::new(), Err(error)),
            }
        });
        if is_reusable {
            assert_eq!(second, Some((TEXT.to_owned(), Ok(Verdict::Finished))), "after {polls} polls");
        } else {
            assert_eq!(second, Some((String::new(), Err(Error::Reconnect))), "after {polls} polls");
            assert_eq!(sent.borrow().len(), before, "a byte was sent after {polls} polls");
        }
        if first.is_some() {
            was_done = true;
            break;
        }
    }
    assert!(was_done);
}

/// Reads an answer, where each wait for the next event is dropped once before it is waited for again.
async fn read_impatiently(world: &World, session: &mut Session<'_, Script>) -> Outcome<Broken> {
    let mut answer = session.stream(&REQUEST).await.expect("an answer");
    let mut text = String::new();
    loop {
        match world.run_for(1, answer.next()) {
            Some(Ok(Some(Event::Content(fragment)))) => text.push_str(fragment),
            Some(Ok(Some(_))) => {}
            Some(Ok(None)) => return (text, Ok(answer.verdict().expect("a verdict"))),
            Some(Err(error)) => return (text, Err(error)),
            None => match answer.next().await {
                Ok(Some(Event::Content(fragment))) => text.push_str(fragment),
                Ok(Some(_)) => {}
                Ok(None) => return (text, Ok(answer.verdict().expect("a verdict"))),
                Err(error) => return (text, Err(error)),
            },
        }
    }
}

#[test]
fn a_wait_for_an_event_goes_on_only_where_reads_are_safe() {
    let world = World::default();
    let mut buffer = [0; 100];
    let mut session = Session::new(hesitant(&world, 1), &mut buffer).with_safe_reads();
    let outcome = world.run(read_impatiently(&world, &mut session));
    assert_eq!(outcome, Some((TEXT.to_owned(), Ok(Verdict::Finished))));
    assert!(session.is_reusable());

    let mut buffer = [0; 100];
    let mut session = Session::new(hesitant(&world, 1), &mut buffer);
    let (_, verdict) = world.run(read_impatiently(&world, &mut session)).expect("it does not hang");
    assert_eq!(verdict, Err(Error::Reconnect));
    assert!(!session.is_reusable());
}

#[test]
fn a_client_answers_after_every_call_that_is_dropped() {
    for polls in 0.. {
        let world = World::default();
        let dials = RefCell::new(0);
        let connector = connect_with(async || {
            *dials.borrow_mut() += 1;
            let socket = hesitant(&world, 2);
            world.sleep(std::time::Duration::from_secs(1)).await;
            Ok::<_, Broken>(socket)
        });
        let mut buffer = [0; 100];
        let mut client = Client::new(connector, &mut buffer, world.clone(), || 0);
        let first = world
            .run_for(polls, async { read(&mut client.stream(&REQUEST).await.expect("an answer")).await });
        let second = world.run(async { read(&mut client.stream(&REQUEST).await.expect("an answer")).await });
        assert_eq!(second, Some((TEXT.to_owned(), Ok(Verdict::Finished))), "after {polls} polls");
        let kept = usize::from(first.is_some());
        assert!(*dials.borrow() <= 2 - kept, "{} connections after {polls} polls", dials.borrow());
        if first.is_some() {
            return;
        }
    }
}
