// The core in WebAssembly, through its boundary, in node: CHOREO names the module.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { runAll } from "../../tests/browser/support.mjs";
import { Call } from "../web/core.js";

const module = new WebAssembly.Module(readFileSync(process.env.CHOREO));
const call = () => Call.of(module);
const messages = [{ role: "user", content: "Grüße" }];

const tests = {
  "it imports nothing, so that it cannot panic, and exports what is documented": () => {
    assert.deepEqual(WebAssembly.Module.imports(module), []);
    const names = WebAssembly.Module.exports(module).map(({ name }) => name).filter(name => !name.startsWith("__"));
    assert.deepEqual(names.sort(), [
      "encode", "end", "expect_error", "memory", "next", "push", "room", "room_length", "text_at", "text_length",
      "tool_call_index", "verdict",
    ]);
  },

  "a request is encoded": async () => {
    const asked = {
      model: "gpt-4",
      messages: [
        { role: "system", content: "Say \"no\".\n\u0001" },
        { role: "user", content: "Grüße 🦀", name: "Zoë" },
        { role: "tool", content: "", tool_call_id: "call_1" },
      ],
      members: { temperature: 0.5, stop: ["."], stream_options: { include_usage: true } },
    };
    const sent = JSON.parse(new TextDecoder().decode((await call()).encode(asked)));
    assert.deepEqual(sent, { model: "gpt-4", messages: asked.messages, stream: true, ...asked.members });
  },

  "a request that would be refused is not sent": async () => {
    const cases = [
      [{ model: "", messages }, "`model` is empty: it must not be"],
      [{ model: "m", messages: [] }, "`messages` is empty: it must not be"],
      [{ model: "m", messages: [{ role: "", content: "x" }] }, "`messages[0]` has an empty role"],
      [{ model: undefined, messages }, "must be strings"],
      [{ model: "m", messages: [{ role: "user", content: ["x"] }] }, "must be strings"],
      [{ model: "m", messages: [{ role: "user", content: "x".repeat(2 ** 20) }] }, "longer than 1048576 bytes"],
      // Each of these characters is six bytes when it is sent.
      [{ model: "m", messages: [{ role: "user", content: "\u0001".repeat(400_000) }] }, "longer than 2097152 bytes"],
    ];
    for (const [asked, words] of cases) {
      const one = await call();
      assert.throws(() => one.encode(asked), error => error instanceof RangeError && error.message.includes(words), words);
    }
    // What just fits is sent.
    const most = 2 ** 20 - new TextEncoder().encode("muser").length - 5 * 4;
    const sent = (await call()).encode({ model: "m", messages: [{ role: "user", content: "x".repeat(most) }] });
    assert.equal(JSON.parse(new TextDecoder().decode(sent)).messages[0].content.length, most);
  },

  "an answer is the same for each cut": async () => {
    const chunks = [
      { delta: { role: "assistant", content: "" } },
      { delta: { reasoning_content: "Let me see." } },
      { delta: { content: "Gr\\u00fc\\u00dfe \\ud83e" } },
      { delta: { content: "🦀 \ufeff" } },
      { delta: { tool_calls: [{ index: 1, id: "call_1", function: { name: "look", arguments: "{\"at\"" } }] } },
      { delta: { tool_calls: [{ function: { arguments: ": 1}" } }] } },
      { delta: {}, finish_reason: "tool_calls" },
    ];
    // As the gateway escapes text.
    const body = chunks.map(choice => event({ choices: [{ ...choice, index: 0 }] }).replaceAll("\\\\u", "\\u")).join("");
    await everyCut(body + "data: [DONE]\n\n: nobody reads this\n\n", [
      { type: "reasoning", text: "Let me see." },
      { type: "content", text: "Grüße \ufffd🦀 \ufeff" },
      { type: "toolCall", index: 1, id: "call_1", name: "look", arguments: "{\"at\"" },
      { type: "toolCall", index: null, id: "", name: "", arguments: ": 1}" },
      { type: "over" },
    ], { verdict: "finished", finishReason: "tool_calls" });
  },

  "an error in the middle comes behind the text before it": async () => {
    const error = { message: "the provider is on fire", type: "stream_error", code: 17 };
    await everyCut(text("Half") + event({ error }), [{ type: "content", text: "Half" }], {
      verdict: "server",
      report: { ...error, code: "17" },
    });
  },

  "a report that is not confirmed is no error": async () => {
    const body = event({ message: "Success", code: 0, choices: [{ delta: { content: "x" }, index: 0, finish_reason: "stop" }] });
    await everyCut(body, [{ type: "content", text: "x" }], { verdict: "finished", finishReason: "stop" });
  },

  "an answer that is cut is truncated, at each byte": async () => {
    const body = text("Grüße");
    const bytes = new TextEncoder().encode(body);
    for (let length = 0; length <= bytes.length; length++) {
      const { ending } = await read([bytes.subarray(0, length)]);
      assert.equal(ending.verdict, "truncated", `after ${length} bytes`);
      assert.match(ending.words, /^the response ended before the answer was complete/);
    }
    await everyCut(body + "data: [DONE]\n\n", [{ type: "content", text: "Grüße" }, { type: "over" }], {
      verdict: "done", finishReason: null,
    });
  },

  "what is no answer is malformed": async () => {
    for (const [body, words] of [
      ["<html>", "neither an event stream nor JSON"],
      ["{\"hello\": \"world\"}", "no chat completion"],
      [text("x") + "data: {]\n\n", "malformed JSON"],
    ]) {
      const { ending } = await read([new TextEncoder().encode(body)]);
      assert.equal(ending.verdict, "malformed", body);
      assert.ok(ending.words.includes(words), ending.words);
    }
  },

  "error bodies are read in each shape": async () => {
    for (const [body, message] of [
      ["{\"error\": {\"message\": \"unknown key\", \"type\": \"authentication_error\"}}", "unknown key"],
      ["{\"detail\": \"not here\"}", "not here"],
      ["{\"detail\": [{\"loc\": [\"body\", \"model\"], \"msg\": \"Field required\"}]}", "Field required"],
      ["overloaded, try again", "overloaded, try again"],
    ]) {
      const { ending } = await read([...new TextEncoder().encode(body)].map(byte => Uint8Array.of(byte)), true);
      assert.equal(ending.verdict, "server", body);
      assert.equal(ending.report.message, message);
    }
  },

  "more than there is room for comes in pieces": async () => {
    const long = "Grüße 🦀 ".repeat(200_000);
    const { events } = await read([new TextEncoder().encode(text(long))]);
    assert.equal(events.length, 1);
    assert.ok(events[0].text === long, "the text is another one");
  },

  "no order of calls, no length and no bytes make it trap": () => {
    for (const length of [-1, 2 ** 20, 2 ** 20 + 1, 2 ** 31, 2 ** 32 - 1, NaN]) {
      const core = raw();
      core.push(length);
      drain(core);
      assert.equal(core.encode(length), 0, `${length}`);
      lent(core);
    }
    const random = numbers(1);
    const pick = from => from[random(from.length)];
    let encoded = 0;
    for (let round = 0; round < 1000; round++) {
      const core = raw();
      const steps = [
        () => core.push(put(core, spoilt(Array.from({ length: random(20) }, () => pick(SHREDS)).join(""), random))),
        () => {
          const messages = Array.from({ length: random(3) }, () => [pick(STRINGS), pick(STRINGS), pick(MEMBERS)]);
          const asked = [pick(STRINGS), pick(MEMBERS), ...messages.flat()];
          encoded += core.encode(put(core, spoilt(strings(asked), random)));
          assert.notEqual(lent(core), "");
        },
        () => core.expect_error(),
        () => core.tool_call_index(),
        () => core.end(),
        () => core.verdict(),
      ];
      for (let count = random(8); count >= 0; count--) {
        // What is fed comes most often.
        pick([steps[0], steps[0], ...steps])();
        drain(core);
      }
      core.end();
      drain(core);
      const verdict = core.verdict();
      assert.ok(verdict >= 1 && verdict <= 5, `verdict ${verdict}`);
      assert.ok(verdict < 3 || lent(core).length > 0, "it says what is wrong");
    }
    assert.ok(encoded > 20, `${encoded} requests were encoded`);
  },

  "what comes behind the end is not read": async () => {
    const one = await call();
    assert.deepEqual([...one.end(), ...one.read(new TextEncoder().encode(text("late"))), ...one.end()], []);
    assert.equal(one.ending().verdict, "truncated");
  },

  "calls at the same time do not meet": async () => {
    const [one, other] = [await call(), await call()];
    const [first, second] = [text("one"), text("other")].map(body => new TextEncoder().encode(body));
    const events = [
      ...one.read(first.subarray(0, 30)), ...other.read(second), ...one.read(first.subarray(30)),
    ];
    assert.deepEqual(events.map(({ text }) => text), ["other", "one"]);
  },
};

