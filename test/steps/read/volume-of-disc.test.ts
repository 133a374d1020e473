/** How much of a disc is its volume, whatever lies behind it. */
import { expect, it } from "vitest";
import { buildBridge } from "../../../fixtures/iso/bridge.js";
import { windows7Tree } from "../../../fixtures/windows7/tree.js";
import { Win7UsbError } from "../../../src/errors.js";
import { layoutSource } from "../../../src/extents/layout-source.js";
import { filledSource, memorySource, type ByteSource } from "../../../src/source/byte-source.js";
import { volumeOf } from "../../../src/steps/read/volume-of-disc.js";
import { isoSourceOf, sectorSize } from "../../iso9660-reader/iso-composer.js";

const runOut = 150 * sectorSize;

/** `volume` with run-out behind it, which cannot be read. */
function inDrive(volume: ByteSource): ByteSource {
  return filledSource(volume.size + runOut, async (offset, target) => {
    if (offset + target.length > volume.size) throw new Win7UsbError("image-unreadable", "run-out");
    await volume.readInto(offset, target);
  });
}

it("is what a bridge disc and one of ISO 9660 alone claim", async () => {
  const { extents, size } = await buildBridge(await windows7Tree(), { label: "BRIDGE" });
  const bridge = memorySource(await layoutSource(extents, size).read(0, size));
  for (const volume of [bridge, isoSourceOf({ root: [], sectorCount: 50 })]) {
    const found = await volumeOf(inDrive(volume));
    expect(found.size).toBe(volume.size);
    expect(Buffer.compare(await found.read(0, volume.size), await volume.read(0, volume.size))).toBe(0);
  }
});

it("is all that is there where there is less, and where there is no volume", async () => {
  const short = memorySource(await isoSourceOf({ root: [], sectorCount: 50 }).read(0, 40 * sectorSize));
  expect(await volumeOf(short)).toBe(short);
  const blank = memorySource(new Uint8Array(100 * sectorSize));
  expect(await volumeOf(blank)).toBe(blank);
  const unreadable = filledSource(100 * sectorSize, async () => {
    throw new Win7UsbError("image-unreadable", "an audio disc");
  });
  expect(await volumeOf(unreadable)).toBe(unreadable);
});

it("is not asked any more once its reading was interrupted", async () => {
  const disc = filledSource(100 * sectorSize, async () => {
    throw new Win7UsbError("interrupted", "interrupted");
  });
  await expect(volumeOf(disc)).rejects.toMatchObject({ code: "interrupted" });
});
