// Runs a component under node, by jco and its `preview2-shim`.
//
//   node jco.mjs compile COMPONENT FOLDER
//   node jco.mjs run FOLDER [ARGUMENTS...]
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";

const [command, from, ...rest] = process.argv.slice(2);

if (command === "compile") {
  const { transpile } = await import("@bytecodealliance/jco-transpile");
  const { files } = await transpile(from, { name: "component" });
  for (const [name, bytes] of Object.entries(files)) {
    const file = join(rest[0], name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
} else {
  const { _setArgs } = await import("@bytecodealliance/preview2-shim/cli");
  _setArgs(rest);
  const { run } = await import(pathToFileURL(resolve(from, "component.js")));
  let status = 0;
  try {
    run.run();
  } catch (error) {
    // What the component's own failure is thrown as; all else is the host's.
    if (error !== undefined) throw error;
    status = 1;
  }
  // Its threads have what is left to write, and would not end by themselves.
  await setImmediate();
  process.exit(status);
}
