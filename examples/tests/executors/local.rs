//! A transport that stays on its thread, on an executor whose tasks do.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use choreoai::{Client, ResponseBody, Transport, TransportError};
use choreoai_smol::{SmolTimer, SmolTransport};
use choreoai_testkit::Gateway;
use smol::LocalExecutor;

use crate::scenario::{calls, check, demo_gateway, patient_gateway, streams};

/// Neither it nor its bodies may leave the thread.
#[derive(Clone)]
struct Local(Rc<SmolTransport>);

struct LocalBody {
    body: <SmolTransport as Transport>::Body,
    _transport: Rc<SmolTransport>,
}

impl Transport for Local {
    type Body = LocalBody;
    type Sending = Pin<Box<dyn Future<Output = Result<http::Response<LocalBody>, TransportError>>>>;

    fn send(&self, request: http::Request<bytes::Bytes>, connect_timeout: Duration) -> Self::Sending {
        let transport = Rc::clone(&self.0);
        Box::pin(async move {
            let response = transport.send(request, connect_timeout).await?;
            Ok(response.map(|body| LocalBody { body, _transport: transport }))
        })
    }
}

impl ResponseBody for LocalBody {
    fn poll_data<'b>(
        self: Pin<&'b mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<&'b [u8], TransportError>> {
        Pin::new(&mut self.get_mut().body).poll_data(cx)
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        Pin::new(&mut self.body).consume(amount);
    }

    fn release(mut self: Pin<&mut Self>) {
        Pin::new(&mut self.body).release();
    }
}

fn client(gateway: &Gateway) -> Client<Local, SmolTimer> {
    let transport = Local(Rc::new(SmolTransport::default()));
    let builder = Client::builder_with(transport, SmolTimer::default());
    builder.base_url(gateway.base_url()).without_key().build().unwrap()
}

#[test]
fn all_calls() {
    let gateway = demo_gateway();
    let executor = LocalExecutor::new();
    let client = client(&gateway);
    let task = executor.spawn(async move { calls(&client).await });
    smol::block_on(executor.run(task)).unwrap();
}

#[test]
fn streams_at_once() {
    let gateway = patient_gateway();
    let executor = LocalExecutor::new();
    let tasks: Vec<_> = streams(&client(&gateway)).into_iter().map(|stream| executor.spawn(stream)).collect();
    let answers = smol::block_on(executor.run(async {
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await);
        }
        answers
    }));
    check(&gateway, &answers);
}
