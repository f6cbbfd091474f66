//! Standard input, without blocking.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use choreoai_wasi::ready;
use choreoai_wasi::wasip2::cli::stdin::{InputStream, get_stdin};
use choreoai_wasi::wasip2::io::streams::StreamError;
use frames::{Command, take};

/// How much is read at a time, at most.
const PIECE: u64 = 64 << 10;

pub(crate) struct Input {
    stream: InputStream,
    /// Until there is more to read.
    wait: Option<Pin<Box<dyn Future<Output = ()>>>>,
    data: BytesMut,
}

impl Input {
    pub(crate) fn new() -> Self {
        Self { stream: get_stdin(), wait: None, data: BytesMut::new() }
    }

    /// The next command; `None` at the end.
    pub(crate) fn poll_command(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<Command>>> {
        loop {
            if let Some(frame) = self.frame() {
                let broken = || io::Error::new(io::ErrorKind::InvalidData, "what came is no command");
                return Poll::Ready(Command::decode(frame).ok_or_else(broken).map(Some));
            }
            if let Some(wait) = &mut self.wait {
                ready!(wait.as_mut().poll(cx));
                self.wait = None;
            }
            match self.stream.read(PIECE) {
                Ok(data) if data.is_empty() => self.wait = Some(Box::pin(ready(self.stream.subscribe()))),
                Ok(data) => self.data.extend_from_slice(&data),
                Err(StreamError::Closed) => return Poll::Ready(Ok(None)),
                Err(StreamError::LastOperationFailed(error)) => {
                    return Poll::Ready(Err(io::Error::other(error.to_debug_string())));
                }
            }
        }
    }

    fn frame(&mut self) -> Option<Bytes> {
        let mut data = std::mem::take(&mut self.data).freeze();
        let frame = take(&mut data);
        self.data = BytesMut::from(data);
        frame
    }
}
