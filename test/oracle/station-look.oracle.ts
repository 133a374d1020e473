/** What a station takes for empty, for its own and for somebody's data, on volumes that other people's tools have made and used. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { stickContent } from "../../src/station/look.js";
import type { StickContent } from "../../src/station/selection.js";
import { write } from "../../src/steps/write-image.js";
import { writeDemoImage } from "../support/demo-image.js";
import { judge } from "../support/judges.js";
import { readerOf } from "../support/memory-reader.js";

const size = 64 * MiB;
let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-look-"));
  path = join(folder, "stick.img");
});
afterAll(() => rmSync(folder, { recursive: true }));

const look = (): Promise<StickContent> => stickContent(readerOf(readFileSync(path)));
function tool(command: string, ...words: string[]): void {
  execFileSync(command, words, { stdio: "ignore", env: { ...process.env, MTOOLS_SKIP_CHECK: "1" } });
}
function blank(): void {
  writeFileSync(path, "");
  truncateSync(path, size);
}

describe.skipIf(!judge("fsck.fat") || !judge("mcopy"))("a volume of mkfs.fat", () => {
  it.each([
    ["12", ["-s", "64"]],
    ["16", ["-s", "8"]],
    ["32", ["-s", "1"]],
  ])("of FAT%s is empty until a file is on it, and when it is deleted again", async (kind, options) => {
    blank();
    tool("mkfs.fat", "-F", kind, ...options, "-n", "NEW", "-I", path);
    expect(await look()).toEqual({ kind: "empty" });
    tool("mcopy", "-i", path, join(import.meta.dirname, "station-look.oracle.ts"), "::a long name.txt");
    expect(await look()).toEqual({ kind: "data", words: `holds FAT${kind} "NEW" with a long name.txt` });
    tool("mdel", "-i", path, "::a long name.txt");
    expect(await look()).toEqual({ kind: "empty" });
    tool("mmd", "-i", path, "::System Volume Information");
    expect(await look()).toEqual({ kind: "empty" });
    tool("mmd", "-i", path, "::photos");
    expect(await look()).toMatchObject({ kind: "data" });
  });
});

it.skipIf(!judge("mkntfs"))("an NTFS volume may hold anything", async () => {
  blank();
  tool("mkntfs", "-F", "-Q", path);
  expect(await look()).toMatchObject({ kind: "data" });
});

describe("a stick of win7usb", () => {
  it.skipIf(!judge("mcopy")).each(["fat32", "ntfs"] as const)(
    "of %s is ours until something is put on it",
    async (fileSystem) => {
      const image = await writeDemoImage(folder);
      await write(image, { targets: [path], force: true, size, fileSystem });
      expect(await look()).toEqual({ kind: "ours" });
      if (fileSystem === "ntfs") return;
      tool("mcopy", "-i", `${path}@@1M`, image, "::letter.iso");
      expect(await look()).toEqual({ kind: "data", words: "was made by win7usb, and letter.iso was added" });
      tool("mdel", "-i", `${path}@@1M`, "::letter.iso");
      expect(await look()).toEqual({ kind: "ours" });
    },
  );

  it("without a manifest, or that is damaged, is not taken for empty", async () => {
    const image = await writeDemoImage(folder);
    await write(image, { targets: [path], force: true, size, verify: false });
    expect(await look()).toMatchObject({ kind: "data" });
    await write(image, { targets: [path], force: true, size });
    const bytes = readFileSync(path);
    // Its FATs.
    bytes.fill(0x77, MiB + 20_000, MiB + 60_000);
    writeFileSync(path, bytes);
    expect(await look()).toMatchObject({ kind: "data" });
  });
});
