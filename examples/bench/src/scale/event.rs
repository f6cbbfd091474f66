//! The events of an answer, of the size of workload (a). Each has its number, and when it was written.

use rustix::time::{ClockId, clock_gettime};

/// The first one of a stream: no text.
pub(super) fn opening() -> String {
    event(r#"{"role":"assistant","content":""}"#, "null")
}

/// The one of this number, written now.
pub(super) fn content(number: usize) -> String {
    event(&format!("{{\"content\":\"{number} {}\"}}", now()), "null")
}

/// The last one, and what follows it.
pub(super) fn closing() -> String {
    event("{}", "\"stop\"") + "data: [DONE]\n\n"
}

/// The number of an event, and when it was written; `None` for another text.
pub(super) fn parse(text: &str) -> Option<(usize, u64)> {
    let (number, written) = text.split_once(' ')?;
    Some((number.parse().ok()?, written.parse().ok()?))
}

/// In nanoseconds, by a clock that all processes share and nobody sets.
pub(super) fn now() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

fn event(delta: &str, finish_reason: &str) -> String {
    format!(
        "data: {{\"id\":\"chatcmpl-B7xQm2LkVd0RsW5tNcYhZ8aFgE3uJ\",\"object\":\"chat.completion.chunk\",\
         \"created\":1764150000,\"model\":\"gpt-4o-mini\",\"system_fingerprint\":\"fp_0ba0d124f1\",\
         \"choices\":[{{\"index\":0,\"delta\":{delta},\"logprobs\":null,\"finish_reason\":{finish_reason}}}]}}\n\n"
    )
}
