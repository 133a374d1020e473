/** gzip's and zstd's own programs unpack what is written, to the disk itself. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import zlib from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeDemoImage } from "../support/demo-image.js";
import { judge } from "../support/judges.js";
import { runProgram } from "../support/program.js";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-compressed-"));
  await writeDemoImage(folder);
  expect(runProgram(["write", "win7.iso", "plain.img"], folder).exitCode).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What its judge makes of the file, whose checksum it has proved. */
function unpackedBy(command: "gzip" | "zstd", name: string): Buffer {
  expect(spawnSync(command, ["--test", name], { cwd: folder }).status).toBe(0);
  return spawnSync(command, ["--decompress", "--stdout", name], { cwd: folder, maxBuffer: 2 ** 28 }).stdout;
}

it.skipIf(!judge("gzip"))("gzip", () => {
  expect(runProgram(["write", "win7.iso", "usb.img.gz"], folder).exitCode).toBe(0);
  expect(Buffer.compare(unpackedBy("gzip", "usb.img.gz"), readFileSync(join(folder, "plain.img")))).toBe(0);
});

// Node 20 has no Zstandard.
it.skipIf(!judge("zstd")).each("createZstdCompress" in zlib ? ["zstd"] : [])("%s", () => {
  expect(runProgram(["write", "win7.iso", "usb.img.zst"], folder).exitCode).toBe(0);
  expect(Buffer.compare(unpackedBy("zstd", "usb.img.zst"), readFileSync(join(folder, "plain.img")))).toBe(0);
});
