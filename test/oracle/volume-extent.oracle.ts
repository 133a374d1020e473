/** How long volumes are by themselves, of other people's tools, with what a drive counts behind them. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { readVolumeExtent } from "../../src/iso9660-reader/index.js";
import { memorySource } from "../../src/source/byte-source.js";
import { judge } from "../support/judges.js";

const sector = 2048;
const runOut = Buffer.alloc(150 * sector, 0xee);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-extent-"));
  mkdirSync(join(folder, "tree"));
  writeFileSync(join(folder, "tree", "file"), Buffer.alloc(3 * MiB, 1));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function endOf(path: string): Promise<readonly [end: number, size: number]> {
  const bytes = readFileSync(path);
  const { end, problem } = await readVolumeExtent(memorySource(Buffer.concat([bytes, runOut])));
  expect(problem).toBeNull();
  return [end, bytes.length];
}

describe("a volume's own length", () => {
  it.skipIf(!judge("genisoimage")).each([
    { what: "ISO 9660", options: [] },
    { what: "Joliet", options: ["-J"] },
    { what: "a bridge with UDF", options: ["-udf"] },
  ])("of $what by genisoimage is its file's", async ({ options }) => {
    const path = join(folder, "genisoimage.iso");
    execFileSync("genisoimage", ["-quiet", ...options, "-o", path, join(folder, "tree")], { stdio: "ignore" });
    const [end, size] = await endOf(path);
    expect(end).toBe(size);
  });

  it.skipIf(!judge("xorriso"))("by xorriso is its file's", async () => {
    const path = join(folder, "xorriso.iso");
    execFileSync("xorriso", ["-as", "mkisofs", "-quiet", "-o", path, join(folder, "tree")], { stdio: "ignore" });
    const [end, size] = await endOf(path);
    expect(end).toBe(size);
  });

  it.skipIf(!judge("mkudffs")).each([
    { media: "dvd", isSaid: true },
    { media: "hd", isSaid: true },
    { media: "bdr", isSaid: false },
  ])(
    "of UDF alone ($media) by mkudffs ends with the last anchor, and is not said on write-once media",
    async ({ media, isSaid }) => {
      const path = join(folder, `${media}.udf`);
      execFileSync("mkudffs", ["--new-file", `--media-type=${media}`, "--label=x", path, "4000"], { stdio: "ignore" });
      const [end, size] = await endOf(path);
      expect(end).toBe(isSaid ? size : 0);
    },
  );
});
