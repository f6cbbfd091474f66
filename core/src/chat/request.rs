//! Chat completion requests.

use super::{
    AsMessage, AudioOutput, ChatParts, Content, LogitBias, Message, Metadata, ResponseFormat, Stop, Tool,
    ToolChoice,
};
use crate::InvalidRequest;
use crate::body::{Child, Node, nth_member};
use crate::json::RawObject;
use crate::json::writer::{Encoder, length};

/// A request for a chat completion: the body of `POST /v1/chat/completions`.
///
/// Everything is borrowed. The messages are a slice of [`Message`]s, or anything else that can be cloned and iterated
/// over, any number of times with the same result; nothing is collected. A member that is `None`, or an empty slice,
/// is not written.
///
/// The methods set one member each and can be called in a `const`; the members are public as well.
///
/// With the feature `serde` it is `Serialize`, giving the same JSON value as the [`encoder`](Self::encoder) but without
/// its check; so are messages and their parts, tools and embedding requests.
///
/// ```
/// use choreoai_core::chat::{ChatRequest, Function, Message, Tool};
/// use choreoai_core::json::RawJson;
///
/// let schema = RawJson::new(r#"{"type": "object", "properties": {"city": {"type": "string"}}}"#)?;
/// let tools = [Tool::Function(Function::new("weather").parameters(schema))];
/// let messages = [Message::system("Be brief."), Message::user("How is the weather in K\u{f6}ln?")];
/// let request = ChatRequest::new("gpt-4", &messages).temperature(0.7).tools(&tools).stream(true);
///
/// let mut encoder = request.encoder()?;
/// println!("Content-Length: {}", encoder.content_length());
/// let mut buffer = [0; 32];
/// loop {
///     let count = encoder.encode(&mut buffer);
///     if count == 0 {
///         break;
///     }
///     // send(&buffer[..count])
/// }
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct ChatRequest<'a, M = &'a [Message<'a>]> {
    /// The model. Its name picks the provider. Never empty.
    pub model: &'a str,
    /// The conversation. Never empty.
    pub messages: M,
    /// How random the answer is: 0 to 2.
    pub temperature: Option<f64>,
    /// At most so many tokens of the most likely, by their probabilities' sum: 0 to 1.
    pub top_p: Option<f64>,
    /// The longest answer, in tokens; at least 1. OpenAI's newer models want `max_completion_tokens`.
    pub max_tokens: Option<u32>,
    /// The longest answer, its reasoning included, in tokens; at least 1.
    pub max_completion_tokens: Option<u32>,
    /// How many answers: 1 to 128.
    pub n: Option<u32>,
    /// Whether the answer comes piece by piece.
    pub stream: Option<bool>,
    /// Whether a stream tells how many tokens it took (`stream_options.include_usage`).
    pub include_usage: Option<bool>,
    /// Where the model stops.
    pub stop: Option<Stop<'a>>,
    /// How much tokens that occurred are avoided: -2 to 2.
    pub presence_penalty: Option<f64>,
    /// How much tokens that occurred often are avoided: -2 to 2.
    pub frequency_penalty: Option<f64>,
    /// How much likelier or unlikelier tokens are made.
    pub logit_bias: Option<LogitBias<'a>>,
    /// Whether the answer's tokens come with their log probabilities.
    pub logprobs: Option<bool>,
    /// How many alternatives come with each token: 20 at most; needs `logprobs`.
    pub top_logprobs: Option<u32>,
    /// For answers that are as far as possible repeatable.
    pub seed: Option<i64>,
    /// Whom the request is made for.
    pub user: Option<&'a str>,
    /// Tools that the model may call.
    pub tools: &'a [Tool<'a>],
    /// Which tool the model is to call.
    pub tool_choice: Option<ToolChoice<'a>>,
    /// Whether it may call several at once.
    pub parallel_tool_calls: Option<bool>,
    /// The form of the answer.
    pub response_format: Option<ResponseFormat<'a>>,
    /// How long a model reasons, such as `low`, `medium` or `high`.
    pub reasoning_effort: Option<&'a str>,
    /// Labels that are kept with a stored completion.
    pub metadata: Option<Metadata<'a>>,
    /// Whether the provider stores the completion.
    pub store: Option<bool>,
    /// The tier that serves the request, such as `auto`, `default` or `flex`.
    pub service_tier: Option<&'a str>,
    /// What the answer consists of, such as `text` and `audio`.
    pub modalities: &'a [&'a str],
    /// How a spoken answer sounds.
    pub audio: Option<AudioOutput<'a>>,
    /// What the answer will mostly be, so that it comes faster.
    pub prediction: Option<Content<'a>>,
    /// Lets the model search the web; `{}` for the provider's defaults.
    pub web_search_options: Option<RawObject<'a>>,
    /// Additional members, which override those above (`stream_options` as a whole).
    pub extra: Option<RawObject<'a>>,
}

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $type:ty;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub const fn $name(mut self, $name: $type) -> Self {
            self.$name = Some($name);
            self
        }
    )*};
}

