//! Heads of responses by way of surf: what surf's types cannot hold arrives all the same, and middleware has its say.

#![cfg(feature = "surf")]

mod support;

use std::sync::{Arc, Mutex};

use choreoai_async_std::{AsyncStdTransport, TransportBuilder};
use choreoai_testkit::{Answer, Gateway, Script, Step};
use support::{post, read_ok};
use surf::middleware::{Middleware, Next};
use surf::{Body, Client, Request, Response};

/// Changes responses by this function.
struct Changing<F>(F);

#[surf::utils::async_trait]
impl<F: Fn(&mut Response) + Send + Sync + 'static> Middleware for Changing<F> {
    async fn handle(&self, request: Request, client: Client, next: Next<'_>) -> surf::Result<Response> {
        let mut response = next.run(request, client).await?;
        (self.0)(&mut response);
        Ok(response)
    }
}

fn changing(change: impl Fn(&mut Response) + Send + Sync + 'static) -> AsyncStdTransport {
    TransportBuilder::new().build_with(|client| client.with(Changing(change))).unwrap()
}

fn respond(response: &mut Response) -> &mut surf::http::Response {
    response.as_mut()
}

#[test]
fn any_status_arrives_and_middleware_sees_the_first_of_its_class() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    let transport = changing(move |response| record.lock().unwrap().push(u16::from(response.status())));
    let statuses: [u16; 14] = [200, 204, 299, 306, 399, 420, 429, 499, 503, 520, 529, 599, 600, 999];
    let answers = statuses.map(|status| match status {
        204 => Answer::raw([Step::Send(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec())]),
        _ => Answer::json(status, "{}"),
    });
    let gateway = Gateway::start(Script::sequence(answers)).unwrap();
    let came = statuses.map(|_| post(&transport, &gateway.base_url(), "{}").unwrap().status().as_u16());
    assert_eq!(came, statuses);
    let expected = [200, 204, 200, 300, 300, 400, 429, 400, 503, 500, 500, 500, 500, 500];
    assert_eq!(*seen.lock().unwrap(), expected);
}

/// Repeated, empty, and not ASCII.
const HEAD: &[u8] =
    b"HTTP/1.1 529 Busy\r\ncontent-length: 2\r\nx-empty:\r\nx-a: 1\r\nx-mixed: \xe4\r\nx-A: 2, 3\r\n\
    x-mixed: b\r\nx-only: J\xf6rg\r\nX-Mixed: \xff\r\nx-a: 1\r\n\r\n{}";

fn fields(transport: &AsyncStdTransport) -> (u16, Vec<(String, Vec<u8>)>) {
    let gateway = Gateway::start(Answer::raw([Step::Send(HEAD.to_vec())])).unwrap();
    let response = post(transport, &gateway.base_url(), "{}").unwrap();
    let fields = response.headers().iter();
    let mut fields: Vec<_> =
        fields.map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect();
    // Stable: the values of a name keep their order.
    fields.sort_by(|a, b| a.0.cmp(&b.0));
    let status = response.status().as_u16();
    assert_eq!(read_ok(response), "{}");
    (status, fields)
}

fn expected(fields: &[(&str, &[u8])]) -> Vec<(String, Vec<u8>)> {
    fields.iter().map(|&(name, value)| (name.to_owned(), value.to_vec())).collect()
}

#[test]
fn all_values_arrive_in_their_order() {
    let all = expected(&[
        ("content-length", b"2"),
        ("x-a", b"1"),
        ("x-a", b"2, 3"),
        ("x-a", b"1"),
        ("x-empty", b""),
        ("x-mixed", b"\xe4"),
        ("x-mixed", b"b"),
        ("x-mixed", b"\xff"),
        ("x-only", b"J\xf6rg"),
    ]);
    // Nothing is made up either, a type for instance.
    for transport in support::both_ways() {
        assert_eq!(fields(&transport), (529, all.clone()));
    }
    let looking = changing(|response| {
        assert_eq!(response.header("x-mixed").map(ToString::to_string).as_deref(), Some("[\"b\"]"));
        assert!(response.header("x-only").is_none() && response.content_type().is_none());
    });
    assert_eq!(fields(&looking), (529, all));
}

#[test]
fn what_middleware_changes_is_changed() {
    let transport = changing(|response| {
        respond(response).set_status(surf::StatusCode::ServiceUnavailable);
        response.remove_header("x-empty");
        response.append_header("x-a", "4");
        response.append_header("x-mixed", "c");
        response.insert_header("x-only", "Joerg");
        response.insert_header("x-new", "new");
    });
    let changed = expected(&[
        ("content-length", b"2"),
        ("x-a", b"1"),
        ("x-a", b"2, 3"),
        ("x-a", b"1"),
        ("x-a", b"4"),
        ("x-mixed", b"b"),
        ("x-mixed", b"c"),
        ("x-new", b"new"),
        ("x-only", b"Joerg"),
    ]);
    assert_eq!(fields(&transport), (503, changed));
}

#[test]
fn what_no_header_can_hold_is_left_out() {
    let transport = changing(|response| {
        response.insert_header(
            "x-a",
            ["1", "2\r\nx-evil: 3"]
                .map(|v| v.parse::<surf::http::headers::HeaderValue>().unwrap())
                .as_slice(),
        );
        response.insert_header("x evil", "4");
    });
    let (_, fields) = fields(&transport);
    assert!(fields.contains(&("x-a".to_owned(), b"1".to_vec())));
    assert!(fields.iter().all(|(name, value)| !name.contains("evil") && !value.ends_with(b"3")));
}

#[test]
fn a_body_of_middleware_is_read_to_its_length() {
    let replaced = changing(|response| response.set_body("of middleware"));
    let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
    assert_eq!(read_ok(post(&replaced, &gateway.base_url(), "{}").unwrap()), "of middleware");

    // A reader may have more than its body says, or less.
    let with_length = |length| {
        changing(move |response| {
            let body = response.take_body();
            response.set_body(Body::from_reader(body, Some(length)));
        })
    };
    let gateway = Gateway::start(Answer::new(200).body("0123456789")).unwrap();
    for (length, came) in [(10, "0123456789"), (4, "0123"), (0, "")] {
        let response = post(&with_length(length), &gateway.base_url(), "{}").unwrap();
        assert_eq!(read_ok(response), came);
    }
    let (came, end) = support::read(post(&with_length(11), &gateway.base_url(), "{}").unwrap());
    assert_eq!(came, "0123456789");
    assert_eq!(end.unwrap_err().kind(), choreoai_async_std::TransportErrorKind::Truncated);
}
