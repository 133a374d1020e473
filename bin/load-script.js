// Loads a script of dist/bundle with what V8 made of it the last time, which is kept beside it as Python keeps its own: the
// compiler is a third of what a short command takes. Never in a folder that others may write to, as Node's compile cache is
// without being told: what lies there runs, and this program runs as root. Where the folder cannot be written to, as after
// an installation by root, nothing is kept. Plain JavaScript, because it is what loads the rest.
"use strict";
const { readFileSync, renameSync, rmSync, writeFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { dirname } = require("node:path");
const { pathToFileURL } = require("node:url");
const { Script } = require("node:vm");
const { crc32 } = require("node:zlib");

/** CRC-32 of the script, as V8 compares its length alone, and of what follows, which a power cut may have left in part. */
const headerSize = 8;
/** Scripts that were compiled in this run: `{ path, sum, script }`. */
const compiled = [];

/** What V8 takes is its own to say: another version of it, or other flags, make it compile again. */
const keptPath = (path) => `${path}.${process.versions.v8}-${process.arch}.compiled`;

function readKept(path, sum) {
  let kept;
  try {
    kept = readFileSync(keptPath(path));
  } catch {
    return undefined;
  }
  if (kept.length < headerSize || kept.readUInt32LE(0) !== sum) return undefined;
  const data = kept.subarray(headerSize);
  return crc32(data) === kept.readUInt32LE(4) ? data : undefined;
}

/** What a CommonJS module is given; and `$import`, because code that was kept has no import() of its own. */
const given = "exports, require, module, __filename, __dirname, $import";

/** The exports of the CommonJS script at `path`. */
function loadScript(path) {
  const text = readFileSync(path);
  const sum = crc32(text);
  const cachedData = readKept(path, sum);
  const script = new Script(`(function (${given}) { ${text.toString()}\n});`, { filename: path, cachedData });
  if (cachedData === undefined || script.cachedDataRejected) compiled.push({ path, sum, script });
  const loaded = { exports: {} };
  const load = (name) => import(new URL(name, pathToFileURL(path)).href);
  script.runInThisContext()(loaded.exports, createRequire(path), loaded, path, dirname(path), load);
  return loaded.exports;
}

/** Keeps what was compiled, with the functions that ran. Not being able to is no fault of the command. */
function keepCompiled() {
  for (const { path, sum, script } of compiled) {
    const data = script.createCachedData();
    const header = Buffer.alloc(headerSize);
    header.writeUInt32LE(sum, 0);
    header.writeUInt32LE(crc32(data), 4);
    const part = `${keptPath(path)}.${process.pid}`;
    try {
      writeFileSync(part, Buffer.concat([header, data]), { flag: "wx" });
      renameSync(part, keptPath(path));
    } catch {
      rmSync(part, { force: true });
      return;
    }
  }
}

module.exports = { loadScript, keepCompiled };
