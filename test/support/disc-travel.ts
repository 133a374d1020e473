/** What a drive's head does while a disc is read: how much it reads, and when it goes back. */
import { expect } from "vitest";
import { MiB } from "../../src/bytes/units.js";

/** Bytes. */
export type DiscRead = { readonly offset: number; readonly length: number };

export type Travel = {
  readonly bytes: number;
  /** How many bytes had been read in all when the head went back. */
  readonly back: readonly number[];
};

/** Bytes that the kernel reads ahead, and out of order, without a drive's having to seek. */
const near = 2 * MiB;

export function travelOf(reads: readonly DiscRead[]): Travel {
  const back: number[] = [];
  let bytes = 0;
  let head = 0;
  for (const { offset, length } of reads) {
    const isBack = offset < head - near;
    if (isBack) back.push(bytes);
    head = isBack ? offset + length : Math.max(head, offset + length);
    bytes += length;
  }
  return { bytes, back };
}

/**
 * Requires that all of the `size` bytes are read once, in ascending order as soon as more than structures is read, for which
 * the head goes back at most `looks` times.
 */
export function expectOnePass(reads: readonly DiscRead[], size: number, looks: number): void {
  const { bytes, back } = travelOf(reads);
  expect(bytes).toBeGreaterThanOrEqual(size);
  // What was looked at is read again at most once, and the kernel reads ahead of the end.
  expect(bytes).toBeLessThan(size + MiB);
  expect(back.length, `the head went back after ${back.join(", ")} bytes`).toBeLessThanOrEqual(looks);
  for (const after of back) expect(after).toBeLessThan(MiB);
}
