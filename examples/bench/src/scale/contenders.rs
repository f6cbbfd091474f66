//! Clients, each on one thread, driven as its own pages say.

use std::future::Future;
use std::time::Duration;

use async_openai::config::OpenAIConfig;
use async_openai::types::chat::{ChatCompletionRequestUserMessage, CreateChatCompletionRequest};
use choreoai_smol::ChatRequest;
use clap::ValueEnum;
use futures_lite::StreamExt;
use smol::LocalExecutor;

use super::Failure;

const MODEL: &str = "gpt-4o-mini";
const QUESTION: &str = "Write a haiku about Rust";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Who {
    ChoreoSmol,
    AsyncOpenai,
}

impl Who {
    pub(super) fn name(self) -> String {
        self.to_possible_value().expect("none is skipped").get_name().to_owned()
    }
}

pub(super) trait Contender: Clone + Send + Sync + 'static {
    fn new(address: &str) -> Result<Self, Failure>;

    /// Asks for an answer, and hands on the text of each event as it is had.
    fn ask(&self, take: impl FnMut(&str) + Send) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Runs these to their ends, all on this thread and each as a task.
    fn run_all<T: Send + 'static>(
        futures: impl Iterator<Item = impl Future<Output = T> + Send + 'static>,
    ) -> Vec<T>;
}

/// `choreoai-smol`, on the executor of smol.
#[derive(Clone)]
pub(super) struct Choreo(choreoai_smol::Client);

impl Contender for Choreo {
    fn new(address: &str) -> Result<Self, Failure> {
        let builder = choreoai_smol::Client::builder().base_url(format!("http://{address}")).without_key();
        // Who has to ask twice has failed.
        Ok(Self(builder.max_retries(0).build()?))
    }

    async fn ask(&self, mut take: impl FnMut(&str) + Send) -> Result<(), Failure> {
        let request = ChatRequest::new(MODEL).user(QUESTION);
        let mut stream = self.0.chat().stream(&request).await?;
        while let Some(chunk) = stream.next().await {
            take(&chunk?.text());
        }
        Ok(())
    }

    fn run_all<T: Send + 'static>(
        futures: impl Iterator<Item = impl Future<Output = T> + Send + 'static>,
    ) -> Vec<T> {
        let executor = LocalExecutor::new();
        let tasks: Vec<_> = futures.map(|future| executor.spawn(future)).collect();
        smol::block_on(executor.run(async {
            let mut outputs = Vec::with_capacity(tasks.len());
            for task in tasks {
                outputs.push(task.await);
            }
            outputs
        }))
    }
}

/// `async-openai`, with `reqwest`, on tokio.
#[derive(Clone)]
pub(super) struct AsyncOpenai(async_openai::Client<OpenAIConfig>);

impl Contender for AsyncOpenai {
    fn new(address: &str) -> Result<Self, Failure> {
        let config = OpenAIConfig::new().with_api_base(format!("http://{address}/v1")).with_api_key("none");
        // As ours: a deadline for connecting, and one between reads.
        let http = reqwest::Client::builder()
            .no_proxy()
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(Duration::from_secs(30))
            .build()?;
        Ok(Self(async_openai::Client::with_config(config).with_http_client(http)))
    }

    async fn ask(&self, mut take: impl FnMut(&str) + Send) -> Result<(), Failure> {
        let request = CreateChatCompletionRequest {
            model: MODEL.to_owned(),
            messages: vec![ChatCompletionRequestUserMessage::from(QUESTION).into()],
            stream: Some(true),
            ..CreateChatCompletionRequest::default()
        };
        let mut stream = self.0.chat().create_stream(request).await?;
        while let Some(chunk) = stream.next().await {
            let chunk = chunk?;
            let text = chunk.choices.first().and_then(|choice| choice.delta.content.as_deref());
            take(text.unwrap_or_default());
        }
        Ok(())
    }

    fn run_all<T: Send + 'static>(
        futures: impl Iterator<Item = impl Future<Output = T> + Send + 'static>,
    ) -> Vec<T> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let tasks: Vec<_> = futures.map(tokio::spawn).collect();
            let mut outputs = Vec::with_capacity(tasks.len());
            for task in tasks {
                outputs.push(task.await.expect("no task panics"));
            }
            outputs
        })
    }
}
