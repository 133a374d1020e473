/**
 * Which extents of a layout one ascending read of a source serves: a layout may use the source's bytes in another order
 * than that in which they lie there, or use some of them twice.
 */
import type { ByteSource } from "../source/byte-source.js";
import type { Extent } from "./extent.js";
import { firstIndexWhere } from "./search.js";

type Link = { readonly extent: Extent; readonly bytes: number; readonly before: Link | undefined };

/**
 * Of all choices of extents whose ranges of `source` ascend in the layout's order without overlap, one with the most bytes.
 * The extents are in the layout's order.
 */
export function ascendingExtents(extents: readonly Extent[], source: ByteSource): Set<Extent> {
  const ranges = extents.flatMap((extent) =>
    extent.source.kind === "range" && extent.source.source === source && extent.length > 0
      ? [{ extent, start: extent.source.offset, end: extent.source.offset + extent.length }]
      : [],
  );
  const ends = [...new Set(ranges.map(({ end }) => end))].toSorted((a, b) => a - b);
  const best = new BestBelow(ends.length);
  for (const { extent, start, end } of ranges) {
    const before = best.among(firstIndexWhere(ends.length, (index) => ends[index]! > start));
    const at = firstIndexWhere(ends.length, (index) => ends[index]! >= end);
    best.add(at, { extent, bytes: (before?.bytes ?? 0) + extent.length, before });
  }
  const chosen = new Set<Extent>();
  for (let link = best.among(ends.length); link !== undefined; link = link.before) chosen.add(link.extent);
  return chosen;
}

/** A binary indexed tree: the link with the most bytes among the first places. */
class BestBelow {
  readonly #best: (Link | undefined)[];

  constructor(places: number) {
    this.#best = Array.from({ length: places + 1 });
  }

  add(place: number, link: Link): void {
    for (let node = place + 1; node < this.#best.length; node += lowestBit(node)) {
      const known = this.#best[node];
      if (known === undefined || known.bytes < link.bytes) this.#best[node] = link;
    }
  }

  among(places: number): Link | undefined {
    let found: Link | undefined;
    for (let node = places; node > 0; node -= lowestBit(node)) {
      const known = this.#best[node];
      if (known !== undefined && (found === undefined || known.bytes > found.bytes)) found = known;
    }
    return found;
  }
}

function lowestBit(value: number): number {
  return value & -value;
}
