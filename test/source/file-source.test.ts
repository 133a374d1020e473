import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openFileSource } from "../../src/source/file-source.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-source-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytes = Uint8Array.from({ length: 10_000 }, (_, index) => index % 251);

describe("a file as a source", () => {
  it("gives any range, many at a time, into the caller's memory", async () => {
    const path = join(folder, "a.iso");
    writeFileSync(path, bytes);
    const source = await openFileSource(path);
    expect([source.path, source.size]).toEqual([path, bytes.length]);
    const target = new Uint8Array(20).fill(0xee);
    const [first, none] = await Promise.all([
      source.read(1, 9999),
      source.read(10_000, 0),
      source.readInto(5000, target.subarray(5, 15)),
    ]);
    expect(first).toEqual(bytes.subarray(1));
    expect(none.length).toBe(0);
    expect(target.subarray(5, 15)).toEqual(bytes.subarray(5000, 5010));
    expect([target[4], target[15]]).toEqual([0xee, 0xee]);
    await source.close();
    await expect(source.read(0, 1)).rejects.toMatchObject({ code: "image-unreadable" });
  });

  it.each([
    [0, 10_001],
    [9999, 2],
    [-1, 1],
    [2 ** 53, 1],
    [Number.NaN, 1],
  ])("refuses %i + %i", async (offset, length) => {
    const path = join(folder, "a.iso");
    writeFileSync(path, bytes);
    const source = await openFileSource(path);
    await expect((async () => source.read(offset, length))()).rejects.toMatchObject({ code: "image-truncated" });
    await source.close();
  });

  it("tells when the file became shorter meanwhile", async () => {
    const path = join(folder, "a.iso");
    writeFileSync(path, bytes);
    const source = await openFileSource(path);
    truncateSync(path, 100);
    await expect(source.read(50, 100)).rejects.toMatchObject({ code: "image-truncated", exitCode: 3 });
    await source.close();
  });

  it("has a size of 0 where the file is empty", async () => {
    const path = join(folder, "empty.iso");
    writeFileSync(path, "");
    const source = await openFileSource(path);
    expect(source.size).toBe(0);
    await source.close();
  });

  it("is refused by name where it is missing or no file", async () => {
    mkdirSync(join(folder, "directory"));
    await expect(openFileSource(join(folder, "none.iso"))).rejects.toMatchObject({
      code: "image-missing",
      exitCode: 3,
    });
    const directory = openFileSource(join(folder, "directory"));
    await expect(directory).rejects.toMatchObject({ code: "image-unreadable", exitCode: 3 });
  });

  it.runIf(process.platform === "linux")("never waits for a pipe or reads a device without an end", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    for (const path of [pipe, "/dev/zero"]) {
      await expect(openFileSource(path)).rejects.toMatchObject({ code: "image-unreadable" });
    }
  });
});
