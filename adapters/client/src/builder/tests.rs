use std::future::{Pending, Ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;

use super::*;
use crate::{ErrorKind, ResponseBody, TransportError};

/// Nothing is sent here.
#[derive(Debug)]
struct Unused;

impl Transport for Unused {
    type Body = Self;
    type Sending = Pending<Result<http::Response<Self>, TransportError>>;

    fn send(&self, _: http::Request<Bytes>, _: Duration) -> Self::Sending {
        std::future::pending()
    }
}

impl ResponseBody for Unused {
    fn poll_data<'b>(self: Pin<&'b mut Self>, _: &mut Context<'_>) -> Poll<Result<&'b [u8], TransportError>> {
        Poll::Ready(Ok(&[]))
    }

    fn consume(self: Pin<&mut Self>, _: usize) {}
}

impl Timer for Unused {
    type Sleep = Ready<()>;

    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> Ready<()> {
        std::future::ready(())
    }
}

fn builder() -> ClientBuilder<Unused, Unused> {
    ClientBuilder::new(Unused, Unused)
}

fn with_variables(
    builder: ClientBuilder<Unused, Unused>,
    variables: &[(&str, &str)],
) -> ClientBuilder<Unused, Unused> {
    builder.variables(|name| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(*value))
    })
}

/// The URL and the Authorization header of the client, or why there is none.
fn built(builder: ClientBuilder<Unused, Unused>) -> Result<(String, Option<String>), String> {
    let client = builder.build().map_err(|error| {
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        error.to_string()
    })?;
    let authorization = client.settings().headers.get(header::AUTHORIZATION);
    let authorization = authorization.map(|value| value.to_str().unwrap().to_owned());
    Ok((client.base_url().to_owned(), authorization))
}

#[test]
fn what_is_set_goes_before_the_environment() {
    const URL: (&str, &str) = ("CHOREOAI_BASE_URL", "https://env.example/v1/");
    const KEY: (&str, &str) = ("CHOREOAI_API_KEY", "env-key");
    let env_key = Some("Bearer env-key".to_owned());
    let own_key = Some("Bearer own-key".to_owned());
    for (made, url, key) in [
        (with_variables(builder(), &[URL, KEY]), "https://env.example", env_key.clone()),
        (with_variables(builder(), &[KEY]), "http://localhost:8000", env_key.clone()),
        (
            with_variables(builder(), &[KEY, ("CHOREOAI_BASE_URL", "")]),
            "http://localhost:8000",
            env_key.clone(),
        ),
        (with_variables(builder().base_url("http://own"), &[URL, KEY]), "http://own", env_key),
        (with_variables(builder().api_key("own-key"), &[URL, KEY]), "https://env.example", own_key.clone()),
        (with_variables(builder().api_key(""), &[URL, KEY]), "https://env.example", None),
        (with_variables(builder().without_key(), &[URL, KEY]), "https://env.example", None),
        (with_variables(builder(), &[KEY]).api_key("own-key"), "http://localhost:8000", own_key),
    ] {
        assert_eq!(built(made), Ok((url.to_owned(), key)));
    }
}

#[test]
fn a_missing_key_is_told_with_what_to_do() {
    for made in [
        builder().base_url("http://gateway.example"),
        with_variables(builder().base_url("http://gateway.example"), &[("CHOREOAI_API_KEY", "")]),
    ] {
        let error = built(made).unwrap_err();
        assert!(error.starts_with("no API key for http://gateway.example; set CHOREOAI_API_KEY"), "{error}");
    }
}

#[test]
fn refused_settings() {
    for (made, words) in [
        (builder().api_key("k").base_url("gateway.example"), "base URL"),
        (builder().api_key("a\nb"), "line break"),
        (builder().api_key("k").default_header("x y", "1"), "name is not valid"),
        (builder().api_key("k").default_header("x-a", "1\r\nx-b: 2"), "line break"),
        (builder().api_key("k").default_header("x-a", "1\x012"), "control character"),
        (builder().api_key("k").default_header("Host", "evil"), "writes it itself"),
        (builder().api_key("k").default_header("content-length", "0"), "writes it itself"),
        (builder().api_key("k").default_header("transfer-encoding", "chunked"), "writes it itself"),
        (builder().api_key("k").default_header("authorization", "Basic x"), "both an API key"),
        (builder().api_key("k").idle_timeout(Duration::ZERO), "idle timeout is zero"),
        (builder().api_key("k").connect_timeout(Duration::ZERO), "connect timeout is zero"),
    ] {
        let error = built(made).unwrap_err();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn another_authorization_takes_the_place_of_the_key() {
    let made = builder().default_header("Authorization", "Basic dTpw");
    assert_eq!(built(made), Ok(("http://localhost:8000".to_owned(), Some("Basic dTpw".to_owned()))));
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_not_repeated() {
    use std::os::unix::ffi::OsStringExt as _;
    let made = builder().variables(|_| Some(OsString::from_vec(b"secret\xff".to_vec())));
    let error = built(made).unwrap_err();
    assert_eq!(error, "the environment variable CHOREOAI_BASE_URL is not valid UTF-8");
}
