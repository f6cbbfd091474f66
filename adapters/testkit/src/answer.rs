//! One response as data.

use std::time::Duration;

use crate::Gate;

/// One response: what is sent, in which pieces, with what between them, and how it ends.
///
/// With a head, the pieces of the body are framed as [`Framing`] says and the end of the body is sent after the last
/// step. A [`Step::Close`], [`Step::Reset`] or [`Step::HalfClose`] among the steps comes *before* that end: this is
/// how a body is cut short. A [raw](Answer::raw) answer has no head, and sends what its steps say and nothing else.
///
/// After the last step the connection is kept for the next request, unless the answer or the request closes it.
#[derive(Clone, Debug)]
pub struct Answer {
    head: Option<Head>,
    steps: Vec<Step>,
    cut: Option<usize>,
    pause: Option<Duration>,
}

/// One thing that a gateway does on a connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Step {
    /// Sends a piece of the body, framed as the answer's head says: one chunk, if chunked. In a raw answer it is sent
    /// as it is.
    Body(Vec<u8>),
    /// Sends bytes as they are, whatever the framing.
    Send(Vec<u8>),
    /// Sends bytes in pieces of so many, each a write (and, over TLS, a record) of its own. The peer's kernel may
    /// join them again: put gates between pieces where that matters.
    SendCut(Vec<u8>, usize),
    /// Sends bytes as they are again and again, and lets that much time pass after each time, until the peer closes or
    /// the gateway stops.
    Flood(Vec<u8>, Duration),
    /// Lets time pass.
    Pause(Duration),
    /// Waits until the gate is open.
    WaitFor(Gate),
    /// Sends nothing more until the peer closes or the gateway stops.
    Stall,
    /// Closes the connection in good order (over TLS with `close_notify`).
    Close,
    /// Resets the connection: the peer sees an error, not an end.
    Reset,
    /// Ends the sending side alone (over TLS without `close_notify`) and keeps reading. What is sent later fails.
    HalfClose,
}

/// How the body's end is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// `Content-Length`, of all body pieces together.
    ContentLength,
    /// `Transfer-Encoding: chunked`, each piece a chunk.
    Chunked,
    /// The connection's end.
    Close,
}

#[derive(Clone, Debug)]
struct Head {
    status: u16,
    headers: Vec<(String, String)>,
    framing: Framing,
}

impl Answer {
    /// A response of that status with no header but its framing, `Content-Length` unless changed.
    #[must_use]
    pub fn new(status: u16) -> Self {
        let head = Head { status, headers: Vec::new(), framing: Framing::ContentLength };
        Self { head: Some(head), steps: Vec::new(), cut: None, pause: None }
    }

    /// Exactly these steps.
    #[must_use]
    pub fn raw(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { head: None, steps: steps.into_iter().collect(), cut: None, pause: None }
    }

