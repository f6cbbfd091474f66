//! From the bytes of a body to chunks, without I/O.

use std::fmt;

use choreoai_core::ErrorClass;
use choreoai_core::chat::assemble::{ErrorAssembler, ErrorReport};
use choreoai_core::chat::{Event, TemplateDecoder, Verdict};

use super::chunk::ChatChunk;
use super::chunk_builder::ChunkBuilder;
use crate::Error;
use crate::call::excerpt;
use crate::credentials::Credentials;
use crate::error::ErrorKind;

/// How much of the beginning of a body is kept, to be shown when it turns out to be no answer.
const START_LIMIT: usize = 1024;
/// Lets the gateway's escaped text gather into long fragments.
const SCRATCH: usize = 256;
/// Most events of a stream have fewer bytes, but for those of their text.
const TEMPLATE: usize = 512;

/// Turns the body of a chat completion into [`ChatChunk`]s, however it is cut.
///
/// The body may be an event stream or one JSON document; each event gives one chunk, as soon as it is complete.
///
/// Give it bytes as they arrive and call [`next_chunk`](Self::next_chunk) until it returns `None`. When the body has
/// ended, call [`end`](Self::end), then `next_chunk` with an empty input until `None`. There is either one error, or
/// a [`verdict`](Self::verdict).
///
/// ```
/// use choreoai::{ChunkDecoder, Verdict};
///
/// let body = br#"data: {"choices": [{"delta": {"content": "Hi"}, "index": 0, "finish_reason": "stop"}]}
///
/// data: [DONE]
///
/// "#;
/// let mut decoder = ChunkDecoder::new();
/// let mut text = String::new();
/// for mut piece in body.chunks(7) {
///     while let Some(chunk) = decoder.next_chunk(&mut piece) {
///         text.push_str(&chunk?.text());
///     }
/// }
/// decoder.end();
/// while let Some(chunk) = decoder.next_chunk(&mut &[][..]) {
///     text.push_str(&chunk?.text());
/// }
/// assert_eq!(text, "Hi");
/// assert_eq!(decoder.verdict(), Some(Verdict::Finished));
/// # Ok::<_, choreoai::Error>(())
/// ```
///
/// # Bounds
///
/// It holds one event at most, and of that 64 MiB; an event of more than 1 MiB is handed out at the end of each of
/// its choices, and within a text that comes after its choice's index. Besides it takes some 4 KiB, with which it decodes events
/// that resemble each other in a fraction of the time. Each call does work in proportion to the
/// bytes it consumes.
pub struct ChunkDecoder {
    /// In a box: it is of 4 KiB, and what holds this is moved.
    decoder: Box<TemplateDecoder<TEMPLATE, SCRATCH>>,
    builder: ChunkBuilder,
    report: ErrorAssembler,
    /// The beginning of the body, until the first chunk with something in it is complete.
    start: Vec<u8>,
    has_chunks: bool,
    has_events: bool,
    has_progress: bool,
    is_ended: bool,
    is_done: bool,
    /// No chunk will follow.
    is_over: bool,
    /// The body is no answer. It is told when enough is known of what it is instead.
    fault: Option<choreoai_core::Error>,
    /// To be returned after the chunk that was handed out before it.
    failure: Option<Error>,
    has_failed: bool,
    /// Taken out of what errors repeat.
    credentials: Option<Credentials>,
}

impl ChunkDecoder {
    /// A decoder at the start of a body.
    pub fn new() -> Self {
        Self {
            decoder: Box::default(),
            builder: ChunkBuilder::default(),
            report: ErrorAssembler::new(),
            start: Vec::new(),
            has_chunks: false,
            has_events: false,
            has_progress: false,
            is_ended: false,
            is_done: false,
            is_over: false,
            fault: None,
            failure: None,
            has_failed: false,
            credentials: None,
        }
    }

    /// Asks for log probabilities, which are skipped otherwise.
    #[must_use]
    pub fn with_logprobs(mut self) -> Self {
        *self.decoder = self.decoder.with_logprobs();
        self
    }

    /// Asks for the members that the schema does not know, which are skipped otherwise.
    #[must_use]
    pub fn with_extra(mut self) -> Self {
        *self.decoder = self.decoder.with_extra();
        self
    }

