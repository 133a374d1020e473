/** A check of NTFS volumes in memory: damage at many places, and the rules of use by hand-made edits. */
import { describe, expect, it } from "vitest";
import { readNtfsVolume } from "../../src/volumes/ntfs/read/volume.js";
import { createReadBytes } from "../../src/check/read-bytes.js";
import { MiB } from "../../src/bytes/units.js";
import { readerOf } from "../support/memory-reader.js";
import { NtfsEdit } from "../support/ntfs-edit.js";
import {
  causes,
  check,
  edited,
  indexBuffers,
  kinds,
  partition,
  plan,
  planned,
  written,
} from "../support/ntfs-sample.js";
import { rounds } from "../support/sample.js";

/** The same numbers in every run. */
function* seeded(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

const standardInformation = 0x10;
const volumeInformation = 0x70;
const data = 0x80;

/** Marks the access time of a file, as systems do that read it. */
const touchAccess = (record: Buffer): void => {
  record.writeBigUInt64LE(0x01dc_0000_0000_0000n, NtfsEdit.attribute(record, standardInformation) + 24);
};
/** Says that the file was written, in 2026. */
const touchModified = (record: Buffer): void => {
  record.writeBigUInt64LE(0x01dc_0000_0000_0000n, NtfsEdit.attribute(record, standardInformation) + 8);
};

describe.each(kinds)("a new volume compared with the %s", (kind) => {
  it("shows any one bit that is otherwise, and whose it is", { timeout: 240_000 }, async () => {
    const bytes = new Uint8Array(await written);
    const random = seeded(kind.length);
    const next = (): number => random.next().value;
    const structuresEnd = planned("bootmgr").runs[0]!.offset;
    for (let round = 0; round < rounds(60, 8); round += 1) {
      const end = round % 3 === 0 ? plan.contentEnd : structuresEnd;
      const place = Math.min(Math.floor(next() * end), partition.end - 513);
      const mask = 1 << Math.floor(next() * 8);
      bytes[place]! ^= mask;
      const { mismatches } = await check(bytes, kind);
      const owner = plan.files.find(({ runs }) =>
        runs.some(({ offset, length }) => offset <= place && place < offset + length),
      );
      const hits = mismatches.filter(({ offset, length }) => offset <= place && place < offset + length);
      expect(hits.length, `byte ${place}`).toBeGreaterThan(0);
      if (owner !== undefined) expect(hits.map(({ path, cause }) => [path, cause])).toEqual([[owner.path, "damaged"]]);
      expect(mismatches.every(({ cause }) => cause === "damaged")).toBe(true);
      bytes[place]! ^= mask;
    }
  });
});

describe.each(kinds)("a used volume compared with the %s", (kind) => {
  it("is whole where a system only noted that it was read", async () => {
    const volume = await edited();
    volume.record(volume.numberOf("bootmgr"), touchAccess);
    expect(await check(volume.disk, kind)).toMatchObject({ mismatches: [], usedSince: true, notes: [] });
  });

  it("is damaged where a record differs that no driver has counted up", async () => {
    const volume = await edited();
    const number = volume.numberOf("bootmgr");
    volume.record(number, touchAccess, false);
    const { mismatches } = await check(volume.disk, kind);
    expect(mismatches).toHaveLength(1);
    expect(mismatches[0]).toMatchObject({ cause: "damaged" });
    if (kind === "image")
      expect(mismatches[0]).toMatchObject({ path: "bootmgr", structure: `record ${number} of $MFT` });
  });

  it("knows content that was written from content that was damaged by the file's time", async () => {
    for (const [touch, cause] of [
      [touchAccess, "damaged"],
      [touchModified, "changed"],
    ] as const) {
      const volume = await edited();
      volume.record(volume.numberOf("install.wim"), touch);
      volume.disk[planned("sources/install.wim").runs[0]!.offset + 5000]! ^= 1;
      expect(causes(await check(volume.disk, kind))).toEqual({ "sources/install.wim": cause });
    }
  });

  it("is damaged where a run list leaves the volume, or leads into another file", async () => {
    for (const [cluster, reason] of [
      [1_000_000, /leaves the volume/],
      [planned("bootmgr").runs[0]!.offset / 4096 - 256, /shares clusters with/],
    ] as const) {
      const volume = await edited();
      volume.record(volume.numberOf("boot.wim"), (record) => {
        const at = NtfsEdit.attribute(record, data, "header");
        const pairs = at + record.readUInt16LE(at + 32);
        const length = record.readUInt8(pairs) & 15;
        record.writeUInt8((4 << 4) | length, pairs);
        record.writeInt32LE(cluster, pairs + 1 + length);
        record.writeUInt8(0, pairs + 1 + length + 4);
      });
      const { mismatches } = await check(volume.disk, kind);
      const own = mismatches.filter(({ path }) => path === "sources/boot.wim");
      expect(own.length).toBeGreaterThan(0);
      expect(
        own.some((each) => each.cause === "damaged" && reason.test(each.reason!)),
        JSON.stringify(own),
      ).toBe(true);
    }
  });

  it("reads what a file says is valid, and zeros behind it", async () => {
    const volume = await edited();
    volume.record(volume.numberOf("boot.wim"), (record) => {
      record.writeBigUInt64LE(4096n, NtfsEdit.attribute(record, data, "header") + 56);
    });
    expect(causes(await check(volume.disk, kind))).toEqual({ "sources/boot.wim": "damaged" });
  });

  it("says of a compressed file that it is not followed", async () => {
    const volume = await edited();
    volume.record(volume.numberOf("boot.wim"), (record) => {
      record.writeUInt16LE(1, NtfsEdit.attribute(record, data, "header") + 12);
    });
    const { mismatches } = await check(volume.disk, kind);
    expect(mismatches).toHaveLength(1);
    expect(mismatches[0]).toMatchObject({ path: "sources/boot.wim", cause: "undecided" });
    expect(mismatches[0]!.reason).toContain("compressed");
  });

  it("names every file below an index buffer that is torn", async () => {
    const volume = await edited();
    volume.record(volume.numberOf("bootmgr"), touchAccess);
    const buffers = indexBuffers(volume);
    expect(buffers.length).toBeGreaterThan(10);
    const namesIn = (at: number) =>
      plan.files.filter(({ path }) => {
        const name = Buffer.from(path.split("/").at(-1)!, "utf16le");
        return path.startsWith("many/") && volume.disk.subarray(at, at + 4096).includes(name);
      });
    const at = buffers.find((each) => namesIn(each).length > 10)!;
    const names = namesIn(at);
    volume.disk[at + 510]! ^= 0xff;
    const { mismatches } = await check(volume.disk, kind);
    const told = new Set(mismatches.filter(({ cause }) => cause === "damaged").map(({ path }) => path));
    for (const { path } of names) expect(told).toContain(path);
    expect(mismatches.some(({ cause }) => cause === "removed")).toBe(false);
  });

  it("tells of a log that is open, of a volume that chkdsk should see, and of neither when all is well", async () => {
    for (const [flags, clients, code] of [
      [0, 0, "volume-open"],
      [2, 0, undefined],
      [0, 0xffff, undefined],
    ] as const) {
      const volume = await edited();
      writeLog(volume, flags, clients);
      const { mismatches, notes, usedSince } = await check(volume.disk, kind);
      expect([mismatches, usedSince]).toEqual([[], true]);
      expect(notes.map((note) => note.code)).toEqual(code === undefined ? [] : [code]);
    }
    const volume = await edited();
    const mirror = MiB + Number(volume.disk.readBigUInt64LE(MiB + 0x38)) * 4096;
    const mark = (record: Buffer): void => {
      record.writeUInt16LE(1, NtfsEdit.attribute(record, volumeInformation) + 10);
    };
    volume.record(3, mark);
    // Without its copy it is no driver's doing.
    expect(causes(await check(volume.disk, kind))).toEqual({ $MFTMirr: "damaged" });
    volume.edit(mirror + 3 * 1024, 1024, mark);
    const { mismatches, notes } = await check(volume.disk, kind);
    expect(mismatches).toEqual([]);
    expect(notes.map(({ code }) => code)).toEqual(["volume-dirty"]);
  });

  it("tells the copy of the boot sector from what people keep before it", async () => {
    const volume = await edited();
    volume.record(volume.numberOf("bootmgr"), touchAccess);
    volume.disk.fill(7, partition.end - 10_000, partition.end - 512);
    expect((await check(volume.disk, kind)).mismatches).toEqual([]);
    volume.disk[partition.end - 100]! ^= 1;
    expect(causes(await check(volume.disk, kind))).toEqual({ "copy of the boot sector": "damaged" });
  });

  it("leaves undecided what the log may mend", async () => {
    const volume = await edited();
    writeLog(volume, 0, 0);
    const bitmap = await bitmapOffset(volume);
    volume.disk[bitmap + 100]! ^= 1;
    const { mismatches } = await check(volume.disk, kind);
    expect(mismatches).toHaveLength(1);
    expect(mismatches[0]).toMatchObject({ structure: "$Bitmap", cause: "undecided" });
  });

  it("finds what is not so in tables that have no numbers of writes", async () => {
    const clean = await edited();
    clean.record(clean.numberOf("bootmgr"), touchAccess);
    const bitmap = await bitmapOffset(clean);
    const places: readonly (readonly [number, RegExp])[] = [
      [bitmap + 100, /^\$Bitmap$/],
      [(await streamOffset(clean, 10)) + 77_777, /^\$UpCase$/],
      [(await streamOffset(clean, 4)) + 500, /^\$AttrDef$/],
      [(await streamOffset(clean, 9, "$SDS")) + 60, /^\$Secure$/],
    ];
    for (const [place, structure] of places) {
      clean.disk[place]! ^= 4;
      const { mismatches } = await check(clean.disk, kind);
      clean.disk[place]! ^= 4;
      expect(mismatches.map((each) => each.structure)).toEqual([expect.stringMatching(structure)]);
      expect(mismatches[0]!.cause).toBe("damaged");
    }
  });
});

/** LFS restart pages, both the same. */
function writeLog(volume: NtfsEdit, flags: number, clientInUse: number): void {
  const at = volume.disk.indexOf(Buffer.alloc(MiB, 0xff), MiB);
  const page = Buffer.alloc(4096);
  page.write("RSTR", 0, "latin1");
  page.writeUInt16LE(0x1e, 4);
  page.writeUInt16LE(9, 6);
  page.writeUInt32LE(4096, 0x10);
  page.writeUInt32LE(4096, 0x14);
  page.writeUInt16LE(0x30, 0x18);
  page.writeUInt16LE(1, 0x1c);
  page.writeBigUInt64LE(123_456n, 0x30);
  page.writeUInt16LE(1, 0x30 + 8);
  page.writeUInt16LE(clientInUse, 0x30 + 12);
  page.writeUInt16LE(flags, 0x30 + 14);
  for (const place of [at, at + 4096]) {
    page.copy(volume.disk, place);
    volume.edit(place, 4096, () => undefined);
  }
}

async function streamOffset(volume: NtfsEdit, record: number, name = ""): Promise<number> {
  const read = createReadBytes(readerOf(volume.disk));
  const { files } = await readNtfsVolume(read, partition);
  const stream = files.get(record)!.attributes.find((each) => each.typeCode === data && each.name === name)!;
  return stream.spans[0]!.disk!;
}

const bitmapOffset = (volume: NtfsEdit): Promise<number> => streamOffset(volume, 6);
