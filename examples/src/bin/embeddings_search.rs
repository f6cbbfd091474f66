//! Texts by their nearness to a question.
//!
//! In Python: `client.embeddings.create(...)`, and `numpy` for the cosine.
//!
//! For a search by meaning over as many texts as fit into memory. All are embedded in one request; the vectors
//! come in the order of the texts, each of the same length, or there is an error. For one text there is `embed`.

use std::process::ExitCode;

use choreoai_examples::{Gateway, report};
use choreoai_smol::{Client, EmbeddingRequest, Error};

const MODEL: &str = "text-embedding-3-small";

fn main() -> ExitCode {
    report(smol::block_on(run()))
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    let texts = [
        "a future does nothing until it is polled",
        "the borrow checker finds dangling references",
        "an executor polls a future when its waker is called",
        "cargo builds packages and their dependencies",
    ];
    for (score, text) in search(&client, &texts, "what polls a future").await?.into_iter().take(3) {
        println!("{score:.3} {text}");
    }
    Ok(())
}

/// The texts, the nearest first.
async fn search<'t>(
    client: &Client,
    texts: &[&'t str],
    question: &str,
) -> Result<Vec<(f32, &'t str)>, Error> {
    let request = EmbeddingRequest::new(MODEL, texts);
    let vectors = client.embeddings().create(&request).await?.into_vectors(); // keep these
    let wanted = client.embeddings().embed(MODEL, question).await?;

    let scores = vectors.iter().map(|vector| cosine(vector, &wanted));
    let mut found: Vec<_> = scores.zip(texts.iter().copied()).collect();
    found.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    Ok(found)
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}
