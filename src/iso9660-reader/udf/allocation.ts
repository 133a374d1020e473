/**
 * Where a file's bytes lie (ECMA-167 4/12.1): a list of descriptors, short or long, that may go on in other blocks.
 * Traps: a length has 30 bits, so files from 1 GiB on have several; the upper two bits of a length are the extent's
 * type; a length of 0 ends the list; and what was never recorded reads as zeros.
 */
import type { Extent } from "../../extents/extent.js";
import { fromSource, zeros } from "../../extents/layout.js";
import { aboveLimit, damaged, decodeChecked, unsupported } from "../failures.js";
import { maximumAllocationDescriptors, maximumContinuations } from "../limits.js";
import { appendContent, countExtent } from "../reading.js";
import { longAllocationDescriptor, shortAllocationDescriptor } from "./fields.js";
import type { FileEntry } from "./file-entry.js";
import { allocationExtentDescriptor, allocationTypes } from "./file-records.js";
import { checkLocation, checkedTag } from "./tag.js";
import { tagIdentifiers } from "./volume-records.js";
import type { BlockAddress, ByteRun, Volume } from "./volume.js";
import { referencedPartition, readBlock } from "./volume.js";

/** ECMA-167 4/14.14.1.1: the lower 30 bits of a length are bytes. */
const lengthMask = 0x3fffffff;
const typeShift = 30;
const extentTypes = { recorded: 0, allocatedNotRecorded: 1, notAllocated: 2, continuation: 3 } as const;

/** An extent of logical blocks. */
export type LogicalExtent = { readonly type: number; readonly address: BlockAddress; readonly length: number };

/** The logical extents of a file that is not embedded, continuations followed and cut to the file's length. */
export async function logicalExtents(volume: Volume, entry: FileEntry): Promise<LogicalExtent[]> {
  const extents: LogicalExtent[] = [];
  let left = entry.informationLength;
  let descriptors: Uint8Array | null = entry.allocation;
  const visited = new Set<string>();
  while (descriptors !== null && left > 0) {
    let next: BlockAddress | null = null;
    for (const extent of descriptorsIn(entry, descriptors)) {
      if (extent.type === extentTypes.continuation) {
        next = extent.address;
        break;
      }
      if (extents.length === maximumAllocationDescriptors) {
        throw aboveLimit(`${entry.what} has more than ${maximumAllocationDescriptors} allocation descriptors`);
      }
      extents.push({ ...extent, length: Math.min(extent.length, left) });
      left -= extents.at(-1)!.length;
      if (left === 0) return extents;
    }
    countExtent(volume.reading);
    const place = next === null ? "" : `${next.partitionReference}/${next.block}`;
    if (visited.has(place)) throw damaged(`the allocation extents of ${entry.what} form a circle`);
    visited.add(place);
    if (visited.size > maximumContinuations) {
      throw aboveLimit(`${entry.what} has more than ${maximumContinuations} allocation extents`);
    }
    descriptors = next === null ? null : await continuation(volume, entry, next);
  }
  if (left > 0) {
    throw damaged(
      `${entry.what} has ${entry.informationLength} bytes, but its allocation descriptors cover ${entry.informationLength - left}`,
    );
  }
  return extents;
}

async function continuation(volume: Volume, entry: FileEntry, address: BlockAddress): Promise<Uint8Array> {
  const what = `the allocation extent descriptor of ${entry.what}`;
  const bytes = await readBlock(volume, address, what);
  const tag = checkedTag(bytes, what, [tagIdentifiers.allocationExtentDescriptor]);
  checkLocation(volume.reading, tag, address.block, what);
  const { lengthOfAllocationDescriptors } = decodeChecked(allocationExtentDescriptor, bytes, 0, what);
  const end = allocationExtentDescriptor.size + lengthOfAllocationDescriptors;
  if (end <= bytes.length) return bytes.subarray(allocationExtentDescriptor.size, end);
  throw damaged(
    `${what} claims ${lengthOfAllocationDescriptors} bytes, expected at most ${bytes.length - allocationExtentDescriptor.size}`,
  );
}

function* descriptorsIn(entry: FileEntry, bytes: Uint8Array): Generator<LogicalExtent> {
  const isLong = entry.allocationType === allocationTypes.long;
  if (!isLong && entry.allocationType !== allocationTypes.short) {
    throw unsupported(`${entry.what} uses extended allocation descriptors, which UDF does not allow`);
  }
  const size = isLong ? longAllocationDescriptor.size : shortAllocationDescriptor.size;
  for (let offset = 0; offset + size <= bytes.length; offset += size) {
    const { lengthAndType, position } = shortAllocationDescriptor.decode(bytes, offset);
    const length = lengthAndType & lengthMask;
    if (length === 0) return;
    const partitionReference = isLong
      ? longAllocationDescriptor.decode(bytes, offset).partitionReference
      : entry.address.partitionReference;
    yield { type: lengthAndType >>> typeShift, address: { partitionReference, block: position }, length };
  }
}

/** Where a file's bytes lie in the image; nothing is read but allocation extents. */
export async function contentOf(volume: Volume, entry: FileEntry): Promise<Extent[]> {
  const { reading, source } = volume;
  const content: Extent[] = [];
  const append = ({ offset, length }: ByteRun): void =>
    appendContent(reading, content, offset === null ? zeros(length) : fromSource(source, offset, length));
  if (entry.allocationType === allocationTypes.embedded) {
    const length = entry.informationLength;
    if (length > entry.allocation.length) {
      throw damaged(`${entry.what} has ${length} bytes embedded in ${entry.allocation.length}`);
    }
    append({ offset: entry.allocationOffset, length });
    return content;
  }
  for (const { type, address, length } of await logicalExtents(volume, entry)) {
    if (type !== extentTypes.recorded) append({ offset: null, length });
    else
      referencedPartition(volume, address.partitionReference, entry.what).locate(address.block, length).forEach(append);
  }
  return content;
}
