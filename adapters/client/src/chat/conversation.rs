//! A conversation: what was said, and what is said next.

mod stream;
mod trim;
mod turn;

use std::mem;

use choreoai_core::chat::Usage;

pub use stream::ConversationStream;
pub(super) use turn::Turn;

use super::{Ask, ChatCompletion, ChatRequest, Message};
use crate::Error;

/// A history of messages that grows by questions and their answers.
///
/// ```
/// use choreoai::{Client, Conversation, Error, Timer, Transport};
///
/// async fn colours<T: Transport, R: Timer>(client: &Client<T, R>) -> Result<(), Error> {
///     let mut conversation = Conversation::new("gpt-4").system("Be brief.");
///     let answer = conversation.ask(client, "Name a colour").await?;
///     println!("{}", answer.text());
///     let answer = conversation.ask(client, "And one that goes with it?").await?; // knows the first
///     println!("{}", answer.text());
///     assert_eq!(conversation.messages().len(), 5);
///     Ok(())
/// }
/// ```
///
/// **It holds only what can be sent.** A question and its answer are appended together, when the answer is complete: after an
/// error, or when the future or the stream is dropped, the history is what it was before, and the question can be asked again.
/// An answer that says nothing (no text, no refusal, no tool call) leaves it alone too.
///
/// **Answers go back as they came:** choice 0's text, always as a plain string, its refusal if it is one, and its tool calls with
/// their ids and the members that this crate does not know, such as the signatures of Gemini's thoughts; those of the message, such
/// as `thinking_blocks`, too ([which](Message#impl-From<%26ChatCompletion>-for-Message)). A request without tools asks for them by
/// [`keep_extra`](ChatRequest::keep_extra).
///
/// **An answer that calls tools** wants their results before anything else is said: [`push`](Self::push) a [`Message::tool`] for each
/// call and [`send`](Self::send), or let [`ask_with_tools`](Self::ask_with_tools) do it.
///
/// **It grows without bound** unless told otherwise by [`keep_turns`](Self::keep_turns), which trims it after each answer, or
/// by [`trim`](Self::trim).
///
/// It asks a [`Client`](crate::Client), or several models one after the other by a [`Fallback`](crate::Fallback): whatever is [`Ask`].
///
/// It is a [`ChatRequest`] that remembers; the model and all settings are that request's:
///
/// ```
/// use choreoai::{ChatRequest, Conversation};
///
/// let mut conversation = Conversation::from(ChatRequest::new("gpt-4").system("Be brief.").temperature(0.2));
/// conversation.push("Name a colour");
/// // `client.chat().create(conversation.request())` would send it; `conversation.send(&client)` also appends the answer.
/// assert_eq!(conversation.request(), &ChatRequest::new("gpt-4").system("Be brief.").user("Name a colour").temperature(0.2));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conversation {
    request: ChatRequest,
    turns: Option<usize>,
    usage: Usage,
}

/// The history.
impl Conversation {
    /// A conversation with this model, in which nothing has been said.
    pub fn new(model: impl Into<String>) -> Self {
        Self::from(ChatRequest::new(model))
    }

    /// Appends instructions.
    #[must_use]
    pub fn system(mut self, text: impl Into<String>) -> Self {
        self.push(Message::system(text));
        self
    }

    /// Trims the history to the last `turns` after each answer, as [`trim`](Self::trim) does. What is sent is then at
    /// most the instructions, `turns` turns and the question.
    #[must_use]
    pub fn keep_turns(mut self, turns: usize) -> Self {
        self.turns = Some(turns);
        self
    }

    /// Appends a message: a text is what the user says, a `&`[`ChatCompletion`] an answer that was had in another way.
    pub fn push(&mut self, message: impl Into<Message>) -> &mut Self {
        self.request.messages.push(message.into());
        self
    }

    /// What was said, oldest first.
    pub fn messages(&self) -> &[Message] {
        &self.request.messages
    }

