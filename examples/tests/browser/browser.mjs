// Chromium, driven by its devtools protocol over a pair of pipes: no package, no port.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PATIENCE = 30_000;

export class Browser {
  #profile = mkdtempSync(join(tmpdir(), "browser-"));
  #process;
  #commands = new Map();
  #number = 0;
  #received = "";
  /// What pages complained about.
  complaints = [];

  constructor(path) {
    const options = [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--no-proxy-server",
      "--remote-debugging-pipe", `--user-data-dir=${this.#profile}`, "--window-size=760,560",
    ];
    this.#process = spawn(path, options, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    this.#process.stdio[4].setEncoding("utf8").on("data", text => this.#receive(text));
    this.#process.on("exit", () => this.#commands.forEach(command => command.reject(new Error("the browser has gone"))));
  }

  async close() {
    const gone = new Promise(resolve => this.#process.once("exit", resolve));
    this.#process.kill();
    await gone;
    // The processes that it started end a moment later, and write until then.
    for (let tries = 0; tries < 100; tries++) {
      try {
        return rmSync(this.#profile, { recursive: true, force: true });
      } catch {
        await pause(100);
      }
    }
  }

  /// Opens a page, and gives it when it has loaded.
  async open(url) {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page((method, params) => this.send(method, params, sessionId));
    await page.send("Runtime.enable");
    await page.send("Log.enable");
    const { errorText } = await page.send("Page.navigate", { url });
    if (errorText) throw new Error(`${url}: ${errorText}`);
    await page.until("document.readyState === 'complete'");
    return page;
  }

  send(method, params = {}, sessionId) {
    const id = ++this.#number;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${method}: no reply`)), PATIENCE);
      const settle = how => value => (clearTimeout(timer), this.#commands.delete(id), how(value));
      this.#commands.set(id, { resolve: settle(resolve), reject: settle(reject) });
      this.#process.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + "\0");
    });
  }

  /// Messages end with a zero byte.
  #receive(text) {
    const messages = (this.#received + text).split("\0");
    this.#received = messages.pop();
    for (const { id, result, error, method, params } of messages.map(JSON.parse)) {
      if (error) this.#commands.get(id)?.reject(new Error(error.message));
      else if (id) this.#commands.get(id)?.resolve(result);
      else if (method === "Runtime.exceptionThrown") this.complaints.push(params.exceptionDetails.exception.description);
      else if (method === "Log.entryAdded" && params.entry.level === "error") this.complaints.push(params.entry.text);
    }
  }
}

class Page {
  constructor(send) {
    this.send = send;
  }

  async evaluate(expression) {
    const options = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", options);
    if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.exception.description}`);
    return result.value;
  }

  /// Waits until the expression is true.
  async until(expression) {
    const patience = Date.now() + PATIENCE;
    while (!(await this.evaluate(expression))) {
      if (Date.now() > patience) throw new Error(`in vain: ${expression}\n${await this.evaluate("document.body.innerText")}`);
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }

  /// Clicks in the middle of it, as a person does.
  async click(selector) {
    const [x, y] = await this.evaluate(`(() => {
      const at = document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect();
      return [at.x + at.width / 2, at.y + at.height / 2];
    })()`);
    for (const type of ["mousePressed", "mouseReleased"]) {
      await this.send("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
    }
  }

  type(text) {
    return this.send("Input.insertText", { text });
  }

  /// Presses a key that writes nothing, or Enter; with Shift if told so.
  async press(key, { shift = false } = {}) {
    const code = { Enter: 13, Escape: 27, Tab: 9 }[key];
    const pressed = { key, code: key, windowsVirtualKeyCode: code, modifiers: shift ? 8 : 0 };
    await this.send("Input.dispatchKeyEvent", { type: "keyDown", ...pressed, text: key === "Enter" ? "\r" : undefined });
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", ...pressed });
  }

  async picture() {
    return Buffer.from((await this.send("Page.captureScreenshot", { format: "png" })).data, "base64");
  }

  colours(scheme) {
    return this.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
  }
}
