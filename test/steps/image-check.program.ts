/** The image is checked while it is written: a damaged or altered one is not made bootable, and each byte is read once. */
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DoneEvent, ImageFindings, WriteEvent } from "../../src/progress/events.js";
import { memorySource } from "../../src/source/byte-source.js";
import { readImage } from "../../src/iso9660-reader/index.js";
import { openImage } from "../../src/steps/open-image.js";
import type { WriteChoices } from "../../src/steps/prepare-write.js";
import { prepareWrite } from "../../src/steps/prepare-write.js";
import { write } from "../../src/steps/write-image.js";
import { find } from "../../src/tree/index.js";
import { knownImagesOf } from "../../src/windows/known-images/index.js";
import { windows7Label } from "../../fixtures/windows7/tree.js";
import { writeDemoImage } from "../support/demo-image.js";
import { discEditions } from "../support/disc.js";
import { withFlippedBit } from "../support/flipped-bit.js";
import { imageRuns } from "../support/image-runs.js";
import { knownImageRow } from "../support/known-images.js";
import { memoryDrive } from "../support/memory-drive.js";
import { isUnfinished } from "../support/unfinished.js";
import { watchedSource } from "../support/watched-source.js";

let folder: string;
/** One that is held in memory while it is written, and one that goes through the ring of a pass. */
const images = { small: { payloadSize: 64 * 1024 }, large: { payloadSize: 12 * 2 ** 20 } } as const;
type Size = keyof typeof images;
const isos = new Map<Size, { path: string; bytes: Uint8Array; damaged: Uint8Array }>();
const nothingKnown = knownImagesOf([]);
const path = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-image-check-"));
  for (const [size, options] of Object.entries(images)) {
    const iso = await writeDemoImage(folder, { editions: discEditions, ...options }, `${size}.iso`);
    const bytes = readFileSync(iso);
    isos.set(size as Size, { path: iso, bytes, damaged: await withFlippedBit(bytes) });
  }
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

const dataOf = async (choices: Omit<WriteChoices, "targets">, content: Uint8Array, name = "image.iso") => {
  const iso = path(name);
  writeFileSync(iso, content);
  const opened = await openImage(iso);
  const { plan } = await prepareWrite(opened, { targets: [path("never.img")], imageCheck: "none" });
  await opened.close();
  const drive = memoryDrive(plan.diskSize);
  const events: WriteEvent[] = [];
  const target = {
    knownImages: nothingKnown,
    ...choices,
    targets: [drive],
    onEvent: (event: WriteEvent) => events.push(event),
  };
  return { iso, drive, target, events };
};
/** What was found of the image, as the last event tells it. */
const findings = (events: readonly WriteEvent[]): ImageFindings | undefined =>
  events.find((event): event is DoneEvent => event.event === "done")?.image;

describe.each(Object.keys(images) as Size[])("a %s image with one flipped bit in a WIM", (size) => {
  it("is written and found damaged: no target of it boots, and the file is named", async () => {
    const { iso, drive, target } = await dataOf({}, isos.get(size)!.damaged);
    const other = path(`${size}-damaged.img`);
    const error = await write(iso, { ...target, targets: [drive, other] }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "damaged", exitCode: 3, data: { failureCount: 2 } });
    expect((error as Error).message).toMatch(
      /image\.iso is damaged: the content of \S+ \(sources\/install\.wim, image 1\) is not what the SHA-1 says$/,
    );
    expect([drive.state, isUnfinished(drive.bytes), existsSync(other)]).toEqual(["aborted", true, false]);
  });
});

