/** Drives that lie about their size, of both kinds that are sold, are found out by a few sectors; honest ones stay as they were. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GiB, KiB, MiB } from "../../src/bytes/units.js";
import type { DriveWriter } from "../../src/drive/drive-writer.js";
import { Win7UsbError } from "../../src/errors.js";
import { leastProbedSize } from "../../src/transfer/most-sent.js";
import { probeCapacity } from "../../src/write/capacity-probe.js";
import { writePlan } from "../../src/write/write-plan.js";
import { memoryDrive } from "../support/memory-drive.js";
import { bytesExtent, planOf, zerosExtent } from "../support/plans.js";
import { isUnfinished } from "../support/unfinished.js";

type SparseDrive = DriveWriter & { readonly units: Map<number, Uint8Array>; writes: number };

/** Where a write to `offset` lands, or null where it is lost. */
type Lands = (offset: number) => number | null;

/** A drive that keeps only the units that were written; all others read as `fill`. */
function sparseDrive(
  size: number,
  { lands = (offset) => offset, alignment = 512, fill = 0x11 }: Partial<Options> = {},
) {
  const units = new Map<number, Uint8Array>();
  const refuse = (): Promise<never> => Promise.reject(new Error("not for a probe"));
  const drive: SparseDrive = {
    path: "/dev/fake",
    kind: "drive",
    size,
    alignment,
    skipsZeros: false,
    units,
    writes: 0,
    async write(offset, bytes) {
      if (offset % alignment !== 0 || bytes.length !== alignment || offset + alignment > size) {
        throw new Error(`a transfer of ${bytes.length} bytes at ${offset}`);
      }
      drive.writes += 1;
      const place = lands(offset);
      if (place !== null) units.set(place, new Uint8Array(bytes));
    },
    async read(offset, target) {
      const place = lands(offset);
      const unit = place === null ? undefined : units.get(place);
      if (unit === undefined) target.fill(place === null ? 0 : fill);
      else target.set(unit);
    },
    flush: async () => undefined,
    beginReadBack: refuse,
    commit: refuse,
    abort: refuse,
  };
  return drive;
}
type Options = { lands: Lands; alignment: number; fill: number };

const limbo =
  (capacity: number): Lands =>
  (offset) =>
    offset < capacity ? offset : null;
const wraparound =
  (capacity: number): Lands =>
  (offset) =>
    offset % capacity;

async function failureOf(drive: DriveWriter): Promise<Win7UsbError> {
  try {
    await probeCapacity(drive);
  } catch (error) {
    if (error instanceof Win7UsbError) return error;
    throw error;
  }
  throw new Error("the drive passed");
}

describe("a drive that is as large as it says", () => {
  it.each([
    { size: leastProbedSize, alignment: 512 },
    { size: 8 * GiB - 512, alignment: 512 },
    { size: 31_914_983_424, alignment: 4096 },
    { size: 2048 * GiB, alignment: 512 },
  ])("passes with few writes and keeps what it held: %o", async ({ size, alignment }) => {
    const drive = sparseDrive(size, { alignment });
    const written = await probeCapacity(drive);
    expect(written).toBe(drive.writes * alignment);
    expect(drive.writes).toBeLessThanOrEqual(36);
    for (const [offset, bytes] of drive.units)
      expect(
        bytes.every((byte) => byte === 0x11),
        `at ${offset}`,
      ).toBe(true);
    expect(Math.max(...drive.units.keys())).toBe(size - alignment);
  });

  it("is not asked where it is smaller than any fake one", async () => {
    const drive = sparseDrive(leastProbedSize - 512);
    expect(await probeCapacity(drive)).toBe(0);
    expect(drive.writes).toBe(0);
  });
});

describe("a drive that says it is larger than it is", () => {
  const sizes = [GiB, 8 * GiB, 32 * GiB - 512, 64_000_000_000, 256 * GiB, 2048 * GiB];

  it("is found out and measured, where what is written behind its end is lost", async () => {
    const cases = fc.record({
      size: fc.constantFrom(...sizes),
      part: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      fill: fc.constantFrom(0, 0xff),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ size, part, fill }) => {
        const capacity = Math.max(2 * MiB, Math.floor((size * part) / (4 * KiB)) * 4 * KiB);
        const drive = sparseDrive(size, { lands: limbo(capacity), fill });
        const error = await failureOf(drive);
        expect([error.code, error.exitCode]).toEqual(["fake-capacity", 6]);
        expect(error.data).toMatchObject({ target: "/dev/fake", size });
        expect(Math.abs(Number(error.data["capacity"]) - capacity)).toBeLessThanOrEqual(MiB);
        expect(drive.writes).toBeLessThan(60);
      }),
    );
  });

  it.each(
    sizes.flatMap((size) =>
      [128 * MiB, GiB / 2, GiB, 4 * GiB, 32 * GiB]
        .filter((capacity) => 1.1 * capacity < size)
        .map((capacity) => ({ size, capacity })),
    ),
  )("is found out and measured, where addresses wrap around: %o", async ({ size, capacity }) => {
    const error = await failureOf(sparseDrive(size, { lands: wraparound(capacity) }));
    expect([error.code, error.data["capacity"]]).toEqual(["fake-capacity", capacity]);
    expect(error.message).toContain(`${size} bytes`);
    expect(error.message).toContain(String(capacity));
  });
});

describe("a write", () => {
  const size = leastProbedSize;
  const plan = planOf(size, [bytesExtent(0, new Uint8Array(512).fill(0x55)), zerosExtent(512, 4096 - 512)]);
  const write = (drive: DriveWriter, onlyChanged = false) =>
    writePlan({ plan, targets: [drive], verify: false, onlyChanged, onEvent: () => undefined, now: () => 0 });

  it("asks a drive after it does not boot any more, and never gives a fake one the sector that boots", async () => {
    const fake = memoryDrive(size, {
      before: "zeros",
      keep: (offset, bytes) => (offset >= size / 2 ? new Uint8Array(bytes.length) : bytes),
    });
    await expect(write(fake)).rejects.toMatchObject({ code: "fake-capacity" });
    expect(isUnfinished(fake.bytes)).toBe(true);
    expect(fake.state).toBe("aborted");
    const [first] = fake.log.filter(({ kind }) => kind === "write");
    expect(first).toMatchObject({ offset: 0, length: 512 });
  });

  it("leaves nothing of the question on an honest one", async () => {
    const drive = memoryDrive(size);
    const before = Uint8Array.prototype.slice.call(drive.bytes, 4096);
    await write(drive);
    expect(Buffer.compare(drive.bytes.subarray(4096), before)).toBe(0);
    expect(drive.log.filter(({ kind }) => kind === "write").length).toBeGreaterThan(8);
  });

  it("does not ask a drive of which only the changes are written, nor a file", async () => {
    const used = memoryDrive(size, { before: "zeros" });
    await write(used, true);
    const fresh = memoryDrive(size, { skipsZeros: true });
    await write(fresh);
    for (const { log } of [used, fresh]) {
      expect(log.filter(({ kind }) => kind === "write").length).toBeLessThan(4);
    }
  });
});
