/** A disc read through the API: what it is called in the end, a disc that changes meanwhile, and what is no disc for it. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { writeWim } from "../../fixtures/wim/writer.js";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import { directory, file } from "../../fixtures/windows7/nodes.js";
import { isAllZeros } from "../../src/bytes/zeros.js";
import { parseMap } from "../../src/read/map-file.js";
import { readDisc, type ReadOptions, type ReadResult } from "../../src/steps/read-disc.js";
import type { ReadEvent } from "../../src/steps/read/events.js";
import { wimHeaderRecord } from "../../src/wim/header.js";
import { knownImagesOf } from "../../src/windows/known-images/index.js";
import { writeDemoImage, writeImageOf } from "../support/demo-image.js";
import { canFail, openFaultyFile, type FaultyFile } from "../support/faulty-file.js";
import { knownImageRow } from "../support/known-images.js";
import { replaceFile, withoutNode } from "../support/tree-edits.js";
import { imageOf } from "../support/windows-images.js";

const sector = 2048;
let folder: string;
let source: Buffer;
let disc: FaultyFile;
const canRun = canFail();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-read-disc-"));
  source = readFileSync(await writeDemoImage(folder, { editions: ["Professional"] }));
  if (canRun) disc = await openFaultyFile(source, folder);
});
afterAll(async () => {
  await disc?.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  disc?.bytes.set(source);
  disc?.scratch([]);
});

const at = (name: string): string => join(folder, name);
const published = (field: "sha1" | "md5" = "sha1") =>
  knownImagesOf([knownImageRow({ [field]: createHash(field).update(source).digest("hex"), size: source.length })]);
const read = (name: string, options: ReadOptions = {}): Promise<ReadResult> =>
  readDisc(disc.path, at(name), { knownImages: published(), retries: 0, ...options });
const sectors = (of: (bytes: Buffer) => boolean): number[] =>
  Array.from({ length: source.length / sector }, (_, index) => index).filter(
    (index) => index > 300 && of(source.subarray(index * sector, (index + 1) * sector)),
  );

describe.skipIf(!canRun)("what is read", () => {
  it.each(["sha1", "md5"] as const)("is genuine by its %s, which is taken on the way", async (field) => {
    const events: ReadEvent[] = [];
    const { verification, unread } = await read(`genuine-${field}.iso`, {
      knownImages: published(field),
      onEvent: (event) => events.push(event),
    });
    expect(verification).toMatchObject({ verdict: "genuine", known: { matchedBy: field } });
    expect(unread).toBeNull();
    expect(events.some((event) => event.event === "progress" && event.phase === "hash")).toBe(false);
    expect(events[0]).toMatchObject({ event: "start", size: source.length, bytesRead: 0 });
  });

  it("is never genuine with a gap, and is with the gap filled", async () => {
    const used = sectors((bytes) => !isAllZeros(bytes));
    disc.scratch([used.at(-1)!]);
    const gap = await read("gap.iso");
    expect(gap.verification).toBeNull();
    expect(gap.unread).toMatchObject({ bytes: sector });
    disc.scratch([used[0]!]);
    const filled = await read("gap.iso", { fill: true });
    expect(filled).toMatchObject({ unread: null, verification: { verdict: "genuine" } });
  });

  it("is genuine where what cannot be read is known to be zeros", async () => {
    const [zeros] = sectors((bytes) => isAllZeros(bytes));
    disc.scratch([zeros!]);
    expect(await read("zeros.iso")).toMatchObject({
      unread: null,
      verification: { verdict: "genuine" },
      failedReads: 2,
    });
    expect(await read("not-known.iso", { knownImages: knownImagesOf([]) })).toMatchObject({
      unread: { bytes: sector },
      verification: null,
    });
  });

  it("is what it was before another disc came into the drive", async () => {
    const claimed = (): number => parseMap(readFileSync(at("changed.iso.map"), "utf8"), "x").map.bytes("finished");
    let isChanged = false;
    const change = (event: ReadEvent): void => {
      if (event.event !== "progress" || event.bytes < 512 * 1024 || isChanged) return;
      isChanged = true;
      disc.bytes[16 * sector + 40] = 0x41;
      disc.scratch(Array.from({ length: source.length / sector }, (_, index) => index).filter((index) => index > 20));
    };
    let time = 0;
    const changed = read("changed.iso", { onEvent: change, now: () => (time += 200), saveEveryMs: 1000 });
    await expect(changed).rejects.toMatchObject({ code: "disc-changed" });
    expect(claimed()).toBeLessThan(source.length / 2);
    // The other disc has another descriptor.
    disc.scratch([]);
    if (claimed() > 64 * 1024) await expect(read("changed.iso")).rejects.toMatchObject({ code: "other-disc" });
    disc.bytes.set(source);
    expect(await read("changed.iso")).toMatchObject({ verification: { verdict: "genuine" } });
    expect(Buffer.compare(readFileSync(at("changed.iso")), source)).toBe(0);
  });

  it("is kept when it is interrupted, and gone on with", async () => {
    const controller = new AbortController();
    let last = 0;
    let time = 0;
    const stopped = read("stopped.iso", {
      signal: controller.signal,
      now: () => (time += 200),
      onEvent(event) {
        if (event.event !== "progress") return;
        last = event.bytes;
        if (last >= 512 * 1024) controller.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: "interrupted" });
    const { map } = parseMap(readFileSync(at("stopped.iso.map"), "utf8"), "x");
    expect(map.bytes("finished")).toBe(last);
    const events: ReadEvent[] = [];
    expect(await read("stopped.iso", { onEvent: (event) => events.push(event) })).toMatchObject({
      verification: { verdict: "genuine" },
    });
    expect(events[0]).toMatchObject({ event: "start", bytesRead: last });
  });
});

describe("a disc", () => {
  it("with films is refused by name", async () => {
    const films = directory("VIDEO_TS", [file("VIDEO_TS.IFO", "DVDVIDEO-VMG"), file("VTS_01_1.VOB", "x")]);
    const video = await writeImageOf(directory("", [films]), at("video.iso"), "FILM");
    await expect(readDisc(video, at("x.iso"))).rejects.toMatchObject({ code: "disc-unsupported" });
  });

  it("of several says which parts are on others", async () => {
    const tree = await windows7Tree({ editions: ["Professional"] });
    const wim = await splitPart();
    const split = replaceFile(withoutNode(tree, "sources/install.wim"), "sources/install2.swm", wim);
    const path = await writeImageOf(split, at("second.iso"));
    const { splitOverDiscs } = await readDisc(path, at("second-read.iso"));
    expect(splitOverDiscs).toEqual([{ name: "sources/install2.swm", parts: [2], totalParts: 3, missing: [1, 3] }]);
  });

  it("has tries that are a number", async () => {
    await expect(readDisc(at("win7.iso"), at("x.iso"), { retries: -1 })).rejects.toMatchObject({ code: "usage" });
  });
});

/** A WIM whose header says that it is the second part of three. */
async function splitPart(): Promise<Uint8Array> {
  const wim = await writeWim([imageOf({})]);
  const view = new DataView(wim.buffer, wim.byteOffset, wim.byteLength);
  view.setUint16(wimHeaderRecord.fields.partNumber.offset, 2, true);
  view.setUint16(wimHeaderRecord.fields.totalParts.offset, 3, true);
  return wim;
}
