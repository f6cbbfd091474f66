//! What chunks look like in the wild.

use crate::harness::{Transcript, Wants, check, check_with};
use choreoai_core::ErrorKind;
use choreoai_core::chat::Verdict;

#[test]
fn habits_of_providers() {
    check(&[
        Transcript {
            name: "Azure: no choices, then a choice with no delta",
            body: br#"data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false}}}]}

data: {"choices":[{"finish_reason":"stop","index":0,"content_filter_offsets":{"check_offset":1}}]}

"#,
            events: "
                created 0
                id:
                model:
                chunk ends
                choice
                finish: stop
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "what names the completion comes late",
            body: br#"data: {"choices":[{"index":0,"delta":{"content":"a"}}]}

data: {"id":"1","created":5,"model":"m","service_tier":"s","system_fingerprint":"f","choices":[{"index":0,"delta":{"content":"b"}}]}

data: [DONE]

"#,
            events: "
                choice
                content a
                choice 0 ends
                chunk ends
                id: 1
                created 5
                model: m
                tier: s
                fingerprint: f
                choice
                content b
                choice 0 ends
                chunk ends
                done",
            verdict: Ok(Verdict::Done),
        },
        Transcript {
            name: "usage in every place; a later null or empty one says nothing",
            body: br#"data: {"usage":{},"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop","usage":{"prompt_tokens":1}}]}

data: {"choices":[],"usage":{"prompt_tokens":2,"completion_tokens":3.0,"total_tokens":"5","extra":[{"a":1}]}}

data: {"choices":[],"x_groq":{"id":"r","usage":{"queue_time":0.5,"prompt_tokens":7,"total_tokens":null}},"usage":null}

"#,
            events: "
                choice
                content x
                finish: stop
                usage prompt=1
                choice 0 ends
                chunk ends
                usage prompt=2 completion=3
                chunk ends
                usage prompt=7
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "reasoning under its several names, each text once",
            body: br#"data: {"choices":[{"index":0,"delta":{"reasoning_content":"a"}}]}

data: {"choices":[{"index":0,"delta":{"reasoning":"b","reasoning_content":"b","reasoning_details":[{"type":"reasoning.text","text":"b"}]}}]}

data: {"choices":[{"index":0,"delta":{"reasoning":null,"reasoning_details":[{"type":"reasoning.text","text":"c","signature":"s"}],"reasoning":"c"}}]}

data: {"choices":[{"index":0,"delta":{"content":null,"reasoning_content":""},"finish_reason":"stop"}]}

"#,
            events: "
                choice
                reasoning a
                choice 0 ends
                chunk ends
                choice
                reasoning b
                choice 0 ends
                chunk ends
                choice
                reasoning c
                choice 0 ends
                chunk ends
                choice
                finish: stop
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "reasoning details that hold no text do not stand in the way of those that do",
            body: br#"data: {"choices":[{"index":0,"delta":{"reasoning_details":[{"type":"reasoning.encrypted","data":"e"}],"reasoning":"a"},"finish_reason":"stop"}]}

"#,
            events: "
                choice
                reasoning a
                finish: stop
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "Mistral: content in parts",
            body: br#"data: {"choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"so"},"!"]}}]}

data: {"choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":"ok"},{"type":"refusal","refusal":"no"},{"type":"reference","reference_ids":[1]}]},"finish_reason":"stop"}]}

"#,
            events: "
                choice
                reasoning hm
                content so!
                choice 0 ends
                chunk ends
                choice
                reasoning ok
                refusal no
                finish: stop
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "content that is one part, in no array",
            body: br#"data: {"choices":[{"index":0,"delta":{"content":{"type":"text","text":"so"}}}]}

data: {"choices":[{"index":0,"delta":{"content":{}},"message":{"content":{"type":"thinking","thinking":"hm"}},"finish_reason":"stop"}]}

"#,
            events: "
                choice
                content so
                choice 0 ends
                chunk ends
                choice
                reasoning hm
                finish: stop
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "refusal, audio, annotations",
            body: br#"data: {"choices":[{"index":0,"delta":{"refusal":"I can't","audio":{"id":"x","transcript":"t"},"annotations":[{"type":"url_citation"}]},"finish_reason":"stop"}]}

"#,
            events: "
                choice
                refusal I can't
                finish: stop
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "tool calls with odd indices, ids and arguments",
            body: br#"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}},{"index":null,"id":"","function":{"name":"","arguments":{"k": [1, "\u00e9", true]}}},{"index":4294967296,"id":12,"function":{"arguments":null}},{"index":1,"type":"custom","custom":{"name":"g","input":"raw"}}]},"finish_reason":"tool_calls"}]}

"#,
            events: r#"
                choice
                call
                call id: a
                call name: f
                arguments {}
                call ends
                call
                call id:
                call name:
                arguments {"k": [1, "\u00e9", true]}
                call ends
                call
                call id: 12
                call ends
                call
                call name: g
                arguments raw
                call 1 ends
                finish: tool_calls
                choice 0 ends
                chunk ends"#,
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "a function call of the old kind",
            body: br#"data: {"choices":[{"index":0,"delta":{"function_call":{"name":"f","arguments":"{\"a\""}}}]}

