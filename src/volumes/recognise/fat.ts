/**
 * FAT12, FAT16 and FAT32 (FAT32 File System Specification 1.03): told apart by the number of clusters alone. The label is the
 * root directory's entry; the boot sector's copy of it is often the one of the formatter.
 */
import { ascii, bytes as bytesField, uint16le, uint32le, uint8 } from "../../bytes/fields.js";
import { record } from "../../bytes/record.js";
import { isPowerOfTwo, KiB } from "../../bytes/units.js";
import type { ReadBytes } from "../../source/byte-source.js";
import { fat32BootSector, fsInfo, unknownCount } from "../fat32/records/boot-sector.js";
import {
  deletedEntry,
  fatDirectoryEntry,
  directoryEntrySize,
  endOfDirectory,
  entryAttributes,
  entryAttributesMask,
} from "../fat32/records/directory-entry.js";
import { firstCluster } from "../fat32/records/file-allocation-table.js";
import { bootSignature } from "../mbr.js";
import { sectorSize } from "../plan.js";
import { labelOf, quietly, type VolumeContent } from "./content.js";

const fields = fat32BootSector.select(
  "bytesPerSector",
  "sectorsPerCluster",
  "reservedSectorCount",
  "fatCount",
  "rootEntryCount",
  "totalSectors16",
  "media",
  "fatSize16",
  "totalSectors32",
  "fatSize32",
  "rootCluster",
  "fsInfoSector",
  "volumeLabel",
  "signature",
);
type BootSector = ReturnType<typeof fields.decode>;

/** FAT12 and FAT16 have theirs further up ("Structure Starting at Offset 36"). */
const smallBootSector = record("FAT16 boot sector", sectorSize, {
  parameters: bytesField(0, 38),
  extendedBootSignature: uint8(38),
  volumeId: uint32le(39),
  volumeLabel: ascii(43, 11),
  rest: bytesField(54, 458),
});
const smallFields = smallBootSector.select("extendedBootSignature", "volumeLabel");
const hasLabel = 0x29;

const infoFields = fsInfo.select("leadSignature", "structureSignature", "freeCount");
const infoSignatures = { leadSignature: 0x41615252, structureSignature: 0x61417272 } as const;

/** "Determination of FAT type": fewer clusters than these. */
const fat12Clusters = 4085;
const fat16Clusters = 65_525;
const fat16Entry = record("FAT16 entry", 2, { cluster: uint16le(0) });
/** Of the root of FAT32: the label is one of its first entries. */
const rootRead = 32 * KiB;
/** What formatters write where there is none. */
const noName = "NO NAME";

/** How the volume is divided, in bytes. */
type Division = {
  readonly clusterSize: number;
  readonly clusterCount: number;
  readonly fatStart: number;
  readonly rootStart: number;
  readonly rootLength: number;
};

export async function recogniseFat(read: ReadBytes, size: number): Promise<VolumeContent | null> {
  const bytes = await read(0, sectorSize);
  const sector = fields.decode(bytes);
  const division = divisionOf(sector, size);
  if (division === null) return null;
  const { clusterCount } = division;
  const fileSystem = clusterCount < fat12Clusters ? "fat12" : clusterCount < fat16Clusters ? "fat16" : "fat32";
  const own = fileSystem === "fat32" ? sector.volumeLabel : smallLabel(bytes);
  const label = (await quietly(() => rootLabel(read, division))) ?? labelOf(own.trim() === noName ? "" : own);
  const used = await quietly(() => {
    if (fileSystem === "fat32") return usedByFsInfo(read, sector, division);
    return fileSystem === "fat16" ? usedByFat16(read, division) : Promise.resolve(null);
  });
  return { fileSystem, label, used };
}

/** The beginning of the root directory; null where no FAT volume lies there. */
export async function fatRoot(read: ReadBytes, size: number): Promise<Uint8Array | null> {
  const division = divisionOf(fields.decode(await read(0, sectorSize)), size);
  return division === null ? null : read(division.rootStart, division.rootLength);
}

/** Null where the first sector is none of a FAT volume. */
function divisionOf(sector: BootSector, size: number): Division | null {
  const { bytesPerSector, sectorsPerCluster, reservedSectorCount, fatCount, media, signature } = sector;
  const isFat =
    signature === bootSignature &&
    isPowerOfTwo(bytesPerSector) &&
    bytesPerSector >= sectorSize &&
    bytesPerSector <= 4 * KiB &&
    isPowerOfTwo(sectorsPerCluster) &&
    reservedSectorCount > 0 &&
    (fatCount === 1 || fatCount === 2) &&
    (media === 0xf0 || media >= 0xf8);
  if (!isFat) return null;
  const fatSize = (sector.fatSize16 || sector.fatSize32) * bytesPerSector;
  const total = (sector.totalSectors16 || sector.totalSectors32) * bytesPerSector;
  const fatStart = reservedSectorCount * bytesPerSector;
  const fatEnd = fatStart + fatCount * fatSize;
  const rootLength = sector.rootEntryCount * directoryEntrySize;
  const dataStart = fatEnd + Math.ceil(rootLength / bytesPerSector) * bytesPerSector;
  const clusterSize = sectorsPerCluster * bytesPerSector;
  const clusterCount = Math.floor((total - dataStart) / clusterSize);
  if (fatSize === 0 || total > size || clusterCount < 1) return null;
  if (rootLength > 0) return { clusterSize, clusterCount, fatStart, rootStart: fatEnd, rootLength };
  const rootStart = dataStart + (sector.rootCluster - firstCluster) * clusterSize;
  return { clusterSize, clusterCount, fatStart, rootStart, rootLength: Math.min(clusterSize, rootRead) };
}

function smallLabel(bytes: Uint8Array): string {
  const { extendedBootSignature, volumeLabel } = smallFields.decode(bytes);
  return extendedBootSignature === hasLabel ? volumeLabel : "";
}

async function rootLabel(read: ReadBytes, { rootStart, rootLength }: Division): Promise<string | null> {
  const root = await read(rootStart, rootLength);
  for (let at = 0; at < root.length && root[at] !== endOfDirectory; at += directoryEntrySize) {
    const { attributes, name } = fatDirectoryEntry.decode(root, at);
    const kind = attributes & entryAttributesMask & (entryAttributes.volumeLabel | entryAttributes.directory);
    const isLongName = (attributes & 0x0f) === 0x0f;
    if (root[at] !== deletedEntry && !isLongName && kind === entryAttributes.volumeLabel) return labelOf(name);
  }
  return null;
}

/** As far as it was brought up to date: systems do so when they unmount. */
async function usedByFsInfo(read: ReadBytes, sector: BootSector, division: Division): Promise<number | null> {
  const { clusterCount, clusterSize } = division;
  const info = infoFields.decode(await read(sector.fsInfoSector * sector.bytesPerSector, sectorSize));
  const isInfo =
    info.leadSignature === infoSignatures.leadSignature &&
    info.structureSignature === infoSignatures.structureSignature;
  if (!isInfo || info.freeCount === unknownCount || info.freeCount > clusterCount) return null;
  return (clusterCount - info.freeCount) * clusterSize;
}

async function usedByFat16(read: ReadBytes, { fatStart, clusterCount, clusterSize }: Division): Promise<number> {
  const fat = await read(fatStart, (clusterCount + firstCluster) * fat16Entry.size);
  let used = 0;
  for (let at = firstCluster * fat16Entry.size; at < fat.length; at += fat16Entry.size) {
    if (fat16Entry.decode(fat, at).cluster !== 0) used += 1;
  }
  return used * clusterSize;
}
