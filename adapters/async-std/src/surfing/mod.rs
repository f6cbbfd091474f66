//! Requests by way of surf.
//!
//! ```text
//! Surfing: http::Request ── call ──▶ surf::Request ──▶ middleware ──▶ SurfBackend: ── call ──▶ Http1
//!          http::Response ◀── response ── surf::Response ◀── middleware ◀────────── response ──┘
//! ```
//!
//! What surf's types cannot hold of a request, a response or an error goes beside it: in the extensions of the request
//! (`Call`) and of the response (`Kept`), and as the error's own type. Where both ends are this crate's, nothing is
//! lost between them; where the backend is another one, there is nothing beside, and what surf holds must do.

mod backend;
mod body;
mod call;
mod error;
mod response;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use choreoai::http1::Target;
use choreoai::{Transport, TransportError};

pub use self::backend::SurfBackend;
pub(crate) use self::body::Body;
use self::error::Secrets;
use crate::builder::Direct;

/// A surf client, seen as a transport.
#[derive(Clone, Debug)]
pub(crate) struct Surfing {
    client: Arc<surf::Client>,
    /// What is beneath the client, if it was made here: surf has no words for what is asked of it besides requests.
    beneath: Option<Direct>,
}

/// Boxed, for surf's future has no name.
pub(crate) type Sending = Pin<Box<dyn Future<Output = Result<http::Response<Body>, TransportError>> + Send>>;

impl Surfing {
    pub(crate) fn new(client: surf::Client) -> Self {
        Self { client: Arc::new(client), beneath: None }
    }

    pub(crate) fn over(direct: Direct, add: impl FnOnce(surf::Client) -> surf::Client) -> Self {
        let backend = SurfBackend::new(direct.clone());
        Self { client: Arc::new(add(surf::Client::with_http_client(backend))), beneath: Some(direct) }
    }

    pub(crate) fn send(&self, request: http::Request<Bytes>, connect_timeout: Duration) -> Sending {
        let client = Arc::clone(&self.client);
        Box::pin(async move {
            let target = Target::from_uri(request.uri())?;
            let secrets = Secrets::of(request.headers());
            let (request, released) = call::to_surf(request, &target, connect_timeout)?;
            match client.send(request).await {
                Ok(response) => response::from_surf(response, target, secrets, released),
                Err(error) => Err(error::unanswered(error, &target, &secrets)),
            }
        })
    }

    pub(crate) fn close_idle(&self) {
        if let Some(direct) = &self.beneath {
            direct.close_idle();
        }
    }

    pub(crate) fn credentials(&self, url: &http::Uri) -> Option<http::HeaderValue> {
        self.beneath.as_ref()?.credentials(url)
    }
}
