//! `choreo gateway`.

use std::io::{self, Write};
use std::thread;
use std::time::Duration;

use choreoai_testkit::demo;

use crate::cli::GatewayArgs;
use crate::failure::Failure;

pub(crate) fn run(args: &GatewayArgs) -> Result<(), Failure> {
    let options = demo::Options {
        port: args.port,
        delay: Duration::from_millis(args.delay_ms),
        ..demo::Options::default()
    };
    let gateway = demo::start(options)
        .map_err(|error| Failure::Other(format!("cannot listen on 127.0.0.1:{}: {error}", args.port)))?;
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}", gateway.base_url())?;
    stdout.flush()?;
    loop {
        thread::park();
    }
}
