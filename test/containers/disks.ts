/** Disks to be wrapped, and the files that they become. */
import { MiB } from "../../src/bytes/units.js";
import type { BlockMap, Container, WrappedDisk } from "../../src/containers/index.js";
import { mappedPieces, nowhere, readMapped } from "../../src/containers/index.js";
import type { Span } from "../../src/extents/extent.js";
import { layoutSource } from "../../src/extents/layout-source.js";
import type { ByteSource } from "../../src/source/byte-source.js";
import { randomFrom } from "../support/sample.js";

/** Where something is, and the disk's bytes there. */
export type FilledDisk = WrappedDisk & { readonly bytes: Uint8Array };

/** Random bytes that repeat at no block of any format: their number is prime. */
function noise(seed: number): Uint8Array {
  const random = randomFrom(seed);
  return Uint8Array.from({ length: 65_521 }, () => Math.floor(random() * 256));
}

/** A disk whose used parts hold random bytes. */
export function filledDisk(diskSize: number, used: readonly Span[], seed = 1): FilledDisk {
  const bytes = new Uint8Array(diskSize);
  for (const { start, end } of used) Buffer.from(bytes.buffer, start, end - start).fill(noise(seed + start));
  const identity = Uint8Array.from({ length: 16 }, (_unused, index) => index * 16 + 5);
  return { diskSize, used, identity, fileName: "stick.vmdk", bytes };
}

/** Of every kind: from the begin, across blocks, in the middle of one, up to the end, which is no whole block of any format. */
export const mixedDisk = (): FilledDisk =>
  filledDisk(41 * MiB + 3 * 512, [
    { start: 0, end: 1000 },
    { start: 3 * MiB - 5, end: 3 * MiB + 70_000 },
    { start: 10 * MiB + 77, end: 10 * MiB + 78 },
    { start: 20 * MiB, end: 25 * MiB },
    { start: 41 * MiB, end: 41 * MiB + 3 * 512 },
  ]);

/** The whole file. */
export async function fileOf(
  { fileSize, structures, map }: Container,
  { bytes, diskSize }: Pick<FilledDisk, "bytes" | "diskSize">,
): Promise<Uint8Array> {
  const file = await layoutSource(structures, fileSize).read(0, fileSize);
  for (const { start, length, place } of mappedPieces(map, 0, diskSize)) {
    if (place !== nowhere) file.set(bytes.subarray(start, start + length), place);
  }
  return file;
}

/** The first `length` bytes of the disk that lies in `file`. */
export async function diskIn(file: ByteSource, map: BlockMap, length = map.diskSize): Promise<Uint8Array> {
  const disk = new Uint8Array(length);
  await readMapped(map, 0, disk, (place, part) => file.readInto(place, part));
  return disk;
}
