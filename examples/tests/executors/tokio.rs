//! tokio: its runtime of many threads, and that of one.

use ::tokio::runtime::{Builder, Runtime};
use choreoai_testkit::Gateway;
use choreoai_tokio::Client;

use crate::scenario::{check, demo_gateway, patient_gateway, spawnable, streams};

fn client(gateway: &Gateway) -> Client {
    Client::builder().base_url(gateway.base_url()).without_key().build().unwrap()
}

fn runtimes() -> [Runtime; 2] {
    [Builder::new_multi_thread(), Builder::new_current_thread()]
        .map(|mut builder| builder.enable_all().build().unwrap())
}

#[test]
fn all_calls() {
    let gateway = demo_gateway();
    for runtime in runtimes() {
        let client = client(&gateway);
        runtime.block_on(async { ::tokio::spawn(spawnable(client)).await.unwrap() }).unwrap();
    }
}

#[test]
fn streams_at_once() {
    for runtime in runtimes() {
        let gateway = patient_gateway();
        let client = client(&gateway);
        let answers = runtime.block_on(async {
            let tasks: Vec<_> = streams(&client).into_iter().map(::tokio::spawn).collect();
            let mut answers = Vec::new();
            for task in tasks {
                answers.push(task.await.unwrap());
            }
            answers
        });
        check(&gateway, &answers);
    }
}
