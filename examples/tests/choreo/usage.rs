//! Wrong usage, and values that are understood but refused.

use choreoai_testkit::{Answer, Gateway};

use crate::support::{Run, choreo, file, run};

#[test]
fn wrong_usage_is_status_2_and_said_on_standard_error_alone() {
    let (array, malformed) = (file("array.json", "[]"), file("malformed.json", "{\"type\": "));
    for (args, named) in [
        (&[][..], "Usage"),
        (&["talk"], "talk"),
        (&["chat"], "PROMPT"),
        (&["chat", "--output", "jsonl"], "PROMPT"),
        (&["chat", "--frobnicate", "Hi"], "--frobnicate"),
        (&["chat", "Hi", "there"], "there"),
        (&["chat", "--message", "no colon"], "--message"),
        (&["chat", "--temperature", "warm", "Hi"], "--temperature"),
        (&["chat", "--max-tokens", "1.5", "Hi"], "--max-tokens"),
        (&["chat", "--n", "one", "Hi"], "--n"),
        (&["chat", "--max-retries", "", "Hi"], "--max-retries"),
        (&["chat", "--idle-timeout", "2s", "Hi"], "--idle-timeout"),
        (&["chat", "--extra", "{", "Hi"], "--extra"),
        (&["chat", "--extra", "[]", "Hi"], "--extra"),
        (&["chat", "--tool", "/no/such/file.json", "Hi"], "/no/such/file.json"),
        (&["chat", "--tool", &array, "Hi"], "array.json"),
        (&["chat", "--tool", &malformed, "Hi"], "malformed.json"),
        (&["chat", "--ca-file", "/no/such/ca.pem", "Hi"], "/no/such/ca.pem"),
        (&["chat", "--adapter=pigeon", "Hi"], "--adapter"),
        (&["chat", "--output", "xml", "Hi"], "xml"),
        (&["chat", "--model"], "--model"),
        (&["decode", "--cut", "0"], "--cut"),
        (&["decode", "--cut", "few"], "--cut"),
        (&["decode", "body.sse"], "body.sse"),
        (&["gateway", "--port", "65536"], "--port"),
        (&["gateway", "--delay-ms", "soon"], "--delay-ms"),
    ] {
        let run = run(args);
        run.expect(2);
        assert_eq!(run.stdout, "", "{args:?}");
        assert!(run.stderr.contains(named), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn a_refused_value_is_an_invalid_request() {
    let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
    let url = gateway.base_url();
    let no_certificate = file("no-certificate.pem", "not PEM");
    for (option, value) in [
        ("--temperature", "9"),
        ("--temperature", "-0.5"),
        ("--temperature", "NaN"),
        ("--max-tokens", "0"),
        ("--max-tokens", "-1"),
        ("--max-tokens", "4294967296"),
        ("--n", "0"),
        ("--n", "129"),
        ("--n", "-1"),
        ("--max-retries", "-1"),
        ("--connect-timeout", "0"),
        ("--first-event-timeout", "-1"),
        ("--idle-timeout", "NaN"),
        ("--total-timeout", "1e300"),
        ("--model", ""),
        ("--message", ":nobody says this"),
        ("--ca-file", &no_certificate),
        // These two override what stands before.
        ("--base-url", "localhost:8000"),
        ("--base-url", ""),
        ("--api-key", "two\nlines"),
    ] {
        let mut args = vec!["chat", "--output", "jsonl", option, value, "Hi"];
        if option != "--base-url" {
            args.extend(["--base-url", &url]);
        }
        if option != "--api-key" {
            args.extend(["--api-key", "test-key"]);
        }
        let run = run(args);
        let ending = run.expect(1).ending();
        assert_eq!(ending["kind"], "invalid_request", "{option} {value}: {ending}");
        assert!(ending["message"].as_str().is_some_and(|message| !message.is_empty()), "{ending}");
        assert!(ending.get("status").is_none() && ending.get("attempts").is_none(), "{ending}");
        assert_eq!(run.lines().len(), 1, "{run:?}");
        assert_eq!(run.stderr.lines().count(), 1, "{run:?}");
    }
    assert_eq!(gateway.connections(), 0);
}

#[test]
fn a_refused_number_is_told_with_what_is_allowed() {
    let seconds = "is not a number of seconds above 0 and below 2^64";
    for (option, value, told) in [
        ("--max-tokens", "-3", "-3 is not from 1 to 4294967295"),
        ("--max-tokens", "0", "0 is not from 1 to 4294967295"),
        ("--n", "-1", "-1 is not from 1 to 128"),
        ("--n", "129", "129 is not from 1 to 128"),
        ("--max-retries", "-1", "-1 is not from 0 to 4294967295"),
        ("--connect-timeout", "-1", &format!("-1.0 {seconds}")),
        ("--connect-timeout", "0", &format!("0.0 {seconds}")),
        ("--idle-timeout", "1e-10", &format!("1e-10 {seconds}")),
        ("--idle-timeout", "NaN", &format!("NaN {seconds}")),
        ("--total-timeout", "1e300", &format!("1e300 {seconds}")),
    ] {
        let run = run(["chat", option, value, "Hi"]);
        assert_eq!(run.expect(1).stderr, format!("choreo: {option}: {told}\n"));
    }
}

#[test]
fn help_goes_to_standard_output_and_does_not_show_the_key() {
    for args in [&["--help"][..], &["chat", "-h"], &["batch", "-h"], &["gateway", "-h"]] {
        let run = Run::from(choreo(args).env("CHOREOAI_API_KEY", "sk-secret").output().unwrap());
        run.expect(0);
        assert!(run.stdout.contains("Usage: choreo"), "{run:?}");
        assert!(!run.stdout.contains("sk-secret"), "{args:?}");
        assert_eq!(run.stderr, "");
    }
}

#[test]
fn the_help_of_each_command_has_examples_that_are_understood() {
    let commands = ["batch", "chat", "completions", "decode", "embed", "gateway", "models"];
    for args in [vec!["--help"]].into_iter().chain(commands.map(|command| vec![command, "--help"])) {
        let run = Run::from(choreo(&args).env("CHOREOAI_API_KEY", "sk-secret").output().unwrap());
        let help = &run.expect(0).stdout;
        assert!(help.contains("Usage: choreo") && !help.contains("sk-secret"), "{args:?}");
        let (_, examples) = help.split_once("Example").unwrap_or_else(|| panic!("{args:?} has no example"));
        for option in examples.split_whitespace().filter(|word| word.starts_with("--")) {
            let command = examples.lines().find(|line| line.contains(option)).unwrap();
            let (_, command) = command.split_once("choreo ").unwrap();
            let command = command.split_whitespace().next().unwrap();
            let known = choreo([command, "--help"]).output().unwrap().stdout;
            assert!(String::from_utf8_lossy(&known).contains(option), "{args:?} shows {option}");
        }
    }
}

#[test]
fn completions_name_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(["completions", shell]).expect(0).stdout.clone();
        for word in ["batch", "chat", "completions", "decode", "embed", "gateway", "models", "concurrency"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let run = run(["completions", "cmd"]);
    assert!(run.expect(2).stderr.contains("powershell"), "{run:?}");
}

#[cfg(unix)]
#[test]
fn bash_completes() {
    let script = file("completions.bash", &run(["completions", "bash"]).expect(0).stdout);
    let complete = |words: &str, word: usize| {
        let body = format!(
            "source {script}; COMP_WORDS=({words}); COMP_CWORD={word}; _choreo choreo \"${{COMP_WORDS[{word}]}}\" \"${{COMP_WORDS[{word} - 1]}}\"; echo ${{COMPREPLY[@]}}"
        );
        let output = std::process::Command::new("bash").args(["--norc", "-c", &body]).output().unwrap();
        assert!(output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(complete("choreo ba", 1), "batch\n");
    assert_eq!(complete("choreo batch --conc", 2), "--concurrency\n");
    assert_eq!(complete("choreo chat --output j", 3), "jsonl\n");
}