    /// A whole JSON body.
    #[must_use]
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::new(status).header("content-type", "application/json").body(body)
    }

    /// An event stream with nothing in it yet, 200 and chunked.
    #[must_use]
    pub fn event_stream() -> Self {
        Self::new(200)
            .header("content-type", "text/event-stream; charset=utf-8")
            .header("cache-control", "no-cache")
            .chunked()
    }

    /// An event stream of these data, each an event and a chunk of its own. [`done`](Self::done) is not included.
    #[must_use]
    pub fn sse<D: AsRef<str>>(data: impl IntoIterator<Item = D>) -> Self {
        data.into_iter().fold(Self::event_stream(), Self::event)
    }

    /// Adds a header. One named `content-length` or `transfer-encoding` replaces the one that the framing would give.
    /// Nothing is checked. A raw answer has no headers.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Some(head) = &mut self.head {
            head.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// Frames the body by chunks.
    #[must_use]
    pub fn chunked(self) -> Self {
        self.framed(Framing::Chunked)
    }

    /// Frames the body by its length.
    #[must_use]
    pub fn content_length(self) -> Self {
        self.framed(Framing::ContentLength)
    }

    /// Frames the body by the connection's end.
    #[must_use]
    pub fn close_delimited(self) -> Self {
        self.framed(Framing::Close)
    }

    /// Frames the body that way. A raw answer has no framing.
    #[must_use]
    pub fn framed(mut self, framing: Framing) -> Self {
        if let Some(head) = &mut self.head {
            head.framing = framing;
        }
        self
    }

    /// Sends all in pieces of `size` bytes (at least 1), each a write of its own; see [`Step::SendCut`].
    #[must_use]
    pub fn cut(mut self, size: usize) -> Self {
        self.cut = Some(size);
        self
    }

    /// Pauses between the pieces of the body.
    #[must_use]
    pub fn each_pause(mut self, pause: Duration) -> Self {
        self.pause = Some(pause).filter(|pause| !pause.is_zero());
        self
    }

    /// Adds a step.
    #[must_use]
    pub fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// Adds a piece of the body.
    #[must_use]
    pub fn body(self, piece: impl Into<Vec<u8>>) -> Self {
        self.step(Step::Body(piece.into()))
    }

    /// Adds `data: `, the data and a blank line to the body. The data must hold no line end.
    #[must_use]
    pub fn event(self, data: impl AsRef<str>) -> Self {
        self.body(format!("data: {}\n\n", data.as_ref()))
    }

    /// Adds `data: [DONE]` to the body.
    #[must_use]
    pub fn done(self) -> Self {
        self.event("[DONE]")
    }

    /// Adds bytes that are sent as they are, whatever the framing.
    #[must_use]
    pub fn send(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.step(Step::Send(bytes.into()))
    }

    /// Sends bytes as they are for ever, whatever the framing, with a pause after each time.
    #[must_use]
    pub fn flood(self, bytes: impl Into<Vec<u8>>, pause: Duration) -> Self {
        self.step(Step::Flood(bytes.into(), pause))
    }

    /// Lets time pass here.
    #[must_use]
    pub fn pause(self, duration: Duration) -> Self {
        self.step(Step::Pause(duration))
    }

    /// Waits here until the gate is open.
    #[must_use]
    pub fn gate(self, gate: &Gate) -> Self {
        self.step(Step::WaitFor(gate.clone()))
    }

    /// Falls silent here.
    #[must_use]
    pub fn stall(self) -> Self {
        self.step(Step::Stall)
    }

    /// Closes the connection here, before the body's end if there is one.
    #[must_use]
    pub fn close(self) -> Self {
        self.step(Step::Close)
    }

    /// Resets the connection here.
    #[must_use]
    pub fn reset(self) -> Self {
        self.step(Step::Reset)
    }

    /// Ends the sending side here.
    #[must_use]
    pub fn half_close(self) -> Self {
        self.step(Step::HalfClose)
    }

    /// The bytes of all pieces of the body together, without head and framing.
    #[must_use]
    pub fn body_bytes(&self) -> Vec<u8> {
        self.bodies().flatten().copied().collect()
    }

    /// What to do on the connection: the steps with head, framing, cuts and pauses worked in, and no [`Step::Body`].
    pub(crate) fn into_steps(self) -> Vec<Step> {
        let framing = self.head.as_ref().map(|head| head.framing);
        let length = self.bodies().map(Vec::len).sum();
        let mut steps: Vec<Step> =
            self.head.iter().map(|head| Step::Send(head.bytes(length).into_bytes())).collect();
        let mut begun = false;
        for step in self.steps {
            let Step::Body(piece) = step else {
                steps.push(step);
                continue;
            };
            if begun {
                steps.extend(self.pause.map(Step::Pause));
            }
            begun = true;
            steps.push(Step::Send(match framing {
                // An empty chunk would be the last one.
                Some(Framing::Chunked) if piece.is_empty() => piece,
                Some(Framing::Chunked) => {
                    [format!("{:x}\r\n", piece.len()).as_bytes(), &piece, b"\r\n"].concat()
                }
                _ => piece,
            }));
        }
        match framing {
            Some(Framing::Chunked) => steps.push(Step::Send(b"0\r\n\r\n".to_vec())),
            Some(Framing::Close) => steps.push(Step::Close),
            Some(Framing::ContentLength) | None => {}
        }
        if let Some(size) = self.cut {
            for step in &mut steps {
                if let Step::Send(bytes) = step {
                    *step = Step::SendCut(std::mem::take(bytes), size);
                }
            }
        }
        steps
    }

    fn bodies(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.steps.iter().filter_map(|step| if let Step::Body(piece) = step { Some(piece) } else { None })
    }
}

impl Head {
    fn bytes(&self, length: usize) -> String {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let said = |wanted: &str| self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted));
        match self.framing {
            Framing::ContentLength if !said("content-length") => {
                head.push_str(&format!("content-length: {length}\r\n"));
            }
            Framing::Chunked if !said("transfer-encoding") => {
                head.push_str("transfer-encoding: chunked\r\n");
            }
            Framing::Close if !said("connection") => head.push_str("connection: close\r\n"),
            _ => {}
        }
        head.push_str("\r\n");
        head
    }
}

/// Reason phrases of the statuses that a gateway gives (RFC 9110 section 15); empty is allowed for the rest.
fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}
