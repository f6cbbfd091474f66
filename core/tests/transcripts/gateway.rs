//! The gateway's own dialect.

use crate::harness::{Transcript, check};
use choreoai_core::ErrorKind;
use choreoai_core::chat::Verdict;

#[test]
fn streams() {
    check(&[
        Transcript {
            name: "every field, delta before index, escaped text",
            body: br#"data: {"id": "chatcmpl-7", "choices": [{"delta": {"content": "", "function_call": null, "refusal": null, "role": "assistant", "tool_calls": null}, "finish_reason": null, "index": 0, "logprobs": null}], "created": 1750, "model": "gpt-4", "object": "chat.completion.chunk", "service_tier": null, "system_fingerprint": null, "usage": null}

data: {"id": "chatcmpl-7", "choices": [{"delta": {"content": "Gr\u00fc\u00dfe \ud83e\udd80 \"\n\u4e16", "function_call": null, "refusal": null, "role": null, "tool_calls": null}, "finish_reason": null, "index": 0, "logprobs": null}], "created": 1750, "model": "gpt-4", "object": "chat.completion.chunk", "service_tier": null, "system_fingerprint": null, "usage": null}

data: {"id": "chatcmpl-7", "choices": [{"delta": {"content": null, "function_call": null, "refusal": null, "role": null, "tool_calls": null}, "finish_reason": "stop", "index": 0, "logprobs": null}], "created": 1750, "model": "gpt-4", "object": "chat.completion.chunk", "service_tier": null, "system_fingerprint": null, "usage": {"completion_tokens": 9, "prompt_tokens": 4, "total_tokens": 13, "completion_tokens_details": {"accepted_prediction_tokens": 1, "audio_tokens": 2, "reasoning_tokens": 3, "rejected_prediction_tokens": 5}, "prompt_tokens_details": {"audio_tokens": 6, "cached_tokens": 7}}}

data: [DONE]

"#,
            events: "
                id: chatcmpl-7
                choice
                role: assistant
                choice 0 ends
                created 1750
                model: gpt-4
                chunk ends
                id: chatcmpl-7
                choice
                content Gr\u{fc}\u{df}e \u{1f980} \"\\n\u{4e16}
                choice 0 ends
                created 1750
                model: gpt-4
                chunk ends
                id: chatcmpl-7
                choice
                finish: stop
                choice 0 ends
                created 1750
                model: gpt-4
                usage prompt=4 completion=9 total=13 cached=7 reasoning=3 prompt_audio=6 completion_audio=2 accepted=1 rejected=5
                chunk ends
                done",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "Claude: content only, the id changes, no reason",
            body: b"data: {\"id\": \"a\", \"choices\": [{\"delta\": {\"content\": \"He\"}, \"index\": 0}]}\n\n\
                data: {\"id\": \"b\", \"choices\": [{\"delta\": {\"content\": \"y\"}, \"index\": 0}]}\n\n\
                data: [DONE]\n\n",
            events: "
                id: a
                choice
                content He
                choice 0 ends
                chunk ends
                id: b
                choice
                content y
                choice 0 ends
                chunk ends
                done",
            verdict: Ok(Verdict::Done),
        },
        Transcript {
            name: "two choices, interleaved, the second first",
            body: b"data: {\"choices\": [{\"delta\": {\"content\": \"B\"}, \"finish_reason\": null, \"index\": 1}, {\"delta\": {\"content\": \"A\"}, \"finish_reason\": \"stop\", \"index\": 0}]}\n\n\
                data: {\"choices\": [{\"delta\": {}, \"finish_reason\": \"length\", \"index\": 1}]}\n\n\
                data: [DONE]\n\n",
            events: "
                choice
                content B
                choice 1 ends
                choice
                content A
                finish: stop
                choice 0 ends
                chunk ends
                choice
                finish: length
                choice 1 ends
                chunk ends
                done",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "one of two choices never says why it ends",
            body: b"data: {\"choices\": [{\"delta\": {\"content\": \"B\"}, \"index\": 1}]}\n\n\
                data: {\"choices\": [{\"delta\": {}, \"finish_reason\": \"stop\", \"index\": 0}]}\n\n\
                data: [DONE]\n\n",
            events: "
                choice
                content B
                choice 1 ends
                chunk ends
                choice
                finish: stop
                choice 0 ends
                chunk ends
                done",
            verdict: Ok(Verdict::Done),
        },
        Transcript {
            name: "a failure in mid-stream",
            body: b"data: {\"choices\": [{\"delta\": {\"content\": \"Hel\"}, \"index\": 0}]}\n\n\
                data: {\"error\": {\"message\": \"upstream gone\", \"type\": \"stream_error\"}}\n\n",
            events: "
                choice
                content Hel
                choice 0 ends
                chunk ends
                error message: upstream gone
                error type: stream_error
                error ends
                chunk ends",
            verdict: Err(ErrorKind::Server),
        },
        Transcript {
            name: "tool calls in pieces",
            body: br#"data: {"choices": [{"delta": {"content": null, "role": "assistant", "tool_calls": [{"index": 0, "id": "call_1", "function": {"arguments": "", "name": "weather"}, "type": "function"}]}, "finish_reason": null, "index": 0}]}

data: {"choices": [{"delta": {"tool_calls": [{"index": 0, "id": null, "function": {"arguments": "{\"city\": \"K\u00f6ln\"", "name": null}, "type": null}]}, "finish_reason": null, "index": 0}]}

data: {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": "}"}}]}, "finish_reason": "tool_calls", "index": 0}]}

data: [DONE]

"#,
            events: "
                choice
                role: assistant
                call
                call id: call_1
                call name: weather
                call 0 ends
                choice 0 ends
                chunk ends
                choice
                call
                arguments {\"city\": \"K\u{f6}ln\"
                call 0 ends
                choice 0 ends
                chunk ends
                choice
                call
                arguments }
                call 0 ends
                finish: tool_calls
                choice 0 ends
                chunk ends
                done",
            verdict: Ok(Verdict::Finished),
        },
    ]);
}
