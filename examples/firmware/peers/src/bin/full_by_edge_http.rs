//! `uart_full` by edge-http.
#![no_std]
#![no_main]

use choreoai_core::json::writer::{Encoder, Part};
use edge_http::io::{Body, Error};
use edge_http::{ConnectionType, Headers, Method, RequestHeaders, ResponseHeaders};
use peers::{AUTHORIZATION, Answer, Broken, HOST, Http, PATH, Patient, write};

programs::panics_are_failures!();

/// How many header fields are kept; the gateway's responses have four.
const FIELDS: usize = 16;

#[board::entry]
fn main() -> ! {
    peers::ask_over_uart(EdgeHttp)
}

struct EdgeHttp;

impl Http for EdgeHttp {
    async fn exchange<'r>(
        &mut self,
        line: &mut Patient<'_>,
        body: &mut Encoder<'r, impl Iterator<Item = Part<'r>>>,
        answer: &mut Answer<'_>,
    ) -> Result<(), Broken> {
        let broken = |_: Error<_>| Broken;
        let mut headers = Headers::<4>::new();
        let mut length = heapless::String::new();
        headers.set_host(HOST).set_content_type("application/json").set(AUTHORIZATION.0, AUTHORIZATION.1);
        headers.set_content_len(body.content_length(), &mut length);
        let request = RequestHeaders { http11: true, method: Method::Post, path: PATH, headers };
        request.send(false, &mut *line).await.map_err(broken)?;
        write(body, line).await?;
        let mut buffer = [0; 512];
        let mut response = ResponseHeaders::<FIELDS>::new();
        let (rest, received) = response.receive(&mut buffer, &mut *line, true).await.map_err(broken)?;
        if response.code != 200 {
            response.headers.iter_raw().for_each(|(name, value)| answer.field(name, value));
        }
        let (_, body) = response.resolve::<Error<()>>(ConnectionType::KeepAlive).map_err(|_| Broken)?;
        answer.read(response.code, Body::new(body, rest, received, line)).await
    }
}
