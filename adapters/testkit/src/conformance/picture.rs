//! An answer in one line.

use std::fmt::Write as _;

use choreoai::{ChatCompletion, Choice, Count};

/// All that an answer says, choice by choice, for instance
/// `0: content "Hi" call c1 f {"a": 1} finish tool_calls; usage 3 4`.
pub(super) fn picture(completion: &ChatCompletion) -> String {
    let mut parts: Vec<String> = completion.choices().iter().map(choice).collect();
    parts.extend(completion.unbound().map(choice));
    if let Some(usage) = completion.usage() {
        let mut line = "usage".to_owned();
        for count in [Count::Prompt, Count::Completion] {
            match usage.count(count) {
                Some(count) => write!(line, " {count}"),
                None => write!(line, " -"),
            }
            .expect("writing to a string does not fail");
        }
        parts.push(line);
    }
    parts.join("; ")
}

fn choice(choice: &Choice) -> String {
    let mut line = choice.index.map_or("?:".to_owned(), |index| format!("{index}:"));
    let texts =
        [("content", &choice.content), ("reasoning", &choice.reasoning), ("refusal", &choice.refusal)];
    for (name, text) in texts {
        if let Some(text) = text {
            line += &format!(" {name} {text:?}");
        }
    }
    for call in &choice.tool_calls {
        line += &format!(" call {} {} {}", call.id, call.name, call.arguments);
    }
    if let Some(reason) = &choice.finish_reason {
        line += &format!(" finish {reason}");
    }
    line
}
