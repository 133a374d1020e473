/** The descriptor tag (ECMA-167 3/7.2): what it is, that it is whole, and that it stands where it was written to. */
import { damaged, decodeChecked } from "../failures.js";
import type { Reading } from "../reading.js";
import { warn } from "../reading.js";
import { descriptorCrc } from "./crc.js";
import { descriptorTag } from "./volume-records.js";

/** ECMA-167 3/7.2.3: the byte of the tag that the checksum itself stands in. */
const checksumOffset = descriptorTag.fields.checksum.offset;

/** What is wrong with the tag at `offset`, as the end of a sentence; undefined where checksum and CRC are right. */
function faultOf(bytes: Uint8Array, offset: number): string | undefined {
  const tag = descriptorTag.decode(bytes, offset);
  let sum = 0;
  for (let index = 0; index < descriptorTag.size; index += 1) {
    if (index !== checksumOffset) sum += bytes[offset + index]!;
  }
  if ((sum & 0xff) !== tag.checksum) return `a tag checksum of ${tag.checksum}, expected ${sum & 0xff}`;
  const start = offset + descriptorTag.size;
  if (start + tag.crcLength > bytes.length) {
    return `a CRC over ${tag.crcLength} bytes, expected at most ${bytes.length - start}`;
  }
  const crc = descriptorCrc(bytes, start, start + tag.crcLength);
  return crc === tag.crc ? undefined : `the CRC ${hex(tag.crc)}, expected ${hex(crc)}`;
}

/** The identifier of a sound tag; `image-damaged` names `what` where checksum, CRC or length are wrong. */
export function checkedIdentifier(bytes: Uint8Array, offset: number, what: string): number {
  const { identifier } = decodeChecked(descriptorTag, bytes, offset, what);
  const fault = faultOf(bytes, offset);
  if (fault !== undefined) throw damaged(`${what} has ${fault}`, { what, identifier });
  return identifier;
}

/** As `checkedIdentifier`, and throws `image-damaged` unless the identifier is one of `expected`. */
export function checkTag(bytes: Uint8Array, offset: number, expected: readonly number[], what: string): number {
  const { identifier } = decodeChecked(descriptorTag, bytes, offset, what);
  if (!expected.includes(identifier)) {
    throw damaged(`${what} has the tag identifier ${identifier}, expected ${expected.join(" or ")}`, { what });
  }
  return checkedIdentifier(bytes, offset, what);
}

/** Whether a sound descriptor with this identifier and location stands at the start of `bytes`. */
export function isDescriptor(bytes: Uint8Array, identifier: number, location: number): boolean {
  const tag = descriptorTag.decode(bytes);
  return tag.identifier === identifier && tag.location === location && faultOf(bytes, 0) === undefined;
}

/** Whether nothing was recorded here: zeros, where a tag would begin. */
export function isUnrecorded(bytes: Uint8Array): boolean {
  return bytes.subarray(0, descriptorTag.size).every((byte) => byte === 0);
}

/**
 * Warns where a tag names another block than the one it was read from. Checksum and CRC were right, so the descriptor
 * is whole; mastering tools that move file systems forget this field, and the names and sizes in it still hold.
 */
export function checkLocation(reading: Reading, bytes: Uint8Array, offset: number, block: number, what: string): void {
  const { location } = descriptorTag.decode(bytes, offset);
  if (location === block) return;
  warn(reading, "udf-tag-location", `${what} has the tag location ${location}, expected ${block}`);
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(4, "0")}`;
}
