/** Hashing and verifying with worker threads. */
import { fileOf } from "../support/memory-tree.js";
import { fromSource } from "../../src/extents/layout.js";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { directory, file, filler, fixedTime } from "../../fixtures/windows7/nodes.js";
import { writeWim } from "../../fixtures/wim/writer.js";
import { memorySource } from "../../src/source/byte-source.js";
import type { HashAlgorithm } from "../../src/verification/known-image.js";
import { hashFile, verifyWim, wimPart } from "../../src/threads/index.js";
import type { WimPart } from "../../src/threads/index.js";
import { compressWim } from "../support/compressed-wim.js";
import { expectRejection, rejection } from "../support/wim-fixtures.js";

const MiB = 2 ** 20;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-verify-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, data: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, data);
  return path;
}

function hash(algorithm: string, data: Uint8Array): string {
  return createHash(algorithm).update(data).digest("hex");
}

/** A WIM in a file, in two extents with something between them, as an image may hold it. */
function part(name: string, data: Uint8Array): WimPart {
  const half = Math.floor(data.length / 2);
  const pieces = [new Uint8Array(100), data.subarray(half), new Uint8Array(7), data.subarray(0, half)];
  const path = write(name, Buffer.concat(pieces));
  const extents = [
    { offset: 107 + data.length - half, length: half },
    { offset: 100, length: data.length - half },
  ];
  return { name, source: memorySource(data), file: { path, extents } };
}

describe("the hashes of a file", () => {
  const algorithms: HashAlgorithm[] = ["sha1", "sha256", "md5"];

  it.each([0, 1, MiB - 1, MiB, 14 * MiB + 17, 50 * MiB + 3])("are those of its bytes (%i of them)", async (size) => {
    const data = filler(size, size);
    const marks: number[] = [];
    const onProgress = ({ bytes }: { bytes: number }): void => void marks.push(bytes);
    const hashed = await hashFile(write(`file${size}`, data), algorithms, { onProgress });
    for (const algorithm of algorithms) expect(hashed[algorithm]).toBe(hash(algorithm, data));
    expect(hashed.length).toBe(size);
    expect(marks.at(-1) ?? 0).toBe(size);
  });

  it("are told for shorter lengths too, and only for what is asked", async () => {
    const data = filler(3 * MiB, 3);
    const prefixes = [2 * MiB, 5, 2 * MiB + 1, 0, 4 * MiB, 3 * MiB];
    const hashed = await hashFile(write("prefixes", data), ["sha1"], { prefixes });
    expect(hashed.sha256).toBeUndefined();
    expect(hashed.prefixes).toEqual(
      [0, 5, 2 * MiB, 2 * MiB + 1].map((length) => ({ length, sha1: hash("sha1", data.subarray(0, length)) })),
    );
  });

  it("are refused for what is not there or too short", async () => {
    await expectRejection(hashFile(join(folder, "none"), algorithms), "image-missing", /none/);
    const short = hashFile(write("short", filler(100, 1)), algorithms, { length: 200 });
    await expectRejection(short, "image-truncated", /ends at byte 100/);
  });

  it("stop at an abort", async () => {
    const abort = new AbortController();
    const path = write("long", filler(64 * MiB, 1));
    const hashing = hashFile(path, algorithms, {
      signal: abort.signal,
      onProgress: () => abort.abort(new Error("enough")),
    });
    await expect(hashing).rejects.toThrow("enough");
  });
});

describe("a WIM verified on threads", () => {
  const words = "the quick brown fox ".repeat(2_000_000);
  const stored = writeWim([
    {
      name: "Image",
      creationTime: fixedTime,
      lastModificationTime: fixedTime,
      tree: directory("", [
        file("large.txt", words),
        directory(
          "many",
          Array.from({ length: 700 }, (_, index) => file(`file${index}`, filler(2000 + index, index))),
        ),
        file("noise", filler(9 * MiB, 77)),
      ]),
    },
  ]);
  const compressed = stored.then((data) => compressWim(data, "xpress"));

  it.each([1, 3])("gives the same report as on none, with %i of them", async (workers) => {
    const data = await compressed;
    const inline = await verifyWim([part("sound.wim", data)], { workers: 0 });
    expect(inline.status).toBe("pass");
    const progress: number[] = [];
    const onProgress = ({ bytes, totalBytes }: { bytes: number; totalBytes: number }): void =>
      void progress.push(bytes / totalBytes);
    expect(await verifyWim([part("sound.wim", data)], { workers, onProgress })).toEqual(inline);
    expect(progress.at(-1)).toBe(1);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));

    const damaged = data.slice();
    for (let at = 5000; at < damaged.length - 200_000; at += 1_500_000) damaged[at]! ^= 0x10;
    const report = await verifyWim([part("damaged.wim", damaged)], { workers });
    expect(report).toEqual(await verifyWim([part("damaged.wim", damaged)], { workers: 0 }));
    expect(report.status).toBe("fail");
    expect(report.failures.flatMap(({ places }) => places.map(({ path }) => path))).toContain("large.txt");
  });

  it("stops at an abort, and where the file is gone", async () => {
    const data = await compressed;
    const abort = new AbortController();
    const onProgress = (): void => abort.abort(new Error("enough"));
    const stopped = verifyWim([part("abort.wim", data)], { workers: 2, onProgress, signal: abort.signal });
    await expect(stopped).rejects.toThrow("enough");
    const gone = part("gone.wim", data);
    rmSync(gone.file!.path);
    expect((await rejection(verifyWim([gone], { workers: 2 }))).code).toBe("image-unreadable");
  });

  it("is a part of an image by its extents", () => {
    const source = memorySource(new Uint8Array(50));
    const elsewhere = memorySource(new Uint8Array(50));
    const node = (from: typeof source) => fileOf("install.wim", [fromSource(from, 5, 10)]);
    const image = { path: "/image.iso", isFile: true, source };
    expect(wimPart("w", node(source), image).file).toEqual({
      path: "/image.iso",
      extents: [{ offset: 5, length: 10 }],
    });
    expect(wimPart("w", node(elsewhere), image).file).toBeUndefined();
  });
});
