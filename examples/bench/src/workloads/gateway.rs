//! As the gateway writes it: spaces, nulls, `delta` before `index`.

use super::random::Random;
use super::vocabulary::FOREIGN;
use super::{Body, escape};
use crate::sink::Sink;

pub(super) fn begin(_: &mut Random, body: &mut Body) {
    write("\"\"", "\"assistant\"", "null", body);
    body.choice(0);
}

/// (b)
pub(super) fn escaped(random: &mut Random, body: &mut Body) {
    write_text(random.pick(&FOREIGN), escape::ascii, body);
}

/// (b2)
pub(super) fn raw(random: &mut Random, body: &mut Body) {
    write_text(random.pick(&FOREIGN), escape::raw, body);
}

pub(super) fn finish(_: &mut Random, body: &mut Body) {
    write("null", "null", "\"stop\"", body);
    body.finish();
    body.choice(0);
}

fn write_text(text: &str, escape: fn(&str) -> String, body: &mut Body) {
    write(&escape(text), "null", "null", body);
    body.content(text);
    body.choice(0);
}

fn write(content: &str, role: &str, finish_reason: &str, body: &mut Body) {
    body.event(&format!(
        "{{\"id\": \"chatcmpl-B7xQm2LkVd0RsW5tNcYhZ8aFgE3uJ\", \"choices\": [{{\"delta\": {{\"content\": {content}, \
         \"function_call\": null, \"refusal\": null, \"role\": {role}, \"tool_calls\": null}}, \
         \"finish_reason\": {finish_reason}, \"index\": 0, \"logprobs\": null}}], \"created\": 1764150000, \
         \"model\": \"gpt-4o-mini-2024-07-18\", \"object\": \"chat.completion.chunk\", \"service_tier\": null, \
         \"system_fingerprint\": null, \"usage\": null}}"
    ));
}
