#!/usr/bin/env node
"use strict";
// CommonJS, that old Node versions can parse too, so that they get a sentence instead of a syntax error; and because
// loading an ES module already starts the threads that transfers run on, with a number that cannot be changed then.
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write("win7usb: Node " + process.versions.node + " is too old; 20.19 or newer is needed\n");
  process.exitCode = 2;
} else {
  start(process.argv.slice(2));
}

function start(args) {
  // Any argument may be a drive: two transfers are under way for each, and two for the image. With fewer threads a slow
  // drive would keep the others waiting. (Windows takes the number from the environment that it was started with.)
  const leastThreads = 4;
  const mostThreads = 128;
  const threads = Math.min(mostThreads, Math.max(leastThreads, 2 * args.length));
  process.env.UV_THREADPOOL_SIZE = process.env.UV_THREADPOOL_SIZE || String(threads);
  import("../dist/cli/main.js")
    .then(({ main }) => main(args))
    .then((exitCode) => {
      process.exitCode = exitCode;
    });
}
