/** UDF from the anchor to the tree. */
import type { FileTree } from "../../tree/index.js";
import { damaged, decodeChecked } from "../failures.js";
import { maximumSequenceDescriptors } from "../limits.js";
import type { Reading } from "../reading.js";
import { warn } from "../reading.js";
import { fileSetDescriptor } from "./file-records.js";
import { openVolume } from "./partition-maps.js";
import { checkedTag, checkLocation, isUnrecorded } from "./tag.js";
import { decodeDstring } from "./text.js";
import { readUdfTree } from "./tree.js";
import type { VolumeDescriptors } from "./volume-descriptors.js";
import { readVolumeDescriptors } from "./volume-descriptors.js";
import { tagIdentifiers } from "./volume-records.js";
import type { BlockAddress, Volume } from "./volume.js";
import { readBlock } from "./volume.js";

type UdfFileSystem = {
  readonly tree: FileTree;
  readonly volumeLabel: string;
  /** `"1.02"` to `"2.60"`. */
  readonly revision: string;
  /** Bytes from the image's start to the end of what the volume claims. */
  readonly volumeEnd: number;
};

/** The highest revision whose structures are known here (UDF 2.60). */
const newestRevision = 0x0260;
/** The type of an extent that was recorded: ECMA-167 4/14.14.1.1, the upper two bits of a length. */
const lengthMask = 0x3fffffff;

type VolumeFacts = Pick<UdfFileSystem, "volumeLabel" | "volumeEnd"> & {
  readonly blockSize: number;
  /** Recorded bit by bit on write-once media: nothing says where it ends. */
  readonly isOpen: boolean;
};

/** What the descriptors alone say. */
export async function readVolumeFacts(reading: Reading): Promise<VolumeFacts> {
  const descriptors = await readVolumeDescriptors(reading);
  const volume = await openVolume(reading, descriptors);
  return {
    volumeLabel: labelOf(descriptors),
    volumeEnd: endOf(volume, descriptors),
    blockSize: descriptors.blockSize,
    isOpen: isWriteOnce(volume),
  };
}

function labelOf({ logicalVolume }: VolumeDescriptors): string {
  return decodeDstring(logicalVolume.logicalVolumeIdentifier, "the logical volume identifier");
}

/** The volume, and where its root directory stands. */
export async function openRoot(reading: Reading): Promise<{ readonly volume: Volume; readonly root: BlockAddress }> {
  const descriptors = await readVolumeDescriptors(reading);
  const volume = await openVolume(reading, descriptors);
  return { volume, root: await readRootIcb(volume, descriptors) };
}

export async function readUdf(reading: Reading): Promise<UdfFileSystem> {
  const descriptors = await readVolumeDescriptors(reading);
  const { logicalVolume } = descriptors;
  const { udfRevision } = logicalVolume.domainIdentifier;
  const revision = `${(udfRevision >>> 8).toString(16)}.${(udfRevision & 0xff).toString(16).padStart(2, "0")}`;
  if (udfRevision > newestRevision) {
    warn(reading, "udf-revision", `the file system has the UDF revision ${revision}, expected at most 2.60`);
  }
  const volume = await openVolume(reading, descriptors);
  const root = await readRootIcb(volume, descriptors);
  return {
    tree: await readUdfTree(volume, root),
    volumeLabel: labelOf(descriptors),
    revision,
    volumeEnd: endOf(volume, descriptors),
  };
}

function isWriteOnce({ partitions }: Volume): boolean {
  return partitions.some((partition) => partition?.kind === "virtual");
}

/** A partition on write-once media spans the blank rest of the disc, so that it says nothing of where the image ends. */
function endOf(volume: Volume, descriptors: VolumeDescriptors): number {
  const ends = [...descriptors.partitions.values()].map(
    ({ startingLocation, length }) => (startingLocation + length) * descriptors.blockSize,
  );
  return Math.max(descriptors.end, ...(isWriteOnce(volume) ? [] : ends));
}

/** The root directory of the prevailing file set descriptor (ECMA-167 4/8.3.1): first set, highest number. */
async function readRootIcb(volume: Volume, { logicalVolume }: VolumeDescriptors): Promise<BlockAddress> {
  const { partitionReference, position, lengthAndType } = logicalVolume.fileSetDescriptors;
  const count = Math.ceil((lengthAndType & lengthMask) / volume.blockSize);
  let chosen: ReturnType<typeof fileSetDescriptor.decode> | undefined;
  for (let index = 0; index < Math.min(count, maximumSequenceDescriptors); index += 1) {
    const block = position + index;
    const what = `the file set descriptor at block ${block}`;
    const bytes = await readBlock(volume, { partitionReference, block }, what);
    if (isUnrecorded(bytes)) break;
    const tag = checkedTag(bytes, what);
    if (tag.identifier !== tagIdentifiers.fileSetDescriptor) break;
    checkLocation(volume.reading, tag, block, what);
    const fields = decodeChecked(fileSetDescriptor, bytes, 0, what);
    if (chosen === undefined || prevails(fields, chosen)) chosen = fields;
  }
  if (chosen === undefined) throw damaged(`no file set descriptor stands at block ${position}`);
  const { rootDirectoryIcb } = chosen;
  return { partitionReference: rootDirectoryIcb.partitionReference, block: rootDirectoryIcb.position };
}

type Numbers = { readonly fileSetNumber: number; readonly fileSetDescriptorNumber: number };

function prevails(next: Numbers, known: Numbers): boolean {
  if (next.fileSetNumber !== known.fileSetNumber) return next.fileSetNumber < known.fileSetNumber;
  return next.fileSetDescriptorNumber >= known.fileSetDescriptorNumber;
}
