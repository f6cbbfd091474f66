// The page of the web server, as a person uses it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Browser } from "./browser.mjs";
import { assertNamed, assertReadable, runAll } from "./support.mjs";

const ANSWER = question => `Grüße 🦀! You said: "${question}".\nThis is all that a demonstration can say.`;
const LAST = "document.querySelector('#said li:last-child')";
const tests = {
  "an answer": async page => {
    await ask(page, "How are you?");
    await page.until("!document.querySelector('#send').disabled");
    const said = await page.evaluate("[...document.querySelectorAll('#said li')].map(item => item.textContent)");
    assert.deepEqual(said, ["How are you?", ANSWER("How are you?")]);
    assert.equal(await page.evaluate("document.activeElement.id"), "message");
  },

  "markup is text": async page => {
    await ask(page, "<b>bold & \"brave\"</b>");
    await page.until("!document.querySelector('#send').disabled");
    assert.equal(await page.evaluate(`${LAST}.textContent`), ANSWER("<b>bold & \"brave\"</b>"));
    assert.equal(await page.evaluate(`${LAST}.children.length`), 0);
  },

  "an answer that breaks is marked": async page => {
    await ask(page, "How is bread cut?");
    await page.until("!document.querySelector('#send').disabled");
    // What the browser has not handed on when it learns of the break is lost: on a busy machine, all of it.
    assert.match(await page.evaluate(`${LAST}.textContent`), /^(Grüße 🦀! You said: "How .*)? \(failed: .+\)$/s);
    assert.equal(await page.evaluate(`${LAST}.className`), "answer failed");
  },

  "what was said last is in view": async page => {
    const box = selector => `document.querySelector("${selector}").getBoundingClientRect()`;
    assert.ok(await page.evaluate("document.documentElement.scrollHeight > innerHeight"), "there is nothing to scroll");
    assert.ok(await page.evaluate(`${box("#said li:last-child")}.bottom <= ${box("form")}.top`));
  },

  "pieces are shown as they come, until it is stopped": async (page, gateway) => {
    await ask(page, "Hold");
    await page.until(`${LAST}.textContent === "first "`);
    assert.equal(await page.evaluate("document.querySelector('#said').ariaBusy"), "true");
    await page.click("#stop");
    await page.until(`${LAST}.textContent === "first  (stopped)"`);
    const { answer } = gateway;
    if (!answer.closed) await once(answer, "close", { signal: AbortSignal.timeout(30_000) });
  },

  "it can be read in both schemes, and by those who do not see it": async page => {
    await assertReadable(page, "form", ["body", "#said .question", "#message", "#send"]);
    await assertNamed(page, ["textbox Your question", "button Send", "button Stop", "log What was said", "heading Chat"]);
  },

  "nothing else is complained about": async () => {
    // Of the answer that breaks, the browser says so.
    assert.deepEqual(browser.complaints.filter(text => !text.includes("ERR_INCOMPLETE_CHUNKED_ENCODING")), []);
  },
};

async function ask(page, question) {
  await page.click("#message");
  await page.type(question);
  await page.click("#send");
}

/// A gateway that begins an answer, and keeps its end to itself.
async function holdingGateway() {
  const server = createServer((request, response) => {
    server.answer = response;
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "first " } }] })}\n\n`);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}

async function serve(gateway) {
  const { CHOREOAI_BASE_URL, CHOREOAI_API_KEY, ...env } = process.env;
  const settings = gateway ? { CHOREOAI_BASE_URL: `http://127.0.0.1:${gateway.address().port}`, CHOREOAI_API_KEY: "any" } : {};
  const server = spawn(process.env.SERVER, ["127.0.0.1:0"], {
    env: { ...env, ...settings },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = await once(createInterface(server.stdout), "line");
  return { server, url: line.replace("listening on ", "") };
}

const gateway = await holdingGateway();
const [demo, held] = await Promise.all([serve(), serve(gateway)]);
const browser = new Browser(process.env.CHROMIUM);
try {
  const pages = { demo: await browser.open(demo.url), held: await browser.open(held.url) };
  await runAll(tests, test => test(test.length > 1 ? pages.held : pages.demo, gateway));
  if (process.argv[2]) {
    const page = await browser.open(demo.url);
    for (const question of ["Write a haiku about Rust", "And one about the sea"]) {
      await ask(page, question);
      await page.until("!document.querySelector('#send').disabled");
    }
    writeFileSync(process.argv[2], await page.picture());
  }
} finally {
  await browser.close();
  demo.server.kill();
  held.server.kill();
  gateway.closeAllConnections();
  gateway.close();
}