const event = data => `data: ${JSON.stringify(data)}\n\n`;
const text = content => event({ choices: [{ delta: { content }, index: 0, finish_reason: null }] });

/// What is of use to build answers, and requests, of which some are whole.
const SHREDS = [
  "data: ", "event: error\n", "[DONE]", "\n\n", "\r", " ", "<", "\ufeff", ":", ",", "]", "}", "}]}", '"', "\\", "\\ud83e", "\\u00fc", "ü", "🦀",
  '{"choices": [', '{"delta": {"content": "', '"tool_calls": [{"id": 5', '"index": 200', '"index": "7"', '"finish_reason": "stop"',
  '{"error": {"message": "', "null", "1e5", "-", "x".repeat(500),
];
const STRINGS = ["", "m", "user", "ü🦀", "\0\"\\", "x".repeat(200)];
const MEMBERS = ["", "", "{}", ' {"a": 1} ', '{"a": [', "[]"];

/// The module as it is, without the class before it.
const raw = () => new WebAssembly.Instance(module, {}).exports;

/// Whole numbers below their argument, the same ones each time: a linear congruential generator.
function numbers(seed) {
  return below => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (seed >>> 8) % below;
  };
}

/// The strings of a request, as `page/src/request.rs` has them.
function strings(all) {
  const bytes = all.map(string => new TextEncoder().encode(string));
  return bytes.flatMap(one => [one.length, one.length >> 8, 0, 0, ...one]);
}

