/** Which parts of a block are not as they should be. */
import { roundDown } from "../bytes/units.js";
import type { Span } from "./extent.js";
import { appendSpan } from "./spans.js";

/** Where `found` and `wanted`, both at `offset` of the drive, differ: neighbouring granules as one span, ascending. */
export function changedRanges(offset: number, found: Uint8Array, wanted: Uint8Array, granule: number): Span[] {
  if (Buffer.compare(found, wanted) === 0) return [];
  const end = offset + wanted.length;
  const ranges: Span[] = [];
  for (let start = offset; start < end;) {
    const next = Math.min(end, roundDown(start, granule) + granule);
    const part = (bytes: Uint8Array): Uint8Array => bytes.subarray(start - offset, next - offset);
    if (Buffer.compare(part(found), part(wanted)) !== 0) {
      appendSpan(ranges, start, next);
    }
    start = next;
  }
  return ranges;
}
