/** Every number of an on-disk format that the assembly of the boot code names is the one of the records. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { partitionEntry, masterBootRecord, bootSignature } from "../../src/volumes/mbr.js";
import { sectorSize } from "../../src/volumes/plan.js";
import { fat32BootSector } from "../../src/volumes/fat32/records/boot-sector.js";
import * as entry from "../../src/volumes/fat32/records/directory-entry.js";
import { endsChain, fatEntry, firstCluster } from "../../src/volumes/fat32/records/file-allocation-table.js";
import { fat32BootCode } from "../../src/volumes/boot/code.js";
import { attributeListEntry } from "../../src/volumes/ntfs/records/attribute-list.js";
import * as attributes from "../../src/volumes/ntfs/records/attributes.js";
import { ntfsBootSector } from "../../src/volumes/ntfs/records/boot-sector.js";
import { fileAttributeBits, fileName } from "../../src/volumes/ntfs/records/file-name.js";
import * as index from "../../src/volumes/ntfs/records/index-records.js";
import { systemRecords } from "../../src/volumes/ntfs/records/volume-format.js";

const directory = fileURLToPath(new URL("../../src/volumes/boot/", import.meta.url));

/** The value of `.set` in each source, by name: sums and products of numbers and of names that were set before. */
function symbolsOf(files: readonly string[]): Map<string, number> {
  const symbols = new Map<string, number>();
  const term = (text: string): number => symbols.get(text) ?? Number(text);
  const product = (text: string): number => {
    const [first = "", ...rest] = text.split(/\s*([*/])\s*/);
    let value = term(first);
    for (let at = 0; at < rest.length; at += 2)
      value = rest[at] === "*" ? value * term(rest[at + 1]!) : value / term(rest[at + 1]!);
    return value;
  };
  for (const file of files) {
    const text = readFileSync(`${directory}${file}`, "utf8");
    for (const [, name = "", expression = ""] of text.matchAll(/^\s*\.set\s+(\w+),\s*([^#\n]*)/gm)) {
      const value = expression
        .trim()
        .split(/\s*\+\s*/)
        .reduce((sum, part) => sum + product(part), 0);
      if (Number.isNaN(value)) throw new Error(`${file}: ${name} is ${expression}`);
      symbols.set(name, value);
    }
  }
  return symbols;
}

const dword = (text: string): number => Buffer.from(text).readUInt32LE(0);
const { fields: fat } = fat32BootSector;
const { fields: dir } = entry.fatDirectoryEntry;
const { fields: boot } = ntfsBootSector;
const { fields: file } = attributes.fileRecordHeader;
const { fields: resident } = attributes.residentAttribute;
const { fields: nonresident } = attributes.nonresidentAttribute;
const { fields: listed } = attributeListEntry;
const { fields: key } = fileName;
const keyAt = index.indexEntryHeader.size;

const shared = {
  SECTOR_SIZE: sectorSize,
  SIGNATURE: bootSignature,
  SIGNATURE_OFFSET: masterBootRecord.fields.signature.offset,
};

const partitionTable = {
  SECTOR_SIZE: sectorSize,
  SIGNATURE: bootSignature,
  CODE_SIZE: masterBootRecord.fields.bootCode.width,
  TABLE_OFFSET: masterBootRecord.fields.partition1.offset,
  ENTRIES: 4,
  ENTRY_SIZE: partitionEntry.size,
  ENTRY_START: partitionEntry.fields.startingLba.offset,
};

const cases = [
  {
    name: "the master boot record",
    files: ["mbr-start.s"],
    expected: partitionTable,
    own: `
      BOOT_SECTOR RELOCATED TABLE ACTIVE FIRST_HARD_DISK TRIES LAST_CYLINDER drive tries`,
  },
  {
    name: "the master boot record that asks",
    files: ["mbr-start.s", "mbr-prompt.s", "mbr-second.s"],
    expected: partitionTable,
    own: `
      BOOT_SECTOR RELOCATED TABLE ACTIVE FIRST_HARD_DISK TRIES LAST_CYLINDER SECOND SECOND_MAGIC
      LAST_HARD_DISK GET_DISK_TYPE TICKS SECOND_TICKS SECONDS TYPED_AHEAD`,
  },
  {
    name: "FAT32",
    files: ["frame.s", "fat32.s", "fat32-stage2.s"],
    expected: {
      ...shared,
      BootCode: fat.bootCode.offset,
      BytsPerSec: fat.bytesPerSector.offset,
      SecPerClus: fat.sectorsPerCluster.offset,
      RsvdSecCnt: fat.reservedSectorCount.offset,
      NumFATs: fat.fatCount.offset,
      FATSz16: fat.fatSize16.offset,
      HiddSec: fat.hiddenSectors.offset,
      TotSec32: fat.totalSectors32.offset,
      FATSz32: fat.fatSize32.offset,
      ExtFlags: fat.extendedFlags.offset,
      FSVer: fat.fileSystemVersion.offset,
      RootClus: fat.rootCluster.offset,
      FIRST_RESERVED_SECTOR: fat32BootCode.reservedStartSector,
      STAGE_2_SECTORS: fat32BootCode.reserved.length / sectorSize,
      FIRST_CLUSTER: firstCluster,
      CLUSTER_MASK: fatEntry(new DataView(new Uint8Array(4).fill(0xff).buffer), 0),
      DIRECTORY_SECTORS: entry.largestDirectory / sectorSize,
      ENTRY_SIZE: entry.directoryEntrySize,
      NAME_SIZE: entry.shortNameLength,
      DIR_Attr: dir.attributes.offset,
      DIR_FstClusHI: dir.firstClusterHigh.offset,
      DIR_FstClusLO: dir.firstClusterLow.offset,
      DIR_FileSize: dir.fileSize.offset,
      NO_FILE: entry.entryAttributes.directory | entry.entryAttributes.volumeLabel,
    },
    own: `
      DRIVE TRIES TRACK_SECTORS HEADS FRAME SECTOR_PARAGRAPHS TRANSFER_SECTORS READ_TRIES LAST_CYLINDER
      FIRST_HARD_DISK EBDA_SEGMENT LOWEST_TOP LOAD_SEGMENT BOOT_SECTOR FAT_BUFFER STAGE_2 STAGE_2_MAGIC
      EDD EOC EXCESS_CLUSTERS FAT_START DATA_START CLUSTER_END FAT_SECTOR REMAINING BUDGET`,
  },
  {
    name: "NTFS",
    files: ["frame.s", "ntfs.s", "ntfs-formats.s"],
    expected: {
      ...shared,
      OemId: boot.oem.offset,
      Bootstrap: boot.bootstrap.offset,
      BytesPerSector: boot.bytesPerSector.offset,
      SectorsPerCluster: boot.sectorsPerCluster.offset,
      HiddenSectors: boot.hiddenSectors.offset,
      NumberSectors: boot.numberSectors.offset,
      MftStartLcn: boot.mftStartLcn.offset,
      ClustersPerFileRecordSegment: boot.clustersPerFileRecordSegment.offset,
      MFT_RECORD: systemRecords.mft,
      ROOT_RECORD: systemRecords.root,
      ATTRIBUTE_LIST: attributes.attributeTypes.attributeList,
      DATA: attributes.attributeTypes.data,
      INDEX_ROOT: attributes.attributeTypes.indexRoot,
      INDEX_ALLOCATION: attributes.attributeTypes.indexAllocation,
      NTFS_SIGNATURE: dword("NTFS"),
      FILE_SIGNATURE: dword(attributes.fileRecordSignature),
      INDEX_SIGNATURE: dword(index.indexBufferSignature),
      SEQUENCE_OFFSET: file.updateSequenceArrayOffset.offset,
      SEQUENCE_COUNT: file.updateSequenceArrayCount.offset,
      FIRST_ATTRIBUTE: file.firstAttributeOffset.offset,
      RECORD_FLAGS: file.flags.offset,
      IN_USE: attributes.recordFlags.inUse,
      BASE_RECORD: file.baseFileRecord.offset,
      ATTRIBUTE_TYPE: resident.typeCode.offset,
      ATTRIBUTE_LENGTH: resident.recordLength.offset,
      FORM: resident.formCode.offset,
      NAME_LENGTH: resident.nameLength.offset,
      NAME_OFFSET: resident.nameOffset.offset,
      FLAGS: resident.flags.offset,
      ENCRYPTED: attributes.attributeFlags.encrypted,
      VALUE_LENGTH: resident.valueLength.offset,
      VALUE_OFFSET: resident.valueOffset.offset,
      LOWEST_VCN: nonresident.lowestVcn.offset,
      MAPPING_PAIRS: nonresident.mappingPairsOffset.offset,
      FILE_SIZE: nonresident.fileSize.offset,
      VALID_DATA_LENGTH: nonresident.validDataLength.offset,
      RESIDENT_HEADER: attributes.residentAttribute.size,
      NONRESIDENT_HEADER: attributes.nonresidentAttribute.size,
      LISTED_TYPE: listed.typeCode.offset,
      LISTED_LENGTH: listed.recordLength.offset,
      LISTED_RECORD: listed.segmentReference.offset,
      LISTED_HEADER: attributeListEntry.size,
      ROOT_NODE: index.indexRoot.size,
      ROOT_BLOCK_SIZE: index.indexRoot.fields.bytesPerIndexBuffer.offset,
      BLOCK_NODE: index.indexBuffer.size,
      NODE_FIRST: index.indexHeader.fields.firstIndexEntry.offset,
      NODE_LENGTH: index.indexHeader.fields.firstFreeByte.offset,
      ENTRY_RECORD: index.indexEntryHeader.fields.fileReference.offset,
      ENTRY_LENGTH: index.indexEntryHeader.fields.length.offset,
      ENTRY_FLAGS: index.indexEntryHeader.fields.flags.offset,
      HAS_NODE: index.indexEntryFlags.node,
      LAST: index.indexEntryFlags.end,
      ENTRY_HEADER: index.indexEntryHeader.size,
      KEY_FLAGS: keyAt + key.fileAttributes.offset,
      KEY_DIRECTORY: fileAttributeBits.fileNameIndex,
      KEY_LENGTH: keyAt + key.fileNameLength.offset,
      KEY_NAME: keyAt + fileName.size,
    },
    own: `
      DRIVE TRIES TRACK_SECTORS HEADS FRAME SECTOR_PARAGRAPHS TRANSFER_SECTORS READ_TRIES LAST_CYLINDER
      FIRST_HARD_DISK EBDA_SEGMENT LOWEST_TOP LOAD_SEGMENT BOOT_SECTOR STAGE_2_SECTORS STAGE_2_MAGIC EDD
      EDD_FOR_BOOTMGR VARIABLES RESIDENT NONRESIDENT RECORD LIST_SEGMENT LARGEST_LIST
      LARGEST_RECORD_SECTORS LARGEST_BLOCK_SECTORS MOST_LEVELS TABLES MOST_RUNS TABLE_SIZE TABLE_MFT
      TABLE_STREAM TABLE_LIST RUNS RUN_START RUN_LBA RUN_SECTORS RUN_SIZE`,
  },
];

describe.each(cases)("the boot code of $name", ({ files, expected, own }) => {
  const symbols = symbolsOf(files);

  it("has the offsets, sizes and marks of the records", () => {
    const named = Object.keys(expected).map((name) => [name, symbols.get(name)]);
    expect(Object.fromEntries(named)).toEqual(expected);
  });

  it("names nothing that is neither compared nor its own", () => {
    // Variables in memory are in lower case.
    const others = [...symbols.keys()].filter((name) => !(name in expected) && /^[A-Z]/.test(name));
    const ownCapitals = own.split(/\s+/).filter((name) => /^[A-Z]/.test(name));
    expect(others.toSorted()).toEqual(ownCapitals.toSorted());
  });
});

describe("the boot code", () => {
  it("has no constant in another file than those that are compared", () => {
    const compared = new Set(cases.flatMap(({ files }) => files));
    const sources = readdirSync(directory).filter((name) => name.endsWith(".s") && !compared.has(name));
    expect(sources.flatMap((name) => [...symbolsOf([name]).keys()])).toEqual([]);
  });

  it("ends a chain of clusters where the reader ends it", () => {
    const end = symbolsOf(["fat32-stage2.s"]).get("EOC")!;
    expect([endsChain(end), endsChain(end - 1)]).toEqual([true, false]);
  });
});
