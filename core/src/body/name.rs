//! The names of the members that requests have.

/// Each name once, as the text that comes before its value. A member is written by its number here, so that code which lists many
/// of them holds no references.
macro_rules! names {
    ($($name:ident: $text:literal,)+) => {
        /// The name of a member.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum MemberName {
            $($name,)+
        }

        /// With what is around them.
        #[cfg(target_pointer_width = "64")]
        static TEXTS: [&str; [$(MemberName::$name),+].len()] = [$(concat!(",\"", $text, "\":")),+];

        /// The same one behind the other, for small machines: a table of references would take as much again.
        #[cfg(any(test, not(target_pointer_width = "64")))]
        const TEXT: &str = concat!($(",\"", $text, "\":",)+);

        /// Where each of them begins in [`TEXT`], and where the last one ends.
        #[cfg(any(test, not(target_pointer_width = "64")))]
        static STARTS: [u16; 1 + [$(MemberName::$name),+].len()] = starts([$($text),+]);
    };
}

names! {
    Arguments: "arguments",
    Audio: "audio",
    Content: "content",
    Data: "data",
    Description: "description",
    Detail: "detail",
    Dimensions: "dimensions",
    EncodingFormat: "encoding_format",
    File: "file",
    FileData: "file_data",
    FileId: "file_id",
    Filename: "filename",
    Format: "format",
    FrequencyPenalty: "frequency_penalty",
    Function: "function",
    Id: "id",
    ImageUrl: "image_url",
    IncludeUsage: "include_usage",
    Input: "input",
    InputAudio: "input_audio",
    JsonSchema: "json_schema",
    LogitBias: "logit_bias",
    Logprobs: "logprobs",
    MaxCompletionTokens: "max_completion_tokens",
    MaxTokens: "max_tokens",
    Messages: "messages",
    Metadata: "metadata",
    Modalities: "modalities",
    Model: "model",
    N: "n",
    Name: "name",
    ParallelToolCalls: "parallel_tool_calls",
    Parameters: "parameters",
    Prediction: "prediction",
    PresencePenalty: "presence_penalty",
    ReasoningEffort: "reasoning_effort",
    Refusal: "refusal",
    ResponseFormat: "response_format",
    Role: "role",
    Schema: "schema",
    Seed: "seed",
    ServiceTier: "service_tier",
    Stop: "stop",
    Store: "store",
    Stream: "stream",
    StreamOptions: "stream_options",
    Strict: "strict",
    Temperature: "temperature",
    Text: "text",
    ToolCallId: "tool_call_id",
    ToolCalls: "tool_calls",
    ToolChoice: "tool_choice",
    Tools: "tools",
    TopLogprobs: "top_logprobs",
    TopP: "top_p",
    Type: "type",
    Url: "url",
    User: "user",
    Voice: "voice",
    WebSearchOptions: "web_search_options",
}

impl MemberName {
    /// The name as a member that is not the first begins with it: `,"name":`.
    #[cfg(target_pointer_width = "64")]
    pub(crate) fn with_comma(self) -> &'static str {
        TEXTS.get(self as usize).copied().unwrap_or_default()
    }

    /// The name as a member that is not the first begins with it: `,"name":`.
    #[cfg(not(target_pointer_width = "64"))]
    pub(crate) fn with_comma(self) -> &'static str {
        self.find()
    }

    #[cfg(any(test, not(target_pointer_width = "64")))]
    fn find(self) -> &'static str {
        match STARTS.get(self as usize..) {
            Some([start, end, ..]) => TEXT.get(usize::from(*start)..usize::from(*end)).unwrap_or_default(),
            _ => "",
        }
    }

    /// The name as the first member begins with it: `"name":`.
    pub(crate) fn without_comma(self) -> &'static str {
        self.with_comma().get(1..).unwrap_or_default()
    }

    /// The name alone.
    pub(crate) fn as_str(self) -> &'static str {
        let text = self.without_comma();
        text.strip_prefix('"').and_then(|text| text.strip_suffix("\":")).unwrap_or_default()
    }
}

/// Where names begin that stand one behind the other, each with what is around it.
#[cfg(any(test, not(target_pointer_width = "64")))]
const fn starts<const NAMES: usize, const STARTS: usize>(names: [&str; NAMES]) -> [u16; STARTS] {
    const AROUND: usize = ",\"\":".len();
    let mut starts = [0; STARTS];
    let (mut rest, mut behind): (&[&str], &mut [u16]) = (&names, &mut starts);
    let mut end = 0_usize;
    while let ([name, later @ ..], [_, next @ ..]) = (rest, behind) {
        end = end.wrapping_add(name.len()).wrapping_add(AROUND);
        if let [start, ..] = next {
            *start = end as u16;
        }
        (rest, behind) = (later, next);
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_has_its_text() {
        for (name, text) in [
            (MemberName::Arguments, "arguments"),
            (MemberName::Audio, "audio"),
            (MemberName::N, "n"),
            (MemberName::TopP, "top_p"),
            (MemberName::WebSearchOptions, "web_search_options"),
        ] {
            assert_eq!(name.as_str(), text);
            assert_eq!(name.with_comma(), std::format!(",\"{text}\":"));
            assert_eq!(name.without_comma(), std::format!("\"{text}\":"));
            assert_eq!(name.find(), name.with_comma());
        }
        assert_eq!(STARTS.last().copied().map(usize::from), Some(TEXT.len()));
    }
}
