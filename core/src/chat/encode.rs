//! The text of a chat request.

use core::fmt;

use super::{AsMessage, ChatRequest, Message};
use crate::body::{Child, Document, Node, Walk};
use crate::json::RawObject;
use crate::json::writer::{Encoder, Part};

/// An encoder of a chat request's JSON text; see [`ChatRequest::encoder`].
pub type ChatEncoder<'r, M = &'r [Message<'r>]> = Encoder<'r, ChatParts<'r, M>>;

/// The parts of a chat request's JSON text.
pub struct ChatParts<'r, M: IntoIterator>(Walk<'r, Chat<'r, M>>);

impl<'r, M: IntoIterator<Item: AsMessage<'r>> + Clone> ChatParts<'r, M> {
    #[inline(always)] // It is large, and made where it goes.
    pub(crate) fn new(request: &'r ChatRequest<'r, M>, stream: Option<bool>) -> Self {
        let messages = request.messages.clone().into_iter();
        Self(Walk::new(Chat { request, stream, messages, message: Message::user("") }))
    }
}

impl<'r, M: IntoIterator<Item: AsMessage<'r>>> Iterator for ChatParts<'r, M> {
    type Item = Part<'r>;

    fn next(&mut self) -> Option<Part<'r>> {
        self.0.next()
    }
}

// By hand, because a derived impl would ask for `M: Clone` instead of `M::IntoIter: Clone`.
impl<M: IntoIterator<IntoIter: Clone>> Clone for ChatParts<'_, M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<M: IntoIterator> fmt::Debug for ChatParts<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatParts").finish_non_exhaustive()
    }
}

struct Chat<'r, M: IntoIterator> {
    request: &'r ChatRequest<'r, M>,
    /// Instead of the request's.
    stream: Option<bool>,
    messages: M::IntoIter,
    message: Message<'r>,
}

impl<M: IntoIterator<IntoIter: Clone>> Clone for Chat<'_, M> {
    fn clone(&self) -> Self {
        Self { messages: self.messages.clone(), ..*self }
    }
}

impl<'r, M: IntoIterator<Item: AsMessage<'r>>> Document<'r> for Chat<'r, M> {
    fn child(&mut self, node: Node<'r>, index: usize) -> Option<Child<'r>> {
        match node {
            Node::Root => self.request.member(index, self.stream),
            Node::Messages => {
                self.message = self.messages.next()?.as_message();
                Some(Child::element(Node::Message))
            }
            Node::Message => self.message.member(index),
            other => other.child(index),
        }
    }

    fn extra(&self, node: Node<'r>) -> Option<RawObject<'r>> {
        match node {
            Node::Root => self.request.extra,
            Node::Message => self.message.extra,
            other => other.extra(),
        }
    }
}
