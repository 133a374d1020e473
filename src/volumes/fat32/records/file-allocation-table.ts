/**
 * The file allocation table: 32-bit entries of which 28 count, each naming the cluster that follows. Entry 0 repeats the
 * media byte, entry 1 holds the volume's state: bit 27 set = unmounted cleanly, bit 26 set = no read or write errors
 * (FAT32 specification, "FAT Data Structure").
 */
import { uint32le } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";
import { roundUp } from "../../../bytes/units.js";
import { sectorSize } from "../../plan.js";

export const fatCount = 2;
/** One entry; the upper four bits are not part of the number. */
const entryRecord = record("FAT entry", 4, { value: uint32le(0) });
const entryValue = entryRecord.fields.value;
export const fatEntrySize = entryRecord.size;
const clusterMask = 0x0fffffff;

/** Clusters 0 and 1 do not exist; their FAT entries hold the media byte and the state of the volume. */
export const firstCluster = 2;

/** The entry of a free cluster; in a directory entry it stands for a file without clusters, and for the root. */
export const noCluster = 0;

/** The entry of a bad cluster, so that no cluster has a number from there on. */
export const badCluster = 0x0ffffff7;
export const mostClusters = badCluster - firstCluster;

/** From the lower one on a chain ends (EOC); the upper one is what Microsoft's drivers write. */
const leastEndOfChain = 0x0ffffff8;
const endOfChain = 0x0fffffff;

/** Fixed disk (BPB_Media). */
export const media = 0xf8;
const mediaEntry = 0x0fffff00 | media;
const cleanState = 0x0fffffff;
/** ClnShutBitMask. */
const unmountedBit = 0x08000000;

/** A run of clusters that belongs to one file or directory. */
export type Chain = { readonly firstCluster: number; readonly clusterCount: number };

/** The used part of one FAT, whole sectors; all chains are contiguous, ascending and begin at cluster 2. */
export function encodeFat(chains: readonly Chain[]): Uint8Array {
  const last = chains.at(-1);
  const end = last === undefined ? firstCluster : last.firstCluster + last.clusterCount;
  const fat = new Uint8Array(roundUp(end * fatEntrySize, sectorSize));
  const view = new DataView(fat.buffer);
  entryValue.write(view, 0, mediaEntry);
  entryValue.write(view, fatEntrySize, cleanState);
  for (const chain of chains) {
    const chainLast = chain.firstCluster + chain.clusterCount - 1;
    for (let cluster = chain.firstCluster; cluster < chainLast; cluster += 1) {
      entryValue.write(view, cluster * fatEntrySize, cluster + 1);
    }
    entryValue.write(view, chainLast * fatEntrySize, endOfChain);
  }
  return fat;
}

/** What the FAT says of `cluster`: the number of the next one, `noCluster`, or a number that `endsChain`. */
export function fatEntry(fat: DataView, cluster: number): number {
  return entryValue.read(fat, cluster * fatEntrySize) & clusterMask;
}

export const endsChain = (entry: number): boolean => entry >= leastEndOfChain;

/** Whether entry 1 says that no system has the volume in use. */
export const isUnmounted = (fat: DataView): boolean => (fatEntry(fat, 1) & unmountedBit) !== 0;
