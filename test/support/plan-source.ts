/** A planned disk as a source, without writing it: what no extent covers reads as zeros. */
import type { DiskPlan } from "../../src/volumes/plan.js";
import type { Extent } from "../../src/extents/extent.js";
import type { ByteSource } from "../../src/source/byte-source.js";
import { checkRange } from "../../src/source/byte-source.js";

/** The index of the first extent that ends behind `offset`. */
function firstEndingBehind(extents: readonly Extent[], offset: number): number {
  let low = 0;
  let high = extents.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const extent = extents[middle]!;
    if (extent.offset + extent.length > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function planSource(plan: Pick<DiskPlan, "diskSize" | "extents">): ByteSource {
  const readInto = async (offset: number, target: Uint8Array): Promise<void> => {
    checkRange(plan.diskSize, offset, target.length);
    target.fill(0);
    const end = offset + target.length;
    for (let index = firstEndingBehind(plan.extents, offset); index < plan.extents.length; index += 1) {
      const extent = plan.extents[index]!;
      if (extent.offset >= end) return;
      const from = Math.max(extent.offset, offset);
      const until = Math.min(extent.offset + extent.length, end);
      const skip = from - extent.offset;
      const part = target.subarray(from - offset, until - offset);
      const { source } = extent;
      if (source.kind === "bytes") part.set(source.bytes.subarray(skip, skip + part.length));
      if (source.kind === "range") await source.source.readInto(source.offset + skip, part);
    }
  };
  return {
    size: plan.diskSize,
    readInto,
    async read(offset, length) {
      checkRange(plan.diskSize, offset, length);
      const target = new Uint8Array(length);
      await readInto(offset, target);
      return target;
    },
  };
}
