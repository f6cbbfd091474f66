// Runs a program of WASI preview 1, and connects its standard input and output to a TCP port of this computer.
//
//   node host.mjs PROGRAM PORT
//
// `node:wasi` runs a program to its end without giving way to anything else, so the program has a process of its own.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { WASI } from "node:wasi";

const [program, port] = process.argv.slice(2);

if (port === undefined) {
  const wasi = new WASI({ version: "preview1", args: [program], returnOnExit: true });
  const { instance } = await WebAssembly.instantiate(await readFile(program), wasi.getImportObject());
  process.exitCode = wasi.start(instance);
} else {
  const socket = connect({ host: "127.0.0.1", port: Number(port) });
  socket.on("error", (error) => console.error(error.message));
  socket.once("connect", () => {
    const child = spawn(process.execPath, ["--no-warnings", fileURLToPath(import.meta.url), program], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    // Whichever ends first, the other sees the end of its input.
    child.stdin.on("error", () => {});
    socket.pipe(child.stdin);
    child.stdout.pipe(socket);
    child.on("exit", (code) => {
      process.exitCode = code ?? 1;
      socket.destroy();
    });
  });
}
