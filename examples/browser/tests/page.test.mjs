// The page in a browser, as a person uses it, against gateways that do what they are told. `run` names the programs.

import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { Browser } from "../../tests/browser/browser.mjs";
import { assertNamed, assertReadable, runAll } from "../../tests/browser/support.mjs";
import { Host } from "./host.mjs";

const KEY = "sk-test-0123456789";
const LAST = "document.querySelector('#said li:last-child')";
const text = `${LAST}.querySelector('.text').textContent`;
const words = kind => `${LAST}.querySelector('.${kind}')?.textContent`;

const tests = {
  "text is shown while the server still sends": async () => {
    const page = await open();
    await count(page);
    const { body, authorization } = await host.request("page");
    assert.deepEqual(body, { model: "gpt-4", messages: [{ role: "user", content: "Count" }], stream: true });
    assert.equal(authorization, null);
    assert.equal(await host.tell("preflights page"), "0");
  },

  "and from another origin that allows it": async () => {
    const page = await open({ gateway: host.urls.allowing, key: KEY });
    await count(page);
    const { target, authorization, type, referer } = await host.request("allowing");
    assert.equal(target, "/v1/chat/completions");
    assert.equal(authorization, `Bearer ${KEY}`);
    assert.equal(type, "application/json");
    assert.equal(referer, null);
    assert.equal(await host.tell("preflights allowing"), "1");
  },

  "an origin that does not allow it is told of": async () => {
    const page = await open({ gateway: host.urls.refusing, key: KEY });
    const problem = await failed(page, "Hello");
    assert.equal(problem, `${capital(host.urls.refusing)} answers, but does not let pages of ${host.urls.page} read what it says `
      + "(CORS): whoever runs the gateway must allow that origin.");
    assert.equal(await host.tell("preflights refusing"), "1");
    assert.ok(await page.evaluate("document.querySelector('#settings').open"));
  },

  "nobody at the address is told of": async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const gateway = `http://127.0.0.1:${server.address().port}`;
    server.close();
    await once(server, "close");
    const problem = await failed(await open({ gateway }), "Hello");
    assert.equal(problem, `Nothing answers at ${gateway}: check the address, and whether the gateway runs.`);
  },

  "an error in the middle is shown behind the text before it, without the key": async () => {
    const page = await open({ gateway: host.urls.allowing, key: KEY });
    const problem = await failed(page, "Fail");
    assert.equal(problem, "The gateway failed: the provider is on fire (Bearer [API key]).");
    assert.equal(await page.evaluate(text), "Half an answer");
  },

  "an answer that is cut is said to be": async () => {
    const page = await open();
    assert.equal(await cut(page), "The connection was lost before the answer was complete.");
    assert.equal(await page.evaluate(text), "Cut he");
    assert.match(await failed(page, "End early"), /^The response ended before the answer was complete \(at byte \d+ of the body\)\.$/);
    assert.equal(await page.evaluate(text), "Ends he");
  },

  "what the gateway refuses is told of": async () => {
    const page = await open();
    assert.equal(await failed(page, "Refuse"), "The gateway refused (401): this key is unknown.");
    assert.equal(await failed(page, "A page"), "The gateway refused (502): try again in a moment.");
    assert.match(await failed(page, "Elsewhere"), /sends its visitors elsewhere: check the address of the gateway\.$/);
  },

  "a refusal may have no body": async () => {
    const page = await open();
    // Others give a 304 none; Chromium gives it an empty one.
    await page.evaluate(`{
      const fetch = globalThis.fetch;
      globalThis.fetch = (url, settings) => settings ? Promise.resolve(new Response(null, { status: 304 })) : fetch(url);
    }`);
    assert.equal(await failed(page, "Hello"), "The gateway refused (304): check the request.");
  },

  "what cannot be sent is told of": async () => {
    const others = ["//gateway.example", "/\\gateway.example", "https://key@gateway.example", "ftp://gateway.example"];
    for (const gateway of ["gateway.example", ...others]) {
      const problem = await failed(await open({ gateway }), "Hello");
      assert.equal(problem, "The address of the gateway must be like https://gateway.example.", gateway);
    }
    const garbled = await open({ key: "sk-ü" });
    assert.equal(await failed(garbled, "Hello"), "The API key holds characters that no key has: copy it anew.");
  },

  "Stop ends the answer at the server": async () => {
    const page = await open();
    await ask(page, "Hold");
    await page.until(`${text} === "Held"`);
    await page.click("#stop");
    await page.until(`${words("note")} === "Stopped."`);
    assert.equal(await host.tell("outcome page"), "PeerClosed");
    assert.equal(await page.evaluate(text), "Held");
    await page.until("!document.querySelector('#send').disabled");
  },

  "so does who leaves the loop": async () => {
    const page = await open();
    await page.evaluate(`(async () => {
      const { chat } = await import("./choreo.js");
      for await (const event of chat({ model: "gpt-4", messages: [{ role: "user", content: "Hold" }] })) break;
    })()`);
    assert.equal(await host.tell("outcome page"), "PeerClosed");
  },

  "the keyboard is enough": async () => {
    const page = await open();
    assert.equal(await page.evaluate("document.activeElement.id"), "question");
    await page.type("Hold");
    await page.press("Enter");
    await page.until(`${text} === "Held"`);
    await page.press("Escape");
    await page.until(`${words("note")} === "Stopped."`);
    assert.equal(await host.tell("outcome page"), "PeerClosed");
    await page.until("document.activeElement.id === 'question' && !document.querySelector('#send').disabled");
    await page.type("two");
    await page.press("Enter", { shift: true });
    await page.type("lines");
    await page.press("Tab");
    assert.equal(await page.evaluate("document.activeElement.id"), "send");
    await page.press("Enter");
    await page.until(`${text} === "You said: two\\nlines"`);
  },

  "a conversation grows by what is complete": async () => {
    const page = await open();
    await ask(page, "one");
    await page.until("!document.querySelector('#send').disabled");
    await cut(page);
    await ask(page, "two");
    await page.until("!document.querySelector('#send').disabled");
    const { body } = await host.request("page");
    assert.deepEqual(body.messages.map(({ role, content }) => `${role}: ${content}`), [
      "user: one", "assistant: You said: one", "user: two",
    ]);
  },

  "reasoning stands apart, and why an answer is short is said": async () => {
    const page = await open();
    await ask(page, "Think");
    await page.until(`${words("note")} === "The answer has reached its longest length."`);
    assert.equal(await page.evaluate(text), "Yes.");
    assert.equal(await page.evaluate(`${LAST}.querySelector("details div").textContent`), "Let me see.");
  },

  "it can be read in both schemes, and by those who do not see it": async () => {
    const page = await open();
    await failed(page, "Fail");
    await assertReadable(page, "body", ["body", "#said .question", ".problem", "summary", "#question", "#send", "form label"]);
    await page.evaluate("document.querySelector('#settings').open = true");
    await assertNamed(page, [
      "heading Chat with a gateway", "log What was said", "button Send", "button Stop", "textbox Model",
      "textbox API key (kept in this page until it is closed)",
      "textbox Your question (Enter sends, Shift+Enter begins a line, Escape stops)",
    ]);
  },

  "nothing else is complained about": async () => {
    // Of what was to fail, the browser says so.
    const known = /ERR_INCOMPLETE_CHUNKED_ENCODING|status of (401|405|502)|CORS policy|ERR_FAILED|ERR_CONNECTION_REFUSED/;
    assert.deepEqual(browser.complaints.filter(complaint => !known.test(complaint)), []);
  },
};

