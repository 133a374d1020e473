/** Reads VHDX: fixed and dynamic disks without a parent whose log is empty. */
import { isPowerOfTwo, MiB } from "../bytes/units.js";
import { isAllZeros } from "../bytes/zeros.js";
import type { ByteSource } from "../source/byte-source.js";
import { nowhere } from "./container.js";
import type { ReadContainer } from "./container.js";
import { crc32c } from "./crc32c.js";
import type { ContainerFile } from "./read-table.js";
import { damagedDisk, mapOf, readStructure, requireSize, unreadKind, viewOf } from "./read-table.js";
import {
  chunkRatio,
  metadataTableSize,
  regionTableSize,
  vhdxFileSignature,
  vhdxHeaderRecord,
  vhdxItems,
  vhdxMetadataRecord,
  vhdxMetadataTableRecord,
  vhdxPlaces,
  vhdxPresent,
  vhdxRegionRecord,
  vhdxRegionTableRecord,
  vhdxRegions,
} from "./vhdx.js";

/** 2.5.1.1: the states below are of blocks that read as zeros or as anything. */
const partlyPresent = 7;
/** 2.6.2.1: HasParent. */
const hasParent = 2;
/** 2.2.3.1 and 2.6.1.1. */
const [mostRegions, mostItems] = [2047, 2047];

export async function readVhdx(file: ByteSource, name: string): Promise<ReadContainer | undefined> {
  if (file.size < MiB) return undefined;
  const signature = await file.read(0, vhdxFileSignature.length);
  if (String.fromCharCode(...signature) !== vhdxFileSignature) return undefined;
  const of = { file, name, format: "VHDX" };
  const valid: NonNullable<Awaited<ReturnType<typeof currentHeader>>>[] = [];
  for (const offset of vhdxPlaces.headers) {
    const header = await currentHeader(of, offset);
    if (header !== undefined) valid.push(header);
  }
  const current = valid.toSorted((a, b) => b.sequenceNumber - a.sequenceNumber)[0];
  if (current === undefined) throw damagedDisk(of, "neither of its headers is whole");
  if (!isAllZeros(current.logGuid)) throw unreadKind(of, "that was not closed: its log has changes that are not in it");
  const regions = await regionsOf(of);
  const { diskSize, blockSize, sectorSize } = await metadataOf(of, regions.metadata);
  requireSize(of, diskSize, blockSize);
  const ratio = chunkRatio(blockSize, sectorSize);
  const entryOf = (block: number): number => block + Math.floor(block / ratio);
  const length = (entryOf(Math.ceil(diskSize / blockSize) - 1) + 1) * 8;
  if (length > regions.blocks.length)
    throw damagedDisk(of, `its table of blocks has ${regions.blocks.length} bytes, expected ${length}`);
  const table = viewOf(await readStructure(of, regions.blocks.fileOffset, length, "table of blocks"));
  const map = mapOf(of, { diskSize, blockSize }, (block) => {
    const [low, high] = [table.getUint32(entryOf(block) * 8, true), table.getUint32(entryOf(block) * 8 + 4, true)];
    const state = low & 7;
    if (state === partlyPresent) throw unreadKind(of, "whose blocks are partly in another one");
    return state === vhdxPresent ? low - (low % MiB) + high * 2 ** 32 : nowhere;
  });
  return { format: "vhdx", map };
}

async function currentHeader(of: ContainerFile, offset: number) {
  const bytes = Uint8Array.from(await of.file.read(offset, vhdxHeaderRecord.size));
  if (!isChecked(bytes, "head")) return undefined;
  return vhdxHeaderRecord.select("sequenceNumber", "logGuid").decode(bytes);
}

/** Whether it has that signature, and the CRC-32C of itself without it. */
function isChecked(bytes: Uint8Array, signature: string): boolean {
  const view = viewOf(bytes);
  const checksum = view.getUint32(4, true);
  view.setUint32(4, 0);
  return String.fromCharCode(...bytes.subarray(0, 4)) === signature && crc32c(bytes) === checksum;
}

type Region = { readonly fileOffset: number; readonly length: number };

async function regionsOf(of: ContainerFile): Promise<Record<keyof typeof vhdxRegions, Region>> {
  for (const offset of vhdxPlaces.regionTables) {
    const bytes = Uint8Array.from(await of.file.read(offset, regionTableSize));
    if (!isChecked(bytes, "regi")) continue;
    const { entryCount } = vhdxRegionTableRecord.decode(bytes);
    if (entryCount > mostRegions) throw damagedDisk(of, `it has ${entryCount} regions`);
    const entries = Array.from({ length: entryCount }, (_unused, index) =>
      vhdxRegionRecord.decode(bytes, vhdxRegionTableRecord.size + index * vhdxRegionRecord.size),
    );
    const find = (guid: Uint8Array): Region => {
      const found = entries.find((entry) => isSame(entry.guid, guid));
      if (found === undefined) throw damagedDisk(of, "it lacks a region");
      return found;
    };
    return { blocks: find(vhdxRegions.blocks), metadata: find(vhdxRegions.metadata) };
  }
  throw damagedDisk(of, "neither of its region tables is whole");
}

async function metadataOf(of: ContainerFile, { fileOffset }: Region) {
  const bytes = await readStructure(of, fileOffset, metadataTableSize, "metadata");
  const { signature, entryCount } = vhdxMetadataTableRecord.decode(bytes);
  if (signature !== "metadata" || entryCount > mostItems) throw damagedDisk(of, "it has no metadata");
  const item = async (id: Uint8Array, length: number): Promise<DataView> => {
    for (let index = 0; index < entryCount; index += 1) {
      const entry = vhdxMetadataRecord.decode(bytes, vhdxMetadataTableRecord.size + index * vhdxMetadataRecord.size);
      if (isSame(entry.itemId, id) && entry.length >= length) {
        return viewOf(await readStructure(of, fileOffset + entry.offset, length, "metadata"));
      }
    }
    throw damagedDisk(of, "it lacks an item of its metadata");
  };
  const parameters = await item(vhdxItems.fileParameters, 8);
  const size = await item(vhdxItems.virtualDiskSize, 8);
  const sectorSize = (await item(vhdxItems.logicalSectorSize, 4)).getUint32(0, true);
  const blockSize = parameters.getUint32(0, true);
  if ((parameters.getUint32(4, true) & hasParent) !== 0) throw unreadKind(of, "that needs another one, its parent");
  if (!isPowerOfTwo(blockSize) || blockSize < MiB || blockSize > 256 * MiB)
    throw damagedDisk(of, `its blocks have ${blockSize} bytes`);
  if (sectorSize !== 512 && sectorSize !== 4096) throw damagedDisk(of, `its sectors have ${sectorSize} bytes`);
  return { diskSize: size.getUint32(0, true) + size.getUint32(4, true) * 2 ** 32, blockSize, sectorSize };
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.every((byte, index) => byte === b[index]);
