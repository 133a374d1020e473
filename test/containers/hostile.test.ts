/** Files whose tables are hostile: a disk, or an error that says what is wrong; never more memory than a map may take. */
import { describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { containerFor, containerFormats, isCompressed, readContainer } from "../../src/containers/index.js";
import { qcow2HeaderRecord } from "../../src/containers/qcow2.js";
import { vdiHeaderRecord } from "../../src/containers/vdi.js";
import { vhdChecksum, vhdFooterRecord } from "../../src/containers/vhd.js";
import { vmdkHeaderRecord } from "../../src/containers/vmdk.js";
import { Win7UsbError } from "../../src/errors.js";
import { memorySource } from "../../src/source/byte-source.js";
import { randomFrom, rounds } from "../support/sample.js";
import { diskIn, fileOf, filledDisk } from "./disks.js";

const disk = filledDisk(6 * MiB, [
  { start: 0, end: 4096 },
  { start: 5 * MiB, end: 5 * MiB + 9 },
]);
const formats = containerFormats.filter((format) => format !== "raw" && !isCompressed(format));

describe.each(formats)("a %s file", (format) => {
  it("with bytes changed anywhere in its tables is read or refused", async () => {
    const container = containerFor(format, disk);
    const sound = await fileOf(container, disk);
    const places = container.structures.flatMap(({ offset, length }) => ({ offset, length: Math.min(length, 1024) }));
    let refused = 0;
    const file = Uint8Array.from(sound);
    const random = randomFrom(7);
    for (let round = 0; round < rounds(3000, 100); round += 1) {
      const touched: number[] = [];
      for (let change = 0; change <= round % 3; change += 1) {
        const { offset, length } = places[Math.floor(random() * places.length)]!;
        const at = offset + Math.floor(random() * length);
        file[at] = Math.floor(random() * 256);
        touched.push(at);
      }
      try {
        const source = memorySource(file);
        const found = await readContainer(source, "stick");
        if (found !== undefined) await diskIn(source, found.map, Math.min(found.map.diskSize, MiB));
      } catch (error) {
        if (!(error instanceof Win7UsbError)) throw new Error(`round ${round}`, { cause: error });
        refused += 1;
      }
      for (const at of touched) file[at] = sound[at]!;
    }
    expect(refused).toBeGreaterThan(0);
  });

  it("that is cut anywhere is refused, or no file of the format any more", async () => {
    const container = containerFor(format, disk);
    const sound = await fileOf(container, disk);
    for (const size of [0, 1, 511, 512, 4096, Math.floor(sound.length / 2), sound.length - 1]) {
      const cut = memorySource(sound.subarray(0, size));
      const outcome = await readContainer(cut, "stick").then(
        (found) => found?.format ?? "none",
        (error: unknown) => (error instanceof Win7UsbError ? error.code : error),
      );
      expect(["none", "target-unsupported"], `cut at ${size}`).toContain(outcome);
    }
  });
});

describe("what is not read", () => {
  const refusal = async (file: Uint8Array): Promise<string> => {
    const error = await readContainer(memorySource(file), "stick").then(
      () => "read",
      (cause: Error) => cause.message,
    );
    return error;
  };

  it.each([
    ["a backing file", { backingFileOffset: 200 }, /needs another one/],
    ["encryption", { cryptMethod: 2 }, /encrypted/],
    ["a future version", { version: 4 }, /version 4/],
    ["unknown features", { incompatibleFeatures: new Uint8Array(8).fill(16) }, /features/],
    ["a size of 2^52", { size: 2 ** 52 }, /more than/],
  ])("of qcow2: %s", async (_what, fields, words) => {
    const file = await fileOf(containerFor("qcow2", disk), disk);
    qcow2HeaderRecord.patch(file, 0, fields);
    expect(await refusal(file)).toMatch(words);
  });

  it.each([
    ["compressed grains", { flags: 0x30001 }, /compressed/],
    ["a version of later", { version: 9 }, /version 9/],
  ])("of VMDK: %s", async (_what, fields, words) => {
    const file = await fileOf(containerFor("vmdk", disk), disk);
    vmdkHeaderRecord.patch(file, 0, fields);
    expect(await refusal(file)).toMatch(words);
  });

  it("of VMDK: a text that names other files", async () => {
    expect(await refusal(Buffer.from(`# Disk DescriptorFile\nversion=1\n${"x".repeat(600)}`))).toMatch(/other files/);
  });

  it("of VDI: one that differs from another", async () => {
    const file = await fileOf(containerFor("vdi", disk), disk);
    vdiHeaderRecord.patch(file, 0, { type: 4 });
    expect(await refusal(file)).toMatch(/type 4/);
  });

  it("of VHD: one that differs from another, and one whose footer was changed", async () => {
    const file = await fileOf(containerFor("vhd", disk), disk);
    const at = file.length - vhdFooterRecord.size;
    vhdFooterRecord.patch(file, at, { diskType: 4 });
    expect(await refusal(file)).toMatch(/checksum/);
    const { offset } = vhdFooterRecord.fields.checksum;
    vhdFooterRecord.patch(file, at, { checksum: vhdChecksum(file.subarray(at), offset) });
    expect(await refusal(file)).toMatch(/type 4/);
  });
});
