//! smol, whose tasks move between threads.

use choreoai_smol::Client;

use crate::scenario::{check, demo_gateway, patient_gateway, spawnable, streams};

#[test]
fn all_calls() {
    let gateway = demo_gateway();
    let client = Client::builder().base_url(gateway.base_url()).without_key().build().unwrap();
    smol::block_on(smol::spawn(spawnable(client))).unwrap();
}

#[test]
fn streams_at_once() {
    let gateway = patient_gateway();
    let client = Client::builder().base_url(gateway.base_url()).without_key().build().unwrap();
    let tasks: Vec<_> = streams(&client).into_iter().map(smol::spawn).collect();
    let answers = smol::block_on(async {
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await);
        }
        answers
    });
    check(&gateway, &answers);
}
