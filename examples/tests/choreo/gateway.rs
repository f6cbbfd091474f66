//! `choreo gateway`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use crate::support::{choreo, run};

/// Ends with the test, however it ends.
struct Serving {
    child: Child,
    url: String,
}

impl Serving {
    fn start(args: &[&str]) -> Self {
        let mut child = choreo(["gateway"].iter().chain(args)).stdout(Stdio::piped()).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut url).unwrap();
        Self { child, url: url.strip_suffix('\n').unwrap().to_owned() }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn the_first_line_is_the_base_url_of_a_gateway() {
    let serving = Serving::start(&["--delay-ms", "0"]);
    let address = serving.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /health HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");

    let run = run(["chat", "--base-url", &serving.url, "--api-key", "any", "ping"]);
    assert!(run.expect(0).stdout.contains("ping"), "{run:?}");
}

#[test]
fn a_port_can_be_chosen_once() {
    let serving = Serving::start(&[]);
    let (_, port) = serving.url.rsplit_once(':').unwrap();
    let second = run(["gateway", "--port", port]);
    assert_eq!(second.expect(1).stdout, "");
    assert!(second.stderr.contains(port) && second.stderr.lines().count() == 1, "{second:?}");
    let port = port.to_owned();
    drop(serving);
    let serving = Serving::start(&["--port", &port]);
    assert_eq!(serving.url, format!("http://127.0.0.1:{port}"));
}
