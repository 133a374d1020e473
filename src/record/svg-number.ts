/** Tenths of a picture's unit are enough, and 0.1 + 0.2 is none. */
export function toTenths(value: number): number {
  return Math.round(value * 10) / 10;
}
