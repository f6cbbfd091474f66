//! Answers that go on to a writer.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use choreoai::{Conversation, Error, ErrorKind, Verdict, WriteCause, WriteError};
use futures_io::AsyncWrite;

use crate::support::*;

/// A writer that notes what is done to it.
#[derive(Default)]
struct Paper {
    text: String,
    /// The text at each flush.
    flushed: Vec<String>,
    /// What the next calls do instead of taking all.
    script: VecDeque<Act>,
}

enum Act {
    Take(usize),
    Wait,
    Fail(io::ErrorKind),
}

impl Paper {
    fn new(script: impl IntoIterator<Item = Act>) -> Self {
        Self { script: script.into_iter().collect(), ..Self::default() }
    }
}

impl AsyncWrite for Paper {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        assert!(!bytes.is_empty());
        let taken = match self.script.pop_front() {
            None => bytes.len(),
            Some(Act::Take(most)) => most.min(bytes.len()),
            Some(Act::Wait) => {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Some(Act::Fail(kind)) => return Poll::Ready(Err(kind.into())),
        };
        self.text.push_str(std::str::from_utf8(&bytes[..taken]).unwrap());
        Poll::Ready(Ok(taken))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.script.pop_front() {
            Some(Act::Wait) => {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Some(Act::Fail(kind)) => return Poll::Ready(Err(kind.into())),
            Some(Act::Take(_)) | None => {}
        }
        let text = self.text.clone();
        self.flushed.push(text);
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        panic!("the writer is the caller's to close");
    }
}

/// What comes of a reply that is written to this paper.
fn write(reply: Reply, paper: &mut Paper) -> (Result<choreoai::ChatCompletion, WriteError>, Script) {
    let script = Script::new([reply]);
    let client = script.client();
    let outcome = script.run(async { client.chat().stream(&request()).await.unwrap().write_to(paper).await });
    (outcome, script)
}

fn answer_error(error: &WriteError) -> &Error {
    match error.cause() {
        WriteCause::Answer(error) => error,
        other => panic!("{other:?}"),
    }
}

fn writer_error(error: &WriteError) -> &io::Error {
    match error.cause() {
        WriteCause::Writer(error) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_piece_is_written_and_flushed_before_the_next_is_waited_for() {
    let reply = Reply::body([ROLE, &content("Hel")].concat())
        .pause(seconds(1))
        .data([content("lo"), content(" ")].concat())
        .pause(seconds(1))
        .data([&*content("world"), STOP, DONE].concat());
    let mut paper = Paper::default();
    let (outcome, _) = write(reply, &mut paper);
    let answer = outcome.unwrap();
    assert_eq!((answer.text(), answer.verdict()), ("Hello world", Some(Verdict::Finished)));
    assert!(answer.response().is_some());
    assert_eq!(paper.text, "Hello world");
    assert_eq!(paper.flushed, ["Hel", "Hello ", "Hello world"]);
}

#[test]
fn a_writer_may_take_little_and_late() {
    let reply = Reply::body(answer());
    let script = [
        Act::Take(1),
        Act::Wait,
        Act::Take(2),
        Act::Fail(io::ErrorKind::Interrupted),
        Act::Take(9),
        Act::Wait,
        Act::Take(9),
        // The flush.
        Act::Wait,
        Act::Fail(io::ErrorKind::Interrupted),
    ];
    let mut paper = Paper::new(script);
    let (outcome, _) = write(reply, &mut paper);
    assert_eq!(outcome.unwrap().text(), "Hello world");
    assert_eq!((&*paper.text, &*paper.flushed), ("Hello world", &["Hello world".to_owned()][..]));
    assert!(paper.script.is_empty());
}

#[test]
fn a_slow_writer_does_not_starve_others() {
    let many = (0..1000).map(|_| content("x")).collect::<String>();
    let script = Script::new([Reply::body([&*many, STOP, DONE].concat())]);
    let client = script.client();
    let mut polls = 0;
    let mut paper = Paper::default();
    script.run(async {
        let stream = client.chat().stream(&request()).await.unwrap();
        let mut writing = std::pin::pin!(stream.write_to(&mut paper));
        let answer = std::future::poll_fn(|cx| {
            polls += 1;
            writing.as_mut().poll(cx)
        });
        assert_eq!(answer.await.unwrap().text().len(), 1000);
    });
    assert!(polls > 10, "{polls}");
}

#[test]
fn a_failure_of_the_answer_comes_after_its_text() {
    let mut paper = Paper::default();
    let (outcome, script) = write(Reply::body([ROLE, &content("Hel"), &content("lo")].concat()), &mut paper);
    let error = outcome.unwrap_err();
    assert_eq!(answer_error(&error).kind(), ErrorKind::Truncated);
    assert_eq!(error.partial().text(), "Hello");
    assert_eq!(error.to_string(), answer_error(&error).to_string());
    assert_eq!((&*paper.text, &*paper.flushed), ("Hello", &["Hello".to_owned()][..]));
    assert_eq!(script.played().dropped, 1);
}

#[test]
fn a_flush_that_fails_does_not_hide_the_failure_of_the_answer() {
    let mut paper = Paper::new([Act::Take(9), Act::Fail(io::ErrorKind::BrokenPipe)]);
    let (outcome, _) = write(Reply::body(content("Hello")), &mut paper);
    assert_eq!(answer_error(&outcome.unwrap_err()).kind(), ErrorKind::Truncated);
}

#[test]
fn a_failure_of_the_writer_cancels_the_answer() {
    for (script, kind, written) in [
        (vec![Act::Fail(io::ErrorKind::BrokenPipe)], io::ErrorKind::BrokenPipe, ""),
        (vec![Act::Take(2), Act::Take(0)], io::ErrorKind::WriteZero, "He"),
        // The flush.
        (vec![Act::Take(9), Act::Fail(io::ErrorKind::BrokenPipe)], io::ErrorKind::BrokenPipe, "Hello"),
    ] {
        let reply = Reply::body(content("Hello")).step(Step::Hang);
        let mut paper = Paper::new(script);
        let (outcome, script) = write(reply, &mut paper);
        let error = outcome.unwrap_err();
        assert_eq!(writer_error(&error).kind(), kind);
        assert!(error.to_string().starts_with("the answer could not be written: "), "{error}");
        assert_eq!((&*paper.text, error.partial().text()), (written, "Hello"));
        {
            let played = script.played();
            assert_eq!((played.released, played.dropped), (0, 1));
        }
        let (_, partial) = error.into_parts();
        assert_eq!(partial.text(), "Hello");
    }
}

#[test]
fn dropping_it_cancels_the_answer() {
    let script = Script::new([Reply::body(content("Hello")).step(Step::Hang)]);
    let client = script.client();
    let mut paper = Paper::default();
    script.run(async {
        let stream = client.chat().stream(&request()).await.unwrap();
        {
            let mut writing = Box::pin(stream.write_to(&mut paper));
            let polled = std::future::poll_fn(|cx| Poll::Ready(writing.as_mut().poll(cx))).await;
            assert!(polled.is_pending());
            assert_eq!(script.played().dropped, 0);
        }
        assert_eq!(script.played().dropped, 1);
    });
    assert_eq!(paper.text, "Hello");
}

#[test]
fn an_answer_in_a_conversation_is_written_and_appended() {
    let cut = Reply::body(content("Hel"));
    let script = Script::new([Reply::body(answer()), cut, Reply::body(content("x")).step(Step::Hang)]);
    let client = script.client();
    let mut conversation = Conversation::new("gpt-4");
    script.run(async {
        let mut paper = Paper::default();
        let stream = conversation.ask_stream(&client, "Hi").await.unwrap();
        assert_eq!(stream.write_to(&mut paper).await.unwrap().text(), "Hello world");
        assert_eq!(paper.text, "Hello world");
        assert_eq!(conversation.messages().len(), 2);

        let stream = conversation.ask_stream(&client, "Hi").await.unwrap();
        let error = stream.write_to(&mut paper).await.unwrap_err();
        assert_eq!(answer_error(&error).kind(), ErrorKind::Truncated);
        assert_eq!(error.partial().text(), "Hel");

        let mut torn = Paper::new([Act::Fail(io::ErrorKind::BrokenPipe)]);
        let stream = conversation.ask_stream(&client, "Hi").await.unwrap();
        let error = stream.write_to(&mut torn).await.unwrap_err();
        assert_eq!(writer_error(&error).kind(), io::ErrorKind::BrokenPipe);
        assert_eq!(error.partial().text(), "x");
        assert_eq!(conversation.messages().len(), 2);
    });
}

#[test]
fn what_is_met_before_the_answer_begins_is_an_error_of_the_answer() {
    async fn ask(client: &choreoai::Client<Script, Clock>, paper: &mut Paper) -> Result<String, WriteError> {
        let answer = client.chat().stream(&request()).await?.write_to(paper).await?;
        Ok(answer.into_text())
    }
    let script = Script::new([Reply::status(401), Reply::body(answer())]);
    let client = script.client();
    let error = script.run(ask(&client, &mut Paper::default())).unwrap_err();
    assert_eq!(answer_error(&error).kind(), ErrorKind::Http);
    assert_eq!((error.partial().text(), error.to_string()), ("", answer_error(&error).to_string()));
    assert_eq!(script.run(ask(&client, &mut Paper::default())).unwrap(), "Hello world");
}
