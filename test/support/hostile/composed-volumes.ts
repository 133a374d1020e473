/** UDF volumes that no image maker at hand fills: sparable, virtual and metadata partitions, chained descriptors. */
import { joinBytes } from "../../../src/bytes/join.js";
import { entity, seal } from "../../../fixtures/iso/udf-encoding.js";
import {
  metadataPartitionMap,
  sparablePartitionMap,
  sparingTable,
  sparingTableEntry,
  tagIdentifiers,
  virtualTableHeader,
} from "../../../src/iso9660-reader/udf/volume-records.js";
import {
  allocationExtentAt,
  blockSize,
  compose,
  directoryAt,
  entryAt,
  fileSetAt,
  identifiers,
  longDescriptors,
  partitionStart,
  plainMap,
  shortDescriptors,
  text,
  type2Map,
  withRoot,
} from "../../iso9660-reader/udf-composer.js";

const isDirectory = 0x02;

/** Files of every form, directories in directories, and descriptors that go on in another block. */
function plainVolume(): Uint8Array {
  const onward = shortDescriptors(
    { length: 600, position: 40 },
    { length: 512, position: 42, type: 1 },
    { length: blockSize, position: 30, type: 3 },
  );
  return compose(
    withRoot(
      [
        { name: "embedded", icb: 10 },
        { name: "long", icb: 11, implementationUse: 4 },
        { name: "onward", icb: 12 },
        { name: "deep", icb: 13, characteristics: isDirectory },
        { name: "again", icb: 10 },
      ],
      {
        10: entryAt(10, { allocation: text("content") }),
        11: entryAt(11, { allocationType: 1, size: 700, allocation: longDescriptors({ length: 700, position: 44 }) }),
        12: entryAt(12, { allocationType: 0, size: 2000, allocation: onward }),
        13: directoryAt(13, [
          { name: "deeper", icb: 14, characteristics: isDirectory },
          { name: "snow ☃", icb: 10 },
        ]),
        14: directoryAt(14, [{ name: "x", icb: 15, characteristics: isDirectory }]),
        15: directoryAt(15, []),
        30: allocationExtentAt(30, shortDescriptors({ length: 888, position: 46 })),
      },
    ),
  );
}

function sparableVolume(): Uint8Array {
  const fields = { packetLength: 4, numberOfSparingTables: 2, sizeOfEachSparingTable: blockSize };
  const map = sparablePartitionMap.encode({ ...fields, locationsOfSparingTables: [200, 201] });
  const table = (location: number): Uint8Array => {
    const entries = [
      { originalLocation: 20, mappedLocation: partitionStart + 50 },
      { originalLocation: 24, mappedLocation: partitionStart + 54 },
      { originalLocation: 0xffffffff, mappedLocation: 280 },
    ].map((entry) => sparingTableEntry.encode(entry));
    const head = sparingTable.encode({
      sparingIdentifier: entity("*UDF Sparing Table"),
      reallocationTableLength: entries.length,
      sequenceNumber: 1,
    });
    return seal(joinBytes([head, ...entries]), tagIdentifiers.sparingTable, location);
  };
  const allocation = shortDescriptors({ length: 12 * blockSize, position: 18 });
  const large = entryAt(10, { allocationType: 0, size: 12 * blockSize, allocation });
  return compose({
    ...withRoot([{ name: "f", icb: 10 }], { 10: large }),
    maps: [type2Map("*UDF Sparable Partition", map)],
    over: { 200: table(200), 201: table(201) },
  });
}

function virtualVolume(): Uint8Array {
  const entries = new Uint8Array(16);
  for (const [index, block] of [30, 31, 35, 36].entries())
    new DataView(entries.buffer).setUint32(index * 4, block, true);
  const header = virtualTableHeader.encode({ lengthOfHeader: virtualTableHeader.size });
  return compose({
    blocks: {
      30: fileSetAt(0, 1, 1),
      31: directoryAt(1, [
        { name: "f", icb: 2, reference: 1 },
        { name: "g", icb: 3, reference: 1 },
      ]),
      35: entryAt(2, { allocation: text("content") }),
      36: entryAt(3, { allocationType: 1, size: 900, allocation: longDescriptors({ length: 900, position: 40 }) }),
      55: entryAt(55, { fileType: 248, allocation: joinBytes([header, entries]) }),
    },
    maps: [plainMap, type2Map("*UDF Virtual Partition", new Uint8Array(64))],
    fileSet: { reference: 1, block: 0 },
  });
}

function metadataVolume(): Uint8Array {
  const file = (location: number, fileType: number): Uint8Array => {
    const allocation = shortDescriptors({ length: 2 * blockSize, position: 20 }, { length: blockSize, position: 30 });
    return entryAt(location, { fileType, extended: true, allocationType: 0, size: 3 * blockSize, allocation });
  };
  const map = metadataPartitionMap.encode({ metadataFileLocation: 3, metadataMirrorFileLocation: 4 });
  return compose({
    blocks: {
      3: file(3, 250),
      4: file(4, 251),
      20: fileSetAt(0, 1, 1),
      21: entryAt(1, { fileType: 4, allocation: identifiers([{ name: "f", icb: 2, reference: 1 }], 1) }),
      30: entryAt(2, { allocationType: 1, size: 7, allocation: longDescriptors({ length: 7, position: 40 }) }),
      40: text("content"),
    },
    maps: [plainMap, type2Map("*UDF Metadata Partition", map)],
    fileSet: { reference: 1, block: 0 },
  });
}

export function composedVolumes(): readonly (readonly [string, Uint8Array])[] {
  return [
    ["composed plain", plainVolume()],
    ["composed sparable", sparableVolume()],
    ["composed virtual", virtualVolume()],
    ["composed metadata", metadataVolume()],
  ];
}