impl<'a, M> ChatRequest<'a, M> {
    /// A request of `model` to go on with the conversation.
    pub const fn new(model: &'a str, messages: M) -> Self {
        Self {
            model,
            messages,
            temperature: None,
            top_p: None,
            max_tokens: None,
            max_completion_tokens: None,
            n: None,
            stream: None,
            include_usage: None,
            stop: None,
            presence_penalty: None,
            frequency_penalty: None,
            logit_bias: None,
            logprobs: None,
            top_logprobs: None,
            seed: None,
            user: None,
            tools: &[],
            tool_choice: None,
            parallel_tool_calls: None,
            response_format: None,
            reasoning_effort: None,
            metadata: None,
            store: None,
            service_tier: None,
            modalities: &[],
            audio: None,
            prediction: None,
            web_search_options: None,
            extra: None,
        }
    }

    setters! {
        /// How random the answer is: 0 to 2.
        temperature: f64;
        /// At most so many tokens of the most likely, by their probabilities' sum: 0 to 1.
        top_p: f64;
        /// The longest answer, in tokens; at least 1.
        max_tokens: u32;
        /// The longest answer, its reasoning included, in tokens; at least 1.
        max_completion_tokens: u32;
        /// How many answers: 1 to 128.
        n: u32;
        /// Whether the answer comes piece by piece.
        stream: bool;
        /// Whether a stream tells how many tokens it took.
        include_usage: bool;
        /// Where the model stops.
        stop: Stop<'a>;
        /// How much tokens that occurred are avoided: -2 to 2.
        presence_penalty: f64;
        /// How much tokens that occurred often are avoided: -2 to 2.
        frequency_penalty: f64;
        /// How much likelier or unlikelier tokens are made.
        logit_bias: LogitBias<'a>;
        /// Whether the answer's tokens come with their log probabilities.
        logprobs: bool;
        /// How many alternatives come with each token: 20 at most; needs `logprobs`.
        top_logprobs: u32;
        /// For answers that are as far as possible repeatable.
        seed: i64;
        /// Whom the request is made for.
        user: &'a str;
        /// Which tool the model is to call.
        tool_choice: ToolChoice<'a>;
        /// Whether it may call several at once.
        parallel_tool_calls: bool;
        /// The form of the answer.
        response_format: ResponseFormat<'a>;
        /// How long a model reasons, such as `low`, `medium` or `high`.
        reasoning_effort: &'a str;
        /// Labels that are kept with a stored completion.
        metadata: Metadata<'a>;
        /// Whether the provider stores the completion.
        store: bool;
        /// The tier that serves the request, such as `auto`, `default` or `flex`.
        service_tier: &'a str;
        /// How a spoken answer sounds.
        audio: AudioOutput<'a>;
        /// What the answer will mostly be, so that it comes faster.
        prediction: Content<'a>;
        /// Lets the model search the web; `{}` for the provider's defaults.
        web_search_options: RawObject<'a>;
        /// Adds members, which override typed ones of the same name.
        extra: RawObject<'a>;
    }

