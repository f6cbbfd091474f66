//! Chunks as the gateway's providers write them.

use choreoai::ErrorKind;

use crate::conformance::behaviour::Behaviour;
use crate::conformance::bodies::{event, stream_of};
use crate::conformance::expect::Expect;
use crate::wire::{Chunks, Dialect};

/// Chunks of these data and, unless they bring it themselves, the end of choice 0.
fn says(name: &'static str, data: &[&str], picture: &str) -> Behaviour {
    let mut body: String = data.iter().map(|data| event(data)).collect();
    if !body.contains("finish_reason\":\"") {
        body += &event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
    }
    Behaviour::both(name, stream_of(body + &event("[DONE]")), Expect::picture(picture))
}

pub(super) fn behaviours() -> Vec<Behaviour> {
    let claude = Chunks::new(Dialect::Claude, "claude-3").text(&["Hello", " world"], "");
    let claude: String = claude.iter().map(|data| event(data)).collect();
    vec![
        Behaviour::both(
            "streams content alone under changing ids",
            stream_of(claude + &event("[DONE]")),
            Expect::picture("0: content \"Hello world\"").done(),
        ),
        says(
            "escapes all beyond ASCII",
            &[r#"{"choices":[{"delta":{"content":"Gr\u00fc\u00dfe \ud83e\udd80"},"index":0}]}"#],
            "0: content \"Grüße 🦀\" finish stop",
        ),
        says(
            "sends filter results before the choices",
            &[
                r#"{"choices":[],"id":"","prompt_filter_results":[{"prompt_index":0}]}"#,
                r#"{"choices":[{"index":0,"delta":{"content":"Hi"}}]}"#,
                r#"{"choices":[{"index":0,"finish_reason":"stop"}]}"#,
            ],
            "0: content \"Hi\" finish stop",
        ),
        says(
            "interleaves two choices, the second one first",
            &[
                r#"{"choices":[{"delta":{"content":"b"},"index":1}]}"#,
                r#"{"choices":[{"delta":{"content":"a"},"index":0},{"delta":{"content":"B"},"index":1}]}"#,
                r#"{"choices":[{"delta":{"content":"A"},"finish_reason":"stop","index":0}]}"#,
                r#"{"choices":[{"delta":{},"finish_reason":"length","index":1}]}"#,
            ],
            "0: content \"aA\" finish stop; 1: content \"bB\" finish length",
        ),
        says(
            "reasons under several names",
            &[
                r#"{"choices":[{"index":0,"delta":{"reasoning_content":"a"}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"reasoning":"b"}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"reasoning_details":[{"type":"reasoning.text","text":"c"}]}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"content":"Hi"}}]}"#,
            ],
            "0: content \"Hi\" reasoning \"abc\" finish stop",
        ),
        says(
            "sends content in parts",
            &[
                r#"{"choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"so"}]}}]}"#,
            ],
            "0: content \"so\" reasoning \"hm\" finish stop",
        ),
        says(
            "refuses",
            &[r#"{"choices":[{"index":0,"delta":{"content":null,"refusal":"I can't"}}]}"#],
            "0: refusal \"I can't\" finish stop",
        ),
        says(
            "streams a tool call in fragments",
            &[
                r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":""}}]}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}}]}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"","function":{"name":"","arguments":": 1}"}}]}}]}"#,
                r#"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
            ],
            "0: call c1 f {\"a\": 1} finish tool_calls",
        ),
        says(
            "streams two tool calls at the same index",
            &[
                r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","function":{"name":"f","arguments":"{}"}}]}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c2","function":{"name":"g","arguments":"[]"}}]}}]}"#,
                r#"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
            ],
            "0: call c1 f {} call c2 g [] finish tool_calls",
        ),
        says(
            "gives tool calls no index, and arguments as an object",
            &[
                r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"id":"c1","function":{"name":"f","arguments":{"k": 1}}}]}}]}"#,
                r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
            ],
            "0: call c1 f {\"k\": 1} finish stop",
        ),
        says(
            "counts tokens in a chunk of their own, and takes nothing back",
            &[
                r#"{"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}],"usage":null}"#,
                r#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}"#,
                r#"{"choices":[],"usage":null}"#,
                r#"{"choices":[],"usage":{}}"#,
            ],
            "0: content \"Hi\" finish stop; usage 3 4",
        ),
        says(
            "counts tokens where Groq does",
            &[
                r#"{"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}],"x_groq":{"usage":{"prompt_tokens":3,"completion_tokens":4}}}"#,
            ],
            "0: content \"Hi\" finish stop; usage 3 4",
        ),
        says(
            "repeats the role, or says that it is null",
            &[
                r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":"H"}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":"i"}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"role":null,"content":"!"}}]}"#,
            ],
            "0: content \"Hi!\" finish stop",
        ),
        says(
            "gives an unknown reason, on each chunk",
            &[
                r#"{"choices":[{"index":0,"delta":{"content":"H"},"finish_reason":""}]}"#,
                r#"{"choices":[{"index":0,"delta":{"content":"i"},"finish_reason":"eos"}]}"#,
            ],
            "0: content \"Hi\" finish eos",
        ),
        says(
            "writes odd numbers and ids",
            &[
                r#"{"id":77,"created":1750.25,"seed":18446744073709551616,"choices":[{"index":0,"delta":{"content":"Hi"}}]}"#,
            ],
            "0: content \"Hi\" finish stop",
        ),
        says(
            "writes a null delta beside a message",
            &[
                r#"{"choices":[{"index":0,"delta":null,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}"#,
            ],
            "0: content \"Hi\" finish stop",
        ),
        says(
            "gives choices no index",
            &[
                r#"{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"},{"delta":{"content":"b"},"finish_reason":"stop"}]}"#,
            ],
            "0: content \"a\" finish stop; 1: content \"b\" finish stop",
        ),
        Behaviour::both(
            "numbers a choice beyond all bounds",
            stream_of(event(r#"{"choices":[{"delta":{"content":"x"},"index":4000000000}]}"#)),
            Expect::error(ErrorKind::Limit).after_any(),
        ),
        Behaviour::both(
            "finishes one choice of two",
            stream_of(
                event(
                    r#"{"choices":[{"delta":{"content":"a"},"index":0},{"delta":{"content":"b"},"index":1}]}"#,
                ) + &event(r#"{"choices":[{"delta":{},"finish_reason":"stop","index":0}]}"#),
            ),
            Expect::error(ErrorKind::Truncated).after("a").kept(),
        ),
    ]
}
