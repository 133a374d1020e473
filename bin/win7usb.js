#!/usr/bin/env node
// Plain JavaScript that old Node versions can parse too, so that they get a sentence instead of a syntax error.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`win7usb: Node ${process.versions.node} is too old; 20.19 or newer is needed\n`);
  process.exitCode = 2;
} else {
  const { main } = await import("../dist/cli/main.js");
  process.exitCode = await main(process.argv.slice(2));
}