    /// Tools that the model may call.
    #[must_use]
    pub const fn tools(mut self, tools: &'a [Tool<'a>]) -> Self {
        self.tools = tools;
        self
    }

    /// What the answer consists of, such as `text` and `audio`.
    #[must_use]
    pub const fn modalities(mut self, modalities: &'a [&'a str]) -> Self {
        self.modalities = modalities;
        self
    }

    /// Checks the request and makes an encoder of its JSON text.
    ///
    /// The check and the encoder's measuring of the text's length are two passes over the messages, linear in their
    /// length. Additional members cost one pass over them, in which each of their names is compared with those of the
    /// schema.
    ///
    /// # Errors
    ///
    /// What [`validate`](Self::validate) refuses.
    #[inline(never)] // What it needs of the stack is not added to that of a future in which it is called.
    pub fn encoder<'r>(&'r self) -> Result<Encoder<'r, ChatParts<'r, M>>, InvalidRequest>
    where
        M: IntoIterator<Item: AsMessage<'r>, IntoIter: Clone> + Clone,
    {
        self.validate()?;
        // Rather than a clone, which takes its place on the stack beside the encoder.
        let length = length(&mut ChatParts::new(self, self.stream));
        Ok(Encoder::of_length(length, ChatParts::new(self, self.stream)))
    }

    /// The encoder of a request that was [checked](Self::validate) and whose text is known to be so long, with another
    /// [`stream`](Self::stream).
    ///
    /// For machines with little stack: there the encoder is made where it stays, one of any length
    /// [measures](Encoder::skip_rest) the text, and is replaced by the one that is used. Others take [`encoder`](Self::encoder).
    ///
    /// Nothing is checked and nothing measured. With a wrong length the encoder writes the same text, but what it says of its length
    /// is wrong, and a request with that `Content-Length` is malformed: what goes beyond it would be read as another one.
    ///
    /// ```
    /// use choreoai_core::chat::{ChatRequest, Message};
    ///
    /// let messages = [Message::user("Hello!")];
    /// let request = ChatRequest::new("gpt-4", &messages[..]);
    /// request.validate()?;
    /// let mut encoder = request.encoder_of_length(true, 0);
    /// let length = encoder.skip_rest();
    /// encoder = request.encoder_of_length(true, length);
    /// assert_eq!(encoder.content_length(), request.stream(true).encoder()?.content_length());
    /// # Ok::<_, choreoai_core::InvalidRequest>(())
    /// ```
    #[inline(always)] // It is made where it goes.
    pub fn encoder_of_length<'r>(&'r self, stream: bool, length: u64) -> Encoder<'r, ChatParts<'r, M>>
    where
        M: IntoIterator<Item: AsMessage<'r>> + Clone,
    {
        Encoder::of_length(length, ChatParts::new(self, Some(stream)))
    }

    /// The member that is the `index`-th to be written, with this `stream`.
    pub(crate) fn member(&'a self, index: usize, stream: Option<bool>) -> Option<Child<'a>> {
        let tools = (!self.tools.is_empty()).then_some(Node::Tools(self.tools));
        let modalities = (!self.modalities.is_empty()).then_some(Node::Strings(self.modalities));
        nth_member!(
            index,
            Model: self.model,
            Messages: Node::Messages,
            Temperature: self.temperature,
            TopP: self.top_p,
            MaxTokens: self.max_tokens,
            MaxCompletionTokens: self.max_completion_tokens,
            N: self.n,
            Stream: stream,
            StreamOptions: self.include_usage.map(Node::StreamOptions),
            Stop: self.stop,
            PresencePenalty: self.presence_penalty,
            FrequencyPenalty: self.frequency_penalty,
            LogitBias: self.logit_bias,
            Logprobs: self.logprobs,
            TopLogprobs: self.top_logprobs,
            Seed: self.seed,
            User: self.user,
            Tools: tools,
            ToolChoice: self.tool_choice,
            ParallelToolCalls: self.parallel_tool_calls,
            ResponseFormat: self.response_format.as_ref().map(ResponseFormat::value),
            ReasoningEffort: self.reasoning_effort,
            Metadata: self.metadata,
            Store: self.store,
            ServiceTier: self.service_tier,
            Modalities: modalities,
            Audio: self.audio.as_ref().map(Node::AudioOutput),
            Prediction: self.prediction.map(Node::Prediction),
            WebSearchOptions: self.web_search_options,
        )
    }
}
