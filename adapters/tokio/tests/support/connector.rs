use std::pin::Pin;

use choreoai_tokio::http1::{Connect, Target, dial};
use choreoai_tokio::{TokioStream, TokioTimer, TransportError};
use tokio::net::{TcpStream, lookup_host};

#[derive(Clone, Copy, Debug, Default)]
struct TokioConnector;

impl Connect for TokioConnector {
    type Stream = TokioStream;
    type Connecting = Pin<Box<dyn Future<Output = Result<TokioStream, TransportError>> + Send>>;

    fn connect(&self, target: &Target) -> Self::Connecting {
        let target = target.clone();
        Box::pin(async move {
            let resolve = |host: String, port| lookup_host((host, port));
            let stream = dial(&target, &TokioTimer::default(), resolve, TcpStream::connect).await?;
            // Latency suffers without it, nothing else: no reason to refuse the connection.
            let _ = stream.set_nodelay(true);
            Ok(stream.into())
        })
    }
}