/// Opens the page, and fills in what it is given as a person does.
async function open({ gateway = "", key = "" } = {}) {
  const page = await browser.open(host.urls.page);
  if (gateway || key) await page.click("#settings summary");
  for (const [field, value] of [["#base", gateway], ["#key", key]]) {
    if (value) await page.click(field).then(() => page.type(value));
  }
  return page;
}

async function ask(page, question) {
  await page.click("#question");
  await page.type(question);
  await page.click("#send");
}

/// Asks what is cut once it is shown, and gives what is said about it.
function cut(page) {
  return failed(page, "Cut", async () => {
    await page.until(`${text} === "Cut he"`);
    await host.tell("open cut");
  });
}

/// Asks what fails, and gives what is said about it.
async function failed(page, question, meanwhile = () => {}) {
  const count = "document.querySelectorAll('#said li.failed').length";
  const before = await page.evaluate(count);
  await ask(page, question);
  await meanwhile();
  await page.until(`${count} > ${before} && !document.querySelector('#send').disabled`);
  return page.evaluate(words("problem"));
}

/// Each piece is sent when the page has shown the one before it.
async function count(page) {
  await ask(page, "Count");
  await page.until(`${text} === "eins 🦀 "`);
  assert.equal(await page.evaluate("document.querySelector('#said').ariaBusy"), "true");
  await host.tell("open first");
  await page.until(`${text} === "eins 🦀 zwölf "`);
  await host.tell("open second");
  await page.until(`${text} === "eins 🦀 zwölf <b>drei</b>" && !document.querySelector('#send').disabled`);
  assert.equal(await page.evaluate(`${LAST}.className`), "answer");
  assert.equal(await page.evaluate(words("problem")), undefined);
}

const capital = words => words[0].toUpperCase() + words.slice(1);

const { CHROMIUM, HOST, CHOREO, PICTURE } = process.env;
const host = await Host.start(HOST, fileURLToPath(new URL("../web", import.meta.url)), CHOREO);
const browser = new Browser(CHROMIUM);
try {
  await runAll(tests, test => test());
  const page = await open({ gateway: host.urls.allowing, key: KEY });
  await page.click("#settings summary");
  for (const question of ["Write a haiku about Rust", "Fail"]) {
    await ask(page, question);
    await page.until("!document.querySelector('#send').disabled");
  }
  writeFileSync(PICTURE, await page.picture());
} finally {
  await browser.close();
  host.close();
}