    /// Forgets all but the instructions (the messages of the roles `system` and `developer`, wherever they stand) and the last
    /// `turns`. A turn is what the user says, in one or several messages, with all that follows until the user speaks again:
    /// tool calls stay with their results. What was said before the first turn goes with it. Linear in the number of messages.
    pub fn trim(&mut self, turns: usize) {
        trim::trim(&mut self.request.messages, turns);
    }

    /// The token counts of all answers so far together, as far as the server told them: those of tool calls too, of which only
    /// the last answer is given, and those of turns that are forgotten. Streams tell them only when
    /// [asked](ChatRequest::include_usage).
    pub fn usage(&self) -> &Usage {
        &self.usage
    }

    /// The request that [`send`](Self::send) would send.
    pub fn request(&self) -> &ChatRequest {
        &self.request
    }

    /// Changes the settings from here on:
    ///
    /// ```
    /// # let mut conversation = choreoai::Conversation::new("gpt-4");
    /// conversation.configure(|request| request.temperature(0.9).max_tokens(200));
    /// ```
    pub fn configure(&mut self, change: impl FnOnce(ChatRequest) -> ChatRequest) -> &mut Self {
        self.request = change(mem::take(&mut self.request));
        self
    }

    /// The request with all messages.
    pub fn into_request(self) -> ChatRequest {
        self.request
    }
}

/// Asking.
impl Conversation {
    /// Asks, waits for the whole answer, and appends both.
    ///
    /// # Errors
    ///
    /// As [`Chat::create`](crate::Chat::create); the history is as before, and [`Error::partial`] holds what had arrived.
    pub async fn ask<A: Ask>(
        &mut self,
        asker: &A,
        question: impl Into<Message>,
    ) -> Result<ChatCompletion, Error> {
        Turn::asking(self, question.into()).create(asker).await
    }

    /// Sends the history as it is, waits for the whole answer, and appends it.
    ///
    /// # Errors
    ///
    /// As for [`ask`](Self::ask).
    pub async fn send<A: Ask>(&mut self, asker: &A) -> Result<ChatCompletion, Error> {
        Turn::new(self).create(asker).await
    }

    /// Asks, and waits for the first chunk of the answer. When the stream has ended well, both are appended.
    ///
    /// # Errors
    ///
    /// As [`Chat::stream`](crate::Chat::stream); the history is as before.
    pub async fn ask_stream<A: Ask>(
        &mut self,
        asker: &A,
        question: impl Into<Message>,
    ) -> Result<ConversationStream<'_, A::Transport, A::Timer>, Error> {
        ConversationStream::begin(self, Some(question.into()), asker).await
    }

    /// Sends the history as it is, and waits for the first chunk of the answer, which is appended when the stream has
    /// ended well.
    ///
    /// # Errors
    ///
    /// As for [`ask_stream`](Self::ask_stream).
    pub async fn send_stream<A: Ask>(
        &mut self,
        asker: &A,
    ) -> Result<ConversationStream<'_, A::Transport, A::Timer>, Error> {
        ConversationStream::begin(self, None, asker).await
    }
}

impl Conversation {
    /// Counts what an answer took.
    fn took(&mut self, answer: &ChatCompletion) {
        for (count, value) in answer.usage().into_iter().flat_map(Usage::iter) {
            let sum = self.usage.count(count).unwrap_or_default().saturating_add(value);
            self.usage = self.usage.with(count, sum);
        }
    }

    /// Appends what ends a turn.
    fn complete(&mut self, answer: Message) {
        self.push(answer);
        if let Some(turns) = self.turns {
            self.trim(turns);
        }
    }
}

impl Turn<'_> {
    async fn create<A: Ask>(mut self, asker: &A) -> Result<ChatCompletion, Error> {
        let answer = self.ask(asker).await?;
        self.answered(&answer);
        Ok(answer)
    }
}

impl From<ChatRequest> for Conversation {
    /// A conversation that goes on from this request, with its settings.
    fn from(request: ChatRequest) -> Self {
        Self { request, turns: None, usage: Usage::default() }
    }
}