    /// Keeps what is secret out of errors.
    pub(crate) fn with_credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Takes bytes off the front of `input` until a chunk is complete. `None`: all of `input` was consumed; more is
    /// needed, or, after [`end`](Self::end) or `[DONE]`, nothing will follow.
    ///
    /// # Errors
    ///
    /// An error is returned once, after all that arrived before it; then `None`. Its kind is `server`, `truncated`,
    /// `protocol` or `limit`.
    pub fn next_chunk(&mut self, input: &mut &[u8]) -> Option<Result<ChatChunk, Error>> {
        if let Some(failure) = self.failure.take() {
            return Some(Err(failure));
        }
        while !self.is_over {
            if let Some(fault) = self.fault {
                keep(&mut self.start, std::mem::take(input));
                if !self.is_ended && self.start.len() <= START_LIMIT {
                    return None;
                }
                self.fault = None;
                let error = self.failure_of(fault);
                return Some(self.fail(error));
            }
            let before = *input;
            let event = self.decoder.next_event(input);
            if !self.has_chunks {
                keep(&mut self.start, &before[..before.len() - input.len()]);
            }
            let Some(event) = event else {
                return if self.is_ended { self.conclude() } else { None };
            };
            let event = match event {
                Ok(event) => event,
                Err(fault) if fault.kind() == choreoai_core::ErrorKind::NotEventStream => {
                    self.fault = Some(fault);
                    continue;
                }
                Err(fault) => {
                    let error = self.failure_of(self.reported().unwrap_or(fault));
                    return Some(self.fail(error));
                }
            };
            self.has_events = true;
            self.report.push(&event);
            match event {
                Event::Content(_)
                | Event::Reasoning(_)
                | Event::Refusal(_)
                | Event::ToolCallId(_)
                | Event::ToolCallName(_)
                | Event::ToolCallArguments(_)
                | Event::Logprobs(_)
                | Event::FinishReason(_) => self.has_progress = true,
                Event::ErrorEnd => {
                    let report = self.take_report();
                    let error = self.server_error(report);
                    return Some(self.fail(error));
                }
                Event::Done => {
                    self.is_done = true;
                    return self.conclude();
                }
                _ => {}
            }
            match self.builder.push(event) {
                Ok(None) => {
                    let (choice, call) = (self.decoder.choice_index(), self.decoder.tool_call_index());
                    if let Some(chunk) = self.builder.split(choice, call) {
                        return Some(Ok(self.hand_out(chunk)));
                    }
                }
                Ok(Some(chunk)) => return Some(Ok(self.hand_out(chunk))),
                Err(error) => return Some(self.fail(error)),
            }
        }
        *input = &[];
        None
    }

    /// The body has ended. Call [`next_chunk`](Self::next_chunk) until `None` for what was still held. Calling it
    /// again changes nothing.
    pub fn end(&mut self) {
        self.is_ended = true;
        self.decoder.end();
    }

    /// How the answer ended: `None` while it has not, and after an error.
    pub fn verdict(&self) -> Option<Verdict> {
        if self.is_over && !self.has_failed { self.decoder.verdict().ok() } else { None }
    }

    /// Whether `[DONE]` was seen: what follows in the body is ignored.
    pub fn is_done(&self) -> bool {
        self.is_done
    }

    /// Whether no more input is wanted; something may be held still.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Whether anything of an answer has arrived, complete or not.
    pub(crate) fn has_events(&self) -> bool {
        self.has_events
    }

    /// Whether something of the answer itself (text, a tool call, a reason to end) has arrived since the last call.
    pub(crate) fn take_progress(&mut self) -> bool {
        std::mem::take(&mut self.has_progress)
    }

    /// Why the body is no answer, if that is known although it has not been told: it is something else, or the server was
    /// reporting an error.
    pub(crate) fn take_fault(&mut self) -> Option<Error> {
        let fault = match self.fault.take() {
            None if self.is_over => return None,
            None => {
                let fault = self.reported()?;
                // What is held of the report is let go by the end alone.
                self.decoder.end();
                while let Some(Ok(event)) = self.decoder.next_event(&mut &[][..]) {
                    self.report.push(&event);
                }
                fault
            }
            Some(fault) => fault,
        };
        Some(self.failure_of(fault))
    }

