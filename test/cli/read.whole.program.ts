/**
 * `win7usb read` on a disc with one unreadable sector and with 5,000, a quarter of all: killed at random moments, gone on with,
 * and filled from a second copy until it is a published image. ddrescuelog judges the map.
 */
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { isAllZeros } from "../../src/bytes/zeros.js";
import { readDisc } from "../../src/steps/read-disc.js";
import { knownImagesOf } from "../../src/windows/known-images/index.js";
import { writeDemoImage } from "../support/demo-image.js";
import { canFail, openFaultyFile, type FaultyFile } from "../support/faulty-file.js";
import { judge } from "../support/judges.js";
import { parseReadEvents } from "../support/json-output.js";
import { knownImageRow } from "../support/known-images.js";
import { programCommand, runProgram } from "../support/program.js";
import { randomFrom } from "../support/sample.js";

const sector = 2048;
/** Behind the descriptors and directories, without which there is nothing to read. */
const firstScratched = 400;
const kills = 10;
const possible = [canFail(), judge("ddrescuelog")].every(Boolean);

let folder: string;
let source: Buffer;
let disc: FaultyFile;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-read-whole-"));
  if (!possible) return;
  source = readFileSync(await writeDemoImage(folder, { payloadSize: 6 * MiB }));
  disc = await openFaultyFile(source, folder);
});
afterAll(async () => {
  await disc?.close();
  rmSync(folder, { recursive: true });
});

const at = (name: string): string => join(folder, name);

/** `count` sectors at random that are no zeros, which an image has in their place, and none of `others`; ascending. */
function draw(count: number, random: () => number, others: readonly number[] = []): number[] {
  const taken = new Set(others);
  const found = new Set<number>();
  while (found.size < count) {
    const place = firstScratched + Math.floor(random() * (source.length / sector - firstScratched));
    const isZero = isAllZeros(source.subarray(place * sector, (place + 1) * sector));
    if (!isZero && !taken.has(place)) found.add(place);
  }
  return [...found].toSorted((a, b) => a - b);
}

/** The image is the source, save for these sectors, which are zeros; and its map names them to ddrescuelog. */
function requireCopy(name: string, missing: readonly number[]): void {
  const expected = Buffer.from(source);
  for (const each of missing) expected.fill(0, each * sector, (each + 1) * sector);
  expect(Buffer.compare(readFileSync(at(name)), expected)).toBe(0);
  const options = { encoding: "utf8", maxBuffer: 2 ** 26 } as const;
  const listed = execFileSync("ddrescuelog", ["-b", String(sector), "-l", "-", at(`${name}.map`)], options);
  expect(listed.split("\n").filter(Boolean).map(Number)).toEqual(missing);
}

/** Begun, and ended by force at a random moment, with whatever it has started. */
async function killed(name: string, random: () => number): Promise<void> {
  const [node, script] = programCommand;
  const child = spawn(node, [script, "read", disc.path, at(name), "--json", "--retries", "0"], {
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  const ended = once(child, "exit");
  await once(child.stdout, "data");
  await delay(random() * 1500);
  if (child.exitCode === null) process.kill(-child.pid!, "SIGKILL");
  await ended;
}

describe.skipIf(!possible)("a disc", () => {
  it.each([1, 5000])(
    "with %i unreadable sectors is read up to them, however often it is stopped, and filled by a second copy",
    async (count) => {
      const random = randomFrom(count);
      const name = `${count}.iso`;
      const missing = draw(count, random);
      disc.scratch(missing);
      // Slow enough to be killed in its midst.
      disc.arm(undefined, 1);
      for (let kill = 0; kill < kills; kill += 1) await killed(name, random);
      disc.arm();
      expect(existsSync(at(`${name}.map`))).toBe(true);
      const run = runProgram(["read", disc.path, at(name), "--json", "--retries", "0"]);
      expect(run.exitCode, run.err).toBe(3);
      expect(parseReadEvents(run.out).at(-1)).toMatchObject({
        event: "done",
        verdict: "incomplete",
        unread: { bytes: count * sector },
      });
      requireCopy(name, missing);

      const sha1 = createHash("sha1").update(source).digest("hex");
      const knownImages = knownImagesOf([knownImageRow({ sha1, size: source.length })]);
      const fill = () => readDisc(disc.path, at(name), { fill: true, retries: 0, knownImages });
      // The second copy has as many scratches elsewhere, and one that both have.
      disc.scratch([missing[0]!, ...draw(count, random, missing)].toSorted((a, b) => a - b));
      expect(await fill()).toMatchObject({ verification: null, unread: { bytes: sector } });
      requireCopy(name, missing.slice(0, 1));
      disc.scratch([]);
      expect(await fill()).toMatchObject({ verification: { verdict: "genuine" }, unread: null });
      requireCopy(name, []);
    },
  );
});
