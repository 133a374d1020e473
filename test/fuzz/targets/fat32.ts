/** FAT32, the second FAT being what the first one is, unless the image says that it is not. */
import { MiB } from "../../../src/bytes/units.js";
import type { ReadBytes } from "../../../src/source/byte-source.js";
import { fat32BootSector } from "../../../src/volumes/fat32/records/boot-sector.js";
import { readFatVolume } from "../../../src/volumes/fat32/read/volume.js";
import { VolumeFault } from "../../../src/volumes/volume-fault.js";
import { foreseen } from "../foreseen.js";
import type { SparseImage } from "../sparse.js";
import { decodeSparse, leaveSeals, sparseReader, sparseUnit } from "../sparse.js";

const largestVolume = 256 * MiB;

export async function fuzz(data: Uint8Array): Promise<void> {
  const image = decodeSparse(data, largestVolume);
  const read = (image.flags & leaveSeals) === 0 ? mirrored(image) : sparseReader(image);
  await foreseen(() => readFatVolume(read, { start: 0, end: image.size }), VolumeFault);
}

function mirrored(image: SparseImage): ReadBytes {
  const { reservedSectorCount, fatSize32 } = fat32BootSector.decode(image.bytes(0, fat32BootSector.size));
  const length = fatSize32 * sparseUnit;
  const second = reservedSectorCount * sparseUnit + length;
  const read = sparseReader(image);
  return (offset, count) => read(offset >= second && offset < second + length ? offset - length : offset, count);
}
