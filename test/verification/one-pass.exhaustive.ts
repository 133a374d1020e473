/** Hashing and deep verification with one reader, on real threads: what comes of it, and how it ends before its time. */
import { fileOf } from "../support/memory-tree.js";
import { fromSource } from "../../src/extents/layout.js";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { directory, file, filler, fixedTime } from "../../fixtures/windows7/nodes.js";
import { writeWim } from "../../fixtures/wim/writer.js";
import type { ByteSource } from "../../src/source/byte-source.js";
import { memorySource } from "../../src/source/byte-source.js";
import { passRunner } from "../../src/steps/verify-passes.js";
import type { FileNode } from "../../src/tree/index.js";
import { createImagePass, hashFile, verifyWim, wimPart } from "../../src/threads/index.js";
import type { WimReport } from "../../src/threads/index.js";
import type { Passes } from "../../src/verification/examine.js";
import type { WimSet } from "../../src/verification/wims.js";
import { examineWims } from "../../src/verification/wims.js";
import { wimHeaderRecord } from "../../src/wim/header.js";
import { lookupTableEntryRecord } from "../../src/wim/lookup-table.js";
import { resourceHeaderRecord } from "../../src/wim/resource.js";
import { compressWim } from "../support/compressed-wim.js";
import { randomFrom } from "../support/sample.js";

const MiB = 2 ** 20;
const KiB = 2 ** 10;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-pass-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const tree = directory("", [
  file("large.txt", "the quick brown fox ".repeat(2_000_000)),
  directory(
    "many",
    Array.from({ length: 700 }, (_, index) => file(`file${index}`, filler(2000 + index, index))),
  ),
  file("noise", filler(9 * MiB, 77)),
]);
const images = [{ name: "Image", creationTime: fixedTime, lastModificationTime: fixedTime, tree }];
const stored = writeWim(images, { integrityTable: true });
const wims = { stored, xpress: writeWim(images).then((data) => compressWim(data, "xpress")) };

type Image = { readonly path: string; readonly isFile: true; readonly source: ByteSource; readonly bytes: Uint8Array };
/** Where a WIM lies in an image, from its beginning to its end. */
type Extents = readonly { readonly offset: number; readonly length: number }[];

function writeImage(name: string, wim: Uint8Array, extents: Extents): Image {
  const size = Math.max(...extents.map(({ offset, length }) => offset + length)) + 3 * MiB + 99;
  const bytes = filler(size, 5);
  let done = 0;
  for (const { offset, length } of extents) {
    bytes.set(wim.subarray(done, done + length), offset);
    done += length;
  }
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return { path, isFile: true, source: memorySource(bytes), bytes };
}

function fileNode(source: ByteSource, extents: Extents): FileNode {
  return fileOf(
    "install.wim",
    extents.map(({ offset, length }) => fromSource(source, offset, length)),
  );
}

/** In one piece, in two with something between them, and with its second half first. */
function places(length: number): Record<string, Extents> {
  const half = Math.floor(length / 2);
  return {
    whole: [{ offset: 2 * MiB + 7, length }],
    apart: [
      { offset: 100, length: half },
      { offset: half + 500_000, length: length - half },
    ],
    backwards: [
      { offset: length + MiB, length: half },
      { offset: 1000, length: length - half },
    ],
  };
}

const rings = {
  "small slots": { slotSize: 64 * KiB, slotCount: 9 },
  "two slots": { slotSize: 5 * MiB, slotCount: 2 },
  "what is used": undefined,
};

/** In an order that does not depend on which thread was first. */
function settled({ checks, failures, ...rest }: WimReport) {
  const sorted = failures.toSorted((a, b) => (a.message < b.message ? -1 : 1));
  return { ...rest, failures: sorted, checks: checks.map(({ id, status, code }) => ({ id, status, code })) };
}

/** Runs both; the report must be what the calling thread alone finds, and the hash that of the file. */
async function verifyBoth(image: Image, extents: Extents, workers: number, ring?: (typeof rings)["small slots"]) {
  const part = wimPart("install.wim", fileNode(image.source, extents), image);
  const pass = createImagePass(image.path, image.bytes.length, 1, { ring });
  const hashing = hashFile(image.path, ["sha1"], { pass });
  const options = { pass, workers };
  const verifying = verifyWim([part], options).finally(() => pass.release(image.bytes.length));
  const [hashed, report] = await Promise.all([hashing, verifying]);
  expect(hashed.sha1).toBe(createHash("sha1").update(image.bytes).digest("hex"));
  const alone = await verifyWim([part], { workers: 0 });
  expect(settled(report)).toEqual(settled(alone));
  return report;
}

