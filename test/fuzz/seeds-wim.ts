/** Sound WIMs, and parts of them, for a fuzzer to begin with. */
import { directory, file, filler, fixedTime } from "../../fixtures/windows7/nodes.js";
import { writeWim } from "../../fixtures/wim/writer.js";
import { KiB } from "../../src/bytes/units.js";
import { memorySource } from "../../src/source/byte-source.js";
import { readImageMetadata } from "../../src/wim/compression/read-metadata.js";
import type { Wim } from "../../src/wim/index.js";
import { openWim, resourceFlags } from "../../src/wim/index.js";
import { compressResource, compressWim } from "../support/compressed-wim.js";
import { wimInputs } from "../support/hostile/inputs.js";
import { fuzzedChunk, fuzzedOrders } from "./chunks.js";
import { fuzzedForms, fuzzedResource, pipableForm, smallestOrder } from "./targets/wim-resource.js";

/** Longer ones only take longer to change. */
const longestSeed = 24 * KiB;

function smallWim(options: Parameters<typeof writeWim>[1]): Promise<Uint8Array> {
  const tree = directory("", [file("a.txt", "a"), directory("Windows", [file("b.exe", filler(40, 1))])]);
  const times = { creationTime: fixedTime, lastModificationTime: fixedTime };
  return writeWim(
    [1, 2].map((index) => ({ name: `Image ${index}`, ...times, tree })),
    options,
  );
}

async function allWims(): Promise<{ readonly data: Uint8Array; readonly wim: Wim }[]> {
  const wims: { data: Uint8Array; wim: Wim }[] = [];
  for (const data of (await wimInputs()).values()) wims.push({ data, wim: await openWim(memorySource(data)) });
  return wims;
}

export async function wimTableSeeds(): Promise<Uint8Array[]> {
  const small = [await smallWim({ bootIndex: 1 }), await smallWim({ bootIndex: 2, integrityTable: true })];
  const others = (await allWims()).map(({ data }) => data).filter(({ length }) => length <= longestSeed);
  return [...small, compressWim(small[0]!, "lzx"), compressWim(small[0]!, "xpress", 4 * KiB), ...others];
}

export async function wimXmlSeeds(): Promise<Uint8Array[]> {
  const seeds: Uint8Array[] = [];
  for (const { wim } of await allWims()) {
    const text = new TextDecoder("utf-16le").decode(wim.xmlData);
    seeds.push(Uint8Array.from([wim.images.length, ...Buffer.from(text, "latin1")]));
    seeds.push(Uint8Array.from([wim.images.length | 0x80, ...wim.xmlData]));
  }
  return seeds;
}

export async function wimMetadataSeeds(): Promise<Uint8Array[]> {
  const seeds: Uint8Array[] = [];
  for (const { wim } of await allWims()) {
    const { metadata } = await wim.lookupTable();
    for (const image of metadata.keys()) seeds.push(await readImageMetadata(wim, image + 1));
  }
  return seeds;
}

/** Compressed resources with how they are to be read. */
export async function wimResourceSeeds(): Promise<Uint8Array[]> {
  const seeds: Uint8Array[] = [];
  for (const { data, wim } of await allWims()) {
    const { compression, chunkSize, pipable } = wim.header;
    for (const { resource } of (await wim.lookupTable()).entries) {
      if (resource.size > longestSeed || resource.offset + resource.size > data.length) continue;
      const form = fuzzedForms.indexOf(compression) | (pipable ? pipableForm : 0);
      const chunkOrder = chunkSize === 0 ? 0 : Math.log2(chunkSize) - smallestOrder;
      const { flags, originalSize } = resource;
      const head = fuzzedResource.encode({ form, chunkOrder, flags, originalSize });
      const content = data.subarray(resource.offset, resource.offset + resource.size);
      seeds.push(new Uint8Array(Buffer.concat([head, content])));
    }
  }
  return seeds;
}

/** Chunks of our own encoder, and of wimlib's where it is: resources of one chunk have no table. */
export async function chunkSeeds(compression: "lzx" | "xpress"): Promise<Uint8Array[]> {
  const { first } = fuzzedOrders[compression];
  const seedOf = (order: number, contentSize: number, chunk: Uint8Array): Uint8Array =>
    new Uint8Array(Buffer.concat([fuzzedChunk.encode({ order: order - first, contentSize }), chunk]));
  const texts = ["", "a", "the same again, ".repeat(60)].map((text) => new TextEncoder().encode(text));
  const contents = [
    ...texts,
    filler(3000, 1),
    Uint8Array.from({ length: 900 }, (_, index) => (index % 9 === 0 ? 0xe8 : index)),
  ];
  const seeds = contents.map((each) => seedOf(15, each.length, compressResource(each, compression, 32 * KiB)));
  for (const { data, wim } of await allWims()) {
    if (wim.header.compression !== compression || wim.header.pipable) continue;
    for (const { resource } of (await wim.lookupTable()).entries) {
      const { offset, size, originalSize, flags } = resource;
      const oneChunk = originalSize <= wim.header.chunkSize && (flags & resourceFlags.compressed) !== 0;
      if (!oneChunk || size > longestSeed || offset + size > data.length) continue;
      seeds.push(seedOf(Math.log2(wim.header.chunkSize), originalSize, data.subarray(offset, offset + size)));
    }
  }
  return seeds;
}