data: {"choices":[{"index":0,"delta":{"function_call":{"arguments":":1}"}},"finish_reason":"function_call"}]}

"#,
            events: r#"
                choice
                call
                call name: f
                arguments {"a"
                call 0 ends
                choice 0 ends
                chunk ends
                choice
                call
                arguments :1}
                call 0 ends
                finish: function_call
                choice 0 ends
                chunk ends"#,
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "keys in another order, and twice",
            body: br#"data: {"choices":[{"finish_reason":"stop","delta":{"content":"a","content":"b"},"index":1,"delta":{"content":"c"},"index":0}],"model":"m","id":"1","id":"2"}

"#,
            events: "
                choice
                finish: stop
                content abc
                choice 0 ends
                model: m
                id: 1
                id: 2
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "keys that are escaped, and keys longer than any of ours",
            body: br#"data: {"ch\u006fices":[{"\u0064elta":{"content_that_is_not_content_but_has_a_name_longer_than_the_scratch_that_keys_are_gathered_in":"no","content":"yes","\ud83d\ude00":"no","":"no"},"index":0,"finish_reason":"stop"}]}

"#,
            events: "
                choice
                content yes
                finish: stop
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "odd scalars",
            body: br#"data: {"id":77,"created":1750.25,"model":null,"choices":[{"index":0,"delta":{"role":"","content":"x"},"finish_reason":"eos"}]}

data: {"id":-0.5e+3,"created":"1750","seed":18446744073709551616,"choices":[{"index":0,"delta":null,"message":{"role":"assistant","content":"y"},"finish_reason":""}]}

"#,
            events: "
                id: 77
                created 1750
                choice
                role:
                content x
                finish: eos
                choice 0 ends
                chunk ends
                id: -0.5e+3
                choice
                role: assistant
                finish:
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "the last chunk repeats the whole answer in a message",
            body: br#"data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"A","reasoning_content":"r"}}]}

data: {"choices":[{"index":0,"delta":{"content":"B"}}]}

data: {"choices":[{"finish_reason":"stop","index":0,"message":{"role":"assistant","content":"AB","reasoning_content":"r"}}],"usage":{"total_tokens":3}}

"#,
            events: "
                choice
                role: assistant
                content A
                reasoning r
                choice 0 ends
                chunk ends
                choice
                content B
                choice 0 ends
                chunk ends
                choice
                finish: stop
                role: assistant
                choice 0 ends
                usage total=3
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "a message repeats what the delta beside it says, in parts and under another name",
            body: br#"data: {"choices":[{"index":0,"delta":{"content":"x","reasoning":"r","refusal":"no"},"message":{"content":[{"text":"x"},"y",{"thinking":[{"text":"r"}]},{"refusal":"no"}],"reasoning_details":[{"text":"r"}],"refusal":"no","tool_calls":[{"index":0,"id":"c"}]},"finish_reason":"stop"}]}

"#,
            events: "
                choice
                content x
                reasoning r
                refusal no
                call
                call id: c
                call 0 ends
                finish: stop
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "a message repeats tool calls, and says what no delta has said",
            body: br#"data: {"choices":[{"index":0,"delta":{"content":"","tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{}"}}]}}]}

data: {"choices":[{"index":0,"message":{"content":"a","reasoning":"r","tool_calls":[{"id":"c","function":{"name":"f","arguments":{}}}],"function_call":{"name":"f"}},"finish_reason":"tool_calls"}]}

data: {"choices":[{"index":0,"message":{"content":"b"}}]}

"#,
            events: "
                choice
                call
                call id: c
                call name: f
                arguments {}
                call 0 ends
                choice 0 ends
                chunk ends
                choice
                content a
                reasoning r
                finish: tool_calls
                choice 0 ends
                chunk ends
                choice
                content b
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "deltas that bring nothing, before the message",
            body: br#"data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":null,"tool_calls":[]}}]}

data: {"choices":[{"index":0,"delta":{},"message":{"content":"x","reasoning":"r","tool_calls":[{"id":"c"}]},"finish_reason":"stop"}]}

"#,
            events: "
                choice
                role: assistant
                choice 0 ends
                chunk ends
                choice
                content x
                reasoning r
                call
                call id: c
                call ends
                finish: stop
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "a message that repeats, and is no JSON",
            body: br#"data: {"choices":[{"index":0,"delta":{"content":"x"},"message":{"content":"x","tool_calls":[01]},"finish_reason":"stop"}]}

