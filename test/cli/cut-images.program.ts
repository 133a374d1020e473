/** An image that was cut anywhere has a verdict: damaged, cut short by so many bytes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { memorySource } from "../../src/source/byte-source.js";
import { openImage } from "../../src/steps/open-image.js";
import { verify } from "../../src/steps/verify-image.js";
import { find } from "../../src/tree/index.js";
import { writeDemoImage } from "../support/demo-image.js";
import { imageRuns } from "../support/image-runs.js";
import { parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";

const block = 2048;
let folder: string;
let whole: Buffer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-cut-"));
  whole = readFileSync(await writeDemoImage(folder));
});
afterAll(() => rmSync(folder, { recursive: true }));

it("every block of structure, and every so many of content", async () => {
  const last = whole.length / block;
  const places = Array.from({ length: last }, (_, index) => index).filter((index) => index <= 300 || index % 7 === 0);
  for (const blocks of places.filter((index) => index > 16)) {
    const { verdict, truncated, checks } = await verify(memorySource(whole.subarray(0, blocks * block)));
    expect([verdict, truncated?.missingBytes], `after ${blocks} blocks`).toEqual([
      "damaged",
      whole.length - blocks * block,
    ]);
    expect(checks, `after ${blocks} blocks`).toContainEqual(
      expect.objectContaining({ id: "whole", status: "fail", code: "image-truncated" }),
    );
  }
});

it.each(["bootmgr", "boot/bcd", "boot/boot.sdi", "sources/boot.wim", "sources/ei.cfg"])(
  "just before %s",
  async (path) => {
    const { image } = await openImage(memorySource(whole));
    const [run] = imageRuns(find(image.tree, path));
    const iso = join(folder, "cut.iso");
    writeFileSync(iso, whole.subarray(0, run!.offset));
    const { exitCode, out } = runProgram(["verify", iso, "--json"]);
    expect(exitCode).toBe(3);
    expect(parseOutput("verify", out)).toMatchObject({
      verdict: "damaged",
      truncated: { missingBytes: whole.length - run!.offset },
    });
    expect(runProgram(["verify", iso]).out).toMatch(/^Damaged: .*\n(?:.*\n)*?.*cut short/);
  },
);
