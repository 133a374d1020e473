/** `check` of an image file and of a source of its bytes, against the manifest, an image's path and an image's source. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ByteSource } from "../../src/source/byte-source.js";
import { memorySource } from "../../src/source/byte-source.js";
import type { CheckEvent } from "../../src/steps/check-target.js";
import { check } from "../../src/steps/check-target.js";
import { write } from "../../src/steps/write-image.js";
import { discEditions } from "../support/disc.js";
import { writeDemoImage } from "../support/demo-image.js";
import { watchedSource } from "../support/watched-source.js";

let folder: string;
let iso: string;
let path: string;
let bytes: Uint8Array;
let disc: ByteSource;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-check-step-"));
  iso = await writeDemoImage(folder, { editions: discEditions });
  disc = memorySource(readFileSync(iso));
  path = join(folder, "stick.img");
  await write(iso, { targets: [path] });
  bytes = readFileSync(path);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** `bootmgr` lies in it as a whole. */
function damagedAt(): { damaged: Uint8Array; at: number } {
  const damaged = Buffer.from(bytes);
  const at = damaged.indexOf("MSWIM") + 4096;
  damaged[at] = damaged[at]! ^ 1;
  return { damaged, at };
}

describe("a check", () => {
  it.each([
    ["its manifest", () => ({})],
    ["an image's path", () => ({ image: iso })],
    ["an image's source", () => ({ image: disc })],
  ])("against %s is the same of a path and of a source", async (_what, options) => {
    const byPath = await check(path, options());
    expect(byPath).toMatchObject({ verdict: "match", mismatches: [], target: { path, kind: "image-file" } });
    // Whether a file is read past the cache is its file system's to say.
    const withoutCache = { ...byPath, warnings: byPath.warnings.filter(({ code }) => code !== "check-cached") };
    expect(await check(memorySource(bytes), { ...options(), name: path })).toEqual(withoutCache);
  });

  it("names the file whose byte is another one, in a source as well", async () => {
    const { damaged, at } = damagedAt();
    const { verdict, mismatches } = await check(memorySource(damaged), { image: disc });
    expect(verdict).toBe("mismatch");
    expect(mismatches).toMatchObject([
      { offset: at, length: 1, cause: "damaged", path: expect.stringMatching(/wim$/) },
    ]);
  });

  it("tells what a source cannot read as unreadable", async () => {
    const { at } = damagedAt();
    const broken = watchedSource(bytes, (_index, offset, length) => {
      if (offset <= at && at < offset + length) throw new Error("EIO");
    });
    const { verdict, mismatches } = await check(broken);
    expect(verdict).toBe("unreadable");
    expect([...new Set(mismatches.map(({ cause }) => cause))]).toEqual(["unreadable"]);
    expect(mismatches.map(({ path: file }) => file)).toContainEqual(expect.stringMatching(/wim$/));
  });

  it("of what holds nothing to compare it with is unreadable, with a warning", async () => {
    const events: CheckEvent[] = [];
    const empty = memorySource(new Uint8Array(4 * 2 ** 20));
    const { verdict, against, warnings } = await check(empty, { onEvent: (event) => events.push(event) });
    expect([verdict, against]).toEqual(["unreadable", null]);
    expect(warnings.map(({ code }) => code)).toEqual(["manifest-absent"]);
    expect(events).toEqual(warnings.map((warning) => ({ event: "warning", ...warning })));
  });

  it("tells its progress to the end", async () => {
    const events: CheckEvent[] = [];
    let time = 0;
    const now = (): number => (time += 1000);
    const { bytes: compared } = await check(memorySource(bytes), { now, onEvent: (event) => events.push(event) });
    const last = events.at(-1);
    expect(last).toMatchObject({ event: "progress", phase: "check", target: "target", etaMs: 0 });
    if (last?.event === "progress") expect(last.bytes).toBe(last.totalBytes);
    expect(compared).toBeGreaterThan(0);
  });

  it.each([
    ["target-missing", 5, () => check(join(folder, "none.img"))],
    ["target-not-a-drive", 5, () => check(folder)],
    ["image-missing", 3, () => check(path, { image: join(folder, "none.iso") })],
    ["image-not-iso", 3, () => check(path, { image: memorySource(new Uint8Array(100_000)) })],
  ])("rejects with %s", async (code, exitCode, run) => {
    await expect(run()).rejects.toMatchObject({ name: "Win7UsbError", code, exitCode });
  });
});

describe("a check that is interrupted", () => {
  it("reads nothing where it was before", async () => {
    let reads = 0;
    const source = watchedSource(bytes, () => (reads += 1));
    await expect(check(source, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "interrupted" });
    expect(reads).toBe(0);
  });

  it("ends while its image is opened", async () => {
    const controller = new AbortController();
    const image = watchedSource(readFileSync(iso), () => controller.abort());
    const checking = check(memorySource(bytes), { image, signal: controller.signal });
    await expect(checking).rejects.toMatchObject({ code: "interrupted", exitCode: 130 });
  });

  it("ends while the target is read", async () => {
    const controller = new AbortController();
    const onEvent = (event: CheckEvent): void => {
      if (event.event === "progress") controller.abort();
    };
    const checking = check(memorySource(bytes), { onEvent, signal: controller.signal });
    await expect(checking).rejects.toMatchObject({ code: "interrupted", exitCode: 130 });
  });
});
