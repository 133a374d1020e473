/** Writing only what differs: the same bytes as a whole write, and no more writes than the differences need. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KiB, MiB } from "../../src/bytes/units.js";
import { Win7UsbError } from "../../src/errors.js";
import type { DiskPlan } from "../../src/volumes/plan.js";
import { changedRanges } from "../../src/extents/changed-ranges.js";
import { writePlan } from "../../src/write/write-plan.js";
import { memoryDrive, type MemoryDrive, type MemoryDriveOptions } from "../support/memory-drive.js";
import { arbitraryPlan, bytesExtent, executeNaively, planOf, rangeExtent, zerosExtent } from "../support/plans.js";
import { rounds } from "../support/sample.js";
import { isUnfinished } from "../support/unfinished.js";

async function rewrite(plan: DiskPlan, drives: MemoryDrive[]) {
  const { done } = await writePlan({
    plan,
    targets: drives,
    verify: true,
    onlyChanged: true,
    onEvent: () => undefined,
    now: () => 0,
  });
  return done;
}

function content(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 1) bytes[at] = at * 3 + (at >>> 9);
  return bytes;
}

function largePlan(): DiskPlan {
  const extents = [
    bytesExtent(0, content(512)),
    zerosExtent(512, MiB - 512),
    rangeExtent(MiB, content(13 * MiB)),
    zerosExtent(20 * MiB, 4 * MiB),
  ];
  return planOf(24 * MiB, extents);
}

const writesOf = (drive: MemoryDrive) => drive.log.filter(({ kind }) => kind === "write");
const writtenBytes = (drive: MemoryDrive): number =>
  drive.log.reduce((total, operation) => total + (operation.kind === "write" ? operation.length : 0), 0);

const failThirdRead: MemoryDriveOptions["onOperation"] = ({ kind }, index) => {
  if (kind === "read" && index === 2) throw new Win7UsbError("write-failed", "EIO");
};

describe("--only-changed", () => {
  it.each([512, 4096])("gives what executing the extents naively gives, over anything (unit %d)", async (alignment) => {
    await fc.assert(
      fc.asyncProperty(arbitraryPlan, fc.array(fc.nat(), { maxLength: 6 }), async (plan, flips) => {
        const size = Math.ceil(plan.diskSize / alignment) * alignment;
        const before = await executeNaively(plan, memoryDrive(size).bytes);
        for (const flip of flips) before[flip % size]! ^= 0x55;
        const drive = memoryDrive(size, { alignment, before });
        const expected = await executeNaively(plan, before);
        const [done] = await rewrite(plan, [drive]);
        expect(Buffer.compare(drive.bytes, expected)).toBe(0);
        expect(done!.bytesWritten).toBe(writtenBytes(drive));
        // The sector that boots, twice, and at most two granules for a flip on a disk that begins with an odd unit.
        expect(writtenBytes(drive)).toBeLessThanOrEqual(2 * alignment + flips.length * 8192);
      }),
      { numRuns: rounds(60) },
    );
  });

  it("writes nothing but the sector that boots where nothing differs", async () => {
    const plan = largePlan();
    const drive = memoryDrive(plan.diskSize, { before: await executeNaively(plan, new Uint8Array(plan.diskSize)) });
    const [done] = await rewrite(plan, [drive]);
    expect(writesOf(drive)).toEqual([
      { kind: "write", offset: 0, length: 512 },
      { kind: "write", offset: 0, length: 512 },
    ]);
    expect(done).toMatchObject({ bytesWritten: 1024, verified: true });
    const first = drive.log.findIndex(({ kind }) => kind === "write");
    expect(drive.log[first + 1], "invalid on the medium before anything else").toEqual({ kind: "flush" });
    expect(drive.log.filter(({ kind }) => kind === "read").length).toBeGreaterThan(5);
  });

  it("writes at most twice what differs when one page in a hundred does", async () => {
    const plan = largePlan();
    const before = await executeNaively(plan, new Uint8Array(plan.diskSize));
    const pages = (13 * MiB) / (4 * KiB);
    for (let page = 7; page < pages; page += 100) before[MiB + page * 4 * KiB + page] = 0xa5;
    const drive = memoryDrive(plan.diskSize, { before });
    await rewrite(plan, [drive]);
    expect(Buffer.compare(drive.bytes, await executeNaively(plan, before))).toBe(0);
    expect(writtenBytes(drive)).toBeGreaterThan(0);
    expect(writtenBytes(drive)).toBeLessThanOrEqual((13 * MiB * 2) / 100);
  });

  it("leaves the wiped end of a larger drive alone where it is clean", async () => {
    const plan = largePlan();
    const before = await executeNaively(plan, new Uint8Array(30 * MiB));
    const clean = memoryDrive(30 * MiB, { before });
    before[30 * MiB - 512] = 1;
    const signed = memoryDrive(30 * MiB, { before, path: "signed" });
    await rewrite(plan, [clean, signed]);
    expect(writtenBytes(clean)).toBe(1024);
    expect(writtenBytes(signed)).toBe(1024 + 4 * KiB);
    expect(signed.bytes.subarray(-MiB).every((byte) => byte === 0)).toBe(true);
  });

  it("writes a block that cannot be read", async () => {
    const plan = largePlan();
    const before = await executeNaively(plan, new Uint8Array(plan.diskSize));
    const drive = memoryDrive(plan.diskSize, { before, onOperation: failThirdRead });
    const [done] = await rewrite(plan, [drive]);
    expect(done!.verified).toBe(true);
    expect(writtenBytes(drive)).toBeGreaterThan(MiB);
  });

  it("never leaves a drive that boots where a write fails", async () => {
    const plan = largePlan();
    const before = await executeNaively(plan, new Uint8Array(plan.diskSize));
    before[5 * MiB] = before[5 * MiB]! ^ 1;
    const drive = memoryDrive(plan.diskSize, {
      before,
      onOperation: ({ kind }, index) => {
        if (kind === "write" && index === 1) throw new Win7UsbError("write-failed", "EIO");
      },
    });
    await expect(rewrite(plan, [drive])).rejects.toMatchObject({ code: "write-failed" });
    expect(isUnfinished(drive.bytes)).toBe(true);
    expect(drive.state).toBe("aborted");
  });
});

describe("changed ranges", () => {
  it("lie at whole granules of the drive and join where they touch", () => {
    const found = new Uint8Array(20_000);
    const wanted = found.slice();
    for (const at of [0, 3584, 19_999]) wanted[at] = 1;
    expect(changedRanges(512, found, wanted, 4096)).toEqual([
      { start: 512, end: 8192 },
      { start: 20_480, end: 20_512 },
    ]);
    expect(changedRanges(512, found, found.slice(), 4096)).toEqual([]);
  });
});