describe("an image with one flipped bit in a WIM", () => {
  const size = "small";

  it("is made bootable where that is allowed or nothing is checked, with the bytes that it has", async () => {
    const { iso, drive, target, events } = await dataOf({ allow: ["damaged"] }, isos.get(size)!.damaged);
    await write(iso, target);
    expect(findings(events)).toMatchObject({ check: "deep", verdict: "damaged", known: null });
    const { damaged } = isos.get(size)!;
    // The manifest names the image's hash, which nobody takes without a check.
    const imageSha256 = createHash("sha256").update(damaged).digest("hex");
    const unchecked = await dataOf({ imageCheck: "none", imageSha256 }, damaged);
    await write(unchecked.iso, unchecked.target);
    expect(findings(unchecked.events)).toMatchObject({ check: "none", verdict: null, hashes: {} });
    expect(Buffer.compare(drive.bytes, unchecked.drive.bytes)).toBe(0);
  });

  it("passes where only its hash is taken", async () => {
    const { damaged } = isos.get(size)!;
    const { iso, target, events } = await dataOf({ imageCheck: "hash" }, damaged);
    await write(iso, target);
    const sha256 = createHash("sha256").update(damaged).digest("hex");
    const sha1 = createHash("sha1").update(damaged).digest("hex");
    expect(findings(events)).toMatchObject({ check: "hash", verdict: "intact", hashes: { sha1, sha256 } });
  });

  it.each(Object.keys(images) as Size[])("is found damaged as a %s source of the caller's, too", async (each) => {
    const { damaged } = isos.get(each)!;
    const { drive, target } = await dataOf({}, damaged);
    await expect(write(memorySource(damaged), target)).rejects.toMatchObject({ code: "damaged" });
    expect(isUnfinished(drive.bytes)).toBe(true);
  });
});

describe.each(Object.keys(images) as Size[])("a %s image that is sound", (size) => {
  it("is written as without a check, and the end tells what was checked", async () => {
    const { bytes } = isos.get(size)!;
    const checked = await dataOf({}, bytes);
    await write(checked.iso, checked.target);
    const found = findings(checked.events);
    expect(found).toMatchObject({ check: "deep", verdict: "intact" });
    const imageSha256 = createHash("sha256").update(bytes).digest("hex");
    expect(found!.hashes.sha256).toBe(imageSha256);
    expect(found!.checked.join()).toContain("every blob of sources/boot.wim and sources/install.wim");
    const unchecked = await dataOf({ imageCheck: "none", imageSha256 }, bytes);
    await write(unchecked.iso, unchecked.target);
    expect(Buffer.compare(checked.drive.bytes, unchecked.drive.bytes)).toBe(0);
  });

  it("is not made bootable where it was changed meanwhile", async () => {
    const { iso, drive, target } = await dataOf({}, isos.get(size)!.bytes);
    const onEvent = (event: WriteEvent): void => {
      if (event.event === "phase" && event.phase === "flush") utimesSync(iso, 1, 1);
    };
    await expect(write(iso, { ...target, onEvent })).rejects.toMatchObject({ code: "image-changed" });
    expect(isUnfinished(drive.bytes)).toBe(true);
  });

  it("is not made bootable where it was cut short meanwhile", async () => {
    const { iso, drive, target } = await dataOf({}, isos.get(size)!.bytes);
    const onEvent = (event: WriteEvent): void => {
      if (event.event === "plan") truncateSync(iso, 3 * 2 ** 20);
    };
    await expect(write(iso, { ...target, onEvent })).rejects.toMatchObject({
      code: expect.stringMatching(/^image-(?:truncated|changed)$/) as string,
    });
    expect(drive.state).toBe("aborted");
  });

  it("ends as soon as it is interrupted", async () => {
    const { iso, drive, target } = await dataOf({}, isos.get(size)!.bytes);
    const interruption = new AbortController();
    const onEvent = (event: WriteEvent): void => {
      if (event.event === "phase" && event.phase === "verify") interruption.abort();
    };
    const writing = write(iso, { ...target, onEvent, signal: interruption.signal });
    await expect(writing).rejects.toMatchObject({ code: "interrupted" });
    expect(isUnfinished(drive.bytes)).toBe(true);
  });
});

