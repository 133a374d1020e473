/** $Secure: every descriptor must have the hash that it is found by, a copy that is the same, and be there for its files. */
import { attributeTypes } from "../records/attributes.js";
import { descriptorHeader, entryAlignment, mirrorDistance, securityHash } from "../plan/security-store.js";
import { fileRecordSize, systemRecords } from "../records/volume-format.js";
import { MiB, roundUp } from "../../../bytes/units.js";
import type { NtfsFault } from "./fault.js";
import { attributeOf } from "./files.js";
import { readStream } from "./mft.js";
import { partsOf } from "./runs.js";
import type { SystemCheck } from "./system.js";
import { check, VolumeFault } from "../../volume-fault.js";

/** A Windows installation has about 1 MiB. */
const largestStream = 64 * MiB;

export async function checkSecurity({ read, table, source }: SystemCheck): Promise<NtfsFault[]> {
  const common = { record: null, path: null, structure: "$Secure" };
  const file = source.files.get(systemRecords.secure);
  const stream = file === undefined ? undefined : attributeOf(file, attributeTypes.data, "$SDS");
  if (stream === undefined || stream.value !== null || stream.size > largestStream) {
    const offset = table.offsetOf(systemRecords.secure);
    return [{ ...common, offset, length: fileRecordSize, reason: "its descriptors cannot be followed" }];
  }
  const ids = new Set<number>();
  const faults: NtfsFault[] = [];
  for (let from = 0; from < stream.size; from += 2 * mirrorDistance) {
    const pair = await readStream(read, stream, from, Math.min(2 * mirrorDistance, stream.size - from));
    const reached = checkBlock(pair, from, ids);
    if (reached.reason === null) continue;
    const [part] = partsOf(stream.spans, from + reached.at, from + reached.at + 1);
    faults.push({ ...common, offset: part?.disk ?? 0, length: entryAlignment, reason: reached.reason });
  }
  if (faults.length > 0) return faults;
  for (const { record, standard } of source.files.values()) {
    if (standard === null || standard.securityId === 0 || ids.has(standard.securityId)) continue;
    const place = { offset: table.offsetOf(record), length: fileRecordSize, path: null };
    const reason = `its security descriptor ${standard.securityId} does not exist`;
    faults.push({ record, ...place, structure: `record ${record} of $MFT`, reason });
  }
  return faults;
}

/** Descriptors up to the first that is not there, and the same 256 KiB further on. */
function checkBlock(pair: Uint8Array, from: number, ids: Set<number>): { at: number; reason: string | null } {
  let at = 0;
  try {
    while (at + descriptorHeader.size <= Math.min(mirrorDistance, pair.length)) {
      const { hash, securityId, offset, length } = descriptorHeader.decode(pair, at);
      if (length === 0) break;
      check(offset === from + at && length > descriptorHeader.size, `a descriptor of ${length} bytes at ${offset}`);
      check(at + length + mirrorDistance <= pair.length, `the descriptor ${securityId} has no copy`);
      const entry = pair.subarray(at, at + length);
      check(
        securityHash(entry.subarray(descriptorHeader.size)) === hash,
        `the descriptor ${securityId} is another one`,
      );
      const copy = pair.subarray(at + mirrorDistance, at + mirrorDistance + length);
      check(Buffer.compare(entry, copy) === 0, `the copy of the descriptor ${securityId} is another one`);
      ids.add(securityId);
      at = roundUp(at + length, entryAlignment);
    }
    return { at, reason: null };
  } catch (error) {
    if (error instanceof VolumeFault || error instanceof RangeError) return { at, reason: error.message };
    throw error;
  }
}
