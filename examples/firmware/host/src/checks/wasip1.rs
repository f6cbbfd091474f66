//! The program of WASI preview 1, under node's `node:wasi`.

use std::path::Path;
use std::process::Command;

use choreoai_testkit::wire::{Chunks, Dialect};
use choreoai_testkit::{Answer, Gateway};

use super::text::{TEXT, question};
use super::{Stacks, same};
use crate::process;

/// `folder` is that of the firmware; the program is in the one of its own target beside it.
pub(super) fn text(folder: &Path) -> Result<Stacks, String> {
    let program = folder.join("../../wasm32-wasip1/release/wasip1.wasm");
    let host = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("wasip1").join("host.mjs");
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    let finished = Answer::sse(chunks.text(&TEXT, "stop")).cut(11).done();
    let cut = Answer::sse([chunks.content(0, TEXT[0]), chunks.content(0, TEXT[1])]).close();
    for (answer, printed, success) in
        [(finished, TEXT.concat() + "\nfinished\n", true), (cut, TEXT[..2].concat() + "\ntruncated\n", false)]
    {
        let gateway = Gateway::start(answer).map_err(|error| error.to_string())?;
        let mut node = Command::new("node");
        node.arg("--no-warnings").arg(&host).arg(&program).arg(gateway.addr().port().to_string());
        let ended = process::run(&mut node)?;
        same("printed", ended.errors, printed)?;
        same("success", ended.success, success)?;
        same("violations", gateway.violations(), Vec::<String>::new())?;
        question(gateway.requests().first().ok_or("there was no request")?)?;
    }
    Ok(Vec::new())
}
