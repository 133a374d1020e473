#!/usr/bin/env node
// Plain JavaScript that old Node versions can parse too, so that they get a sentence instead of a syntax error. A
// CommonJS module (see package.json beside it): Node loads ES modules on the very threads whose number is set here.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`win7usb: Node ${process.versions.node} is too old; 20.19 or newer is needed\n`);
  process.exitCode = 2;
} else {
  // Node has four threads for files, and that is one drive's worth: each target keeps two of them waiting, the image
  // two more. There are no more targets than arguments.
  if (!process.env.UV_THREADPOOL_SIZE) process.env.UV_THREADPOOL_SIZE = String(2 * process.argv.length);
  // What a drive may hold up is another process's. A dry run and help touch none, and a second start takes its time.
  const [, , command, ...words] = process.argv;
  const writes = command === "write" && !words.some((word) => /^(?:-n|--dry-run|-h|--help)$/.test(word));
  void import(writes ? "../dist/cli/supervise.js" : "../dist/cli/main.js")
    .then(({ main }) => main(process.argv.slice(2)))
    .then((exitCode) => {
      process.exitCode = exitCode;
    });
}
