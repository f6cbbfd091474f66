//! HTTPS with a certificate authority of one's own.

use choreoai_testkit::tls::{Authority, Flaw};
use choreoai_testkit::wire::{Chunks, Dialect};
use choreoai_testkit::{Answer, Gateway};

use crate::support::{chat, file};

fn answer() -> Answer {
    Answer::sse(Chunks::new(Dialect::Gateway, "gpt-4").text(&["Hi ", "there"], "stop")).done()
}

#[test]
fn a_certificate_of_the_given_authority_is_trusted() {
    let authority = Authority::new().unwrap();
    let ca = file("trusted.pem", &authority.pem());
    let gateway = Gateway::start_tls(answer(), &authority.identity(None).unwrap()).unwrap();
    for mode in [&[][..], &["--no-stream"]] {
        let run = chat(&gateway, &[mode, &["--ca-file", &ca, "Hi"]].concat());
        assert_eq!(run.expect(0).stdout, "Hi there\n");
        assert_eq!(run.stderr, "");
    }
}

#[test]
fn any_other_certificate_is_refused() {
    let authority = Authority::new().unwrap();
    let stranger = Authority::new().unwrap();
    let ca = file("strict.pem", &authority.pem());
    for identity in [
        authority.identity(Some(Flaw::WrongName)),
        authority.identity(Some(Flaw::Expired)),
        stranger.identity(None),
    ] {
        let gateway = Gateway::start_tls(answer(), &identity.unwrap()).unwrap();
        let run = chat(&gateway, &["--ca-file", &ca, "--output", "jsonl", "Hi"]);
        assert_eq!(run.expect(1).ending()["kind"], "tls", "{run:?}");
        assert_eq!(run.stderr.lines().count(), 1, "{run:?}");
        assert!(gateway.requests().is_empty());
    }
}
