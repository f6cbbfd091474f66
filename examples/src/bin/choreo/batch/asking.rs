//! Asks many questions, some at once.
//!
//! ```text
//! source ─▶ question ─▶ window: takes a place ─▶ asked, or kept, or unusable ─▶ place filled ─▶ in order ─▶ writer
//! ```

use choreoai::{Client, Timer, Transport};
use futures_concurrency::future::FutureGroup;
use futures_lite::{StreamExt, future};
use smol::channel::Receiver;

use super::kept::Kept;
use super::question::Question;
use super::record;
use super::source::Questions;
use super::target::Writer;
use super::window::Window;
use crate::adapter::Job;
use crate::failure::{AnswerFailure, Failure};
use crate::interrupt;
use crate::progress::Progress;
use crate::server::refused;

/// What is asked, and where the answers go.
pub(super) struct Asking<'b> {
    pub(super) questions: Questions,
    pub(super) kept: &'b mut Kept,
    pub(super) writer: &'b Writer,
    pub(super) concurrency: usize,
    /// How many lines may be under way: asked, answered or being written. At least as many as are asked at once.
    pub(super) ahead: usize,
    pub(super) progress: Progress,
}

/// How it went.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) answered: u64,
    pub(super) kept: u64,
    pub(super) failed: u64,
    pub(super) first_failure: Option<String>,
    pub(super) is_interrupted: bool,
    /// Why not all lines were read.
    pub(super) trouble: Option<String>,
}

/// What became of a question: the line to be written, and what it says if it failed.
struct Outcome {
    record: Vec<u8>,
    failure: Option<String>,
}

enum Event {
    Question(Option<Result<Box<Question>, String>>),
    Answered(u64, Outcome),
    Written,
    WriterGone,
    Interrupted,
}

impl Job for Asking<'_> {
    type Output = Tally;

    /// Ends when all is written, when the writer has failed, or at Ctrl-C; then what is answered has been handed to it.
    async fn run<T: Transport, R: Timer>(self, client: &Client<T, R>) -> Result<Tally, Failure> {
        let Self { questions, kept, writer, concurrency, ahead, progress } = self;
        let interrupted = interrupt::told_first();
        let mut tally = Tally::default();
        let mut window = Window::new();
        let mut running = FutureGroup::new();
        let mut unwritten = 0;
        let mut is_end = false;
        loop {
            while let Some(record) = window.pop() {
                // There is room for as many as may be under way, and a writer that has failed tells it below.
                let _ = writer.records.try_send(record);
                unwritten += 1;
            }
            if is_end && window.len() == 0 && unwritten == 0 {
                break;
            }
            let may_ask = !is_end && running.len() < concurrency && window.len() + unwritten < ahead;
            let event = future::or(
                next_interrupt(&interrupted),
                future::or(
                    next_written(&writer.written),
                    future::or(next_answer(&mut running), next_question(may_ask, &questions)),
                ),
            );
            match event.await {
                Event::Question(Some(Ok(question))) => match kept.answer_to(&question) {
                    Ok(Some(record)) => {
                        tally.kept += 1;
                        let place = window.take();
                        window.fill(place, record);
                    }
                    Ok(None) => {
                        let place = window.take();
                        running.insert(Box::pin(ask(client, place, question)));
                    }
                    // The answers that are on their way are wanted all the same.
                    Err(trouble) => (tally.trouble, is_end) = (Some(trouble), true),
                },
                Event::Question(Some(Err(trouble))) => (tally.trouble, is_end) = (Some(trouble), true),
                Event::Question(None) => {
                    tally.trouble = kept.check_end().err();
                    is_end = true;
                }
                Event::Answered(place, Outcome { record, failure }) => {
                    tally.count(failure);
                    if tally.failed > 0 {
                        progress.say(format!("lines, {} failed", tally.failed));
                    }
                    window.fill(place, record);
                }
                Event::Written => {
                    unwritten -= 1;
                    progress.advance();
                }
                Event::WriterGone => break,
                Event::Interrupted => {
                    tally.is_interrupted = true;
                    break;
                }
            }
        }
        // What is answered is written, though it waited for one before it that is not.
        for record in window.into_filled() {
            let _ = writer.records.try_send(record);
        }
        Ok(tally)
    }
}

impl Tally {
    fn count(&mut self, failure: Option<String>) {
        match failure {
            None => self.answered += 1,
            Some(failure) => {
                self.failed += 1;
                self.first_failure.get_or_insert(failure);
            }
        }
    }
}

async fn ask<T: Transport, R: Timer>(client: &Client<T, R>, place: u64, question: Box<Question>) -> Event {
    let request = match &question.request {
        Ok(request) => request,
        Err(why) => {
            let failure = refused(format!("line {}: {why}", question.line));
            let record = record::failed(&question, &failure, None);
            return Event::Answered(place, Outcome { record, failure: Some(failure.message) });
        }
    };
    let outcome = match client.chat().create(request).await {
        Ok(answer) => Outcome { record: record::answered(&question, &answer), failure: None },
        Err(error) => Outcome {
            record: record::failed(&question, &AnswerFailure::from(&error), error.partial()),
            failure: Some(format!("line {}: {error}", question.line)),
        },
    };
    Event::Answered(place, outcome)
}

async fn next_question(may_ask: bool, questions: &Questions) -> Event {
    if may_ask { Event::Question(questions.recv().await.ok()) } else { future::pending().await }
}

async fn next_answer<F: Future<Output = Event> + Unpin>(running: &mut FutureGroup<F>) -> Event {
    match running.next().await {
        Some(event) => event,
        None => future::pending().await,
    }
}

async fn next_written(written: &Receiver<()>) -> Event {
    match written.recv().await {
        Ok(()) => Event::Written,
        Err(_) => Event::WriterGone,
    }
}

async fn next_interrupt(interrupted: &Receiver<()>) -> Event {
    match interrupted.recv().await {
        Ok(()) => Event::Interrupted,
        Err(_) => future::pending().await,
    }
}
