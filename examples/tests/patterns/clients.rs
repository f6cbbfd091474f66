//! One client, and its end.

use std::thread;
use std::time::Duration;

use choreoai_testkit::{Gate, Gateway};

use crate::support::{Run, Running, against, demo, held, program, whole};

#[test]
fn client_reuse() {
    let output = Run::embedded(program!("client_reuse"));
    assert_eq!(
        output,
        "one client: 10 answers, connections opened: 1\n\
         a client for each call: 10 answers, connections opened: 10\n"
    );

    let gateway = Gateway::start(whole("Hi")).unwrap();
    let run = Run::of(against(&gateway, program!("client_reuse")));
    assert_eq!(run.status, Some(0), "{run:?}");
    let connections: Vec<_> = gateway.requests().iter().map(|request| request.connection).collect();
    assert_eq!(connections, [[0; 10], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]].concat());
}

#[test]
fn scoped_client() {
    let output = Run::embedded(program!("scoped_client"));
    let story = demo("Tell a story");
    let refused = "closed: the client is closed; no request was sent\n";
    assert_eq!(output, format!("closed: true, calls that run: 0\n{story}\n{refused}"));

    // The end waits for the task.
    let gate = Gate::new();
    let gateway = Gateway::start(held(&gate, "Once ", "upon a time")).unwrap();
    let mut running = Running::start(against(&gateway, program!("scoped_client")));
    gate.wait_for_arrivals(1);
    thread::sleep(Duration::from_millis(100));
    assert!(running.is_silent());
    gate.open();
    assert_eq!(running.line(), "closed: true, calls that run: 0");
    assert_eq!(running.rest(), format!("Once upon a time\n{refused}"));
    assert_eq!(gateway.requests().len(), 1);
}
