//! The program that speaks TLS.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::Path;

use choreoai_testkit::tls::{Authority, Flaw, der};
use choreoai_testkit::wire::{Chunks, Dialect};
use choreoai_testkit::{Answer, Gateway};

use super::text::{TEXT, question};
use super::{Stacks, same, stack};
use crate::qemu::{self, Run, Wire};

pub(super) fn streams(folder: &Path) -> Result<Stacks, String> {
    let authority = authority()?;
    let gateway = serve(text().done(), &authority, None)?;
    let run = ask(folder, &gateway, &authority)?;
    same("printed", &*run.printed, TEXT.concat() + "\nfinished\n")?;
    same("success", run.success, true)?;
    same("violations", gateway.violations(), Vec::<String>::new())?;
    let requests = gateway.requests();
    let [request] = requests.as_slice() else {
        return Err(format!("{} requests instead of one", requests.len()));
    };
    question(request)?;
    stack("uart_tls", &run)
}

/// What came before the cut is printed, and is no whole answer.
pub(super) fn cut(folder: &Path) -> Result<Stacks, String> {
    let authority = authority()?;
    let gateway = serve(text().close(), &authority, None)?;
    let run = ask(folder, &gateway, &authority)?;
    same("printed", &*run.printed, TEXT.concat() + "\nnot finished\n")?;
    same("success", run.success, false)?;
    Ok(Vec::new())
}

/// A server that is not the gateway is asked nothing.
pub(super) fn refuses(folder: &Path) -> Result<Stacks, String> {
    let (trusted, other) = (authority()?, authority()?);
    for (issuer, flaw) in [(&other, None), (&trusted, Some(Flaw::WrongName)), (&trusted, Some(Flaw::Expired))]
    {
        let gateway = serve(text().done(), issuer, flaw)?;
        let run = ask(folder, &gateway, &trusted)?;
        same("printed", &*run.printed, "there is no handshake with this server\nnot finished\n")?;
        same("success", run.success, false)?;
        same("requests", gateway.requests().len(), 0)?;
    }
    Ok(Vec::new())
}

fn text() -> Answer {
    Answer::sse(Chunks::new(Dialect::Gateway, "gpt-4").text(&TEXT, "stop")).cut(50)
}

fn authority() -> Result<Authority, String> {
    Authority::new().map_err(|error| error.to_string())
}

fn serve(answer: Answer, issuer: &Authority, flaw: Option<Flaw>) -> Result<Gateway, String> {
    issuer
        .identity(flaw)
        .and_then(|identity| Gateway::start_tls(answer, &identity))
        .map_err(|error| error.to_string())
}

/// Runs the program, which trusts this authority.
fn ask(folder: &Path, gateway: &Gateway, trusted: &Authority) -> Result<Run, String> {
    let root = der(&trusted.pem()).map_err(|error| error.to_string())?;
    let entropy: String =
        (0..4).map(|_| format!("{:016x}", RandomState::new().build_hasher().finish())).collect();
    let root: String = root.iter().map(|byte| format!("{byte:02x}")).collect();
    qemu::run(&folder.join("uart_tls"), Wire::Uart(gateway.addr()), &[&entropy, &root])
}