describe("an image with the label and the size of a published one", () => {
  const published = (bytes: Uint8Array) =>
    knownImagesOf([
      knownImageRow({
        fileName: "published.iso",
        volumeLabel: windows7Label,
        size: bytes.length,
        sha1: createHash("sha1").update(bytes).digest("hex"),
      }),
    ]);

  it("is checked by its hash alone, which says that it is genuine", async () => {
    const { bytes } = isos.get("large")!;
    const { iso, target, events } = await dataOf(
      { knownImages: published(bytes), requirements: [{ name: "genuine" }] },
      bytes,
    );
    await write(iso, target);
    expect(findings(events)).toMatchObject({ check: "hash", verdict: "genuine", known: "published.iso" });
  });

  it("is altered where its hash is another, and verified in depth where that is allowed", async () => {
    const { bytes, damaged } = isos.get("large")!;
    const knownImages = published(bytes);
    const altered = await dataOf({ knownImages }, damaged);
    await expect(write(altered.iso, altered.target)).rejects.toMatchObject({ code: "altered", exitCode: 3 });
    expect(isUnfinished(altered.drive.bytes)).toBe(true);
    const allowed = await dataOf({ knownImages, allow: ["altered"] }, damaged);
    await expect(write(allowed.iso, allowed.target)).rejects.toMatchObject({ code: "damaged" });
    const both = await dataOf({ knownImages, allow: ["altered", "damaged"] }, damaged);
    await write(both.iso, both.target);
    expect(findings(both.events)).toMatchObject({ check: "deep", verdict: "damaged" });
  });
});

describe("what is required of an image", () => {
  it("is refused before the first byte where the volume tells it, and at the end where the hash does", async () => {
    const { bytes } = isos.get("small")!;
    const early = await dataOf({}, bytes);
    const wanted = { ...early.target, requirements: [{ name: "edition", value: "Starter" }] as const };
    await expect(write(early.iso, wanted)).rejects.toMatchObject({ code: "requirement-unmet", exitCode: 4 });
    expect(early.drive.log.filter(({ kind }) => kind === "write")).toEqual([]);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const typed = await dataOf({ requirements: [{ name: "sha256", value: sha256.replace(/^./, "z") }] }, bytes);
    await expect(write(typed.iso, typed.target)).rejects.toMatchObject({ code: "usage" });
    const other = await dataOf({ requirements: [{ name: "sha256", value: "0".repeat(64) }] }, bytes);
    await expect(write(other.iso, other.target)).rejects.toMatchObject({ code: "requirement-unmet" });
    expect(isUnfinished(other.drive.bytes)).toBe(true);
    const met = await dataOf({ requirements: [{ name: "sha256", value: sha256.toUpperCase() }] }, bytes);
    await write(met.iso, met.target);
  });

  it("is a contradiction where it is one of the hash, and none is taken", async () => {
    const { iso, target } = await dataOf({}, isos.get("small")!.bytes);
    const contradiction = write(iso, { ...target, imageCheck: "none", requirements: [{ name: "genuine" }] });
    await expect(contradiction).rejects.toMatchObject({ code: "usage", data: { choice: "imageCheck" } });
  });
});

describe("damage of what need not be read whole", () => {
  it("is told before the first byte", async () => {
    const { bytes } = isos.get("small")!;
    const node = find((await readImage(memorySource(bytes))).tree, "boot/boot.sdi");
    const [run] = node?.kind === "file" ? imageRuns(node) : [];
    const damaged = new Uint8Array(bytes);
    damaged.fill(0, run!.offset, run!.offset + 8);
    const opened = await openImage(memorySource(damaged));
    const preparing = prepareWrite(opened, { targets: [path("never.img")], knownImages: nothingKnown });
    await expect(preparing).rejects.toMatchObject({ code: "damaged", exitCode: 3 });
    const { plan } = await prepareWrite(opened, {
      targets: [path("x.img")],
      knownImages: nothingKnown,
      allow: ["damaged"],
    });
    expect(plan.diskSize).toBeGreaterThan(0);
  });
});

describe("an image that cannot be read to its end", () => {
  it.each(Object.keys(images) as Size[])(
    "ends the write of a %s source, and the target does not boot",
    async (size) => {
      const { bytes } = isos.get(size)!;
      const { drive, target } = await dataOf({}, bytes);
      const source = watchedSource(bytes, (_, offset, length) => {
        if (offset + length === bytes.length && length > 2048) throw new Error("the medium is scratched");
      });
      await expect(write(source, target)).rejects.toThrow("scratched");
      expect(drive.state).toBe("aborted");
    },
  );
});
