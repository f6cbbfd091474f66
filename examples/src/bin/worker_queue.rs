//! Five workers, twenty questions: what one worker finishes, it replaces from the queue.
//!
//! In Python: `asyncio.Queue`, `asyncio.create_task(worker(queue))`, and a sentinel for each worker.
//!
//! For a stream of jobs that never ends, or is too long to hold. The queue is bounded, so that whoever fills it
//! waits for the workers; it is closed by dropping its sender, after which each worker ends with what is left.
//! A call that fails is a result like another, and its worker goes on.

use std::process::ExitCode;

use choreoai_examples::{Gateway, report};
use choreoai_smol::{ChatRequest, Client, Error};
use futures_lite::{StreamExt, future};
use smol::channel::{Receiver, Sender, bounded};

const WORKERS: usize = 5;

type Job = (usize, ChatRequest);
type Outcome = (usize, Result<String, Error>);

fn main() -> ExitCode {
    report(smol::block_on(run()))
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    let model = |number| if number == 7 { "no-such-model" } else { "gpt-4" };
    let questions = (1..=20).map(|n| (n, ChatRequest::new(model(n)).user(format!("Question {n}"))));
    let outcomes = answer_all(&client, questions).await;

    for (number, outcome) in &outcomes {
        match outcome {
            Ok(answer) => println!("{number}: {} characters", answer.chars().count()),
            Err(error) => println!("{number}: {error}"),
        }
    }
    let failed = outcomes.iter().filter(|(_, outcome)| outcome.is_err()).count();
    println!("{} results, {failed} of them failures", outcomes.len());
    if failed == outcomes.len() { Err("nothing was answered".into()) } else { Ok(()) }
}

/// An outcome for each job, in their order.
async fn answer_all(client: &Client, jobs: impl Iterator<Item = Job>) -> Vec<Outcome> {
    let (queue, waiting) = bounded(WORKERS);
    let (results, done) = bounded(WORKERS);
    for _ in 0..WORKERS {
        smol::spawn(work(client.clone(), waiting.clone(), results.clone())).detach();
    }
    drop((waiting, results)); // the workers have theirs: when they have gone, both channels are closed

    let fill = async move {
        for job in jobs {
            if queue.send(job).await.is_err() {
                break;
            }
        }
    };
    let (_, mut outcomes) = future::zip(fill, done.collect::<Vec<_>>()).await;
    outcomes.sort_by_key(|(number, _)| *number);
    outcomes
}

async fn work(client: Client, jobs: Receiver<Job>, results: Sender<Outcome>) {
    while let Ok((number, request)) = jobs.recv().await {
        let outcome = client.chat().create(&request).await.map(|answer| answer.text().to_owned());
        if results.send((number, outcome)).await.is_err() {
            break;
        }
    }
}
