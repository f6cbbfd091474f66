//! The program that speaks TLS.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

use choreoai_testkit::tls::{Authority, Flaw, der};
use choreoai_testkit::wire::{self, Chunks, Dialect};
use choreoai_testkit::{Answer, Gateway, Step};

use super::text::{TEXT, question};
use super::{Stacks, same, stack, with_peer};
use crate::qemu::{self, Run, Wire};

pub(super) fn streams(folder: &Path) -> Result<Stacks, String> {
    let authority = authority()?;
    let gateway = serve(text().done(), &authority, None)?;
    let run = ask(folder, gateway.addr(), &authority)?;
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

/// What came before the cut is printed, and is no whole answer: whether the cut is announced, or shows by silence alone.
pub(super) fn cut(folder: &Path) -> Result<Stacks, String> {
    let authority = authority()?;
    for answer in [text().close(), text().stall()] {
        let gateway = serve(answer, &authority, None)?;
        let run = ask(folder, gateway.addr(), &authority)?;
        same("printed", &*run.printed, TEXT.concat() + "\nnot finished\n")?;
        same("success", run.success, false)?;
        same("requests", gateway.requests().len(), 1)?;
    }
    Ok(Vec::new())
}

/// Nor is a refusal one, nor a connection that is closed without an answer.
pub(super) fn no_answer(folder: &Path) -> Result<Stacks, String> {
    let authority = authority()?;
    let refusal = Answer::json(403, wire::error("no questions", "permission_error", None, None));
    for (answer, printed) in [
        (refusal, "403: the gateway refuses the question\nnot finished\n"),
        (Answer::raw([Step::Close]), "there is no answer\nnot finished\n"),
    ] {
        let gateway = serve(answer, &authority, None)?;
        let run = ask(folder, gateway.addr(), &authority)?;
        same("printed", &*run.printed, printed)?;
        same("success", run.success, false)?;
    }
    Ok(Vec::new())
}

/// A server that is not the gateway is asked nothing.
pub(super) fn refuses(folder: &Path) -> Result<Stacks, String> {
    let (trusted, other) = (authority()?, authority()?);
    for (issuer, flaw) in [(&other, None), (&trusted, Some(Flaw::WrongName)), (&trusted, Some(Flaw::Expired))]
    {
        let gateway = serve(text().done(), issuer, flaw)?;
        let run = ask(folder, gateway.addr(), &trusted)?;
        same("printed", &*run.printed, "this server is not the gateway\nnot finished\n")?;
        same("success", run.success, false)?;
        same("requests", gateway.requests().len(), 0)?;
    }
    Ok(Vec::new())
}

/// Arguments that are not as they should be are told before anything is sent.
pub(super) fn arguments(folder: &Path) -> Result<Stacks, String> {
    let (entropy, root) = ("0f".repeat(32), "30".repeat(300));
    let too_long = "30".repeat(513);
    for arguments in [
        vec![],
        vec![entropy.as_str()],
        vec![&entropy[2..], &root],
        vec![&entropy, &root[1..]],
        vec![&entropy, "+f"],
        vec![&entropy, &too_long],
    ] {
        // Nobody is there, and nobody is asked.
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 1));
        let run = qemu::run(&folder.join("uart_tls"), Wire::ReconnectedUart(nowhere), &arguments)?;
        let told = run.printed.starts_with("the arguments are to be");
        same("success, and told", (run.success, told), (false, true))?;
    }
    Ok(Vec::new())
}

/// Nor is one that refuses the handshake, or does not speak at all.
pub(super) fn no_handshake(folder: &Path) -> Result<Stacks, String> {
    let authority = authority()?;
    // A fatal alert, `handshake_failure` (RFC 8446, section 6).
    let refuses = |stream: &mut TcpStream| {
        stream.write_all(&[21, 3, 3, 0, 2, 2, 40])?;
        stream.read_to_end(&mut Vec::new()) // what is closed with something unread takes the alert with it
    };
    let run = with_peer(refuses, |to, _| ask(folder, to, &authority))?;
    same("printed", &*run.printed, "there is no handshake\nnot finished\n")?;
    same("success", run.success, false)?;
    // Until the board hangs up.
    let is_silent = |stream: &mut TcpStream| stream.read_to_end(&mut Vec::new());
    let run = with_peer(is_silent, |to, _| ask(folder, to, &authority))?;
    same("printed", &*run.printed, "the handshake takes too long\nnot finished\n")?;
    same("success", run.success, false)?;
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
fn ask(folder: &Path, server: SocketAddr, trusted: &Authority) -> Result<Run, String> {
    let root = der(&trusted.pem()).map_err(|error| error.to_string())?;
    // Another one each time, which is all that a check needs: no entropy for a product.
    let entropy: String =
        (0..4).map(|_| format!("{:016x}", RandomState::new().build_hasher().finish())).collect();
    let root: String = root.iter().map(|byte| format!("{byte:02x}")).collect();
    qemu::run(&folder.join("uart_tls"), Wire::Uart(server), &[&entropy, &root])
}
