/**
 * The file allocation table: 32-bit entries of which 28 count, each naming the cluster that follows. Entry 0 repeats the
 * media byte, entry 1 holds the volume's state: bit 27 set = unmounted cleanly, bit 26 set = no read or write errors
 * (fatgen103, "FAT Data Structure").
 */
import { roundUp } from "../../../bytes/units.js";
import { sectorSize } from "../../plan.js";
import { bytesPerFatEntry, firstCluster } from "../records/geometry.js";

/** Fixed disk, as in the boot sector's media field. */
export const media = 0xf8;

const mediaEntry = 0x0fffff00 | media;
const cleanState = 0x0fffffff;
const endOfChain = 0x0fffffff;

/** A run of clusters that belongs to one file or directory. */
export type Chain = { readonly firstCluster: number; readonly clusterCount: number };

/** The used part of one FAT, whole sectors; all chains are contiguous, ascending and begin at cluster 2. */
export function encodeFat(chains: readonly Chain[]): Uint8Array {
  const last = chains.at(-1);
  const end = last === undefined ? firstCluster : last.firstCluster + last.clusterCount;
  const fat = new Uint8Array(roundUp(end * bytesPerFatEntry, sectorSize));
  const view = new DataView(fat.buffer);
  view.setUint32(0, mediaEntry, true);
  view.setUint32(bytesPerFatEntry, cleanState, true);
  for (const chain of chains) {
    const chainLast = chain.firstCluster + chain.clusterCount - 1;
    for (let cluster = chain.firstCluster; cluster < chainLast; cluster += 1) {
      view.setUint32(cluster * bytesPerFatEntry, cluster + 1, true);
    }
    view.setUint32(chainLast * bytesPerFatEntry, endOfChain, true);
  }
  return fat;
}
