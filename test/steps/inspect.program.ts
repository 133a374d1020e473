/** `inspect` of a path and of a source of bytes, its warnings, and what stops it. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memorySource } from "../../src/source/byte-source.js";
import { openFileSource } from "../../src/source/file-source.js";
import type { InspectEvent } from "../../src/steps/inspect-image.js";
import { inspect } from "../../src/steps/inspect-image.js";
import { openImage } from "../../src/steps/open-image.js";
import { knownImagesOf } from "../../src/windows/known-images/index.js";
import { discEditions } from "../support/disc.js";
import { writeDemoImage } from "../support/demo-image.js";
import { watchedSource } from "../support/watched-source.js";

let folder: string;
let path: string;
let bytes: Uint8Array;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-inspect-"));
  path = await writeDemoImage(folder, { editions: discEditions, architecture: "x64" });
  bytes = readFileSync(path);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("an inspection", () => {
  it("is the same of a path, a source, and a file's source", async () => {
    const byPath = await inspect(path);
    expect(byPath).toMatchObject({
      image: { path, size: bytes.length, fileSystem: "udf" },
      windows: { product: "Windows 7", architecture: "x64", edition: "Professional" },
    });
    const { image, ...others } = byPath;
    const named = { ...others, image: { ...image, path: "a disc" } };
    expect(await inspect(memorySource(bytes), { name: "a disc" })).toEqual(named);
    expect((await inspect(memorySource(bytes))).image.path).toBe("image");
    const source = await openFileSource(path);
    expect(await inspect(source)).toEqual(byPath);
    // A source stays open: it is its opener's.
    expect(await source.read(0, 4)).toEqual(Uint8Array.from(bytes.subarray(0, 4)));
    await source.close();
  });

  it("tells its warnings as events, a refusal first", async () => {
    const events: InspectEvent[] = [];
    const { warnings } = await inspect(path, { onEvent: (event) => events.push(event) });
    expect(warnings[0]?.code).toBe("x64");
    expect(events).toEqual(warnings.map((warning) => ({ event: "warning", ...warning })));
  });

  it("looks for the image in the caller's table", async () => {
    const { image } = await inspect(path);
    const row = { fileName: "mine.iso", size: image.size, volumeLabel: image.volumeLabel, language: "en-US" };
    const rest = { edition: "", channel: "", architecture: "x64", release: "", build: "", independentOrigins: 1 };
    const { known } = await inspect(path, { knownImages: knownImagesOf([{ ...row, ...rest }]) });
    expect(known).toMatchObject({ fileName: "mine.iso", matchedBy: "label and size" });
  });

  it.each([
    ["image-missing", () => join(folder, "none.iso")],
    ["image-unreadable", () => folder],
    ["image-not-iso", () => memorySource(new Uint8Array(100_000))],
    ["image-truncated", () => memorySource(bytes.subarray(0, 400_000))],
  ])("rejects with %s", async (code, input) => {
    await expect(inspect(input())).rejects.toMatchObject({ name: "Win7UsbError", code, exitCode: 3 });
  });

  it("throws what a source throws", async () => {
    const failure = new Error("the tunnel is closed");
    const source = watchedSource(bytes, (index) => {
      if (index === 3) throw failure;
    });
    await expect(inspect(source)).rejects.toBe(failure);
  });
});

describe("an inspection that is interrupted", () => {
  it("reads nothing where it was before", async () => {
    let reads = 0;
    const source = watchedSource(bytes, () => (reads += 1));
    const signal = AbortSignal.abort();
    await expect(inspect(source, { signal })).rejects.toMatchObject({ code: "interrupted", exitCode: 130 });
    await expect(inspect(path, { signal })).rejects.toMatchObject({ code: "interrupted" });
    expect(reads).toBe(0);
  });

  it("ends at any read, and reads no further", async () => {
    let total = 0;
    await inspect(watchedSource(bytes, () => (total += 1)));
    expect(total).toBeGreaterThan(5);
    for (let stop = 0; stop < total; stop += 1) {
      const controller = new AbortController();
      let reads = 0;
      const source = watchedSource(bytes, (index) => {
        reads += 1;
        if (index === stop) controller.abort();
      });
      await expect(inspect(source, { signal: controller.signal }), `${stop}`).rejects.toMatchObject({
        code: "interrupted",
      });
      // Those that had begun when it was aborted are over; a reader has a handful under way at most.
      expect(reads - stop, `${stop}`).toBeLessThan(12);
    }
  });

  it("leaves an image that was opened before readable", async () => {
    const controller = new AbortController();
    const opened = await openImage(memorySource(bytes), { signal: controller.signal });
    controller.abort();
    expect((await opened.source.read(0, 2)).length).toBe(2);
    await opened.close();
  });
});
