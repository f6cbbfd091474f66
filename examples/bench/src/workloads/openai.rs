//! As OpenAI writes it: compact, `index` before `delta`.

use super::random::Random;
use super::vocabulary::{ARGUMENTS, WORDS};
use super::{Body, escape};
use crate::sink::Sink;

const ID: &str = "chatcmpl-B7xQm2LkVd0RsW5tNcYhZ8aFgE3uJ";

/// The parts of a chunk that differ.
struct Chunk<'a> {
    id: &'a str,
    index: u32,
    delta: &'a str,
    logprobs: &'a str,
    finish_reason: &'a str,
    /// Behind the choices.
    tail: &'a str,
}

const CHUNK: Chunk<'_> =
    Chunk { id: ID, index: 0, delta: "{}", logprobs: "null", finish_reason: "null", tail: "" };

impl Chunk<'_> {
    fn write(&self, body: &mut Body) {
        let Self { id, index, delta, logprobs, finish_reason, tail } = self;
        body.event(&format!(
            "{{\"id\":\"{id}\",\"object\":\"chat.completion.chunk\",\"created\":1764150000,\
             \"model\":\"gpt-4o-mini\",\"system_fingerprint\":\"fp_0ba0d124f1\",\
             \"choices\":[{{\"index\":{index},\"delta\":{delta},\"logprobs\":{logprobs},\
             \"finish_reason\":{finish_reason}}}]{tail}}}"
        ));
    }
}

pub(super) fn begin(_: &mut Random, body: &mut Body) {
    begin_choice(0, body);
}

pub(super) fn finish(_: &mut Random, body: &mut Body) {
    finish_choice(0, body);
}

pub(super) fn begin_two(_: &mut Random, body: &mut Body) {
    begin_choice(0, body);
    begin_choice(1, body);
}

pub(super) fn finish_two(_: &mut Random, body: &mut Body) {
    finish_choice(0, body);
    finish_choice(1, body);
}

/// (a)
pub(super) fn text(random: &mut Random, body: &mut Body) {
    write_text(random.pick(&WORDS), CHUNK, body);
}

/// (a2)
pub(super) fn padded(random: &mut Random, body: &mut Body) {
    let text = random.pick(&WORDS);
    let length = 1 + random.below(16);
    let padding = random.name(length);
    write_text(text, Chunk { tail: &format!(",\"obfuscation\":\"{padding}\""), ..CHUNK }, body);
}

/// (a3)
pub(super) fn renamed(random: &mut Random, body: &mut Body) {
    let id = format!("chatcmpl-{}", random.name(29));
    write_text(random.pick(&WORDS), Chunk { id: &id, ..CHUNK }, body);
}

/// (d)
pub(super) fn long(random: &mut Random, body: &mut Body) {
    write_text(&random.long_text(), CHUNK, body);
}

/// (e)
pub(super) fn detailed(random: &mut Random, body: &mut Body) {
    let text = random.pick(&WORDS);
    let others = 9 + random.below(10);
    let top: Vec<_> = (0..others).map(|_| token(random.pick(&WORDS), random)).collect();
    let chosen = token(text, random);
    let logprobs =
        format!("{{\"content\":[{},\"top_logprobs\":[{}}}]}}],\"refusal\":null}}", chosen, top.join("},"));
    let count = body.ends.len();
    let tail = format!(
        ",\"usage\":{{\"prompt_tokens\":1203,\"completion_tokens\":{count},\"total_tokens\":{},\
         \"prompt_tokens_details\":{{\"cached_tokens\":1024,\"audio_tokens\":0}},\
         \"completion_tokens_details\":{{\"reasoning_tokens\":0,\"audio_tokens\":0,\
         \"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}}}",
        1203 + count
    );
    write_text(text, Chunk { logprobs: &logprobs, tail: &tail, ..CHUNK }, body);
}

/// (f)
pub(super) fn one_of_two(random: &mut Random, body: &mut Body) {
    let index = (body.ends.len() % 2) as u32;
    write_text(random.pick(&WORDS), Chunk { index, ..CHUNK }, body);
}

pub(super) fn begin_call(_: &mut Random, body: &mut Body) {
    let delta = "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"index\":0,\
        \"id\":\"call_k2PzR8vTq1XwL5nYb7MdGc3H\",\"type\":\"function\",\
        \"function\":{\"name\":\"search\",\"arguments\":\"\"}}],\"refusal\":null}";
    Chunk { delta, ..CHUNK }.write(body);
    body.choice(0);
}

/// (c)
pub(super) fn arguments(random: &mut Random, body: &mut Body) {
    let text = random.pick(&ARGUMENTS);
    let delta =
        format!("{{\"tool_calls\":[{{\"index\":0,\"function\":{{\"arguments\":{}}}}}]}}", escape::raw(text));
    Chunk { delta: &delta, ..CHUNK }.write(body);
    body.arguments(text);
    body.choice(0);
}

pub(super) fn finish_call(_: &mut Random, body: &mut Body) {
    Chunk { finish_reason: "\"tool_calls\"", ..CHUNK }.write(body);
    body.finish();
    body.choice(0);
}

fn begin_choice(index: u32, body: &mut Body) {
    let delta = "{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}";
    Chunk { index, delta, ..CHUNK }.write(body);
    body.choice(index);
}

fn write_text(text: &str, chunk: Chunk<'_>, body: &mut Body) {
    let delta = format!("{{\"content\":{}}}", escape::raw(text));
    Chunk { delta: &delta, ..chunk }.write(body);
    body.content(text);
    body.choice(chunk.index);
}

fn finish_choice(index: u32, body: &mut Body) {
    Chunk { index, finish_reason: "\"stop\"", ..CHUNK }.write(body);
    body.finish();
    body.choice(index);
}

/// A token and how likely it was, its object still open.
fn token(text: &str, random: &mut Random) -> String {
    let bytes: Vec<_> = text.bytes().map(|byte| byte.to_string()).collect();
    format!(
        "{{\"token\":{},\"logprob\":-{}.{:07},\"bytes\":[{}]",
        escape::raw(text),
        random.below(20),
        random.below(10_000_000),
        bytes.join(",")
    )
}
