/**
 * A disc in an optical drive as the image of `inspect`, `verify` and `write`, and as what `read` reads: the drive is one of a
 * machine that is not there, over a loop device. nbdkit counts what the drive reads and in which order: each byte once, from
 * beginning to end, behind a few looks at the structures. Run-out blocks cannot be read, which only the kernel tries, ahead.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import type { Verdict } from "../../src/verification/verdict.js";
import { writeDemoImage } from "../support/demo-image.js";
import { expectOnePass, travelOf } from "../support/disc-travel.js";
import { fileDigest } from "../support/guest-write.js";
import { parseOutput, parseReadEvents } from "../support/json-output.js";
import { canMakeOpticalMachines, openOpticalMachine, runOut, type OpticalMachine } from "../support/optical-machine.js";
import { runProgram } from "../support/program.js";
import { sample } from "../support/sample.js";

/** Volume descriptors, directories, and what stands at the end of a WIM that is larger than all before it. */
const mostLooks = 6;
const possible = canMakeOpticalMachines();

let work: string;
let iso: string;
let size: number;
let optical: OpticalMachine;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "win7usb-optical-"));
  if (!possible) return;
  iso = await writeDemoImage(work, { payloadSize: 3 * MiB });
  size = statSync(iso).size;
});
afterAll(() => rmSync(work, { recursive: true }));
beforeEach(async () => {
  if (possible) optical = await openOpticalMachine(iso);
});
afterEach(async () => optical?.close());

describe.skipIf(!possible)("a disc in a drive that says more than the volume has", () => {
  it.each(sample([["--deep"], []], 1).map((options) => ({ options })))(
    "is verified in one pass, as long as its volume: $options",
    async ({ options }) => {
      const { exitCode, out, err, reads } = optical.run("verify", "/dev/sr0", "--json", ...options);
      expect(exitCode, err).toBe(0);
      const { verdict, image, hashes, checks } = parseOutput<{
        verdict: Verdict;
        image: { size: number; capacity: number };
        hashes: { sha256: string };
        checks: { id: string; status: string }[];
      }>("verify", out);
      expect([verdict, image.size, image.capacity]).toEqual(["intact", size, size + runOut]);
      expect(hashes.sha256).toBe(await fileDigest(iso, size));
      expect(checks.find(({ id }) => id === "whole")).toMatchObject({ status: "pass" });
      expectOnePass(reads, size, mostLooks);
    },
  );

  it("is written in one pass, and the image file is the one that its ISO gives", async () => {
    const { exitCode, err, reads } = optical.run("write", "/dev/sr0", "disc.img", "--quiet");
    expect(exitCode, err).toBe(0);
    const fromFile = join(work, "file.img");
    const same = runProgram(["write", iso, fromFile, "--quiet"]);
    expect(same.exitCode, same.err).toBe(0);
    const length = statSync(fromFile).size;
    const fromDisc = join(optical.machine.work, "disc.img");
    expect(statSync(fromDisc).size).toBe(length);
    expect(await fileDigest(fromDisc, length)).toBe(await fileDigest(fromFile, length));
    expectOnePass(reads, size, mostLooks);
  });

  it("is inspected by its structures alone, and read in one pass behind one look at its beginning", async () => {
    const inspected = optical.run("inspect", "/dev/sr0");
    expect(inspected.exitCode, inspected.err).toBe(0);
    expect(inspected.out).toMatch(
      /image +\/dev\/sr0, 19\.\d MiB; the drive counts 300 KiB more, run-out that\s+is not read\n/,
    );
    const looks = travelOf(inspected.reads);
    expect(looks.bytes).toBeLessThan(2 * MiB);
    expect(looks.back.length).toBeLessThanOrEqual(mostLooks);
    const { exitCode, out, err, reads } = optical.run("read", "/dev/sr0", "disc.iso", "--json");
    expect(exitCode, err).toBe(0);
    expect(parseReadEvents(out).at(-1)).toMatchObject({ event: "done", verdict: "intact", unread: null });
    expect(await fileDigest(join(optical.machine.work, "disc.iso"), size)).toBe(await fileDigest(iso, size));
    expectOnePass(reads, size, 0);
  });
});