describe("a WIM whose bytes pass", () => {
  const kinds = Object.keys(wims) as (keyof typeof wims)[];
  const layouts = ["whole", "apart", "backwards"] as const;
  it.each(kinds.flatMap((kind) => layouts.map((layout) => ({ kind, layout }))))(
    "is verified as by itself: $kind, $layout",
    { timeout: 120_000 },
    async ({ kind, layout }) => {
      const wim = await wims[kind];
      const extents = places(wim.length)[layout]!;
      const image = writeImage(`${kind}-${layout}.iso`, wim, extents);
      for (const [index, ring] of Object.values(rings).entries()) {
        expect((await verifyBoth(image, extents, 1 + index, ring)).status).toBe("pass");
      }
    },
  );

  it("is damaged where it is by itself", { timeout: 120_000 }, async () => {
    for (const [kind, data] of Object.entries(wims)) {
      const damaged = (await data).slice();
      for (let at = 5000; at < damaged.length - 200_000; at += 1_500_000) damaged[at]! ^= 0x10;
      const extents = places(damaged.length)["apart"]!;
      const image = writeImage(`damaged-${kind}.iso`, damaged, extents);
      const report = await verifyBoth(image, extents, 2);
      expect(report.status).toBe("fail");
      expect(report.failures.flatMap(({ places: files }) => files.map(({ path }) => path))).toContain("large.txt");
    }
  });

  it("may have a lookup table that says anything, and everything ends", { timeout: 240_000 }, async () => {
    const extents = places((await stored).length)["whole"]!;
    const next = randomFrom(7);
    const random = (below: number): number => Math.floor(next() * below);
    for (let round = 0; round < 6; round += 1) {
      const wim = (await stored).slice();
      const table = resourceHeaderRecord.decode(wim, wimHeaderRecord.fields.lookupTable.offset);
      for (let change = 0; change < 40; change += 1) {
        const entry = table.offset + random(table.size / lookupTableEntryRecord.size) * lookupTableEntryRecord.size;
        const resource = resourceHeaderRecord.decode(wim, entry);
        if ((resource.flags & 2) !== 0) continue;
        // Over others, across everything, in wrong order, of no length at all.
        const offset = 208 + random(wim.length - 208);
        const size = [1, 300, 3 * MiB, wim.length][random(4)]!;
        const fits = Math.min(size, wim.length - offset);
        resourceHeaderRecord.patch(wim, entry, { offset, size: fits, originalSize: fits });
      }
      const image = writeImage("hostile.iso", wim, extents);
      const ring = Object.values(rings)[round % 3];
      expect((await verifyBoth(image, extents, 1 + (round % 4), ring)).status).toBe("fail");
    }
  });
});

/** Threads of this process, where the kernel tells; they are gone a moment after they were ended. */
const threadCount = (): number => readdirSync("/proc/self/task").length;
async function expectThreads(count: number): Promise<void> {
  for (let turn = 0; turn < 1200 && threadCount() > count; turn += 1) await delay(50);
  expect(threadCount()).toBeLessThanOrEqual(count);
}

describe.skipIf(process.platform !== "linux")("an end before the end", () => {
  let image: Image;
  let set: WimSet;
  let passes: Passes;
  const run = (from: Omit<Image, "bytes">, signal?: AbortSignal) =>
    passRunner(from, { now: () => performance.now(), signal })(passes);

  beforeAll(async () => {
    const wim = await wims.xpress;
    const extents = places(wim.length)["whole"]!;
    image = writeImage("image.iso", wim, extents);
    const parts = [{ path: "install.wim", file: fileNode(image.source, extents) }];
    set = { name: "install.wim", parts, more: 0, leftOut: 0, start: extents[0]!.offset };
    passes = {
      algorithms: ["sha1", "sha256"],
      prefixes: [],
      deepSets: [set],
      examineTables: () => examineWims([set], null),
      examineWims: (verify) => examineWims([set], verify),
    };
    // Node's own threads are all there from here on.
    const { hashed, wims: outcomes } = await run(image);
    expect(hashed.sha1).toBe(createHash("sha1").update(image.bytes).digest("hex"));
    expect(outcomes[0]!.failures).toEqual([]);
  });

  it("by an interruption leaves no thread, whoever waits", async () => {
    await delay(200);
    const before = threadCount();
    for (const wait of [0, 30, 100, 300]) {
      const interruption = new AbortController();
      const running = run(image, interruption.signal);
      const settledRun = running.then(
        () => "done",
        (error: unknown) => (error as { code?: string }).code,
      );
      await delay(wait);
      interruption.abort(new Error("enough"));
      expect(["interrupted", "done"]).toContain(await settledRun);
      await expectThreads(before);
    }
  });

  it("while threads wait for bytes that nobody reads is one, too", async () => {
    await delay(200);
    const before = threadCount();
    const part = wimPart("install.wim", set.parts[0]!.file, image);
    const pass = createImagePass(image.path, image.bytes.length, 1);
    const interruption = new AbortController();
    const verifying = verifyWim([part], { pass, workers: 3, signal: interruption.signal });
    const outcome = verifying.catch((error: unknown) => error);
    await vi.waitFor(() => expect(threadCount()).toBeGreaterThanOrEqual(before + 3), { timeout: 60_000 });
    expect(pass.released).toBeLessThan(set.start + 300);
    interruption.abort(new Error("enough"));
    expect(await outcome).toEqual(new Error("enough"));
    await expectThreads(before);
  });

  it.each([
    ["image-truncated", (path: string) => writeFileSync(path, image.bytes.subarray(0, 4 * MiB))],
    ["image-unreadable", () => undefined],
  ])("by the reader (%s) is the end of both", async (code, make) => {
    await delay(200);
    const before = threadCount();
    const path = code === "image-truncated" ? join(folder, "short.iso") : folder;
    make(path);
    // The tables are in order; only what the threads read is not there.
    await expect(run({ path, isFile: true, source: image.source })).rejects.toMatchObject({ code });
    await expectThreads(before);
  });
});
