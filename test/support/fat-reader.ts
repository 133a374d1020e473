/**
 * A small FAT32 reader for tests, written from the specification without anything of src/volumes: it follows the FAT,
 * pairs long entries with their short one by checksum and refuses what is not as it must be.
 */
import type { ByteSource } from "../../src/source/byte-source.js";

export type FatFound = {
  readonly path: string;
  /** The long name, or the short one in the case its flags say. */
  readonly name: string;
  /** 11 characters. */
  readonly shortName: string;
  readonly attributes: number;
  readonly directory: boolean;
  readonly size: number;
  readonly clusters: readonly number[];
  /** The 32 bytes of the short entry. */
  readonly raw: Uint8Array;
};

export type FatVolume = {
  readonly label: string | undefined;
  readonly clusterSize: number;
  readonly clusterCount: number;
  readonly freeCount: number;
  readonly entries: readonly FatFound[];
  read(entry: FatFound): Promise<Uint8Array>;
};

function check(condition: boolean, text: string): asserts condition {
  if (!condition) throw new Error(`FAT reader: ${text}`);
}

const rotate = (sum: number): number => ((sum >> 1) | (sum << 7)) & 0xff;
const checksum = (name: Uint8Array): number => name.reduce((sum, byte) => (rotate(sum) + byte) & 0xff, 0);
const latin = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Reads the FAT32 volume of the first partition of `disk`. */
export async function readFat32(disk: ByteSource): Promise<FatVolume> {
  const mbr = new DataView((await disk.read(0, 512)).buffer);
  check(mbr.getUint16(510, true) === 0xaa55, "no 55 AA in the MBR");
  const start = mbr.getUint32(0x1be + 8, true) * 512;
  const boot = new DataView((await disk.read(start, 512)).buffer);
  check(boot.getUint16(510, true) === 0xaa55, "no 55 AA in the boot sector");
  const sector = boot.getUint16(11, true);
  const clusterSize = boot.getUint8(13) * sector;
  const reserved = boot.getUint16(14, true);
  const fatBytes = boot.getUint32(36, true) * sector;
  const fatStart = start + reserved * sector;
  const dataStart = fatStart + boot.getUint8(16) * fatBytes;
  const clusterCount = Math.floor((start + boot.getUint32(32, true) * sector - dataStart) / clusterSize);
  check((clusterCount + 2) * 4 <= fatBytes, "the FAT does not cover the clusters");
  const info = new DataView((await disk.read(start + boot.getUint16(48, true) * sector, 512)).buffer);
  check(info.getUint32(0, false) === 0x52526141, "no FSInfo");
  const freeCount = info.getUint32(488, true);
  const nextFree = info.getUint32(492, true);

  const used = Math.min((clusterCount - freeCount + 2) * 4, fatBytes);
  const fats = [await disk.read(fatStart, used), await disk.read(fatStart + fatBytes, used)];
  check(Buffer.from(fats[0]!).equals(Buffer.from(fats[1]!)), "the FATs differ");
  const fat = new DataView(fats[0]!.buffer);
  check(fat.getUint32(0, true) === 0x0ffffff8 && fat.getUint32(4, true) === 0x0fffffff, "FAT[0] or FAT[1] is wrong");

  if (freeCount === 0) {
    check(nextFree === 0xffffffff, `next free cluster ${nextFree}, but none is free`);
  } else {
    const entries = new DataView((await disk.read(fatStart + (nextFree - 1) * 4, 8)).buffer);
    const first = entries.getUint32(0, true) !== 0 && entries.getUint32(4, true) === 0;
    check(first && nextFree < clusterCount + 2, `cluster ${nextFree} is not the first free one`);
  }

  const seen = new Set<number>();
  const chain = (first: number): number[] => {
    const clusters: number[] = [];
    for (let cluster = first; cluster < 0x0ffffff8; cluster = fat.getUint32(cluster * 4, true)) {
      check(cluster >= 2 && cluster < clusterCount + 2, `cluster ${cluster} is outside`);
      check(!seen.has(cluster), `cluster ${cluster} is used twice`);
      seen.add(cluster);
      clusters.push(cluster);
    }
    return clusters;
  };
  const readChain = async (clusters: readonly number[]): Promise<Uint8Array> => {
    const parts: Uint8Array[] = [];
    for (const cluster of clusters) parts.push(await disk.read(dataStart + (cluster - 2) * clusterSize, clusterSize));
    return Buffer.concat(parts);
  };

  let label: string | undefined;
  const entries: FatFound[] = [];
  const readDirectory = async (prefix: string, clusters: readonly number[], self: number, up: number) => {
    const bytes = await readChain(clusters);
    let long: { units: number[]; next: number; sum: number } | undefined;
    for (let at = 0; at < bytes.length && bytes[at] !== 0; at += 32) {
      const raw = bytes.subarray(at, at + 32);
      const view = new DataView(raw.buffer, raw.byteOffset, 32);
      if (raw[11] === 0x0f) {
        const order = raw[0]! & 0x3f;
        if ((raw[0]! & 0x40) !== 0) long = { units: [], next: order, sum: raw[13]! };
        check(long !== undefined && long.next === order && long.sum === raw[13], `long entry ${order} out of order`);
        const units = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30].map((offset) => view.getUint16(offset, true));
        long.units.unshift(...units);
        long.next -= 1;
        continue;
      }
      const shortName = latin(raw.subarray(0, 11));
      const attributes = raw[11]!;
      const first = view.getUint16(20, true) * 65536 + view.getUint16(26, true);
      if ((attributes & 0x08) !== 0) {
        check(prefix === "" && label === undefined && first === 0, "a second label");
        label = shortName.trimEnd();
        continue;
      }
      if (shortName.startsWith(".")) {
        check(first === (shortName.startsWith("..") ? up : self), `${prefix}${shortName.trimEnd()} points to ${first}`);
        continue;
      }
      let name: string;
      if (long === undefined) {
        const base = shortName.slice(0, 8).trimEnd();
        const extension = shortName.slice(8).trimEnd();
        const flags = raw[12]!;
        const shownExtension = (flags & 0x10) !== 0 ? extension.toLowerCase() : extension;
        name = ((flags & 0x08) !== 0 ? base.toLowerCase() : base) + (extension === "" ? "" : `.${shownExtension}`);
      } else {
        check(long.next === 0 && long.sum === checksum(raw.subarray(0, 11)), `${shortName}: checksum`);
        const end = long.units.indexOf(0);
        const padding = end < 0 ? [] : long.units.slice(end + 1);
        check(padding.length < 13 && padding.every((unit) => unit === 0xffff), `${shortName}: padding`);
        name = String.fromCharCode(...(end < 0 ? long.units : long.units.slice(0, end)));
        long = undefined;
      }
      const size = view.getUint32(28, true);
      const directory = (attributes & 0x10) !== 0;
      const own = first === 0 ? [] : chain(first);
      if (!directory)
        check(own.length === Math.ceil(size / clusterSize), `${name}: ${own.length} clusters, ${size} bytes`);
      const path = prefix + name;
      entries.push({ path, name, shortName, attributes, directory, size, clusters: own, raw });
      if (directory) await readDirectory(`${path}/`, own, first, prefix === "" ? 0 : self);
    }
    check(long === undefined, "long entries without a short one");
  };
  const root = boot.getUint32(44, true);
  await readDirectory("", chain(root), root, 0);
  check(seen.size === clusterCount - freeCount, `${seen.size} clusters used, FSInfo says ${clusterCount - freeCount}`);
  return {
    label,
    clusterSize,
    clusterCount,
    freeCount,
    entries,
    read: async (entry) => (await readChain(entry.clusters)).subarray(0, entry.size),
  };
}
