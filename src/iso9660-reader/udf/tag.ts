/** The descriptor tag (ECMA-167 3/7.2): what it is, that it is whole, and that it stands where it was written to. */
import type { Decoded } from "../../bytes/record.js";
import { damaged, decodeChecked } from "../failures.js";
import type { Reading } from "../reading.js";
import { warn } from "../reading.js";
import { descriptorCrc } from "./crc.js";
import { descriptorTag } from "./fields.js";

/** ECMA-167 3/7.2.3: the byte of the tag that the checksum itself stands in. */
const checksumOffset = descriptorTag.fields.checksum.offset;

type DescriptorTag = Decoded<typeof descriptorTag.fields>;

/** What is wrong with a tag at `offset`, as the end of a sentence; undefined where checksum and CRC are right. */
function faultOf(tag: DescriptorTag, bytes: Uint8Array, offset: number, limit: number): string | undefined {
  let sum = 0;
  for (let index = offset; index < offset + descriptorTag.size; index += 1) sum += bytes[index]!;
  const checksum = (sum - bytes[offset + checksumOffset]!) & 0xff;
  if (checksum !== tag.checksum) return `a tag checksum of ${tag.checksum}, expected ${checksum}`;
  const start = offset + descriptorTag.size;
  if (start + tag.crcLength > limit) return `a CRC over ${tag.crcLength} bytes, expected at most ${limit - start}`;
  const crc = descriptorCrc(bytes, start, start + tag.crcLength);
  return crc === tag.crc ? undefined : `the CRC ${hex(tag.crc)}, expected ${hex(crc)}`;
}

/**
 * The tag at `offset` of a descriptor that ends at `limit` at the latest. Throws `image-damaged`, and names `what`, where
 * the identifier is none of `expected` (any, without them) or the checksum, the CRC or its length is wrong.
 */
export function checkedTag(
  bytes: Uint8Array,
  what: string,
  expected?: readonly number[],
  offset = 0,
  limit = bytes.length,
): DescriptorTag {
  const tag = decodeChecked(descriptorTag, bytes, offset, what);
  if (expected !== undefined && !expected.includes(tag.identifier)) {
    throw damaged(`${what} has the tag identifier ${tag.identifier}, expected ${expected.join(" or ")}`, { what });
  }
  const fault = faultOf(tag, bytes, offset, Math.min(limit, bytes.length));
  if (fault !== undefined) throw damaged(`${what} has ${fault}`, { what, identifier: tag.identifier });
  return tag;
}

/** Whether a sound descriptor with this identifier and location stands at the start of `bytes`. */
export function isDescriptor(bytes: Uint8Array, identifier: number, location: number): boolean {
  const tag = descriptorTag.decode(bytes);
  if (tag.identifier !== identifier || tag.location !== location) return false;
  return faultOf(tag, bytes, 0, bytes.length) === undefined;
}

/** Whether nothing was recorded here: zeros, where a tag would begin. */
export function isUnrecorded(bytes: Uint8Array): boolean {
  return bytes.subarray(0, descriptorTag.size).every((byte) => byte === 0);
}

/**
 * Warns where a tag names another block than the one it was read from. Checksum and CRC were right, so the descriptor
 * is whole; mastering tools that move file systems forget this field, and the names and sizes in it still hold.
 */
export function checkLocation(reading: Reading, { location }: DescriptorTag, block: number, what: string): void {
  if (location === block) return;
  warn(reading, "udf-tag-location", `${what} has the tag location ${location}, expected ${block}`);
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(4, "0")}`;
}
