/**
 * A plan whose bytes of the image come from a pass that reads it once, for hashes and deep verification as well: what is
 * verified is what is written. What the plan takes in another order than it lies in the image, or takes twice, is read
 * again beside the pass, or of an optical drive in front of it: files that share their bytes, what lies before boot.wim,
 * small files in NTFS's file table, metadata of a WIM in parts.
 */
import { ascendingExtents } from "../extents/ascending.js";
import { coalesce } from "../extents/spans.js";
import type { Extent, Span } from "../extents/extent.js";
import type { ByteSource } from "../source/byte-source.js";
import { filledSource } from "../source/byte-source.js";
import type { PassReader } from "../threads/index.js";
import type { DiskPlan } from "../volumes/plan.js";

/** `plan` with other sources in the place of `image`; `sourceOf` is asked for each extent whose bytes are of the image. */
function replacingImage(
  plan: DiskPlan,
  image: ByteSource,
  sourceOf: (extent: DiskPlan["extents"][number]) => ByteSource,
): DiskPlan {
  const extents = plan.extents.map((extent) =>
    extent.source.kind === "range" && extent.source.source === image
      ? { ...extent, source: { ...extent.source, source: sourceOf(extent) } }
      : extent,
  );
  return { ...plan, extents };
}

/** `plan` with the bytes of `held`, which are those of `image`. */
export function planOfHeld(plan: DiskPlan, image: ByteSource, held: ByteSource): DiskPlan {
  return replacingImage(plan, image, () => held);
}

/** The bytes of `image` that the plan takes in another order than they lie in. */
export function besidePass({ extents }: DiskPlan, image: ByteSource): Span[] {
  const passing = ascendingExtents(extents, image);
  return spansIn(
    extents.filter((extent) => !passing.has(extent)),
    image,
  );
}

function spansIn(extents: Iterable<Extent>, image: ByteSource): Span[] {
  return [...extents].flatMap(({ source, length }) =>
    source.kind === "range" && source.source === image ? [{ start: source.offset, end: source.offset + length }] : [],
  );
}

/**
 * `plan` with the bytes that `reader` takes from the pass, and those beside it from `beside`. It must be executed in ascending
 * order.
 */
export function passingPlan(
  plan: DiskPlan,
  image: ByteSource,
  reader: Promise<PassReader>,
  beside: ByteSource = image,
): DiskPlan {
  const passing = ascendingExtents(plan.extents, image);
  const spans = spansIn(passing, image);
  const taken = new TakenOnce(coalesce(spans), image.size);
  const source = filledSource(image.size, async (offset, target) => {
    const pass = await reader;
    // To tell the place of a difference, a block is read again after all.
    if (offset < taken.low) return image.readInto(offset, target);
    await pass.readInto(offset, target);
    taken.add(offset, offset + target.length);
    pass.release(taken.low);
  });
  // Without a byte of the image nothing would ever be released. Who reads learns of a pass that never began.
  reader.then(
    (pass) => pass.release(taken.low),
    () => undefined,
  );
  return replacingImage(plan, image, (extent) => (passing.has(extent) ? source : beside));
}

/** Which bytes of the spans, ascending, are still to be taken, where what is taken at a time ends in any order. */
class TakenOnce {
  /** The first byte that has not been taken; the image's end where all have. */
  low: number;
  readonly #spans: readonly Span[];
  readonly #end: number;
  readonly #ahead = new Map<number, number>();
  #current = 0;

  constructor(spans: readonly Span[], end: number) {
    this.#spans = spans;
    this.#end = end;
    this.low = spans[0]?.start ?? end;
  }

  add(start: number, end: number): void {
    this.#ahead.set(start, end);
    for (let next = this.#ahead.get(this.low); next !== undefined; next = this.#ahead.get(this.low)) {
      this.#ahead.delete(this.low);
      const isSpanDone = next >= this.#spans[this.#current]!.end;
      if (isSpanDone) this.#current += 1;
      this.low = isSpanDone ? (this.#spans[this.#current]?.start ?? this.#end) : next;
    }
  }
}
