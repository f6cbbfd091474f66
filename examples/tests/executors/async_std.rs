//! async-std, whose tasks move between threads.

use ::async_std::task;
use choreoai_async_std::{AsyncStdTimer, AsyncStdTransport, Client};
use choreoai_testkit::Gateway;

use crate::scenario::{check, demo_gateway, patient_gateway, spawnable, streams};

/// Through surf, and directly.
fn clients(gateway: &Gateway) -> [Client; 2] {
    [AsyncStdTransport::default(), AsyncStdTransport::direct()].map(|transport| {
        let builder = Client::builder_with(transport, AsyncStdTimer::default());
        builder.base_url(gateway.base_url()).without_key().build().unwrap()
    })
}

#[test]
fn all_calls() {
    let gateway = demo_gateway();
    for client in clients(&gateway) {
        task::block_on(task::spawn(spawnable(client))).unwrap();
    }
}

#[test]
fn streams_at_once() {
    for way in 0..2 {
        let gateway = patient_gateway();
        let client = &clients(&gateway)[way];
        let tasks: Vec<_> = streams(client).into_iter().map(task::spawn).collect();
        let answers = task::block_on(async {
            let mut answers = Vec::new();
            for task in tasks {
                answers.push(task.await);
            }
            answers
        });
        check(&gateway, &answers);
    }
}
