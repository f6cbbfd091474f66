//! What holds for every program.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::thread;

use crate::support::{Run, at, program, with_input};

/// What a program does when nobody listens where it asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deserted {
    /// It fails, and says so in one line.
    Fails,
    /// It fails, after a line for each of its parts.
    FailsInParts,
    /// It is about errors, and shows this one.
    Shows,
    /// It serves, and says this to those who ask it.
    Serves,
}

macro_rules! programs {
    ($($name:literal: $deserted:ident,)*) => {
        [$(($name, program!($name), Deserted::$deserted)),*]
    };
}

fn programs() -> impl Iterator<Item = (&'static str, Command, Deserted)> {
    programs! {
        "async_std_concurrent_requests": Fails,
        "async_std_concurrent_streams": Fails,
        "async_std_single_request": Fails,
        "async_std_streaming": Fails,
        "async_std_web_server": Serves,
        "call_timeout": Fails,
        "chat_loop": FailsInParts,
        "client_reuse": Fails,
        "concurrent_requests": Fails,
        "concurrent_streams": Fails,
        "embeddings_search": Fails,
        "error_handling": Shows,
        "fallback_models": Fails,
        "partial_answer": Fails,
        "per_task_errors": FailsInParts,
        "rate_limit": Fails,
        "retries": Fails,
        "return_exceptions": Fails,
        "scoped_client": Fails,
        "sequential_against_concurrent": Fails,
        "sequential_requests": Fails,
        "single_request": Fails,
        "spawned_tasks": Fails,
        "stream_to_file": Fails,
        "streaming": Fails,
        "structured_output": Fails,
        "tokio_concurrent_requests": Fails,
        "tokio_concurrent_streams": Fails,
        "tokio_single_request": Fails,
        "tokio_streaming": Fails,
        "tokio_web_server": Serves,
        "tool_calling": Fails,
        "web_server": Serves,
        "worker_queue": Fails,
    }
    .into_iter()
}

#[test]
fn every_program_has_its_test_and_its_row() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(package.join(path)).unwrap();
    let files = fs::read_dir(package.join("src/bin")).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "rs")).collect();
    let names: BTreeSet<_> = files.iter().map(|path| path.file_stem().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, programs().map(|(name, ..)| name).collect());

    let tests = fs::read_dir(package.join("tests/patterns")).unwrap();
    let tests: String = tests.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
    let table = read("README.md");
    for name in names {
        assert!(tests.contains(&format!("#[test]\nfn {name}() {{")), "{name} has no test");
        assert!(
            table.contains(&format!("| [`{name}`](src/bin/{name}.rs) |")),
            "{name} has no row in README.md"
        );
        let source = read(&format!("src/bin/{name}.rs"));
        assert!(source.lines().count() <= 75, "{name} is too long to be pasted");
        assert!(source.starts_with("//! ") && source.contains("\n//! In Python: "), "{name} says too little");
    }
}

#[test]
fn nobody_listens() {
    // The port is free once the listener has gone.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{address}");
    thread::scope(|scope| {
        let programs = programs().filter(|(.., deserted)| *deserted != Deserted::Serves);
        let runs = programs.map(|(name, program, deserted)| {
            let program = at(&url, program);
            (name, deserted, scope.spawn(|| with_input(program, "Hi\n")))
        });
        for (name, deserted, run) in runs.collect::<Vec<_>>() {
            let run = run.join().unwrap();
            let told = run.stderr.lines().count();
            match deserted {
                Deserted::Fails => assert!(run.status == Some(1) && told == 1, "{name}: {run:?}"),
                Deserted::FailsInParts => assert!(run.status == Some(1) && told > 1, "{name}: {run:?}"),
                Deserted::Shows => assert!(run.status == Some(0) && told == 0, "{name}: {run:?}"),
                Deserted::Serves => unreachable!("{name} does not end by itself"),
            }
            let cause = format!("could not connect to {address}: ");
            assert!(run.stdout.contains(&cause) || run.stderr.contains(&cause), "{name}: {run:?}");
        }
    });
}

#[test]
fn a_gateway_of_the_environment_wants_a_key() {
    let mut program = program!("single_request");
    program.env("CHOREOAI_BASE_URL", "http://127.0.0.1:1");
    let run = Run::of(program);
    assert_eq!((run.status, &*run.stdout), (Some(1), ""), "{run:?}");
    assert!(
        run.stderr.starts_with("error: no API key for http://127.0.0.1:1; set CHOREOAI_API_KEY"),
        "{run:?}"
    );
    assert_eq!(run.stderr.lines().count(), 1, "{run:?}");
}
