//! A transport of one's own: a pipe within the process, where others have a socket.
//!
//! A connector says what a byte stream is, and how to come by one. HTTP/1.1, kept connections, deadlines and retries come
//! with [`Http1`], and the rest of the client with a timer. Here a task at the other end of the pipe answers; it could as
//! well be a serial line, a Unix socket or a tunnel.

use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use choreoai::http1::{Connect, Http1, Target};
use choreoai::{ChatRequest, Client, TransportError};
use choreoai_smol::SmolTimer;
use futures_lite::{
    AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, StreamExt, io::BufReader,
};

/// Both directions of a connection.
struct Duplex {
    reader: piper::Reader,
    writer: piper::Writer,
}

#[derive(Clone, Default)]
struct Pipes {
    opened: Arc<AtomicUsize>,
}

impl Connect for Pipes {
    type Stream = Duplex;
    type Connecting = Ready<Result<Duplex, TransportError>>;

    fn connect(&self, _target: &Target) -> Self::Connecting {
        self.opened.fetch_add(1, Ordering::Relaxed);
        let (there, writer) = piper::pipe(4096);
        let (reader, back) = piper::pipe(4096);
        smol::spawn(serve(Duplex { reader: there, writer: back })).detach();
        ready(Ok(Duplex { reader, writer }))
    }
}

impl AsyncRead for Duplex {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.reader).poll_read(cx, buf)
    }
}

impl AsyncWrite for Duplex {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.writer).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.writer).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.writer).poll_close(cx)
    }
}

/// The other end: a server that knows one answer, and takes one request after the other.
async fn serve(stream: Duplex) -> io::Result<()> {
    const HEAD: &str =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let Duplex { reader, mut writer } = stream;
    let mut reader = BufReader::new(reader);
    loop {
        let (mut line, mut length) = (String::new(), 0);
        while line != "\r\n" {
            line.clear();
            if reader.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
        }
        reader.read_exact(&mut vec![0; length]).await?;
        writer.write_all(HEAD.as_bytes()).await?;
        for event in [
            r#"{"choices":[{"index":0,"delta":{"content":"Through a"}}]}"#,
            r#"{"choices":[{"index":0,"delta":{"content":" pipe."},"finish_reason":"stop"}]}"#,
            "[DONE]",
        ] {
            let event = format!("data: {event}\n\n");
            writer.write_all(format!("{:x}\r\n{event}\r\n", event.len()).as_bytes()).await?;
        }
        writer.write_all(b"0\r\n\r\n").await?;
    }
}

#[test]
fn an_answer_through_a_pipe() {
    let pipes = Pipes::default();
    let timer = SmolTimer::default();
    let transport = Http1::new(pipes.clone(), timer);
    let client = Client::builder_with(transport, timer).without_key().build().unwrap();
    smol::block_on(async {
        for question in ["How do you come here?", "And now?"] {
            let mut stream = client.chat().stream(&ChatRequest::new("gpt-4").user(question)).await.unwrap();
            let mut text = String::new();
            while let Some(chunk) = stream.next().await {
                text.push_str(&chunk.unwrap().text());
            }
            assert_eq!(text, "Through a pipe.");
        }
    });
    assert_eq!(pipes.opened.load(Ordering::Relaxed), 1, "the connection is kept");
}
