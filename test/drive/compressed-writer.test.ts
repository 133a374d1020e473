/** Compressed image files: what goes in comes out, in every way that it can be given, and what is damaged is told. */
import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import zlib from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { compressedWriter } from "../../src/drive/compressed-writer.js";
import { requireCompression } from "../../src/drive/compression.js";
import type { DriveWriter } from "../../src/drive/drive-writer.js";
import { layeredWriter } from "../../src/drive/drive-writer.js";
import { openImageFile } from "../../src/drive/image-file.js";
import { stepError } from "../../src/drive/transfer.js";
import { randomFrom } from "../support/sample.js";

const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Uint8Array) => Buffer };
const formats = zstdDecompressSync === undefined ? (["gz"] as const) : (["gz", "zst"] as const);
const unpack = { gz: zlib.gunzipSync, zst: (bytes: Uint8Array) => zstdDecompressSync!(bytes) };

const size = 6 * MiB + 1000;
const disk = Buffer.alloc(size);
const random = randomFrom(7);
for (let at = 0; at < 3 * MiB; at += 1) disk[at] = random() * 256;
disk.fill("tail", size - 700);

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "win7usb-compressed-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const pathOf = (name: string): string => join(folder, name);

async function openFile(name: string): Promise<DriveWriter> {
  return openImageFile(pathOf(name), 0, { force: true });
}

/** All but the zeros in the middle, in blocks of `length`. */
async function give(writer: DriveWriter, length: number): Promise<void> {
  for (let at = 0; at < size; at += length) {
    const block = disk.subarray(at, at + length);
    if (block.some((byte) => byte !== 0)) await writer.write(at, block);
  }
  await writer.flush();
  await writer.beginReadBack();
}

describe.each(formats)("an image file as %s", (format) => {
  it.each([size, MiB, 65_536 + 512])("unpacks to the disk, given in blocks of %d", async (length) => {
    const name = `${length}.${format}`;
    const writer = compressedWriter(await openFile(name), format, size);
    expect(writer).toMatchObject({ size, sequential: true, skipsZeros: false, kind: "image-file" });
    await give(writer, length);
    const parts: Buffer[] = [];
    for (let at = 0; at < size; at += 2 * MiB) {
      const part = Buffer.alloc(Math.min(2 * MiB, size - at));
      await writer.read(at, part);
      parts.push(part);
    }
    const first = Buffer.alloc(512);
    await writer.read(0, first);
    await writer.commit();
    expect(Buffer.compare(Buffer.concat(parts), disk)).toBe(0);
    expect(Buffer.compare(first, disk.subarray(0, 512))).toBe(0);
    expect(Buffer.compare(unpack[format](readFileSync(pathOf(name))), disk)).toBe(0);
  });

  it("is the same file each time", async () => {
    for (const name of ["one", "two"]) {
      const writer = compressedWriter(await openFile(name), format, size);
      await give(writer, MiB);
      await writer.commit();
    }
    expect(Buffer.compare(readFileSync(pathOf("one")), readFileSync(pathOf("two")))).toBe(0);
  });

  it("is given its bytes in their order alone", async () => {
    const writer = compressedWriter(await openFile("order"), format, size);
    await writer.write(4096, disk.subarray(0, 4096));
    await expect(writer.write(0, disk.subarray(0, 4096))).rejects.toThrow(RangeError);
    await writer.abort();
    expect(readdirSync(folder).filter((name) => name.includes("order"))).toEqual([]);
  });

  it.each([200_000, -3])("is no disk where a byte at %d of it is another", async (at) => {
    const file = await openFile("damaged");
    const writer = compressedWriter(file, format, size);
    await give(writer, MiB);
    const temporary = pathOf(readdirSync(folder).find((name) => name.startsWith(".damaged"))!);
    const bytes = readFileSync(temporary);
    const place = at < 0 ? bytes.length + at : at;
    writeSync(openSync(temporary, "r+"), Buffer.of(bytes[place]! ^ 0x55), 0, 1, place);
    // What was compressed may be read without a fault for a while: the whole of it is judged at the end.
    const reading = async (): Promise<void> => {
      const read = Buffer.alloc(MiB);
      for (let offset = 0; offset + MiB < size; offset += MiB) {
        await writer.read(offset, read);
        if (Buffer.compare(read, disk.subarray(offset, offset + MiB)) !== 0) throw new Error("differs");
      }
      await writer.commit();
    };
    await expect(reading()).rejects.toThrow(/differs|does not unpack to what was written/);
    await writer.abort();
    expect(readdirSync(folder).filter((name) => name.includes("damaged"))).toEqual([]);
  });

  it("whose file cannot be written fails, and does not wait", async () => {
    const file = await openFile("full");
    const full = layeredWriter(file, {
      write: async () => {
        throw stepError("writing", file.path, Object.assign(new Error("ENOSPC: no space"), { code: "ENOSPC" }));
      },
    });
    const writer = compressedWriter(full, format, size);
    await expect(give(writer, MiB)).rejects.toMatchObject({ code: "write-failed" });
    await expect(writer.flush()).rejects.toMatchObject({ code: "write-failed" });
    await writer.abort();
  });
});

it("gzip's header has no time and no system (RFC 1952, 2.3.1)", async () => {
  const writer = compressedWriter(await openFile("header"), "gz", size);
  await give(writer, MiB);
  await writer.commit();
  expect(readFileSync(pathOf("header")).subarray(0, 10).toString("hex")).toBe("1f8b08000000000004ff");
});

it.each(zstdDecompressSync === undefined ? ["Zstandard"] : [])(
  "%s is refused where this Node has none, by name",
  () => {
    expect(() => requireCompression("zst", "usb.img.zst")).toThrow(
      "usb.img.zst cannot be made: this Node has no Zstandard",
    );
    expect(requireCompression("gz", "usb.img.gz")).toBeUndefined();
  },
);
