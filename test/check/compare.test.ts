/** A check of targets in memory: sectors that cannot be read, and random damage against a naive comparison. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkAgainst, type Expectation } from "../../src/check/index.js";
import { locateManifest } from "../../src/check/locate-manifest.js";
import { createReadBytes } from "../../src/check/read-bytes.js";
import { MiB, roundUp } from "../../src/bytes/units.js";
import type { DriveReader } from "../../src/drive/drive-reader.js";
import { planDisk } from "../../src/volumes/index.js";
import type { DiskPlan, PlannedFile } from "../../src/volumes/plan.js";
import { writePlan } from "../../src/write/write-plan.js";
import { memoryDrive } from "../support/memory-drive.js";
import { readerOf, type Fault } from "../support/memory-reader.js";
import { directory, file, tree } from "../support/memory-tree.js";
import { rounds } from "../support/sample.js";

const diskSize = 66 * MiB + 512;

const content = tree(
  file("bootmgr", 3000),
  directory("sources", [file("install.wim", 5 * MiB + 77), file("boot.wim", 2 * MiB)]),
);
const planFor = (size: number): DiskPlan =>
  planDisk(content, { diskSize: size }, { fileSystem: "fat32", label: "SAMPLE" });
const plan = planFor(diskSize);

async function write(planned: DiskPlan, skipsZeros: boolean): Promise<Uint8Array> {
  const drive = memoryDrive(planned.diskSize, { skipsZeros });
  await writePlan({ plan: planned, targets: [drive], verify: true, onEvent: () => undefined, now: () => 0 });
  return drive.bytes;
}

const written = write(plan, false);

async function check(reader: DriveReader, kind: Expectation["kind"], planned = plan) {
  const found = await locateManifest(reader, createReadBytes(reader));
  let expectation: Expectation = { kind: "image", plan: planned, found };
  if (kind === "manifest") {
    if (found.read.kind !== "manifest") throw new Error(found.read.reason);
    expectation = { kind, manifest: found.read.manifest, found };
  }
  let total = -1;
  let advanced = 0;
  const findings = await checkAgainst(expectation, {
    reader,
    begin: (bytes) => (total = bytes),
    advanced: (bytes) => void (advanced += bytes),
  });
  expect(advanced).toBe(total);
  return findings;
}

const within =
  (at: number): Fault =>
  (offset, length) =>
    offset <= at && at < offset + length;
const wim = plan.files.find(({ path }) => path === "sources/install.wim")!;
const kinds = ["image", "manifest"] as const;

describe.each(kinds)("compared with the %s", (kind) => {
  it("is intact where nothing changed", async () => {
    const findings = await check(readerOf(await written), kind);
    expect(findings).toMatchObject({ mismatches: [], added: [], usedSince: false });
  });

  it("names what cannot be read, and reads on", async () => {
    const bytes = new Uint8Array(await written);
    const bad = wim.runs[0]!.offset + 2 * MiB + 5;
    const boot = plan.files.find(({ path }) => path === "sources/boot.wim")!.runs[0]!.offset + MiB + 1;
    bytes[boot] = bytes[boot]! ^ 1;
    const { mismatches } = await check(readerOf(bytes, within(bad)), kind);
    expect(mismatches.map(({ path, cause }) => [path, cause])).toEqual(
      expect.arrayContaining([
        ["sources/install.wim", "unreadable"],
        ["sources/boot.wim", "damaged"],
      ]),
    );
    expect(mismatches).toHaveLength(2);
    const [unreadable] = mismatches.filter(({ cause }) => cause === "unreadable");
    expect(unreadable!.offset).toBeLessThanOrEqual(bad);
    expect(unreadable!.length).toBeLessThanOrEqual(2 * MiB);
  });

  it("gives up on a drive that answers nothing any more", async () => {
    const start = wim.runs[0]!.offset + MiB;
    let manifestRead = false;
    const reader = readerOf(await written, (offset) => {
      if (offset > diskSize - 3 * MiB) manifestRead = true;
      return manifestRead && offset >= start && offset < diskSize - 3 * MiB;
    });
    const { mismatches } = await check(reader, kind);
    expect(mismatches.some(({ path, cause }) => path === wim.path && cause === "unreadable")).toBe(true);
    expect(reader.reads.filter((offset) => offset >= start).length).toBeLessThan(30);
  });
});

describe("compared with the image", () => {
  // So large that its free clusters are no part of the content: a check reads what is used.
  const roomy = planFor(140 * MiB);
  const roomyBytes = write(roomy, true);

  /** What a check finds where `edits` were made, and whether a byte is another than before. */
  async function checkEdited(edits: readonly { readonly at: number; readonly value: number }[]) {
    const bytes = await roomyBytes;
    const before = edits.map(({ at }) => ({ at, value: bytes[at]! }));
    for (const { at, value } of edits) bytes[at] = value;
    const changed = before.some(({ at, value }) => bytes[at] !== value);
    try {
      return { ...(await check(readerOf(bytes), "image", roomy)), changed };
    } finally {
      for (const { at, value } of before) bytes[at] = value;
    }
  }

  it("tells to the byte what a naive comparison tells", async () => {
    const intact = await roomyBytes;
    const start = roomy.files[0]!.runs[0]!.offset;
    const end = roomy.files.at(-1)!.runs[0]!.offset;
    const flips = fc.uniqueArray(fc.integer({ min: start, max: end - 1 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(flips, async (places) => {
        const { mismatches } = await checkEdited(places.map((at) => ({ at, value: intact[at]! ^ 0xff })));
        // The rest of a file's last cluster is told as the file's.
        const holds = ({ runs: [run] }: PlannedFile, place: number): boolean =>
          run!.offset <= place && place < run!.offset + roundUp(run!.length, roomy.clusterSize);
        for (const planned of roomy.files) {
          const { path, runs } = planned;
          const own = places.filter((place) => holds(planned, place));
          const [offset, last] = [Math.min(...own), Math.max(...own)];
          const told = mismatches.filter((mismatch) => mismatch.path === path);
          const expected = [
            { offset, length: last + 1 - offset, fileOffset: Math.min(offset - runs[0]!.offset, planned.size) },
          ];
          expect(told.map(({ length, fileOffset, ...rest }) => ({ offset: rest.offset, length, fileOffset }))).toEqual(
            own.length === 0 ? [] : expected,
          );
        }
        expect(places.every((place) => roomy.files.some((planned) => holds(planned, place)))).toBe(true);
      }),
      { numRuns: rounds(12) },
    );
  });

  it("holds a FAT32 volume together whatever becomes of its structures", async () => {
    // Reserved sectors, FATs, and the root directory.
    const places = fc.oneof(fc.integer({ min: MiB, max: 3 * MiB }), fc.integer({ min: 3 * MiB, max: 3 * MiB + 512 }));
    const edit = fc.record({ at: places, value: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 40 }), async (edits) => {
        const { mismatches, usedSince, changed } = await checkEdited(edits);
        expect(mismatches.length > 0 || usedSince).toBe(changed);
      }),
      { numRuns: rounds(40) },
    );
  });
});
