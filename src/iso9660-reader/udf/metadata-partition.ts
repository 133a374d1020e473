/**
 * Metadata partitions (UDF 2.2.10, 2.2.13; 2.50 and later): all ICBs and directories lie in one file, the metadata file,
 * and its blocks are the partition's. A second ICB, the mirror's, may describe a copy; it is used where the first fails.
 */
import type { ContentExtent } from "../../tree/index.js";
import { Win7UsbError } from "../../errors.js";
import { damaged, decodeChecked } from "../failures.js";
import { warn } from "../reading.js";
import { contentExtents } from "./allocation.js";
import { readFileEntry } from "./file-entry.js";
import { fileTypes } from "./file-records.js";
import { metadataPartitionMap } from "./volume-records.js";
import type { ByteRun, Partition, Volume } from "./volume.js";

/** The metadata partition inside the partition with the reference number `physical`. */
export async function metadataPartition(volume: Volume, physical: number, map: Uint8Array): Promise<Partition> {
  const fields = decodeChecked(metadataPartitionMap, map, 0, "the metadata partition map");
  const name = `the metadata partition in ${volume.partitions[physical]!.name}`;
  try {
    return overFile(volume, name, await extentsOf(volume, physical, fields.metadataFileLocation, "the metadata file"));
  } catch (error) {
    if (!(error instanceof Win7UsbError)) throw error;
    warn(volume.reading, "udf-metadata-file", `the mirror of the metadata file is used: ${error.message}`);
    const mirror = await extentsOf(volume, physical, fields.metadataMirrorFileLocation, "the metadata mirror file");
    return overFile(volume, name, mirror);
  }
}

async function extentsOf(volume: Volume, physical: number, block: number, what: string): Promise<ContentExtent[]> {
  const entry = await readFileEntry(volume, { partitionReference: physical, block }, what);
  const isMetadata = entry.fileType === fileTypes.metadataFile || entry.fileType === fileTypes.metadataMirrorFile;
  if (!isMetadata) throw damaged(`${what} has the file type ${entry.fileType}, expected 250 or 251`);
  return contentExtents(volume, entry);
}

/** A partition whose blocks are those of a file. */
function overFile(volume: Volume, name: string, extents: readonly ContentExtent[]): Partition {
  const ends: number[] = [];
  let size = 0;
  for (const { length } of extents) ends.push((size += length));
  return {
    kind: "metadata",
    name,
    locate(block, length) {
      const runs: ByteRun[] = [];
      let at = block * volume.blockSize;
      const end = at + length;
      if (end > size) throw damaged(`${length} bytes at block ${block} leave ${name}, which has ${size} bytes`);
      for (let index = firstAbove(ends, at); at < end; index += 1) {
        const extent = extents[index]!;
        const skip = at - (ends[index]! - extent.length);
        const count = Math.min(extent.length - skip, end - at);
        runs.push({ offset: extent.source === null ? null : extent.offset + skip, length: count });
        at += count;
      }
      return runs;
    },
  };
}

/** Index of the first element above `value`, in a sorted list. */
function firstAbove(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
