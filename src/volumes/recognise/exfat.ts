/** exFAT (Microsoft, "exFAT file system specification" 3.1, 6 and 7): its label and its bitmap of clusters are entries of the root. */
import { ascii, bytes, uint32le, uint8 } from "../../bytes/fields.js";
import { record } from "../../bytes/record.js";
import { MiB } from "../../bytes/units.js";
import { readUtf16 } from "../../bytes/utf16.js";
import type { ReadBytes } from "../../source/byte-source.js";
import { sectorSize } from "../plan.js";
import { assertVolume } from "../volume-fault.js";
import { countSetBits } from "./bits.js";
import { labelOf, quietly, type VolumeContent } from "./content.js";

/** 3.1, table 3. */
const bootSector = record("exFAT boot sector", sectorSize, {
  jumpBoot: bytes(0, 3),
  fileSystemName: ascii(3, 8),
  mustBeZero: bytes(11, 53),
  partitionOffset: bytes(64, 8),
  volumeLength: bytes(72, 8),
  fatOffset: uint32le(80),
  fatLength: uint32le(84),
  clusterHeapOffset: uint32le(88),
  clusterCount: uint32le(92),
  firstClusterOfRootDirectory: uint32le(96),
  volumeSerialNumber: uint32le(100),
  revisionAndFlags: bytes(104, 4),
  bytesPerSectorShift: uint8(108),
  sectorsPerClusterShift: uint8(109),
  rest: bytes(110, 402),
});
const fields = bootSector.select(
  "fileSystemName",
  "clusterHeapOffset",
  "clusterCount",
  "firstClusterOfRootDirectory",
  "bytesPerSectorShift",
  "sectorsPerClusterShift",
);

/** 3.1.2. */
const exFatName = "EXFAT   ";

/** 7.1, table 21, and 7.3, table 25. */
const entrySize = 32;
const bitmapEntry = record("exFAT allocation bitmap entry", entrySize, {
  entryType: uint8(0),
  bitmapFlags: uint8(1),
  reserved: bytes(2, 18),
  firstCluster: uint32le(20),
  dataLength: bytes(24, 8),
});
const labelEntry = record("exFAT volume label entry", entrySize, {
  entryType: uint8(0),
  characterCount: uint8(1),
  volumeLabel: bytes(2, 22),
  reserved: bytes(24, 8),
});
const longestLabel = 11;
const entryTypes = { end: 0x00, bitmap: 0x81, label: 0x83 } as const;

/** The first two clusters are numbers alone. */
const firstCluster = 2;
/** 3.1.14, 3.1.15: sectors of 512 to 4096 bytes, clusters of 32 MiB at most. */
const shifts = { leastSector: 9, mostSector: 12, mostCluster: 25 } as const;
/** The entries that are looked for come first. */
const rootRead = 64 * 1024;
/** The bitmap of 16 TiB in clusters of 32 KiB. */
const largestBitmap = 64 * MiB;

export async function recogniseExFat(read: ReadBytes): Promise<VolumeContent | null> {
  const sector = fields.decode(await read(0, sectorSize));
  if (sector.fileSystemName !== exFatName) return null;
  const known = await quietly(() => readRoot(read, sector));
  return { fileSystem: "exfat", label: known?.label ?? null, used: known?.used ?? null };
}

type BootSector = ReturnType<typeof fields.decode>;

/** The beginning of the root directory; null where no exFAT volume lies there. */
export async function exFatRoot(read: ReadBytes): Promise<Uint8Array | null> {
  const sector = fields.decode(await read(0, sectorSize));
  if (sector.fileSystemName !== exFatName) return null;
  const { clusterSize, offsetOf } = divisionOf(sector);
  return rootBytes(read, offsetOf(sector.firstClusterOfRootDirectory), clusterSize);
}

function rootBytes(read: ReadBytes, offset: number, clusterSize: number): Promise<Uint8Array> {
  return read(offset, Math.min(clusterSize, rootRead));
}

function divisionOf(sector: BootSector) {
  const { bytesPerSectorShift: sectorShift, sectorsPerClusterShift, clusterHeapOffset } = sector;
  const clusterShift = sectorShift + sectorsPerClusterShift;
  const isSane =
    sectorShift >= shifts.leastSector && sectorShift <= shifts.mostSector && clusterShift <= shifts.mostCluster;
  assertVolume(isSane, `sectors of 2^${sectorShift} bytes, clusters of 2^${clusterShift}`);
  const clusterSize = 2 ** clusterShift;
  const offsetOf = (cluster: number): number =>
    clusterHeapOffset * 2 ** sectorShift + (cluster - firstCluster) * clusterSize;
  return { clusterSize, offsetOf };
}

async function readRoot(read: ReadBytes, sector: BootSector) {
  const { clusterSize, offsetOf } = divisionOf(sector);
  const root = await rootBytes(read, offsetOf(sector.firstClusterOfRootDirectory), clusterSize);
  let label: string | null = null;
  let used: number | null = null;
  for (let at = 0; at < root.length; at += entrySize) {
    const type = root[at]!;
    if (type === entryTypes.end) break;
    if (type === entryTypes.label) {
      const { characterCount, volumeLabel } = labelEntry.decode(root, at);
      label = labelOf(readUtf16(volumeLabel, 0, Math.min(characterCount, longestLabel)));
    }
    if (type === entryTypes.bitmap) {
      const { firstCluster: cluster } = bitmapEntry.decode(root, at);
      used = await quietly(
        async () => (await usedClusters(read, offsetOf(cluster), sector.clusterCount)) * clusterSize,
      );
    }
  }
  return { label, used };
}

async function usedClusters(read: ReadBytes, offset: number, clusterCount: number): Promise<number> {
  const length = Math.ceil(clusterCount / 8);
  assertVolume(length <= largestBitmap, `a bitmap of ${length} bytes`);
  return countSetBits(await read(offset, length), clusterCount);
}
