#!/usr/bin/env node
// Plain JavaScript that old Node versions can parse too, so that they get a sentence instead of a syntax error.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`win7usb: Node ${process.versions.node} is too old; 20.19 or newer is needed\n`);
  process.exitCode = 2;
} else {
  // Node 22.1 and newer keep what they have compiled.
  const { enableCompileCache } = require("node:module");
  if (enableCompileCache !== undefined) enableCompileCache();
  const { start } = require("../dist/bundle/start.cjs");
  void start(process.argv.slice(2)).then((exitCode) => {
    process.exitCode = exitCode;
  });
}
