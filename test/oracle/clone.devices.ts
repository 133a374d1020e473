/** Clones from and to drives: loop devices over files that this test made. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { KiB, MiB } from "../../src/bytes/units.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseOutput } from "../support/json-output.js";
import { attachLoopDevice, canAttachLoopDevices, type LoopDevice } from "../support/loop-device.js";
import { runProgram } from "../support/program.js";

const isPossible = canAttachLoopDevices();
let folder: string;
let loop: LoopDevice | undefined;
const path = (name: string): string => join(folder, name);
const unasked = ["--yes", "--allow", "fixed-disk", "--json"];

type Last = { event: string; code?: string };
function clone(...words: string[]): { exitCode: number | null; last: Last } {
  const { exitCode, out } = runProgram(["clone", ...words, ...unasked], folder);
  return { exitCode, last: parseOutput<Last>("write-event", out.trimEnd().split("\n").at(-1)!) };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-clone-"));
  await writeDemoImage(folder, { payloadSize: 64 * KiB });
  expect(runProgram(["write", "win7.iso", "stick.img"], folder).exitCode).toBe(0);
  writeFileSync(path("drive"), "");
  truncateSync(path("drive"), 100 * MiB);
  if (isPossible) loop = attachLoopDevice(path("drive"));
}, 60_000);
afterAll(() => {
  loop?.detach();
  rmSync(folder, { recursive: true });
});

it.skipIf(!isPossible)("a larger drive holds the stick, and is itself a stick to clone, but not onto itself", () => {
  expect(clone("stick.img", loop!.path)).toMatchObject({ exitCode: 0, last: { event: "done" } });
  expect(runProgram(["check", loop!.path, "--iso", "win7.iso"], folder).exitCode).toBe(0);
  expect(clone(loop!.path, "again.img")).toMatchObject({ exitCode: 0, last: { event: "done" } });
  expect(Buffer.compare(readFileSync(path("again.img")), readFileSync(path("stick.img")))).toBe(0);
  expect(clone(loop!.path, loop!.path)).toMatchObject({ exitCode: 5, last: { code: "source-drive" } });
  expect(clone("./drive", loop!.path)).toMatchObject({ exitCode: 5, last: { code: "source-drive" } });
});

it.skipIf(!isPossible)("a drive that is too small is refused by name, and left alone", () => {
  expect(runProgram(["write", "win7.iso", "large.img", "--size", "200M"], folder).exitCode).toBe(0);
  const before = readFileSync(path("drive"));
  expect(clone("large.img", loop!.path)).toMatchObject({ exitCode: 5, last: { code: "too-small" } });
  expect(Buffer.compare(readFileSync(path("drive")), before)).toBe(0);
});
