/**
 * From the anchor to the logical volume (ECMA-167 3/8.4). Traps: the block size is not written anywhere in front of the
 * anchor, so it is found by trying; there are two sequences of descriptors and either may be the damaged one; of several
 * descriptors of a kind the one with the highest Volume Descriptor Sequence Number prevails.
 */
import { KiB } from "../../bytes/units.js";
import type { Decoded } from "../../bytes/record.js";
import { aboveLimit, damaged, isOfImage, unlessLimit, unsupported } from "../failures.js";
import { maximumSequenceDescriptors } from "../limits.js";
import type { Reading } from "../reading.js";
import { warn } from "../reading.js";
import { checkedTag, checkLocation, isDescriptor, isUnrecorded } from "./tag.js";
import {
  anchorVolumeDescriptorPointer,
  logicalVolumeDescriptor,
  partitionDescriptor,
  tagIdentifiers,
  volumeDescriptorPointer,
} from "./volume-records.js";

/** Optical media first; 512 is a hard disk's, the others are legal. */
const blockSizes = [2 * KiB, 512, 4 * KiB, 1 * KiB, 8 * KiB, 16 * KiB, 32 * KiB];

/** UDF 2.2.4.3. */
const udfDomain = "*OSTA UDF Compliant";

type BlockExtent = { readonly location: number; readonly length: number };
type Anchor = { readonly blockSize: number; readonly main: BlockExtent; readonly reserve: BlockExtent };
type PartitionDescriptor = Decoded<typeof partitionDescriptor.fields>;

export type VolumeDescriptors = {
  /** Bytes of a block of the volume. */
  readonly blockSize: number;
  readonly logicalVolume: Decoded<typeof logicalVolumeDescriptor.fields>;
  /** The partition maps, as many bytes as the descriptor claims. */
  readonly mapTable: Uint8Array;
  /** By partition number. */
  readonly partitions: ReadonlyMap<number, PartitionDescriptor>;
  /** Bytes from the image's start to the end of the farther of both sequences. */
  readonly end: number;
};

/** Reads the volume's descriptors by the first good anchor and the main sequence, or else the reserve one. */
export async function readVolumeDescriptors(reading: Reading): Promise<VolumeDescriptors> {
  const anchor = await findAnchor(reading);
  const { blockSize, main, reserve } = anchor;
  const end = Math.max(...[main, reserve].map(({ location, length }) => location * blockSize + length));
  try {
    return { blockSize, end, ...(await readSequence(reading, blockSize, main, "main")) };
  } catch (error) {
    if (!isOfImage(error)) throw error;
    warn(reading, "udf-main-sequence", `the reserve volume descriptor sequence is used: ${error.message}`);
    return {
      blockSize,
      end,
      ...(await readSequence(reading, blockSize, reserve, "reserve").catch(unlessLimit(error))),
    };
  }
}

async function findAnchor(reading: Reading): Promise<Anchor> {
  for (const blockSize of blockSizes) {
    const blockCount = Math.floor(reading.metadata.size / blockSize);
    // ECMA-167 3/8.4.2.1 and, for discs that are not closed yet, UDF 6.11.2.1 (block 512).
    for (const block of [256, blockCount - 1, blockCount - 257, 512]) {
      if (block < 1 || block >= blockCount) continue;
      const bytes = await reading.metadata.read(block * blockSize, 512, `the anchor at block ${block}`);
      if (!isDescriptor(bytes, tagIdentifiers.anchorVolumeDescriptorPointer, block)) continue;
      const { mainSequence, reserveSequence } = anchorVolumeDescriptorPointer.decode(bytes);
      return { blockSize, main: mainSequence, reserve: reserveSequence };
    }
  }
  throw damaged(
    "the image has a UDF file system, but no sound anchor volume descriptor pointer at block 256, at the last block N - 1 or at N - 257",
  );
}

type Sequence = Pick<VolumeDescriptors, "logicalVolume" | "mapTable" | "partitions">;

