/** WIMs with files of hundreds of MiB: read through threads, in little memory, and one flipped bit in them is found. */
import { closeSync, mkdirSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filler } from "../../fixtures/windows7/nodes.js";
import type { FileSource } from "../../src/source/file-source.js";
import { openFileSource } from "../../src/source/file-source.js";
import type { WimReport } from "../../src/threads/index.js";
import { verifyWim } from "../../src/threads/index.js";
import { judge } from "../support/judges.js";
import { rounds } from "../support/sample.js";
import { makeFolder, removeFolder, wimlib } from "../support/wimlib-trees.js";

const MiB = 2 ** 20;
const fileSize = rounds(300, 100) * MiB;

/** Half noise, half text, and no two MiB the same. */
function writeLargeFile(path: string): void {
  const file = openSync(path, "w");
  const noise = filler(MiB, 9);
  const text = Buffer.from("words that come again, some of them; ".repeat(30_000)).subarray(0, MiB);
  for (let index = 0; index * MiB < fileSize; index += 1) {
    const piece = Buffer.from(index % 8 === 0 ? noise : text);
    piece.writeUInt32LE(index, 1000 * (index % 1000));
    writeSync(file, piece);
  }
  closeSync(file);
}

describe.skipIf(!judge("wimlib-imagex"))("a WIM with a file of hundreds of MiB", () => {
  let folder: string;

  beforeAll(() => {
    folder = makeFolder();
    mkdirSync(join(folder, "tree"));
    writeLargeFile(join(folder, "tree", "large.bin"));
  });
  afterAll(() => {
    removeFolder(folder);
  });

  async function verify(path: string): Promise<WimReport> {
    const source: FileSource = await openFileSource(path);
    const file = { path, extents: [{ offset: 0, length: source.size }] };
    try {
      return await verifyWim([{ name: "large.wim", source, file }], { workers: 2 });
    } finally {
      await source.close();
    }
  }

  it.each([["none"], ["XPRESS"], ["LZX:10"], ["LZX:10", "--chunk-size=2M"], ["XPRESS", "--pipable"]])(
    "verifies, and does not with one bit flipped: %s",
    async (compression, ...options) => {
      const path = join(folder, `${[compression, ...options].join("").replaceAll(/\W/g, "")}.wim`);
      wimlib("capture", join(folder, "tree"), path, "Large", `--compress=${compression}`, "--check", ...options);
      const report = await verify(path);
      expect(report.failures).toEqual([]);
      expect(report.status).toBe("pass");
      expect(report.contentBytes).toBe(fileSize);
      const file = openSync(path, "r+");
      const at = Math.floor(statSync(path).size * 0.6);
      const byte = Buffer.alloc(1);
      readSync(file, byte, 0, 1, at);
      byte[0]! ^= 0x04;
      writeSync(file, byte, 0, 1, at);
      closeSync(file);
      const damaged = await verify(path);
      const blob = damaged.failures.find(({ check }) => check === "wim-blobs");
      expect(blob?.places).toEqual([{ image: 1, path: "large.bin" }]);
      expect(damaged.checks.find(({ id }) => id === "wim-integrity-table")!.status).toBe("fail");
    },
  );
});
