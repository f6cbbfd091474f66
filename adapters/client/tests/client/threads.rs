//! What may cross threads, and what need not.

use std::cell::Cell;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use choreoai::{
    ChatStream, Client, Conversation, EmbeddingList, EmbeddingRequest, Error, Health, Model, ModelList,
    ResponseBody, TextStream, Timer, Toolbox, Transport, TransportError, WriteError,
};

use crate::support::*;

fn send<T: Send>(value: T) -> T {
    value
}

fn send_and_sync<T: Send + Sync>() {}

#[test]
fn all_is_send_when_the_transport_and_the_timer_are() {
    send_and_sync::<Client<Script, Clock>>();
    send_and_sync::<Error>();
    send_and_sync::<choreoai::ChatChunk>();
    send_and_sync::<choreoai::ChatRequest>();
    send_and_sync::<choreoai::ChatCompletion>();
    let script = Script::new([Reply::body(answer()), Reply::body(answer())]);
    let client = script.client();
    let request = request();
    let stream: ChatStream<_, _> = send(script.run(send(client.chat().stream(&request))).unwrap());
    let _: TextStream<_, _> = send(stream.text());
    script.run(send(client.chat().create(&request))).unwrap();

    send_and_sync::<(ModelList, Model, EmbeddingRequest, EmbeddingList, Health)>();
    // Made, not sent.
    let request = EmbeddingRequest::new("m", "a");
    drop(send(client.models().list()));
    drop(send(client.models().retrieve("m")));
    drop(send(client.embeddings().create(&request)));
    drop(send(client.health()));
    script.run(send(client.close()));
}

#[test]
fn what_is_built_on_it_is_send_too() {
    send_and_sync::<Conversation>();
    send_and_sync::<Toolbox<'static>>();
    send_and_sync::<WriteError>();
    let script = Script::new((0..8).map(|_| Reply::body(answer())));
    let client = script.client();
    let request = request();
    let toolbox = Toolbox::new();
    let mut conversation = Conversation::new("gpt-4");
    script.run(send(async {
        conversation.ask(&client, "Hi").await.unwrap();
        conversation.ask_with_tools(&client, &toolbox, "Hi").await.unwrap();
        let mut text = Vec::new();
        conversation.ask_stream(&client, "Hi").await.unwrap().write_to(&mut text).await.unwrap();
        assert_eq!(text, b"Hello world");
        let chat = client.chat().fallback(["claude-3-sonnet"]).total_timeout(Duration::from_secs(9));
        chat.create(&request).await.unwrap();
        let mut stream = chat.stream(&request).await.unwrap();
        assert_eq!(read(&mut stream).await.0, "Hello world");
        conversation.ask(&chat, "Hi").await.unwrap();
        conversation.ask_with_tools(&chat, &toolbox, "Hi").await.unwrap();
        conversation.ask_stream(&chat, "Hi").await.unwrap().collect_message().await.unwrap();
    }));
}

/// A transport and a timer that are bound to their thread.
struct Local(Rc<Cell<u32>>);

struct LocalBody(Option<Rc<str>>);

impl Transport for Local {
    type Body = LocalBody;
    type Sending = Ready<Result<http::Response<LocalBody>, TransportError>>;

    fn send(&self, _: http::Request<Bytes>, _: Duration) -> Self::Sending {
        self.0.set(self.0.get() + 1);
        ready(Ok(http::Response::new(LocalBody(Some(answer().into())))))
    }
}

impl ResponseBody for LocalBody {
    fn poll_data<'b>(self: Pin<&'b mut Self>, _: &mut Context<'_>) -> Poll<Result<&'b [u8], TransportError>> {
        Poll::Ready(Ok(self.get_mut().0.as_deref().map(str::as_bytes).unwrap_or_default()))
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        self.0 = self.0.take().map(|rest| rest[amount..].into());
    }
}

impl Timer for Local {
    type Sleep = Ready<()>;

    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> Ready<()> {
        ready(())
    }
}

#[test]
fn nothing_need_be_send() {
    let sent = Rc::new(Cell::new(0));
    let client =
        Client::builder_with(Local(Rc::clone(&sent)), Local(Rc::clone(&sent))).without_key().build().unwrap();
    let script = Script::new([]);
    let completion = script.run(client.chat().create(&request())).unwrap();
    assert_eq!((completion.text(), sent.get()), ("Hello world", 1));
}
