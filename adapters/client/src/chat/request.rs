//! A chat request, owned.

use bytes::Bytes;
use choreoai_core::chat as core;

use super::json;
use super::message::{ContentPart, Lent, Message};
use super::options::{AudioOutput, ResponseFormat, Tool, ToolChoice};
use crate::Error;

/// What to ask a model.
///
/// ```
/// use choreoai::ChatRequest;
///
/// let request = ChatRequest::new("gpt-4")
///     .system("Be brief.")
///     .user("Write a haiku about Rust")
///     .temperature(0.2)
///     .stop("\n\n");
/// # let _ = request;
/// ```
///
/// It is checked when it is sent: what would be refused for sure (no messages, a temperature out of range) is
/// `invalid_request`, and nothing is sent. Members that have no setter can be given as JSON text with
/// [`extra`](Self::extra).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChatRequest {
    pub(super) model: String,
    pub(super) messages: Vec<Message>,
    numbers: Numbers,
    stop: Vec<String>,
    logit_bias: Vec<(u32, f64)>,
    user: Option<String>,
    pub(super) tools: Vec<Tool>,
    pub(super) tool_choice: Option<ToolChoice>,
    response_format: Option<ResponseFormat>,
    reasoning_effort: Option<String>,
    metadata: Vec<(String, String)>,
    service_tier: Option<String>,
    modalities: Vec<String>,
    audio: Option<AudioOutput>,
    prediction: Option<String>,
    web_search_options: Option<String>,
    extra: Option<String>,
    keeps_extra: bool,
    keeps_raw_body: bool,
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident: $type:ty;)*) => {
        /// The members that are numbers or flags.
        #[derive(Clone, Debug, Default, PartialEq)]
        struct Numbers {
            $($name: Option<$type>,)*
        }

        impl ChatRequest {
            $($(#[$doc])*
            #[must_use]
            pub fn $name(mut self, $name: $type) -> Self {
                self.numbers.$name = Some($name);
                self
            })*
        }

        impl Numbers {
            fn lend<M>(&self, request: &mut core::ChatRequest<'_, M>) {
                $(request.$name = self.$name;)*
            }
        }
    };
}

numbers! {
    /// How freely to choose the words, from 0 to 2.
    temperature: f64;
    /// Which share of the likely words to choose from, from 0 to 1.
    top_p: f64;
    /// How long the answer may be, in tokens.
    max_tokens: u32;
    /// How long the answer may be, in tokens, those of the reasoning included.
    max_completion_tokens: u32;
    /// How many choices to make.
    n: u32;
    /// Whether a stream tells at its end how many tokens it took. Sent with streams alone.
    include_usage: bool;
    /// How much to avoid what was mentioned at all, from -2 to 2.
    presence_penalty: f64;
    /// How much to avoid what was mentioned often, from -2 to 2.
    frequency_penalty: f64;
    /// Whether to tell the log probabilities of the tokens.
    logprobs: bool;
    /// How many likely tokens to tell for each place, up to 20; refused without `logprobs`.
    top_logprobs: u32;
    /// For answers that can be repeated, as far as the model can.
    seed: i64;
    /// Whether several tools may be called at once.
    parallel_tool_calls: bool;
    /// Whether the provider keeps the answer.
    store: bool;
}

/// The messages, in their order.
impl ChatRequest {
    /// A request to this model, without messages yet.
    pub fn new(model: impl Into<String>) -> Self {
        Self { model: model.into(), ..Self::default() }
    }

    /// Appends instructions.
    #[must_use]
    pub fn system(self, text: impl Into<String>) -> Self {
        self.push(Message::system(text))
    }

    /// Appends what the user says.
    #[must_use]
    pub fn user(self, text: impl Into<String>) -> Self {
        self.push(Message::user(text))
    }

    /// Appends what the user says in several parts: text, images, audio, files.
    #[must_use]
    pub fn user_parts(self, parts: impl IntoIterator<Item = ContentPart>) -> Self {
        self.push(Message::user_parts(parts))
    }

    /// Appends what the model said before.
    #[must_use]
    pub fn assistant(self, text: impl Into<String>) -> Self {
        self.push(Message::assistant(text))
    }

