/** A plan whose reads of the image reject as soon as the write is interrupted. */
import type { ByteSource } from "../source/byte-source.js";
import { interruptibleSource } from "../source/interruptible-source.js";
import type { Interruption } from "../source/interruption.js";
import type { DiskPlan } from "../volumes/plan.js";

/** Buffers of reads that `interruption` has ended must not be reused. */
export function interruptiblePlan(plan: DiskPlan, interruption: Interruption): DiskPlan {
  const sources = new Map<ByteSource, ByteSource>();
  const sourceOf = (source: ByteSource): ByteSource => {
    const known = sources.get(source) ?? interruptibleSource(source, interruption);
    sources.set(source, known);
    return known;
  };
  const extents = plan.extents.map((extent) =>
    extent.source.kind === "range"
      ? { ...extent, source: { ...extent.source, source: sourceOf(extent.source.source) } }
      : extent,
  );
  return { ...plan, extents };
}
