//! A turn that is being taken: it is undone unless it is completed.

use std::mem;

use super::Conversation;
use crate::Error;
use crate::chat::options::{Tool, ToolChoice};
use crate::chat::{Ask, ChatCompletion, ChatRequest, Message};

/// Messages and settings for the time of a turn. Dropping it takes back the messages since the last
/// [`keep`](Self::keep), and all settings.
pub(in crate::chat) struct Turn<'c> {
    conversation: &'c mut Conversation,
    /// How many messages stay.
    kept: usize,
    /// How many tools are the conversation's own.
    own_tools: usize,
    own_choice: Option<ToolChoice>,
}

impl<'c> Turn<'c> {
    pub(in crate::chat) fn new(conversation: &'c mut Conversation) -> Self {
        let request = &conversation.request;
        Self {
            kept: request.messages.len(),
            own_tools: request.tools.len(),
            own_choice: request.tool_choice.clone(),
            conversation,
        }
    }

    /// A turn that begins with this message.
    pub(in crate::chat) fn asking(conversation: &'c mut Conversation, question: Message) -> Self {
        let mut turn = Self::new(conversation);
        turn.push(question);
        turn
    }

    pub(in crate::chat) fn request(&self) -> &ChatRequest {
        &self.conversation.request
    }

    /// Sends what was said, and counts what the answer took.
    pub(in crate::chat) async fn ask<A: Ask>(&mut self, asker: &A) -> Result<ChatCompletion, Error> {
        let answer = asker.create(&self.conversation.request).await?;
        self.conversation.took(&answer);
        Ok(answer)
    }

    pub(in crate::chat) fn push(&mut self, message: Message) {
        self.conversation.push(message);
    }

    /// Offers more tools, for this turn.
    pub(in crate::chat) fn offer(&mut self, tools: impl Iterator<Item = Tool>) {
        self.conversation.request.tools.extend(tools);
    }

    /// Forces no call of a tool for the rest of this turn.
    pub(in crate::chat) fn free_choice(&mut self) {
        let choice = &mut self.conversation.request.tool_choice;
        if matches!(choice, Some(ToolChoice::Required | ToolChoice::Function(_))) {
            *choice = None;
        }
    }

    /// What has been said so far stays, whatever follows.
    pub(in crate::chat) fn keep(&mut self) {
        self.kept = self.conversation.messages().len();
    }

    /// Completes the turn, if the answer says anything.
    pub(in crate::chat) fn answered(&mut self, answer: &ChatCompletion) {
        if let Some(message) = to_remember(answer) {
            self.conversation.complete(message);
            self.keep();
        }
    }
}

/// The answer as a message, if it says anything.
pub(super) fn to_remember(answer: &ChatCompletion) -> Option<Message> {
    let choice = answer.choice(0)?;
    let says = choice.content.is_some()
        || choice.refusal.is_some()
        || !choice.tool_calls.is_empty()
        || answer.message_extra(0).get("audio").is_some_and(|audio| audio != "null");
    says.then(|| Message::from(answer))
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let request = &mut self.conversation.request;
        request.messages.truncate(self.kept);
        request.tools.truncate(self.own_tools);
        request.tool_choice = mem::take(&mut self.own_choice);
    }
}
