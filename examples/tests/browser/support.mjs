// What the tests share that look at pages.

import assert from "node:assert/strict";

/// Tries all, by name; says which failed and why, and at last how many passed. `attempt` is given each.
export async function runAll(tests, attempt) {
  let passed = 0;
  let failed = 0;
  for (const [name, test] of Object.entries(tests)) {
    try {
      await attempt(test);
      passed++;
    } catch (error) {
      failed++;
      console.error(`${name}: ${error.stack}`);
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  if (failed) process.exitCode = 1;
}

/// Whether the text of these elements can be read in both colour schemes; those without a ground of their own are seen on that of
/// `ground`. Leaves the page in the light one.
export async function assertReadable(page, ground, selectors) {
  for (const scheme of ["dark", "light"]) {
    await page.colours(scheme);
    const pairs = await page.evaluate(`${JSON.stringify(selectors)}.map(selector => {
      const { color, backgroundColor } = getComputedStyle(document.querySelector(selector));
      return [selector, color, backgroundColor, getComputedStyle(document.querySelector("${ground}")).backgroundColor];
    })`);
    for (const [selector, text, own, behind] of pairs) {
      const on = own === "rgba(0, 0, 0, 0)" ? behind : own;
      assert.ok(contrast(text, on) >= 4.5, `${scheme} ${selector}: ${text} on ${on}`);
    }
  }
}

/// Whether these are there, each as its role and its name, for those who do not see the page.
export async function assertNamed(page, names) {
  const { nodes } = await page.send("Accessibility.getFullAXTree");
  const named = nodes.filter(node => !node.ignored).map(node => `${node.role?.value} ${node.name?.value}`);
  for (const name of names) assert.ok(named.includes(name), `${name} is not in ${named.join(", ")}`);
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
