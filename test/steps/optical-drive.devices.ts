/**
 * A disc in a drive as the image of `inspect`, `verify` and `write`. nbdkit counts what the drive reads and in which order:
 * each byte once, from beginning to end, behind a few looks at the structures; and nothing of the run-out blocks.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KiB, MiB } from "../../src/bytes/units.js";
import type { Verdict } from "../../src/verification/verdict.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseOutput } from "../support/json-output.js";
import { canLogDiscs, openLoggedDisc, type DiscRead } from "../support/logged-disc.js";
import { runProgram } from "../support/program.js";
import { fileDigest } from "../support/guest-write.js";

const work = mkdtempSync(join(tmpdir(), "win7usb-optical-"));
/** ECMA-130 has 150 sectors of post-gap behind a track of data. */
const runOut = 150 * 2 * KiB;
/** Bytes that the kernel reads ahead, and out of order, without a drive's having to seek. */
const near = 8 * MiB;
/** Volume descriptors, directories, and what stands at the end of a WIM that is larger than all before it. */
const mostLooks = 6;

let iso: string;
beforeAll(async () => {
  if (canLogDiscs()) iso = await writeDemoImage(work, { payloadSize: 8 * MiB });
});
afterAll(() => rmSync(work, { recursive: true }));

type Travel = { readonly bytes: number; readonly back: readonly number[] };

/** `back`: how many bytes the drive had read in all when its head went back by more than `near`. */
function travelOf(reads: readonly DiscRead[]): Travel {
  const back: number[] = [];
  let bytes = 0;
  let head = 0;
  for (const { offset, length } of reads) {
    const isBack = offset < head - near;
    if (isBack) back.push(bytes);
    head = isBack ? offset + length : Math.max(head, offset + length);
    bytes += length;
  }
  return { bytes, back };
}

describe.skipIf(!canLogDiscs())("a disc in a drive that says more than the volume has", () => {
  const onDisc = async <T>(use: (path: string) => T | Promise<T>): Promise<{ result: T; reads: DiscRead[] }> => {
    const disc = await openLoggedDisc(iso, runOut);
    try {
      return { result: await use(disc.path), reads: disc.reads() };
    } finally {
      await disc.close();
    }
  };
  /** All of the disc once, in ascending order as soon as more than its structures is read. */
  const expectOnePass = (reads: readonly DiscRead[]): void => {
    const { bytes, back } = travelOf(reads);
    const { size } = statSync(iso);
    // What is read ahead of a look is not read again.
    expect(bytes).toBeGreaterThanOrEqual(size);
    expect(bytes).toBeLessThan(size + MiB);
    expect(back.length, `the head went back after ${back.join(", ")} bytes`).toBeLessThanOrEqual(mostLooks);
    for (const after of back) expect(after).toBeLessThan(size / 20);
  };

  it.each([[], ["--deep"]].map((options) => ({ options })))(
    "is verified in one pass: $options",
    async ({ options }) => {
      const { result, reads } = await onDisc((path) => runProgram(["verify", path, "--json", ...options]));
      const size = statSync(iso).size;
      expect(result.exitCode, result.err).toBe(0);
      const { verdict, hashes, checks } = parseOutput<{
        verdict: Verdict;
        hashes: { sha256: string };
        checks: { id: string; status: string; message: string }[];
      }>("verify", result.out);
      expect(verdict).toBe("intact");
      expect(hashes.sha256).toBe(await fileDigest(iso, size));
      expect(checks.find(({ id }) => id === "whole")).toMatchObject({ status: "pass" });
      expectOnePass(reads);
    },
  );

  it("is inspected by its structures alone", async () => {
    const { result, reads } = await onDisc((path) => runProgram(["inspect", path, "--json"]));
    expect(result.exitCode, result.err).toBe(0);
    expect(parseOutput("inspect", result.out)).toMatchObject({ image: { size: statSync(iso).size } });
    const { bytes, back } = travelOf(reads);
    expect(bytes).toBeLessThan(4 * MiB);
    expect(back.length).toBeLessThanOrEqual(mostLooks);
  });

  it("is written in one pass, and the image file is the one that its ISO gives", async () => {
    const [fromDisc, fromFile] = ["disc.img", "file.img"].map((name) => join(work, name)) as [string, string];
    const { result, reads } = await onDisc((path) => runProgram(["write", path, fromDisc, "--quiet"]));
    expect(result.exitCode, result.err).toBe(0);
    const same = runProgram(["write", iso, fromFile, "--quiet"]);
    expect(same.exitCode, same.err).toBe(0);
    const size = statSync(fromFile).size;
    expect(statSync(fromDisc).size).toBe(size);
    expect(await fileDigest(fromDisc, size)).toBe(await fileDigest(fromFile, size));
    expectOnePass(reads);
  });
});
