//! `choreo embed`.

use choreoai::{Client, EmbeddingList, EmbeddingRequest, EncodingFormat, Timer, Transport};

use crate::adapter::{self, Job};
use crate::cli::EmbedArgs;
use crate::failure::{AnswerFailure, Failure};
use crate::output::{Line, conclude_list};
use crate::server::count;

pub(crate) fn run(args: &EmbedArgs) -> Result<(), Failure> {
    let outcome =
        request(args).map_err(Failure::from).and_then(|request| adapter::run(&args.server, &request));
    conclude_list(args.output, outcome, text, lines)
}

impl Job for &EmbeddingRequest {
    type Output = EmbeddingList;

    async fn run<T: Transport, R: Timer>(self, client: &Client<T, R>) -> Result<EmbeddingList, Failure> {
        Ok(client.embeddings().create(self).await?)
    }
}

fn request(args: &EmbedArgs) -> Result<EmbeddingRequest, AnswerFailure> {
    let mut request = match &*args.texts {
        [text] => EmbeddingRequest::new(&args.model, text),
        texts => EmbeddingRequest::new(&args.model, texts),
    };
    if args.float {
        request = request.encoding_format(EncodingFormat::Float);
    }
    if let Some(dimensions) = args.dimensions {
        request = request.dimensions(count("--dimensions", dimensions, 1..=u32::MAX)?);
    }
    if let Some(members) = &args.extra {
        request = request.extra(&members.0);
    }
    Ok(request)
}

/// Each vector as a JSON array.
fn text(list: &EmbeddingList) -> Vec<String> {
    let array = |vector: &[f32]| {
        let numbers: Vec<String> = vector.iter().map(f32::to_string).collect();
        format!("[{}]", numbers.join(", "))
    };
    list.vectors().map(array).collect()
}

fn lines(list: &EmbeddingList) -> Vec<Line<'_>> {
    let vectors = list.vectors().enumerate().map(|(index, vector)| Line::Embedding { index, vector });
    vectors.chain(list.usage().map(Line::usage)).collect()
}
