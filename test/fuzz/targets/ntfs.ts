/** NTFS: the boot sector, $MFT, indexes, bitmaps, security and the log, each held against the others. */
import { MiB } from "../../../src/bytes/units.js";
import { readNtfsVolume } from "../../../src/volumes/ntfs/read/volume.js";
import { VolumeFault } from "../../../src/volumes/volume-fault.js";
import { checkText, foreseen } from "../foreseen.js";
import { decodeSparse, sparseReader } from "../sparse.js";

const largestVolume = 64 * MiB;

export async function fuzz(data: Uint8Array): Promise<void> {
  const image = decodeSparse(data, largestVolume);
  const volume = await foreseen(() => readNtfsVolume(sparseReader(image), { start: 0, end: image.size }), VolumeFault);
  for (const { reason } of volume?.faults ?? []) checkText(reason);
}
