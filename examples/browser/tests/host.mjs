// The process that serves the page and the gateways: host/src/check.rs says what it is told.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export class Host {
  #process;
  #lines;
  /// The addresses, by name.
  urls = {};

  static async start(path, web, wasm) {
    const host = new Host();
    host.#process = spawn(path, ["check", web, wasm], { stdio: ["pipe", "pipe", "inherit"] });
    host.#lines = createInterface(host.#process.stdout)[Symbol.asyncIterator]();
    for (let count = 0; count < 3; count++) {
      const [name, url] = (await host.#line()).split(" ");
      host.urls[name] = url;
    }
    return host;
  }

  /// Gives its answer to a command.
  async tell(command) {
    this.#process.stdin.write(`${command}\n`);
    return this.#line();
  }

  /// The last request for a chat that the gateway of this name had.
  async request(gateway) {
    const request = JSON.parse(await this.tell(`request ${gateway}`));
    return { ...request, body: JSON.parse(request.body) };
  }

  close() {
    this.#process.stdin.end();
  }

  async #line() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the host has gone");
    return value;
  }
}
