/** What V8 made of a script is kept beside it, and believed only of that very script, whole. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, it } from "vitest";

type Loading = {
  readonly loadScript: (path: string) => { value: number };
  readonly keepCompiled: () => void;
};

const work = mkdtempSync(join(tmpdir(), "win7usb-load-script-"));
afterAll(() => rmSync(work, { recursive: true }));

/** As a process that has just started: what was loaded before is forgotten. */
function started(): Loading {
  const require = createRequire(import.meta.url);
  const path = require.resolve("../../bin/load-script.js");
  delete require.cache[path];
  return require(path) as Loading;
}

function run(path: string): number {
  const { loadScript, keepCompiled } = started();
  const { value } = loadScript(path);
  keepCompiled();
  return value;
}

let folder: string;
let script: string;
beforeEach(() => {
  folder = mkdtempSync(join(work, "script-"));
  script = join(folder, "script.cjs");
  writeFileSync(script, "exports.value = [1].map((each) => each)[0];");
});
const kept = (): string[] => readdirSync(folder).filter((name) => name !== "script.cjs");

it("is kept once, and taken again", () => {
  expect(run(script)).toBe(1);
  const [name = "", ...others] = kept();
  expect(others).toEqual([]);
  expect(name).toContain(process.versions.v8);
  const { ino } = statSync(join(folder, name));
  expect(run(script)).toBe(1);
  expect(statSync(join(folder, name)).ino).toBe(ino);
});

it("is not taken for another script of the same length", () => {
  run(script);
  writeFileSync(script, "exports.value = [2].map((each) => each)[0];");
  expect(run(script)).toBe(2);
  expect(run(script)).toBe(2);
});

it.each([
  ["cut short", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ["emptied", (bytes: Buffer) => bytes.subarray(0, 0)],
  ["with a bit turned", (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 200 ? byte ^ 1 : byte)))],
])("%s is made anew", (_, broken) => {
  run(script);
  const path = join(folder, kept()[0]!);
  const sound = readFileSync(path);
  writeFileSync(path, broken(sound));
  expect(run(script)).toBe(1);
  expect(readFileSync(path).length).toBe(sound.length);
});

it("imports modules beside it when it was compiled before, too", async () => {
  writeFileSync(join(folder, "beside.mjs"), "export const value = 3;");
  writeFileSync(script, 'exports.value = () => $import("./beside.mjs");');
  for (let round = 0; round < 2; round += 1) {
    const { loadScript, keepCompiled } = started() as unknown as {
      loadScript: (path: string) => { value: () => Promise<{ value: number }> };
      keepCompiled: () => void;
    };
    const { value } = await loadScript(script).value();
    expect(value).toBe(3);
    keepCompiled();
  }
});

it("cannot be kept, and that is no fault", () => {
  run(script);
  const path = join(folder, kept()[0]!);
  rmSync(path);
  mkdirSync(path);
  expect(run(script)).toBe(1);
  expect(kept()).toHaveLength(1);
});
