#!/usr/bin/env node
// Plain JavaScript that old Node versions can parse too, so that they get a sentence instead of a syntax error.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`win7usb: Node ${process.versions.node} is too old; 20.19 or newer is needed\n`);
  process.exitCode = 2;
} else {
  const { join } = require("node:path");
  const { existsSync } = require("node:fs");
  const { keepCompiled, loadScript } = require("./load-script.js");
  const bundle = join(__dirname, "..", "dist", "bundle");
  const runOf = (command) => {
    const path = join(bundle, `run-${command}.cjs`);
    return existsSync(path) ? loadScript(path) : undefined;
  };
  const { start } = loadScript(join(bundle, "start.cjs"));
  void start(process.argv.slice(2), runOf).then((exitCode) => {
    process.exitCode = exitCode;
    keepCompiled();
  });
}
