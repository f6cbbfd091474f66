//! `choreo models`.

use choreoai::{ClientBuilder, Model, Timer, Transport};
use futures_lite::future;

use crate::cli::{Adapter, ModelsArgs};
use crate::failure::Failure;
use crate::output::{Line, conclude_list};
use crate::server;

pub(crate) fn run(args: &ModelsArgs) -> Result<(), Failure> {
    let outcome = match args.server.adapter {
        Adapter::Smol => server::smol(&args.server).and_then(|builder| future::block_on(ask(args, builder))),
    };
    // An id is a server's word: no control character of it reaches the terminal.
    let text = |models: &Vec<Model>| models.iter().map(|model| printable(model.id())).collect();
    conclude_list(args.output, outcome, text, |models| models.iter().map(line).collect())
}

async fn ask<T: Transport, R: Timer>(
    args: &ModelsArgs,
    builder: ClientBuilder<T, R>,
) -> Result<Vec<Model>, Failure> {
    let (client, _gateway) = server::connect(&args.server, builder)?;
    Ok(match &args.model {
        Some(id) => vec![client.models().retrieve(id).await?],
        None => client.models().list().await?.into_models(),
    })
}

fn line(model: &Model) -> Line<'_> {
    Line::Model { id: model.id(), created: model.created(), owned_by: model.owned_by() }
}

fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}
