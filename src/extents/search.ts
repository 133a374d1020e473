/** Finding a place in a sorted list of spans. */
import type { Span } from "./extent.js";

/** The index of the first of the ascending `spans` that ends behind `offset`. */
export function firstEndingBehind(spans: readonly Span[], offset: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (spans[middle]!.end > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}