"#,
            events: "
                choice
                content x",
            verdict: Err(ErrorKind::InvalidNumber),
        },
        Transcript {
            name: "a kind of object that is longer than the scratch",
            body: br#"data: {"object":"chat.completion.chunk.of.a.kind.that.is.longer.than.any.other.kind.\u006fr.the.scratch","choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}]}

"#,
            events: "
                choice
                content x
                finish: stop
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "choices with no index take their place among those of the array",
            body: br#"data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"},{"index":null,"delta":{"content":"b"},"finish_reason":"stop"},null,{"delta":{},"finish_reason":"stop"}]}

"#,
            events: "
                choice
                content a
                finish: stop
                choice 0 ends
                choice
                content b
                finish: stop
                choice 1 ends
                choice
                finish: stop
                choice 2 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "events that are not chunks",
            body: b"data: {\"type\":\"ping\"}\n\ndata: null\n\ndata: 12\n\ndata: \"x\"\n\ndata: true\n\ndata: []\n\ndata: [{}]\n\ndata: {}\n\ndata: [DONE]\n\n",
            events: "
                error type: ping
                chunk ends
                chunk ends
                chunk ends
                chunk ends
                done",
            verdict: Ok(Verdict::Done),
        },
        Transcript {
            name: "each chunk says that all is well",
            body: br#"data: {"code":0,"message":"Success","sid":"s","choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}]}

data: [DONE]

"#,
            events: "
                error code: 0
                error message: Success
                choice
                content x
                finish: stop
                choice 0 ends
                chunk ends
                done",
            verdict: Ok(Verdict::Finished),
        },
    ]);
}

#[test]
fn on_request() {
    let body = br#"data: {"p":"ab","choices":[{"index":0,"delta":{"content":"x","audio":{"id":"\u00e9"},"tool_calls":[{"index":0,"id":"c","extra_content":{"google":{"thought_signature":"s=="}}}]},"logprobs":{"content":[{"token":"x","logprob":-0.25,"bytes":null}]},"content_filter":{} ,"finish_reason":"stop"}],"t\u0069me":null}

data: {"choices":[{"index":0,"logprobs":null,"finish_reason":"stop"}]}

"#;
    let logprobs = Transcript {
        name: "log probabilities",
        body,
        events: r#"
            choice
            content x
            call
            call id: c
            call 0 ends
            logprobs: {"content":[{"token":"x","logprob":-0.25,"bytes":null}]}
            finish: stop
            choice 0 ends
            chunk ends
            choice
            finish: stop
            choice 0 ends
            chunk ends"#,
        verdict: Ok(Verdict::Finished),
    };
    check_with(Wants { logprobs: true, ..Wants::default() }, &[logprobs]);
    let extra = Transcript {
        name: "unknown members",
        body,
        events: r#"
            extra name in Chunk: p
            extra value in Chunk: "ab"
            choice
            content x
            extra name in Delta: audio
            extra value in Delta: {"id":"\u00e9"}
            call
            call id: c
            extra name in ToolCall: extra_content
            extra value in ToolCall: {"google":{"thought_signature":"s=="}}
            call 0 ends
            extra name in Choice: content_filter
            extra value in Choice: {}
            finish: stop
            choice 0 ends
            extra name in Chunk: time
            extra value in Chunk: null
            chunk ends
            choice
            finish: stop
            choice 0 ends
            chunk ends"#,
        verdict: Ok(Verdict::Finished),
    };
    check_with(Wants { extra: true, ..Wants::default() }, &[extra]);
    let known = Transcript {
        name: "what is known stays what it is when unknown members are asked for",
        body: br#"data: {"choices":[],"x_groq":{"usage":{"prompt_tokens":7}}}

data: {"code":503,"detail":"overloaded"}

"#,
        events: "
            usage prompt=7
            chunk ends
            error code: 503
            error message: overloaded
            error ends
            chunk ends",
        verdict: Err(ErrorKind::Server),
    };
    check_with(Wants { extra: true, ..Wants::default() }, &[known]);
}

#[test]
fn what_is_known_is_not_extra() {
    let wants = Wants { extra: true, ..Wants::default() };
    check_with(
        wants,
        &[
            Transcript {
                name: "Groq's token counts",
                body: b"data: {\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"}],\"x_groq\":{\"id\":\"r\",\"usage\":{\"prompt_tokens\":7}}}\n\n",
                events: "
                    choice
                    finish: stop
                    choice 0 ends
                    usage prompt=7
                    chunk ends",
                verdict: Ok(Verdict::Finished),
            },
            Transcript {
                name: "a report at the top of a chunk",
                body: b"data: {\"object\":\"error\",\"message\":\"m\",\"code\":40303}\n\n",
                events: "
                    error message: m
                    error code: 40303
                    error ends
                    chunk ends",
                verdict: Err(ErrorKind::Server),
            },
            Transcript {
                name: "a detail instead of a completion",
                body: b"{\"detail\":\"Not found\"}",
                events: "
                    error message: Not found
                    error ends
                    chunk ends",
                verdict: Err(ErrorKind::Server),
            },
            Transcript {
                name: "details instead of a completion",
                body: b"{\"detail\":[{\"loc\":[\"body\",\"n\"],\"msg\":\"no\"}]}",
                events: "
                    error param: body.n
                    error message: no
                    error ends
                    chunk ends",
                verdict: Err(ErrorKind::Server),
            },
        ],
    );
}
