/** Clones from and to drives: loop devices over files that this test made. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { KiB, MiB } from "../../src/bytes/units.js";
import { writeDemoImage } from "../support/demo-image.js";
import { canFail, openFaultyFile } from "../support/faulty-file.js";
import { parseOutput } from "../support/json-output.js";
import { attachLoopDevice, canAttachLoopDevices, type LoopDevice } from "../support/loop-device.js";
import { programCommand, runProgram } from "../support/program.js";
import { sample } from "../support/sample.js";
import { isUnfinished } from "../support/unfinished.js";

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

/** What a drive holds, and what `check` says of it. */
function requireUnfinished(first: Uint8Array, drive: string): void {
  expect(isUnfinished(first)).toBe(true);
  const { exitCode, out } = runProgram(["check", drive, "--json"], folder);
  expect([exitCode, parseOutput("check", out)]).toEqual([7, expect.objectContaining({ cause: "unfinished" })]);
}

it.skipIf(!isPossible)("a damaged unit of the stick is never written as good: the drive is unfinished", () => {
  const bytes = readFileSync(path("stick.img"));
  const at = bytes.indexOf("MSWIM\0\0\0", MiB) + 100_000;
  bytes[at]! ^= 1;
  writeFileSync(path("damaged.img"), bytes);
  expect(clone("damaged.img", loop!.path)).toMatchObject({ exitCode: 3, last: { code: "stick-damaged" } });
  requireUnfinished(readFileSync(path("drive")).subarray(0, 512), loop!.path);
});

/** With its exit code; what is killed takes the process with it that writes. */
const ways = [
  ["SIGINT", 130],
  ["SIGKILL", null],
] as const;

it.skipIf(!canFail())("a clone that is stopped or killed leaves a drive unfinished", async () => {
  const slow = await openFaultyFile(100 * MiB, join(folder, "slow"));
  const drive = attachLoopDevice(slow.path, { direct: true });
  try {
    for (const [signal, ends] of sample(ways, 1)) {
      // Slow enough to be stopped in its midst.
      slow.arm(undefined, 20);
      const [node, script] = programCommand;
      const child = spawn(node, [script, "clone", "stick.img", drive.path, ...unasked], {
        cwd: folder,
        stdio: ["ignore", "pipe", "ignore"],
        detached: true,
      });
      const ended = once(child, "close");
      let said = "";
      let isStopped = false;
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (!said.includes('"phase":"write"') || isStopped) return;
        isStopped = true;
        process.kill(signal === "SIGKILL" ? -child.pid! : child.pid!, signal);
      });
      const [exitCode] = (await ended) as [number | null];
      slow.arm();
      expect(exitCode, said).toBe(ends);
      expect(said).not.toContain('"event":"done"');
      requireUnfinished(slow.bytes.subarray(0, 512), drive.path);
    }
  } finally {
    drive.detach();
    await slow.close();
  }
});
