// The `choreo` command against aimock: a server that was not written with this client in mind. `aimock` beside it installs aimock and
// names the command in CHOREO.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, test } from "node:test";
import { LLMock } from "@copilotkit/aimock";

const TEXT = 'Grüße aus "Köln" 🎈,\nand a second line that takes more than one chunk.';
const mock = new LLMock({ port: 0, chunkSize: 7, logLevel: "silent" });

before(async () => {
  mock.onMessage("say the text", { content: TEXT });
  mock.onMessage("think first", { content: "Yes.", reasoning: "One, two, three." });
  mock.onMessage("call tools", {
    toolCalls: [
      { id: "call_1", name: "get_weather", arguments: '{"city":"Zürich"}' },
      { id: "call_2", name: "get_time", arguments: "{}" },
    ],
  });
  const error = (message, type, code, status) => ({ error: { message, type, code }, status });
  mock.onMessage("too often", error("slow down", "rate_limit_error", "rate_limit_exceeded", 429));
  mock.onMessage("no quota", error("you have no quota left", "rate_limit_error", "insufficient_quota", 429));
  mock.onMessage("too busy", error("try later", "service_unavailable_error", "service_overloaded", 503));
  mock.onMessage("bad key", error("who are you?", "authentication_error", "invalid_api_key", 401));
  mock.onEmbedding("a text", { embedding: [0.5, -0.25, 1] });
  // Slow enough that what was sent before the cut has arrived before it.
  mock.onMessage("cut short", { content: "0123456789".repeat(9) }, { latency: 20, truncateAfterChunks: 4 });
  await mock.start();
});
after(() => mock.stop());

/** Runs the command; the API key is sent and must be printed nowhere. */
function choreo(...args) {
  const env = { ...process.env, CHOREOAI_BASE_URL: mock.url, CHOREOAI_API_KEY: "sk-peer-secret" };
  const child = spawn(process.env.CHOREO, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const printed = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (data) => (printed.out += data));
  child.stderr.setEncoding("utf8").on("data", (data) => (printed.err += data));
  return new Promise((resolve) =>
    child.on("close", (status) => {
      assert.doesNotMatch(printed.out + printed.err, /sk-peer-secret/);
      resolve({ status, ...printed });
    }),
  );
}

/** The jsonl lines of an answer to `prompt`, and how many requests the server saw for it. */
async function lines(prompt, ...args) {
  mock.clearRequests();
  const { status, out } = await choreo("chat", "--output", "jsonl", ...args, prompt);
  const lines = out.trim().split("\n").map((line) => JSON.parse(line));
  return { status, lines, last: lines.at(-1), requests: mock.getRequests().length };
}

const joined = (lines, type) => lines.filter((line) => line.type === type).map((line) => line.text).join("");

for (const streamed of [[], ["--no-stream"]]) {
  const how = streamed.length ? "whole" : "streamed";

  test(`a ${how} text`, async () => {
    const answer = await lines("say the text", ...streamed);
    assert.equal(joined(answer.lines, "content"), TEXT);
    assert.deepEqual(answer.last, { type: "end", verdict: "finished" });
    assert.deepEqual([answer.status, answer.requests], [0, 1]);
  });

  test(`a ${how} answer with reasoning`, async () => {
    const answer = await lines("think first", ...streamed);
    assert.equal(joined(answer.lines, "reasoning"), "One, two, three.");
    assert.equal(joined(answer.lines, "content"), "Yes.");
    assert.deepEqual(answer.last, { type: "end", verdict: "finished" });
  });

  test(`${how} tool calls`, async () => {
    const { status, out } = await choreo("chat", "--output", "message", ...streamed, "call tools");
    const [{ message, finish_reason }] = JSON.parse(out).choices;
    assert.deepEqual(
      message.tool_calls.map(({ id, function: { name, arguments: json } }) => [id, name, JSON.parse(json)]),
      [["call_1", "get_weather", { city: "Zürich" }], ["call_2", "get_time", {}]],
    );
    assert.deepEqual([finish_reason, status], ["tool_calls", 0]);
  });

  for (const [prompt, status, code, message, requests] of [
    ["too often", 429, "rate_limit_exceeded", "slow down", 2],
    ["no quota", 429, "insufficient_quota", "you have no quota left", 1],
    ["too busy", 503, "service_overloaded", "try later", 2],
    ["bad key", 401, "invalid_api_key", "who are you?", 1],
  ]) {
    test(`${status} ${code}, ${how}`, async () => {
      const answer = await lines(prompt, "--max-retries", "1", ...streamed);
      const { type, kind, attempts } = answer.last;
      assert.deepEqual({ type, kind, attempts }, { type: "error", kind: "http", attempts: requests });
      assert.deepEqual([answer.last.status, answer.last.code, answer.last.message], [status, code, message]);
      assert.deepEqual([answer.status, answer.requests], [1, requests]);
    });
  }
}

test("a cut stream is truncated, after all that came, and is not asked for again", async () => {
  const answer = await lines("cut short");
  const text = joined(answer.lines, "content");
  assert.ok(text.length > 0 && text.length < 90 && "0123456789".repeat(9).startsWith(text), text);
  assert.deepEqual([answer.last.type, answer.last.kind], ["error", "truncated"]);
  assert.deepEqual([answer.status, answer.requests], [1, 1]);
});

test("models", async () => {
  const { status, out } = await choreo("models");
  assert.ok(out.split("\n").includes("gpt-4"), out);
  assert.equal(status, 0);
});

for (const form of [[], ["--float"]]) {
  test(`embeddings ${form.join()}`, async () => {
    const { status, out } = await choreo("embed", "--output", "jsonl", ...form, "a text", "a text");
    const vectors = out.trim().split("\n").map((line) => JSON.parse(line)).filter(({ type }) => type === "embedding");
    assert.deepEqual(vectors.map(({ index, vector }) => [index, vector]), [[0, [0.5, -0.25, 1]], [1, [0.5, -0.25, 1]]]);
    assert.equal(status, 0);
  });
}

test("nobody listens any more", async () => {
  const gone = new LLMock({ port: 0, logLevel: "silent" });
  await gone.start();
  const url = gone.url;
  await gone.stop();
  const { status, out } = await choreo("chat", "--output", "jsonl", "--max-retries", "0", "--base-url", url, "hello");
  assert.deepEqual([status, JSON.parse(out).kind], [1, "connect"]);
});