/// Bytes that may be cut short or have a false one among them.
function spoilt(data, random) {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : Uint8Array.from(data);
  if (bytes.length && random(3) === 0) bytes[random(bytes.length)] = random(256);
  return random(4) === 0 ? bytes.subarray(0, random(bytes.length + 1)) : bytes;
}

function put(core, bytes) {
  new Uint8Array(core.memory.buffer, core.room(), core.room_length()).set(bytes);
  return bytes.length;
}

/// Takes the events: there is an end to them, and each is one that is known.
function drain(core) {
  for (let count = 0, number; (number = core.next()); count++) {
    assert.ok(number % 256 >= 1 && number % 256 <= 16 && count < 20_000, `event ${number}, the ${count}th`);
    lent(core);
  }
}

/// What is lent lies within the memory, and is UTF-8.
function lent(core) {
  return new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(core.memory.buffer, core.text_at(), core.text_length()));
}

/// What is told of a body that comes in these pieces. Fragments of the same kind are joined.
async function read(pieces, isError = false) {
  const one = await call();
  if (isError) one.expectError();
  const events = [];
  const take = event => {
    const last = events.at(-1);
    if (event.text !== undefined && last?.type === event.type) last.text += event.text;
    else events.push(event);
  };
  for (const piece of pieces) [...one.read(piece)].forEach(take);
  [...one.end()].forEach(take);
  return { events, ending: one.ending() };
}

/// Whole, byte by byte, and at each cut in two.
async function everyCut(body, events, ending) {
  const bytes = new TextEncoder().encode(body);
  const ways = [[bytes], [...bytes].map(byte => Uint8Array.of(byte))];
  for (let at = 1; at < bytes.length; at++) ways.push([bytes.subarray(0, at), bytes.subarray(at)]);
  for (const pieces of ways) {
    const found = await read(pieces);
    const { words, ...rest } = found.ending;
    assert.deepEqual([found.events, rest], [events, ending], `in pieces of ${pieces.map(({ length }) => length).slice(0, 3)}`);
  }
}

await runAll(tests, test => test());
