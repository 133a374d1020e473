/** Looking into a FAT32 volume and damaging it. Independent of src/volumes/fat32, whose faults it must not share. */
import { readFileSync } from "node:fs";
import { sectorSize } from "../../src/volumes/plan.js";
import type { Scratch } from "./stick.js";
import { mtools, partitionStart, readAt, writeAt } from "./stick.js";

export type Fat32Volume = {
  readonly image: string;
  readonly clusterSize: number;
  /** Byte offset on the disk of FAT `copy`. */
  fatOffset(copy: number): number;
  clusterOffset(cluster: number): number;
  readonly clusterEnd: number;
  readonly rootCluster: number;
  chain(cluster: number): number[];
  /** Sets the entry in all FATs, or in the one given. */
  setEntry(cluster: number, value: number, copy?: number): void;
  /** Byte offset on the disk of the root's directory entry with these 11 characters. */
  entryOffset(name: string): number;
};

export function fat32Volume(image: string): Fat32Volume {
  const bpb = readAt(image, partitionStart, sectorSize);
  const reserved = bpb.readUInt16LE(0x0e);
  const fats = bpb.readUInt8(0x10);
  const fatSectors = bpb.readUInt32LE(0x24);
  const clusterSize = bpb.readUInt8(0x0d) * sectorSize;
  const rootCluster = bpb.readUInt32LE(0x2c);
  const dataSectors = bpb.readUInt32LE(0x20) - reserved - fats * fatSectors;
  const fatOffset = (copy: number): number => partitionStart + (reserved + copy * fatSectors) * sectorSize;
  const clusterOffset = (cluster: number): number => fatOffset(fats) + (cluster - 2) * clusterSize;
  const clusterEnd = Math.floor((dataSectors * sectorSize) / clusterSize) + 2;
  const chain = (cluster: number): number[] => {
    const clusters: number[] = [];
    for (let at = cluster; at >= 2 && at < clusterEnd; at = readAt(image, fatOffset(0) + at * 4, 4).readUInt32LE()) {
      clusters.push(at);
    }
    return clusters;
  };
  return {
    image,
    clusterSize,
    fatOffset,
    clusterOffset,
    clusterEnd,
    rootCluster,
    chain,
    setEntry(cluster, value, copy) {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(value);
      for (let fat = 0; fat < fats; fat += 1) {
        if (copy === undefined || copy === fat) writeAt(image, fatOffset(fat) + cluster * 4, bytes);
      }
    },
    entryOffset(name) {
      for (const cluster of chain(rootCluster)) {
        const directory = readAt(image, clusterOffset(cluster), clusterSize);
        for (let at = 0; at < clusterSize; at += 32) {
          if (directory.toString("latin1", at, at + 11) === name) return clusterOffset(cluster) + at;
        }
      }
      throw new Error(`no directory entry "${name}"`);
    },
  };
}

export const bootmgrName = "BOOTMGR    ";

/** Clusters of the file BOOTMGR, in file order. */
export function bootmgrChain(volume: Fat32Volume): number[] {
  const entry = readAt(volume.image, volume.entryOffset(bootmgrName), 32);
  return volume.chain(entry.readUInt16LE(0x14) * 0x10000 + entry.readUInt16LE(0x1a));
}

/**
 * Deletes BOOTMGR and copies it back where only every other cluster is free, as on a stick that was edited: the free
 * clusters that FSInfo points at lie between the files of HOLES. Returns the number of runs it has now.
 */
export function fragmentBootmgr(image: string, bootmgr: string, directory: Scratch): number {
  const volume = fat32Volume(image);
  const { clusterSize } = volume;
  const behind = bootmgrChain(volume).at(-1)! + 1;
  const content = new Uint8Array(clusterSize);
  const holes = 2 * Math.ceil(readFileSync(bootmgr).length / clusterSize) + 2;
  const names = Array.from({ length: holes }, (_, index) => `HOLE${index}`);
  mtools(image, "mmd", "::HOLES");
  mtools(image, "mcopy", ...names.map((name) => directory.file(name, content)), "::HOLES");
  mtools(image, "mdel", "::BOOTMGR", ...names.filter((_, index) => index % 2 === 0).map((name) => `::HOLES/${name}`));
  // FSI_Nxt_Free: where drivers look first. A hint only, so any value is valid.
  const hint = Buffer.alloc(4);
  hint.writeUInt32LE(behind);
  writeAt(image, partitionStart + sectorSize + 492, hint);
  mtools(image, "mcopy", bootmgr, "::BOOTMGR");
  const chain = bootmgrChain(fat32Volume(image));
  return chain.filter((cluster, index) => cluster !== (chain[index - 1] ?? -1) + 1).length;
}
