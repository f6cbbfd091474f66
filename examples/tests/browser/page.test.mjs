// The page of the web server, as a person uses it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Browser } from "./browser.mjs";

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
    assert.match(await page.evaluate(`${LAST}.textContent`), /^Grüße 🦀! You said: "How .* \(failed: .+\)$/s);
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
    for (const scheme of ["light", "dark"]) {
      await page.colours(scheme);
      const pairs = await page.evaluate(`["body", "#said .question", "#message", "#send"].map(selector => {
        const { color, backgroundColor } = getComputedStyle(document.querySelector(selector));
        return [selector, color, backgroundColor, getComputedStyle(document.querySelector("form")).backgroundColor];
      })`);
      for (const [selector, text, behind, page] of pairs) {
        const ground = behind === "rgba(0, 0, 0, 0)" ? page : behind;
        assert.ok(contrast(text, ground) >= 4.5, `${scheme} ${selector}: ${text} on ${ground}`);
      }
    }
    await page.colours("light");
    const { nodes } = await page.send("Accessibility.getFullAXTree");
    const named = nodes.filter(node => !node.ignored).map(node => `${node.role?.value} ${node.name?.value}`);
    for (const name of ["textbox Your question", "button Send", "button Stop", "log What was said", "heading Chat"]) {
      assert.ok(named.includes(name), `${name} is not in ${named.join(", ")}`);
    }
  },
};

async function ask(page, question) {
  await page.click("#message");
  await page.type(question);
  await page.click("#send");
}

/// Of two colours, as WCAG 2 has it.
function contrast(...colours) {
  const light = colours.map(colour => {
    const [red, green, blue] = colour.match(/[\d.]+/g).map(part => {
      const value = part / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  });
  return (Math.max(...light) + 0.05) / (Math.min(...light) + 0.05);
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
let passed = 0;
let failed = 0;
try {
  const pages = { demo: await browser.open(demo.url), held: await browser.open(held.url) };
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test(test.length > 1 ? pages.held : pages.demo, gateway);
      passed++;
    } catch (error) {
      failed++;
      console.error(`${name}: ${error.stack}`);
    }
  }
  // Of the answer that breaks, the browser says so.
  const complaints = browser.complaints.filter(text => !text.includes("ERR_INCOMPLETE_CHUNKED_ENCODING"));
  if (complaints.length) {
    failed++;
    console.error(`the browser complains: ${complaints.join("; ")}`);
  }
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
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
