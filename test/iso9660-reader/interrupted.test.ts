/** A read that is not answered because somebody interrupted says nothing of the image: no copy is used for it, and it is told as it is. */
import { describe, expect, it } from "vitest";
import { entity, seal } from "../../fixtures/iso/udf-encoding.js";
import { Win7UsbError } from "../../src/errors.js";
import { readImage } from "../../src/iso9660-reader/index.js";
import {
  metadataPartitionMap,
  sparablePartitionMap,
  sparingTable,
  tagIdentifiers,
} from "../../src/iso9660-reader/udf/volume-records.js";
import type { ByteSource } from "../../src/source/byte-source.js";
import { memorySource } from "../../src/source/byte-source.js";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import { buildBridge } from "../../fixtures/iso/bridge.js";
import { layoutSource } from "../../src/extents/layout-source.js";
import type { Composition } from "./udf-composer.js";
import {
  compose,
  entryAt,
  partitionStart,
  plainMap,
  shortDescriptors,
  text,
  type2Map,
  withRoot,
} from "./udf-composer.js";

const small = withRoot([{ name: "f", icb: 10 }], { 10: entryAt(10, { allocation: text("content") }) });
/** Farther apart than a block of the reader's cache, so that each structure is a read of its own. */
const far = 3000;
const far2 = 5000;

const metadataFile = (location: number): Uint8Array =>
  entryAt(location, {
    fileType: 250,
    extended: true,
    allocationType: 0,
    size: 40 * 512,
    allocation: shortDescriptors({ length: 40 * 512, position: 0 }),
  });

const compositions: Readonly<Record<string, Composition>> = {
  plain: small,
  metadata: {
    ...small,
    blocks: { ...small.blocks, [far]: metadataFile(far), [far2]: metadataFile(far2) },
    maps: [
      plainMap,
      type2Map(
        "*UDF Metadata Partition",
        metadataPartitionMap.encode({ metadataFileLocation: far, metadataMirrorFileLocation: far2 }),
      ),
    ],
    fileSet: { reference: 1, block: 0 },
    blockCount: partitionStart + far2 + 20,
  },
  sparable: {
    ...small,
    over: Object.fromEntries([far, far2].map((block) => [block, sparing(block)])),
    maps: [
      type2Map(
        "*UDF Sparable Partition",
        sparablePartitionMap.encode({
          packetLength: 32,
          numberOfSparingTables: 2,
          sizeOfEachSparingTable: 512,
          locationsOfSparingTables: [far, far2, 0, 0],
        }),
      ),
    ],
    blockCount: partitionStart + far2 + 20,
  },
};

function sparing(location: number): Uint8Array {
  const bytes = new Uint8Array(512);
  sparingTable.patch(bytes, 0, { sparingIdentifier: entity("*UDF Sparing Table"), sequenceNumber: 1 });
  return seal(bytes, tagIdentifiers.sparingTable, location);
}

const bridge = async (): Promise<ByteSource> => {
  const { extents, size } = await buildBridge(await windows7Tree(), { label: "LABEL" });
  return layoutSource(extents, size);
};

/** `source` until its read number `last`, which is interrupted. */
function interruptedAt(source: ByteSource, last: number): ByteSource & { readonly reads: () => number } {
  let reads = 0;
  const take = (): void => {
    reads += 1;
    if (reads === last) throw new Win7UsbError("interrupted", "interrupted");
  };
  return {
    size: source.size,
    reads: () => reads,
    read: async (offset, length) => (take(), source.read(offset, length)),
    readInto: async (offset, target) => (take(), source.readInto(offset, target)),
  };
}

describe.each([...Object.keys(compositions), "bridge"])("%s", (name) => {
  it("is interrupted at every read", async () => {
    const source = name === "bridge" ? await bridge() : memorySource(compose(compositions[name]!));
    const whole = interruptedAt(source, 0);
    expect((await readImage(whole)).warnings).toEqual([]);
    for (let last = 1; last <= whole.reads(); last += 1) {
      await expect(readImage(interruptedAt(source, last)), `read ${last}`).rejects.toMatchObject({
        code: "interrupted",
      });
    }
  });
});
