//! From a host name to a connected stream.

use std::fmt::Write as _;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::Target;
use super::race::race;
use crate::{Timer, TransportError, TransportErrorKind};

/// How long an address is tried before the next one is tried beside it: the delay that RFC 8305, section 5, recommends.
const HEAD_START: Duration = Duration::from_millis(250);

/// Resolves the host of `target` and connects to it: what a [`Connect`](super::Connect) over sockets does, with the
/// executor's own `resolve` and `connect`.
///
/// `resolve` is given the host's name and the port; a host that is an address already is not resolved. The addresses are
/// tried in the order in which they come, the next one when one has failed or the last one has not answered for 250 ms
/// by `timer`; the first that answers is used and the others are dropped.
///
/// # Errors
///
/// [`TransportErrorKind::Connect`], naming every address that was tried where there was a choice.
pub async fn dial<R, N, A, C, F, S>(
    target: &Target,
    timer: &R,
    resolve: impl FnOnce(String, u16) -> N,
    connect: C,
) -> Result<S, TransportError>
where
    R: Timer,
    N: Future<Output = io::Result<A>>,
    A: IntoIterator<Item = SocketAddr>,
    C: Fn(SocketAddr) -> F,
    F: Future<Output = io::Result<S>>,
{
    let (host, port) = (target.host(), target.port());
    let addresses = match host.parse::<IpAddr>() {
        Ok(address) => vec![SocketAddr::new(address, port)],
        Err(_) => match resolve(host.to_owned(), port).await {
            Ok(addresses) => addresses.into_iter().collect(),
            Err(error) => {
                let context = format!("could not resolve the host name `{host}`");
                return Err(TransportError::new(TransportErrorKind::Connect, context).with_source(error));
            }
        },
    };
    let attempt = |address| {
        let connecting = connect(address);
        async move { connecting.await.map_err(|error| (address, error)) }
    };
    race(addresses, attempt, || timer.sleep(HEAD_START))
        .await
        .map_err(|failures| unreachable(target, failures))
}

/// The last failure is the source.
fn unreachable(target: &Target, mut failures: Vec<(SocketAddr, io::Error)>) -> TransportError {
    let mut context = format!("could not connect to {target}");
    let Some((last, source)) = failures.pop() else {
        context.push_str(": its name has no address");
        return TransportError::new(TransportErrorKind::Connect, context);
    };
    for (address, error) in &failures {
        // Writing to a string cannot fail.
        let _ = write!(context, ", at {address}: {error}");
    }
    if last.ip().to_string() != target.host() {
        let _ = write!(context, ", at {last}");
    }
    TransportError::new(TransportErrorKind::Connect, context).with_source(source)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::error::Error as _;
    use std::future::{Ready, pending, ready};

    use futures_lite::future::block_on;

    use super::*;

    fn target(uri: &str) -> Target {
        Target::from_uri(&uri.parse().unwrap()).unwrap()
    }

    /// Waits are over at once.
    struct Hurry;

    impl Timer for Hurry {
        type Sleep = Ready<()>;

        fn now(&self) -> Duration {
            Duration::ZERO
        }

        fn sleep(&self, duration: Duration) -> Ready<()> {
            assert_eq!(duration, Duration::from_millis(250));
            ready(())
        }
    }

    #[test]
    fn a_failure_names_what_was_tried() {
        let failure = |address: &str| (address.parse().unwrap(), io::ErrorKind::ConnectionRefused.into());
        let cases: [(&str, &[&str], &str); 4] = [
            ("http://127.0.0.1:81", &["127.0.0.1:81"], "could not connect to 127.0.0.1:81"),
            ("http://[::1]:81", &["[::1]:81"], "could not connect to [::1]:81"),
            (
                "http://localhost",
                &["[::1]:80", "127.0.0.1:80"],
                "could not connect to localhost:80, at [::1]:80: connection refused, at 127.0.0.1:80",
            ),
            ("http://localhost", &[], "could not connect to localhost:80: its name has no address"),
        ];
        for (uri, tried, expected) in cases {
            let error = unreachable(&target(uri), tried.iter().map(|address| failure(address)).collect());
            assert_eq!((error.kind(), error.to_string().as_str()), (TransportErrorKind::Connect, expected));
            assert_eq!(error.source().is_some(), !tried.is_empty());
        }
    }

    #[test]
    fn an_address_is_not_resolved() {
        let resolve = |_: String, _: u16| -> Ready<io::Result<Vec<SocketAddr>>> { unreachable!() };
        for (uri, expected) in [("http://127.0.0.1:81", "127.0.0.1:81"), ("https://[::1]", "[::1]:443")] {
            let target = target(uri);
            let connected = block_on(dial(&target, &Hurry, resolve, |address| ready(Ok(address))));
            assert_eq!(connected.unwrap(), expected.parse().unwrap());
        }
    }

    #[test]
    fn the_addresses_of_a_name_are_tried_beside_each_other() {
        let asked = RefCell::new(Vec::new());
        let resolve = |host: String, port: u16| {
            asked.borrow_mut().push((host, port));
            ready(Ok([1, 2, 3].map(|n| SocketAddr::from(([127, 0, 0, n], port)))))
        };
        // The first one never answers, the second one refuses.
        let connect = |address: SocketAddr| async move {
            match address.ip().to_string().as_str() {
                "127.0.0.1" => pending().await,
                "127.0.0.2" => Err(io::ErrorKind::ConnectionRefused.into()),
                _ => Ok(address.port()),
            }
        };
        assert_eq!(block_on(dial(&target("http://Name:8000"), &Hurry, resolve, connect)).unwrap(), 8000);
        assert_eq!(asked.into_inner(), [("name".to_owned(), 8000)]);
    }

    #[test]
    fn a_name_that_cannot_be_resolved_is_told() {
        let resolve = |_: String, _: u16| ready(Err::<Vec<SocketAddr>, _>(io::Error::other("no such host")));
        let connect = |_: SocketAddr| -> Ready<io::Result<()>> { unreachable!() };
        let error = block_on(dial(&target("http://nobody.example"), &Hurry, resolve, connect)).unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Connect);
        assert_eq!(error.to_string(), "could not resolve the host name `nobody.example`");
        assert_eq!(error.source().unwrap().to_string(), "no such host");
    }
}