    /// The server has reported an error, or has begun to.
    fn reported(&self) -> Option<choreoai_core::Error> {
        self.decoder.verdict().err().filter(|error| error.class() == ErrorClass::Server)
    }

    /// The body will not end well, for a reason that is known better elsewhere: what is held is handed out, then
    /// `error`.
    pub(crate) fn abandon(&mut self, error: Error) -> Result<ChatChunk, Error> {
        self.fail(error)
    }

    /// All events were taken.
    fn conclude(&mut self) -> Option<Result<ChatChunk, Error>> {
        match self.decoder.verdict() {
            Ok(_) => {
                self.is_over = true;
                let rest = self.take_rest()?;
                Some(Ok(self.hand_out(rest)))
            }
            Err(error) => {
                let error = self.failure_of(error);
                Some(self.fail(error))
            }
        }
    }

    fn take_rest(&mut self) -> Option<ChatChunk> {
        self.builder.take_rest(self.decoder.choice_index(), self.decoder.tool_call_index())
    }

    fn hand_out(&mut self, chunk: ChatChunk) -> ChatChunk {
        // An empty one may be what was made of something else.
        if !chunk.is_empty() {
            self.has_chunks = true;
            self.start = Vec::new();
        }
        chunk
    }

    /// What is held goes first.
    fn fail(&mut self, error: Error) -> Result<ChatChunk, Error> {
        self.is_over = true;
        self.has_failed = true;
        match self.take_rest() {
            Some(rest) => {
                self.failure = Some(error);
                Ok(self.hand_out(rest))
            }
            None => Err(error),
        }
    }

    fn take_report(&mut self) -> ErrorReport {
        std::mem::take(&mut self.report).into_report().unwrap_or_default()
    }

    /// What came of a report whose end did not.
    fn take_cut_report(&mut self) -> ErrorReport {
        self.report.push(&Event::ErrorEnd);
        let mut report = self.take_report();
        report.truncated = true;
        report
    }

    fn server_error(&self, report: ErrorReport) -> Error {
        let error = Error::reported(report, self.credentials.as_ref());
        match &self.credentials {
            Some(credentials) => error.redacted(credentials),
            None => error,
        }
    }

    fn failure_of(&mut self, error: choreoai_core::Error) -> Error {
        let kind = match error.class() {
            // A report that had ended would have been told before.
            ErrorClass::Server => {
                let report = self.take_cut_report();
                return self.server_error(report);
            }
            ErrorClass::Truncated => ErrorKind::Truncated,
            ErrorClass::Limit => ErrorKind::Limit,
            _ => ErrorKind::Protocol,
        };
        let is_foreign = matches!(
            error.kind(),
            choreoai_core::ErrorKind::NotEventStream | choreoai_core::ErrorKind::NotCompletion
        );
        let (start, shortened) = self.take_start((!is_foreign).then_some(error.offset()));
        let message = match excerpt(&start) {
            None if kind == ErrorKind::Truncated && !self.has_chunks => {
                "the response ended before the answer began: its body is empty".to_owned()
            }
            Some(excerpt) if is_foreign => format!("{error}; it begins: {excerpt}"),
            _ => error.to_string(),
        };
        Error::new(kind, message).with_body(start.into(), shortened).with_source(error)
    }

    /// The beginning of the body as far as it was understood, without secrets, and whether there was more.
    fn take_start(&mut self, understood: Option<u64>) -> (Vec<u8>, bool) {
        let mut start = std::mem::take(&mut self.start);
        let understood = understood.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(usize::MAX);
        let kept = understood.min(START_LIMIT);
        let shortened = !self.is_ended || start.len() > kept;
        start.truncate(kept);
        if let Some(credentials) = &self.credentials {
            if shortened {
                start.truncate(start.len() - credentials.cut_at_end(&start));
            }
            start = credentials.redact_bytes(&start).into_owned();
        }
        (start, shortened)
    }
}

impl Default for ChunkDecoder {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ChunkDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkDecoder").field("verdict", &self.verdict()).finish_non_exhaustive()
    }
}

/// Adds to the beginning of a body; one byte more than the limit says that there is more.
fn keep(start: &mut Vec<u8>, bytes: &[u8]) {
    let room = (START_LIMIT + 1).saturating_sub(start.len());
    start.extend_from_slice(&bytes[..bytes.len().min(room)]);
}

#[cfg(test)]
mod tests;
