/** Units of size in bytes. Everything that is not named otherwise (`startSector`, `clusterCount`) is in bytes. */
export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;
export const TiB = 1024 * GiB;

/** The unit of transfers to an image file, in bytes: what O_DIRECT asks for at most on the file systems of today. */
export const imageFileUnit = 4 * KiB;

/** The smallest multiple of `unit` that is not below `value`; exact up to 2^53 - 1, unlike bit operations. */
export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/** The largest multiple of `unit` that is not above `value`. */
export function roundDown(value: number, unit: number): number {
  return Math.floor(value / unit) * unit;
}

/** Whether `value` is 1, 2, 4 and so on, up to 2^53. */
export function isPowerOfTwo(value: number): boolean {
  return value > 0 && Math.log2(value) % 1 === 0;
}
