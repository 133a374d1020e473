/**
 * Ranges of a disc that are wanted in another order than that in which they lie there: read once, in ascending order, before
 * anything else is, and held. Otherwise an optical drive's head would go back and forth between them and the rest.
 */
import { MiB } from "../bytes/units.js";
import type { Span } from "../extents/extent.js";
import { firstEndingBehind } from "../extents/search.js";
import { coalesce } from "../extents/spans.js";
import { filledSource, type ByteSource } from "../source/byte-source.js";

/** Bytes: of Windows 7's discs, what lies in front of boot.wim and is written behind it has some MiB. */
export const heldLimit = 64 * MiB;

export type HeldRanges = {
  /** All of the disc; what is held is read from memory, as soon as it is there. */
  readonly source: ByteSource;
  /** Reads the ranges, at the first call; whoever reads them from `source` waits for it. */
  readonly hold: () => Promise<void>;
};

/** `spans` of `disc`, in any order: of those that `limit` has no room for, the largest are left to the disc. */
export function heldRanges(disc: ByteSource, spans: readonly Span[], limit: number = heldLimit): HeldRanges {
  const held = fitting(coalesce(spans), limit);
  let bytes: Promise<readonly Uint8Array[]> | undefined;
  const read = (): Promise<readonly Uint8Array[]> => (bytes ??= readAll(disc, held));
  const source = filledSource(disc.size, async (offset, target) => {
    const index = firstEndingBehind(held, offset);
    const span = held[index];
    const isHeld = span !== undefined && span.start <= offset && offset + target.length <= span.end;
    if (!isHeld) return disc.readInto(offset, target);
    const at = offset - span.start;
    target.set((await read())[index]!.subarray(at, at + target.length));
  });
  return {
    source,
    hold: async () => void (await read()),
  };
}

/** As many of the set's spans as there is room for, the smallest first: each of them spares a seek. In their order. */
function fitting(spans: readonly Span[], limit: number): Span[] {
  const chosen = new Set<Span>();
  let room = limit;
  for (const span of spans.toSorted((a, b) => lengthOf(a) - lengthOf(b))) {
    room -= lengthOf(span);
    if (room < 0) break;
    chosen.add(span);
  }
  return spans.filter((span) => chosen.has(span));
}

const lengthOf = ({ start, end }: Span): number => end - start;

async function readAll(disc: ByteSource, spans: readonly Span[]): Promise<Uint8Array[]> {
  const read: Uint8Array[] = [];
  for (const span of spans) read.push(await disc.read(span.start, lengthOf(span)));
  return read;
}
