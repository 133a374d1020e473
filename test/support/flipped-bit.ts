/** An image that is damaged where only its WIMs' hashes tell. */
import { readImage } from "../../src/iso9660-reader/index.js";
import { memorySource, type ByteSource } from "../../src/source/byte-source.js";
import { contentSource, find } from "../../src/tree/index.js";
import { openWim } from "../../src/wim/index.js";
import { imageRuns } from "./image-runs.js";

/** The place in the image of a byte in the middle of the largest blob of install.wim, and of the bit that is turned there. */
export async function placeToFlip(image: ByteSource): Promise<{ offset: number; mask: number }> {
  const node = find((await readImage(image)).tree, "sources/install.wim");
  if (node?.kind !== "file") throw new Error("there is no install.wim");
  const wim = await openWim(contentSource(node), "install.wim");
  const { entries } = await wim.lookupTable();
  const [largest] = [...entries].map(({ resource }) => resource).toSorted((a, b) => b.size - a.size);
  const [run] = imageRuns(node);
  return { offset: run!.offset + largest!.offset + Math.floor(largest!.size / 2), mask: 0x10 };
}

/** One bit in the middle of the largest blob of install.wim is another. */
export async function withFlippedBit(bytes: Uint8Array): Promise<Uint8Array> {
  const { offset, mask } = await placeToFlip(memorySource(bytes));
  const damaged = new Uint8Array(bytes);
  damaged[offset] = damaged[offset]! ^ mask;
  return damaged;
}
