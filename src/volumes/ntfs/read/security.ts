/**
 * Checks $Secure (NTFS documentation, "$Secure (9)"): every descriptor has its hash and an equal copy, and every security id
 * of a file has a descriptor.
 */
import { attributeTypes } from "../records/attributes.js";
import { decodeStoreBlock, mirrorDistance, storeAlignment } from "../records/security.js";
import { fileRecordSize, systemRecords } from "../records/volume-format.js";
import { MiB } from "../../../bytes/units.js";
import type { NtfsFault } from "./fault.js";
import { attributeOf } from "./files.js";
import { readStream } from "./mft.js";
import { partsOf } from "./runs.js";
import type { SystemCheck } from "./system.js";
import { VolumeFault } from "../../volume-fault.js";

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
    const result = checkBlock(pair, from, ids);
    if (result.reason === null) continue;
    const [part] = partsOf(stream.spans, from + result.at, from + result.at + 1);
    faults.push({ ...common, offset: part?.disk ?? 0, length: storeAlignment, reason: result.reason });
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

/** Gathers the ids of a block's descriptors; `at` is where the reading of `pair` ended, `reason` what was wrong there. */
function checkBlock(pair: Uint8Array, from: number, ids: Set<number>): { at: number; reason: string | null } {
  let at = 0;
  try {
    for (const { securityId, end } of decodeStoreBlock(pair, from)) {
      ids.add(securityId);
      at = end;
    }
    return { at, reason: null };
  } catch (error) {
    if (error instanceof VolumeFault || error instanceof RangeError) return { at, reason: error.message };
    throw error;
  }
}