    /// Appends what a tool gave, in answer to the call of this [`id`](crate::ToolCall::id). The answer that made the
    /// call comes before it: [`push`](Self::push) it first, then one result for each of its
    /// [`tool_calls`](crate::ChatCompletion::tool_calls).
    #[must_use]
    pub fn tool_result(self, tool_call_id: impl Into<String>, text: impl Into<String>) -> Self {
        self.push(Message::tool(tool_call_id, text))
    }

    /// Appends a message of any role.
    #[must_use]
    pub fn message(self, role: impl Into<String>, text: impl Into<String>) -> Self {
        self.push(Message::new(role, text))
    }

    /// Appends a message. That may be an answer, as `&`[`ChatCompletion`](crate::ChatCompletion): its choice 0 is sent
    /// back, text and tool calls, signatures included.
    ///
    /// What [`Error::partial`] holds of an answer that was cut can be pushed too; its
    /// [`unbound`](crate::ChatCompletion::unbound) text, cut before its index, is not in choice 0 and is left out.
    ///
    /// ```
    /// use choreoai::{ChatCompletion, ChatRequest};
    ///
    /// fn with_results(request: ChatRequest, answer: &ChatCompletion, results: &[String]) -> ChatRequest {
    ///     let calls = answer.tool_calls().iter().zip(results);
    ///     calls.fold(request.push(answer), |request, (call, result)| request.tool_result(&call.id, result))
    /// }
    /// ```
    #[must_use]
    pub fn push(mut self, message: impl Into<Message>) -> Self {
        self.messages.push(message.into());
        self
    }

    /// Appends messages.
    #[must_use]
    pub fn messages(mut self, messages: impl IntoIterator<Item = Message>) -> Self {
        self.messages.extend(messages);
        self
    }
}

/// The other members.
impl ChatRequest {
    /// Adds a text at which the answer stops; may be called again.
    #[must_use]
    pub fn stop(mut self, text: impl Into<String>) -> Self {
        self.stop.push(text.into());
        self
    }

    /// Adds a bias for or against a token, from -100 to 100; may be called again.
    #[must_use]
    pub fn logit_bias(mut self, token: u32, bias: f64) -> Self {
        self.logit_bias.push((token, bias));
        self
    }

    /// For whom the request is made.
    #[must_use]
    pub fn end_user(mut self, id: impl Into<String>) -> Self {
        self.user = Some(id.into());
        self
    }

    /// Adds a tool that the model may call; may be called again.
    #[must_use]
    pub fn tool(mut self, tool: Tool) -> Self {
        self.tools.push(tool);
        self
    }

    /// Whether and which tools are to be called.
    #[must_use]
    pub fn tool_choice(mut self, choice: ToolChoice) -> Self {
        self.tool_choice = Some(choice);
        self
    }

    /// In which form to answer.
    #[must_use]
    pub fn response_format(mut self, format: ResponseFormat) -> Self {
        self.response_format = Some(format);
        self
    }

    /// How much to reason: `low`, `medium`, `high` or what the model knows.
    #[must_use]
    pub fn reasoning_effort(mut self, effort: impl Into<String>) -> Self {
        self.reasoning_effort = Some(effort.into());
        self
    }

