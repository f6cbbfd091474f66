//! Redirects: followed within the origin by a request that is the same, and nowhere else.

use crate::conformance::behaviour::{Behaviour, Case};
use crate::conformance::bodies::answer;
use crate::conformance::expect::Expect;
use crate::conformance::hurried::Wait;
use crate::{Answer, Gateway};

const FIRST: &str = "/v1/chat/completions";

/// Redirects the first request. In the location `{own}` stands for host and port, `{other}` for those of another server.
fn redirect(status: u16, location: &'static str) -> Case {
    Case::new(location).reply(move |request, other| {
        if request.path() != FIRST {
            return answer();
        }
        let own = request.header("host").unwrap_or_default();
        let other = other.strip_prefix("http://").unwrap_or(other);
        let port = own.rsplit(':').next().unwrap_or_default();
        let location = location.replace("{own}", own).replace("{other}", other).replace("{port}", port);
        Answer::new(status).header("location", &location)
    })
}

fn followed(name: &'static str, status: u16, location: &'static str) -> Behaviour {
    Behaviour::new(name, move || {
        let expect = Expect::answer().attempts(2);
        let case = |case: Case| case.check(|gateway, _| same_request(gateway));
        vec![
            case(redirect(status, location).stream(expect.clone())),
            case(redirect(status, location).create(expect)),
        ]
    })
}

/// The request that follows carries what the first one did.
fn same_request(gateway: &Gateway) -> Result<(), String> {
    let requests = gateway.requests();
    let [first, second, ..] = requests.as_slice() else { return Err("there was no second request".into()) };
    let same = first.body == second.body
        && first.method == second.method
        && second.header("authorization").is_some()
        && first.headers == second.headers;
    if same { Ok(()) } else { Err(format!("{first:?} was followed by {second:?}")) }
}

fn refused(name: &'static str, status: u16, location: &'static str) -> Behaviour {
    Behaviour::new(name, move || {
        let expect = Expect::status(status).retryable(false).says("it redirects");
        vec![redirect(status, location).stream(expect.clone()), redirect(status, location).create(expect)]
    })
}

pub(super) fn behaviours() -> Vec<Behaviour> {
    vec![
        followed("redirects by 307 to another path", 307, "/v2/chat/completions"),
        followed("redirects by 308 to another path", 308, "/v2/chat/completions?x=y"),
        followed("redirects by 307 to its own origin", 307, "http://{own}/v2/chat/completions"),
        followed("redirects by 308 to its own origin in capitals", 308, "HTTP://{own}/v2"),
        refused("redirects by 307 to another port", 307, "http://{other}/v1/chat/completions"),
        refused("redirects by 308 to another port", 308, "http://{other}/v1/chat/completions"),
        refused("redirects by 307 to another name of its host", 307, "http://localhost:{port}/v2"),
        refused("redirects by 307 to https", 307, "https://{own}/v2"),
        refused("redirects by 307 to a host without a scheme", 307, "//{other}/v2"),
        refused("redirects by 307 with a user's name", 307, "http://user:secret@{own}/v2"),
        refused("redirects by 307 to its own origin as a user's name", 307, "http://{own}@{other}/v2"),
        refused("redirects by 307 to another origin by backslashes", 307, "\\\\{other}\\v2"),
        refused("redirects by 307 to what is no URL", 307, "http://{own}:x y/"),
        refused("redirects by 307 without a slash", 307, "v2/chat/completions"),
        refused("redirects by 307 to another kind of URL", 307, "file:///etc/passwd"),
        refused("redirects by 301", 301, "/v2/chat/completions"),
        refused("redirects by 302", 302, "/v2/chat/completions"),
        refused("redirects by 303", 303, "/v2/chat/completions"),
        Behaviour::both(
            "redirects without a location",
            Answer::new(307),
            Expect::status(307).says("without saying where to"),
        ),
        Behaviour::new("redirects for ever", || {
            let turn = Answer::new(307).header("location", FIRST);
            let expect = Expect::status(307).attempts(4).retryable(false);
            vec![
                Case::new("stream").answers(4, &turn).stream(expect.clone()),
                Case::new("create").answers(4, &turn).create(expect),
            ]
        }),
        Behaviour::one("redirects three times", || {
            let turn = Answer::new(308).header("location", FIRST);
            Case::new("stream").answers(3, &turn).answer(answer()).stream(Expect::answer().attempts(4))
        }),
        Behaviour::one("redirects to where a retry is needed", || {
            Case::new("stream")
                .answer(Answer::new(307).header("location", "/v2"))
                .answer(Answer::json(503, "{}"))
                .answer(answer())
                .stream(Expect::answer().waits([Wait::backoff(0)]).attempts(3))
                .check(|gateway, _| {
                    let paths: Vec<_> =
                        gateway.requests().iter().map(|request| request.path().to_owned()).collect();
                    // Where it leads is remembered.
                    if paths == [FIRST, "/v2", "/v2"] { Ok(()) } else { Err(format!("{paths:?}")) }
                })
        }),
    ]
}
