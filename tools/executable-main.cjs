// The first lines of an executable (Node's single executable applications), and of each of its threads: the program's
// modules are assets, and each is compiled when it is first required. See src/cli/executable.ts.
const { getRawAsset } = require("node:sea");
const { compileFunction } = require("node:vm");

const modules = new Map();

// oxlint-disable-next-line no-unused-vars -- by the line that tools/package/program.js writes behind these
function load(name) {
  const loaded = modules.get(name);
  if (loaded !== undefined) return loaded.exports;
  const module = { exports: {} };
  modules.set(name, module);
  const text = Buffer.from(getRawAsset(name)).toString();
  const run = compileFunction(text, ["exports", "require", "module"], { filename: name });
  run(module.exports, (path) => (path.startsWith("./") ? load(path.slice(2)) : require(path)), module);
  return module.exports;
}
