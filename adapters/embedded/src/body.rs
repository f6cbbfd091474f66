//! Bodies of requests, written piece by piece.

use choreoai_core::InvalidRequest;
use choreoai_core::chat::{AsMessage, ChatEncoder, ChatRequest};
use choreoai_core::json::writer::{Encoder, Part};

/// What the body of each attempt is made of.
pub(crate) trait Source {
    /// The body that it makes.
    type Body: Body;

    /// Whether a body can be made.
    fn check(&self) -> Result<(), InvalidRequest>;

    /// The body, which has this length. One of any length tells the [true one](Body::skip_rest).
    fn body(&self, length: u64) -> Self::Body;
}

/// The body of a request, of which piece after piece is written.
pub(crate) trait Body {
    /// Goes to the end of it, and says how many bytes were left.
    fn skip_rest(&mut self) -> u64;

    /// Writes what follows, as much as fits, and says how much that is; less than there is room only at the end. `None`: the body is
    /// longer or shorter than its length, and what was written now is not to be sent.
    fn encode(&mut self, out: &mut [u8]) -> Option<usize>;
}

/// A request, and whether its answer is to be streamed.
pub(crate) struct Chat<'r, M> {
    pub(crate) request: &'r ChatRequest<'r, M>,
    pub(crate) stream: bool,
}

impl<'r, M> Source for Chat<'r, M>
where
    M: IntoIterator<Item: AsMessage<'r>, IntoIter: Clone> + Clone,
{
    type Body = ChatEncoder<'r, M>;

    fn check(&self) -> Result<(), InvalidRequest> {
        self.request.validate()
    }

    #[inline(always)]
    fn body(&self, length: u64) -> ChatEncoder<'r, M> {
        self.request.encoder_of_length(self.stream, length)
    }
}

/// The parts of a text, which is what is sent.
pub(crate) struct Parts<P>(pub(crate) P);

impl<'r, P: Iterator<Item = Part<'r>> + Clone> Source for Parts<P> {
    type Body = Encoder<'r, P>;

    fn check(&self) -> Result<(), InvalidRequest> {
        Ok(())
    }

    fn body(&self, length: u64) -> Encoder<'r, P> {
        Encoder::of_length(length, self.0.clone())
    }
}

impl<'r, P: Iterator<Item = Part<'r>>> Body for Encoder<'r, P> {
    fn skip_rest(&mut self) -> u64 {
        Self::skip_rest(self)
    }

    fn encode(&mut self, out: &mut [u8]) -> Option<usize> {
        let left = self.remaining();
        let count = Self::encode(self, out);
        let is_right = if count < out.len() { count as u64 == left } else { count as u64 <= left };
        is_right.then_some(count)
    }
}

/// A body that is there already.
impl<'r> Source for &'r str {
    type Body = Ready<'r>;

    fn check(&self) -> Result<(), InvalidRequest> {
        Ok(())
    }

    fn body(&self, _: u64) -> Ready<'r> {
        Ready { text: self.as_bytes(), written: 0 }
    }
}

/// A text, and how much of it is written.
pub(crate) struct Ready<'r> {
    text: &'r [u8],
    written: usize,
}

impl Body for Ready<'_> {
    fn skip_rest(&mut self) -> u64 {
        let rest = self.text.get(self.written..).unwrap_or_default().len();
        self.written = self.text.len();
        rest as u64
    }

    fn encode(&mut self, out: &mut [u8]) -> Option<usize> {
        let rest = self.text.get(self.written..).unwrap_or_default();
        let count = rest.len().min(out.len());
        for (to, from) in out.iter_mut().zip(rest) {
            *to = *from;
        }
        self.written = self.written.saturating_add(count);
        Some(count)
    }
}
