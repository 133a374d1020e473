/** NTFS volumes made to mislead: they are followed or refused, in bounded time, with a typed reason. */
import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { readNtfsVolume } from "../../src/volumes/ntfs/read/volume.js";
import { createReadBytes } from "../../src/check/read-bytes.js";
import { VolumeFault } from "../../src/volumes/volume-fault.js";
import { KiB, MiB } from "../../src/bytes/units.js";
import { readerOf } from "../support/memory-reader.js";
import { NtfsEdit } from "../support/ntfs-edit.js";
import { causes, check, diskSize, edited, indexBuffers, partition } from "../support/ntfs-sample.js";
import { rounds } from "../support/sample.js";

const attributeList = 0x20;
const data = 0x80;

const scratch = new Uint8Array(diskSize);

/** A copy of `volume` in the same memory each time. */
function restored({ disk }: NtfsEdit): NtfsEdit {
  scratch.set(disk);
  return new NtfsEdit(scratch);
}

describe("a hostile volume", () => {
  /** Bytes that were read to follow it: no part of a volume is asked for time and again. */
  const follow = async (bytes: Uint8Array): Promise<number> => {
    const read = createReadBytes(readerOf(bytes));
    let total = 0;
    try {
      await readNtfsVolume(async (offset, length) => {
        total += length;
        return read(offset, length);
      }, partition);
    } catch (error) {
      expect(error).toBeInstanceOf(VolumeFault);
    }
    return total;
  };
  let intactBytes = 0;
  beforeAll(async () => {
    intactBytes = await follow((await edited()).disk);
  });

  it("is followed or refused, whatever its records say", { timeout: 240_000 }, async () => {
    const intact = await edited();
    const records = fc.oneof(
      fc.integer({ min: 0, max: 11 }),
      fc.integer({ min: 24, max: 80 }),
      fc.integer({ min: 64, max: 380 }),
    );
    const edit = fc.record({
      record: records,
      at: fc.integer({ min: 0x10, max: 1020 }),
      value: fc.oneof(fc.nat(0xff), fc.constantFrom(0, 0x7f, 0x80, 0xff)),
      width: fc.constantFrom(1, 2, 4, 8),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 8 }), async (edits) => {
        const volume = restored(intact);
        for (const { record, at, value, width } of edits) {
          volume.record(record, (bytes) => {
            for (let index = at; index < Math.min(at + width, 1022); index += 1) {
              if (index < 0x30 || index >= 0x38) bytes[index] = value;
            }
          });
        }
        expect(await follow(volume.disk)).toBeLessThanOrEqual(diskSize + intactBytes);
        const { mismatches, usedSince } = await check(volume.disk, "image");
        const changed = Buffer.compare(volume.disk, intact.disk) !== 0;
        // Records that are in use carry what the plan gave them: every change is told, or taken for use.
        if (changed) expect(mismatches.length > 0 || usedSince).toBe(true);
      }),
      { numRuns: rounds(60) },
    );
  });

  it("is followed or refused, whatever its index buffers say", { timeout: 240_000 }, async () => {
    const intact = await edited();
    const buffers = indexBuffers(intact);
    const edit = fc.record({
      buffer: fc.nat(buffers.length - 1),
      at: fc.oneof(fc.integer({ min: 0x10, max: 0x80 }), fc.integer({ min: 0x10, max: 4000 })),
      value: fc.nat(0xff),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 8 }), async (edits) => {
        const volume = restored(intact);
        for (const { buffer, at, value } of edits) {
          volume.edit(buffers[buffer]!, 4096, (bytes) => {
            if (at < 0x28 || at >= 0x3a) bytes[at] = value;
          });
        }
        await follow(volume.disk);
        await check(volume.disk, "manifest");
      }),
      { numRuns: rounds(40) },
    );
  });

  it("is followed or refused, whatever its boot sectors say", async () => {
    const intact = await edited();
    const edit = fc.record({ at: fc.integer({ min: 0x0b, max: 0x58 }), value: fc.nat(0xff) });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 6 }), async (edits) => {
        const { disk: bytes } = restored(intact);
        for (const start of [partition.start, partition.end - 512]) {
          for (const { at, value } of edits) bytes[start + at] = value;
        }
        await follow(bytes);
      }),
      { numRuns: rounds(30) },
    );
  });

  it("with directories in a circle has them lost, not followed for ever", async () => {
    const volume = await edited();
    const many = volume.numberOf("many");
    const sources = volume.numberOf("sources");
    for (const [one, other] of [
      [many, sources],
      [sources, many],
    ] as const) {
      volume.record(one, (record) => {
        record.writeUInt32LE(other, NtfsEdit.attribute(record, 0x30));
        record.writeUInt16LE(1, NtfsEdit.attribute(record, 0x30) + 6);
      });
    }
    const { mismatches } = await check(volume.disk, "image");
    const told = new Set(mismatches.map(({ path }) => path));
    expect([...told].some((path) => path?.includes("install.wim"))).toBe(true);
  });

  it("with an index buffer below itself is reached once", async () => {
    const volume = await edited();
    let parent = MiB;
    while (volume.disk.toString("latin1", parent, parent + 4) !== "INDX" || volume.disk[parent + 0x18 + 12] !== 1) {
      parent += 4 * KiB;
    }
    volume.edit(parent, 4 * KiB, (buffer) => {
      const entry = 0x18 + buffer.readUInt32LE(0x18);
      const second = entry + buffer.readUInt16LE(entry + 8);
      const third = second + buffer.readUInt16LE(second + 8);
      // The second child is the first one again.
      buffer.copy(buffer, third - 8, second - 8, second);
    });
    const { mismatches } = await check(volume.disk, "image");
    expect(mismatches.some(({ reason }) => reason?.includes("reached twice"))).toBe(true);
  });

  it("with an attribute list that leads nowhere has that file broken, and no other", async () => {
    const volume = await edited();
    volume.record(volume.numberOf("boot.wim"), (record) => {
      const at = NtfsEdit.attribute(record, 0x30, "header");
      const length = record.readUInt32LE(at + 4);
      record.fill(0, at + 24, at + length);
      record.writeUInt32LE(attributeList, at);
      record.writeUInt32LE(0x1a, at + 16);
      record.writeUInt16LE(24, at + 20);
      record.writeUInt32LE(data, at + 24);
      record.writeUInt16LE(0x1a, at + 28);
      record.writeUInt32LE(9999, at + 24 + 16);
    });
    const found = causes(await check(volume.disk, "manifest"));
    expect(found["sources/boot.wim"]).toBe("damaged");
    expect(Object.values(found)).not.toContain("removed");
    expect(found["bootmgr"]).toBeUndefined();
  });
});