    /// Adds a note that is kept with the answer; may be called again.
    #[must_use]
    pub fn metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.push((name.into(), value.into()));
        self
    }

    /// The tier that is to serve the request.
    #[must_use]
    pub fn service_tier(mut self, tier: impl Into<String>) -> Self {
        self.service_tier = Some(tier.into());
        self
    }

    /// Adds a kind of output, such as `text` or `audio`; may be called again.
    #[must_use]
    pub fn modality(mut self, modality: impl Into<String>) -> Self {
        self.modalities.push(modality.into());
        self
    }

    /// How to speak, when audio is asked for: the voice and the format.
    #[must_use]
    pub fn audio(mut self, voice: impl Into<String>, format: impl Into<String>) -> Self {
        self.audio = Some(AudioOutput { voice: voice.into(), format: format.into() });
        self
    }

    /// What most of the answer will be, where that is known: the text that is to be revised, for instance.
    #[must_use]
    pub fn prediction(mut self, text: impl Into<String>) -> Self {
        self.prediction = Some(text.into());
        self
    }

    /// How to search the web, as the text of a JSON object.
    #[must_use]
    pub fn web_search_options(mut self, object: impl Into<String>) -> Self {
        self.web_search_options = Some(object.into());
        self
    }

    /// More members, as the text of a JSON object; they override the typed ones.
    #[must_use]
    pub fn extra(mut self, object: impl Into<String>) -> Self {
        self.extra = Some(object.into());
        self
    }

    /// Asks for the members of the answer that the schema does not know. They are skipped otherwise, unless the request
    /// has tools, whose calls may carry signatures to be sent back, or asks for audio or a search of the web, which
    /// answer with `audio` and `annotations`.
    #[must_use]
    pub fn keep_extra(mut self, keep: bool) -> Self {
        self.keeps_extra = keep;
        self
    }

    /// Keeps the body of the response as it came, for [`ChatCompletion::raw_body`](crate::ChatCompletion::raw_body) and
    /// [`ChatStream::raw_body`](crate::ChatStream::raw_body). A body of more than 64 MiB ends with `limit` then.
    #[must_use]
    pub fn keep_raw_body(mut self, keep: bool) -> Self {
        self.keeps_raw_body = keep;
        self
    }

    pub(super) fn asked_model(&self) -> &str {
        &self.model
    }

    pub(super) fn wants_logprobs(&self) -> bool {
        self.numbers.logprobs == Some(true)
            || self.extra.as_ref().is_some_and(|text| text.contains("logprobs"))
    }

    pub(super) fn wants_extra(&self) -> bool {
        self.keeps_extra
            || !self.tools.is_empty()
            || self.audio.is_some()
            || self.web_search_options.is_some()
            || self.extra.as_ref().is_some_and(|text| text.contains("\"tools\""))
    }

    pub(super) fn wants_raw_body(&self) -> bool {
        self.keeps_raw_body
    }
}

/// Sending.
impl ChatRequest {
    /// The body, checked.
    pub(super) fn encode(&self, streamed: bool) -> Result<Bytes, Error> {
        let lent = self.messages.iter().map(Message::lend).collect::<Result<Vec<_>, _>>()?;
        let messages = lent.iter().map(Lent::message).collect::<Vec<_>>();
        let tools = self.tools.iter().map(Tool::lend).collect::<Result<Vec<_>, _>>()?;
        let stop = strs(&self.stop);
        let modalities = strs(&self.modalities);
        let metadata =
            self.metadata.iter().map(|(name, value)| (&**name, &**value)).collect::<Vec<(&str, &str)>>();

        let mut request = core::ChatRequest::new(&self.model, &*messages);
        self.numbers.lend(&mut request);
        request.stream = streamed.then_some(true);
        if !streamed {
            request.include_usage = None;
        }
        request.stop = match &*stop {
            [] => None,
            [one] => Some(core::Stop::One(one)),
            many => Some(core::Stop::Many(many)),
        };
        request.logit_bias =
            (!self.logit_bias.is_empty()).then_some(core::LogitBias::Tokens(&self.logit_bias));
        request.user = self.user.as_deref();
        request.tools = &tools;
        request.tool_choice = self.tool_choice.as_ref().map(ToolChoice::lend).transpose()?;
        request.response_format = self.response_format.as_ref().map(ResponseFormat::lend).transpose()?;
        request.reasoning_effort = self.reasoning_effort.as_deref();
        request.metadata = (!metadata.is_empty()).then_some(core::Metadata::Pairs(&metadata));
        request.service_tier = self.service_tier.as_deref();
        request.modalities = &modalities;
        request.audio = self.audio.as_ref().map(AudioOutput::lend);
        request.prediction = self.prediction.as_deref().map(core::Content::Text);
        request.web_search_options =
            json::optional_object("`web_search_options`", self.web_search_options.as_deref())?;
        request.extra = json::optional_object("the additional members", self.extra.as_deref())?;

        json::encoded(request.encoder())
    }
}

fn strs(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests;
