/**
 * What stands behind the system area: the ISO 9660 volume descriptor set (ECMA-119 8) and the volume recognition
 * sequence of ECMA-167 2/8.3.1. They share one form, so one pass finds both.
 */
import { ascii, uint8 } from "../bytes/fields.js";
import { record } from "../bytes/record.js";
import { KiB } from "../bytes/units.js";
import { Win7UsbError } from "../errors.js";
import { logicalSectorSize, maximumRecognitionDescriptors, systemAreaSize } from "./limits.js";
import type { Reading } from "./reading.js";

/** ECMA-119 8.1 and ECMA-167 2/9.1: the head that all volume structure descriptors share, before their data. */
export const volumeStructureDescriptor = record("volume structure descriptor", 7, {
  type: uint8(0),
  standardIdentifier: ascii(1, 5),
  version: uint8(6),
});

export type Recognition = {
  /** ISO 9660 volume descriptors in their order. */
  readonly descriptors: readonly { readonly type: number; readonly version: number; readonly bytes: Uint8Array }[];
  /** ECMA-167's NSR descriptor (`NSR02` for UDF 1.x, `NSR03` for 2.x), null where there is no UDF. */
  readonly nsr: "NSR02" | "NSR03" | null;
  /** The marks that an NSR descriptor stands between: without one, they are damage. */
  readonly hasMarks: boolean;
};

const known = new Set(["CD001", "CDW02", "BEA01", "NSR02", "NSR03", "BOOT2", "TEA01"]);
/** A block of the sequence may be unreadable, and what follows it still counts; more is the sequence's end. */
const maximumUnknownInARow = 2;
/** ECMA-167 2/8.3.1: descriptors stand 2048 bytes apart, or one sector where that is larger. */
const strides = [2 * KiB, 4 * KiB, 8 * KiB, 16 * KiB, 32 * KiB];

/** Finds both sequences; `image-not-iso` where there is neither. */
export async function recognize(reading: Reading): Promise<Recognition> {
  for (const stride of strides) {
    const { descriptors, identifiers } = await scan(reading, stride);
    const nsr = identifiers.has("NSR03") ? "NSR03" : identifiers.has("NSR02") ? "NSR02" : null;
    if (nsr === null && descriptors.length === 0) continue;
    return { descriptors, nsr, hasMarks: identifiers.has("BEA01") || identifiers.has("TEA01") };
  }
  throw notIso(reading.metadata.size);
}

async function scan(reading: Reading, stride: number) {
  const descriptors: { type: number; version: number; bytes: Uint8Array }[] = [];
  const identifiers = new Set<string>();
  let unknown = 0;
  for (let index = 0; index < maximumRecognitionDescriptors && unknown < maximumUnknownInARow; index += 1) {
    const offset = systemAreaSize + index * stride;
    if (offset + logicalSectorSize > reading.metadata.size) break;
    const bytes = await reading.metadata.read(offset, logicalSectorSize, "the volume recognition sequence");
    const { type, standardIdentifier, version } = volumeStructureDescriptor.decode(bytes);
    unknown = known.has(standardIdentifier) ? 0 : unknown + 1;
    identifiers.add(standardIdentifier);
    if (standardIdentifier === "CD001") descriptors.push({ type, version, bytes });
    if (standardIdentifier === "TEA01") break;
  }
  return { descriptors, identifiers };
}

function notIso(size: number): Win7UsbError {
  const least = systemAreaSize + logicalSectorSize;
  const seen =
    size === 0
      ? "it is empty"
      : size < least
        ? `it has ${size} bytes, and a disc image has more than ${least}`
        : `neither an ISO 9660 volume descriptor (CD001) nor a UDF one (NSR02, NSR03) stands at byte ${systemAreaSize}`;
  return new Win7UsbError("image-not-iso", `this is no ISO image: ${seen}`, {
    hint: "Give the path of an .iso file, unpacked and whole.",
    data: { size },
  });
}
