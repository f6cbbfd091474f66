//! Serves the page to a browser, and is the gateway that it talks to.
//!
//! ```text
//! browser-host serve WEB WASM [PORT]    the page and the demonstration gateway behind one address, for a person
//! browser-host check WEB WASM           the page and three scripted gateways, for tests/page.test.mjs (see check.rs)
//! ```
//!
//! `WEB` is the folder of the page, `WASM` the built module.

mod check;
mod files;
mod scenes;

use std::env;
use std::error::Error;
use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::thread;

use choreoai_testkit::{Gateway, Script, demo};

use self::files::Files;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match *arguments {
        ["serve", web, wasm] => serve(web, wasm, "8080"),
        ["serve", web, wasm, port] => serve(web, wasm, port),
        ["check", web, wasm] => read(web, wasm).and_then(|files| Ok(check::run(files)?)),
        _ => Err("usage: browser-host serve WEB WASM [PORT] | browser-host check WEB WASM".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("browser-host: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(web: &str, wasm: &str, port: &str) -> Result<(), Box<dyn Error>> {
    let files = read(web, wasm)?;
    let gateway = demo::script(demo::Options::default());
    let script = Script::new(move |request| files.answer(request).unwrap_or_else(|| gateway.answer(request)));
    let served = Gateway::start_on(port.parse()?, script.unrecorded())?;
    println!("the page is at {}/ (Ctrl-C ends it)", served.base_url());
    loop {
        thread::park();
    }
}

fn read(web: &str, wasm: &str) -> Result<Files, Box<dyn Error>> {
    Files::read(Path::new(web), Path::new(wasm)).map_err(|error: io::Error| error.into())
}
