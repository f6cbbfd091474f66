//! `uart_full` by reqwless.
#![no_std]
#![no_main]

use choreoai_core::json::writer::{Encoder, Part};
use embedded_io_async::Write;
use peers::{AUTHORIZATION, Answer, Broken, HOST, Http, PATH, Patient, write};
use reqwless::headers::ContentType;
use reqwless::request::{Method, Request, RequestBody, RequestBuilder};
use reqwless::response::Response;

programs::panics_are_failures!();

#[board::entry]
fn main() -> ! {
    peers::ask_over_uart(Reqwless)
}

struct Reqwless;

/// A body of this length, which is written behind the head.
struct Announced(usize);

impl RequestBody for Announced {
    fn len(&self) -> Option<usize> {
        Some(self.0)
    }

    async fn write<W: Write>(&self, _: &mut W) -> Result<(), W::Error> {
        Ok(())
    }
}

impl Http for Reqwless {
    async fn exchange<'r>(
        &mut self,
        line: &mut Patient<'_>,
        body: &mut Encoder<'r, impl Iterator<Item = Part<'r>>>,
        answer: &mut Answer<'_>,
    ) -> Result<(), Broken> {
        let request = Request::post(PATH)
            .host(HOST)
            .content_type(ContentType::ApplicationJson)
            .headers(&[AUTHORIZATION])
            .body(Announced(body.content_length() as usize))
            .build();
        request.write_header(line).await.map_err(|_| Broken)?;
        write(body, line).await?;
        let mut buffer = [0; 512];
        let response = Response::read(line, Method::POST, &mut buffer).await.map_err(|_| Broken)?;
        if !response.status.is_successful() {
            response.headers().for_each(|(name, value)| answer.field(name, value));
        }
        answer.read(response.status.0, response.body().reader()).await
    }
}
