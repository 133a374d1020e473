/**
 * Metadata partitions (UDF 2.2.10, 2.2.13; 2.50 and later): all ICBs and directories lie in one file, the metadata file,
 * and its blocks are the partition's. A second ICB, the mirror's, may describe a copy; it is used where the first fails.
 */
import { layoutEnd, type Extent } from "../../extents/extent.js";
import { windowOf } from "../../extents/layout.js";
import { damaged, decodeChecked, isOfImage, unlessLimit } from "../failures.js";
import { warn } from "../reading.js";
import { contentOf } from "./allocation.js";
import { readFileEntry } from "./file-entry.js";
import { fileTypes } from "./file-records.js";
import { metadataPartitionMap } from "./volume-records.js";
import type { ByteRun, UdfPartition, Volume } from "./volume.js";

/** The metadata partition inside the partition with the reference number `physical`. */
export async function metadataPartition(volume: Volume, physical: number, map: Uint8Array): Promise<UdfPartition> {
  const fields = decodeChecked(metadataPartitionMap, map, 0, "the metadata partition map");
  const name = `the metadata partition in ${volume.partitions[physical]!.name}`;
  try {
    return overFile(
      volume,
      name,
      await readLocations(volume, physical, fields.metadataFileLocation, "the metadata file"),
    );
  } catch (error) {
    if (!isOfImage(error)) throw error;
    warn(volume.reading, "udf-metadata-file", `the mirror of the metadata file is used: ${error.message}`);
    const what = "the metadata mirror file";
    const mirror = readLocations(volume, physical, fields.metadataMirrorFileLocation, what);
    return overFile(volume, name, await mirror.catch(unlessLimit(error)));
  }
}

async function readLocations(volume: Volume, physical: number, block: number, what: string): Promise<Extent[]> {
  const entry = await readFileEntry(volume, { partitionReference: physical, block }, what);
  const isMetadata = entry.fileType === fileTypes.metadataFile || entry.fileType === fileTypes.metadataMirrorFile;
  if (!isMetadata) throw damaged(`${what} has the file type ${entry.fileType}, expected 250 or 251`);
  return contentOf(volume, entry);
}

function runOf({ source, length }: Extent): ByteRun {
  return { offset: source.kind === "range" ? source.offset : null, length };
}

/** A partition whose blocks are those of a file. */
function overFile(volume: Volume, name: string, content: readonly Extent[]): UdfPartition {
  const size = layoutEnd(content);
  return {
    kind: "metadata",
    name,
    locate(block, length) {
      const offset = block * volume.blockSize;
      if (offset + length > size) {
        throw damaged(`${length} bytes at block ${block} leave ${name}, which has ${size} bytes`);
      }
      return windowOf(content, { offset, length }).map(runOf);
    },
  };
}
