/**
 * How long a volume is, by itself: a drive's capacity tells something else, because behind the volume a disc has run-out
 * blocks, and what else was recorded. Reads descriptors alone, no directory.
 */
import { KiB } from "../bytes/units.js";
import type { ByteSource } from "../source/byte-source.js";
import { isOfImage } from "./failures.js";
import { readIsoVolumes } from "./iso9660/volume-descriptors.js";
import { startReading, type Reading } from "./reading.js";
import { readVolumeFacts } from "./udf/file-system.js";
import { isDescriptor } from "./udf/tag.js";
import { tagIdentifiers } from "./udf/volume-records.js";
import { recognize } from "./volume-recognition.js";

export type VolumeExtent = {
  /** Bytes from the start of the disc to the end of what the volume claims; 0 where it does not say. */
  readonly end: number;
  /** Of the newest file system. */
  readonly volumeLabel: string;
  /** Why the newest file system says nothing, where an older one is believed in its place. */
  readonly problem: string | null;
};

/**
 * Throws `image-not-iso`, and where no file system's descriptors can be read `image-damaged`, `image-truncated` or
 * `image-unsupported`.
 */
export async function readVolumeExtent(source: ByteSource): Promise<VolumeExtent> {
  const reading = startReading(source);
  const recognition = await recognize(reading);
  const { primary, joliet, iso9660 } = readIsoVolumes(recognition);
  const isoEnd = primary === null ? 0 : primary.volumeSpaceSize * primary.logicalBlockSize;
  const isoLabel = (joliet ?? iso9660)?.volumeLabel ?? "";
  if (recognition.nsr === null) return { end: isoEnd, volumeLabel: isoLabel, problem: null };
  try {
    const { volumeEnd, volumeLabel, blockSize, isOpen } = await readVolumeFacts(reading);
    if (isOpen) return { end: isoEnd < volumeEnd ? 0 : isoEnd, volumeLabel, problem: null };
    // A bridge disc's primary descriptor spans all of it; without one, an anchor may close the volume behind its partition.
    const end = primary === null ? await closedEnd(reading, volumeEnd, blockSize) : Math.max(isoEnd, volumeEnd);
    return { end, volumeLabel, problem: null };
  } catch (error) {
    if (!isOfImage(error) || isoEnd === 0) throw error;
    return { end: isoEnd, volumeLabel: isoLabel, problem: error.message };
  }
}

/** ECMA-167 3/8.4.2.1: anchors stand at two of the blocks 256, N - 256 and N, the last one; tools leave less than this. */
const closingReach = 512;

/** The end of the last anchor within reach behind the partition; `end` where there is none. */
async function closedEnd(reading: Reading, end: number, blockSize: number): Promise<number> {
  const first = Math.ceil(end / blockSize);
  const last = Math.min(first + closingReach, Math.floor(reading.metadata.size / blockSize)) - 1;
  for (let block = last; block >= first; block -= 1) {
    const bytes = await reading.metadata.read(block * blockSize, KiB / 2, `the anchor at block ${block}`);
    if (isDescriptor(bytes, tagIdentifiers.anchorVolumeDescriptorPointer, block)) return (block + 1) * blockSize;
  }
  return end;
}
