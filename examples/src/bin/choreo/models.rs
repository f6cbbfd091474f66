//! `choreo models`.

use choreoai::{Client, Model, Timer, Transport};

use crate::adapter::{self, Job};
use crate::cli::ModelsArgs;
use crate::failure::Failure;
use crate::output::{Line, conclude_list};

pub(crate) fn run(args: &ModelsArgs) -> Result<(), Failure> {
    let outcome = adapter::run(&args.server, args);
    // An id is a server's word: no control character of it reaches the terminal.
    let text = |models: &Vec<Model>| models.iter().map(|model| printable(model.id())).collect();
    conclude_list(args.output, outcome, text, |models| models.iter().map(line).collect())
}

impl Job for &ModelsArgs {
    type Output = Vec<Model>;

    async fn run<T: Transport, R: Timer>(self, client: &Client<T, R>) -> Result<Vec<Model>, Failure> {
        Ok(match &self.model {
            Some(id) => vec![client.models().retrieve(id).await?],
            None => client.models().list().await?.into_models(),
        })
    }
}

fn line(model: &Model) -> Line<'_> {
    Line::Model { id: model.id(), created: model.created(), owned_by: model.owned_by() }
}

fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}