/** The prevailing descriptors of a sequence: of each kind that is read here, the one with the highest number. */
type Prevailing = { logicalVolume: Numbered | undefined; readonly partitions: Map<number, Numbered> };
type Numbered = { readonly sequenceNumber: number; readonly bytes: Uint8Array };

async function readSequence(
  reading: Reading,
  blockSize: number,
  first: BlockExtent,
  name: "main" | "reserve",
): Promise<Sequence> {
  const prevailing: Prevailing = { logicalVolume: undefined, partitions: new Map() };
  let extent = first;
  let index = 0;
  for (let count = 0; (index + 1) * blockSize <= extent.length; count += 1, index += 1) {
    if (count === maximumSequenceDescriptors) {
      throw aboveLimit(
        `the ${name} volume descriptor sequence has more than ${maximumSequenceDescriptors} descriptors`,
      );
    }
    const block = extent.location + index;
    const what = `the descriptor at block ${block} in the ${name} volume descriptor sequence`;
    const bytes = await reading.metadata.read(block * blockSize, blockSize, what);
    if (isUnrecorded(bytes)) break;
    const tag = checkedTag(bytes, what);
    checkLocation(reading, tag, block, what);
    const { identifier } = tag;
    if (identifier === tagIdentifiers.terminatingDescriptor) break;
    if (identifier === tagIdentifiers.volumeDescriptorPointer) {
      extent = volumeDescriptorPointer.decode(bytes).nextSequence;
      index = -1;
    } else note(prevailing, identifier, bytes);
  }
  return chosenFrom(prevailing, blockSize, name);
}

function note(prevailing: Prevailing, identifier: number, bytes: Uint8Array): void {
  if (identifier === tagIdentifiers.logicalVolumeDescriptor) {
    const { sequenceNumber } = logicalVolumeDescriptor.decode(bytes);
    prevailing.logicalVolume = newer(prevailing.logicalVolume, { sequenceNumber, bytes });
  } else if (identifier === tagIdentifiers.partitionDescriptor) {
    const { sequenceNumber, partitionNumber } = partitionDescriptor.decode(bytes);
    const known = prevailing.partitions.get(partitionNumber);
    prevailing.partitions.set(partitionNumber, newer(known, { sequenceNumber, bytes }));
  }
}

function newer(known: Numbered | undefined, next: Numbered): Numbered {
  return known !== undefined && known.sequenceNumber > next.sequenceNumber ? known : next;
}

function chosenFrom(prevailing: Prevailing, blockSize: number, name: string): Sequence {
  const bytes = prevailing.logicalVolume?.bytes;
  if (bytes === undefined) throw damaged(`the ${name} volume descriptor sequence has no logical volume descriptor`);
  const logicalVolume = logicalVolumeDescriptor.decode(bytes);
  const { domainIdentifier, logicalBlockSize, mapTableLength } = logicalVolume;
  const domain = domainIdentifier.identifier.replace(/\0+$/, "");
  if (domain !== udfDomain) {
    throw unsupported(
      `the logical volume's domain is ${JSON.stringify(domain)}, expected ${JSON.stringify(udfDomain)}`,
    );
  }
  // UDF 2.2.4.2: logical blocks have the size of the volume's sectors.
  if (logicalBlockSize !== blockSize) {
    throw unsupported(
      `the logical volume has blocks of ${logicalBlockSize} bytes, expected ${blockSize} as its anchor has`,
    );
  }
  const room = bytes.length - logicalVolumeDescriptor.size;
  if (mapTableLength > room) throw damaged(`the partition maps have ${mapTableLength} bytes, expected at most ${room}`);
  const mapTable = bytes.subarray(logicalVolumeDescriptor.size, logicalVolumeDescriptor.size + mapTableLength);
  const partitions = new Map<number, PartitionDescriptor>();
  for (const [number, partition] of prevailing.partitions) {
    partitions.set(number, partitionDescriptor.decode(partition.bytes));
  }
  return { logicalVolume, mapTable, partitions };
}
