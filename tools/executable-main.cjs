// The first lines of an executable (Node's single executable applications): the program is one script, an asset, because
// threads are started from its text. See src/cli/executable.ts.
const { getAsset } = require("node:sea");
const { compileFunction } = require("node:vm");

const text = getAsset("program.cjs", "utf8");
const program = { exports: {} };
compileFunction(text, ["exports", "require", "module"], { filename: "program.cjs" })(program.exports, require, program);
void program.exports.startExecutable(text);
