/** Writes a plan to an image file the plain way, so that layouts can be judged without the rooms that write drives. */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { MiB } from "../../src/bytes/units.js";
import type { DiskPlan } from "../../src/volumes/plan.js";
import type { Extent } from "../../src/extents/extent.js";

const blockSize = 4 * MiB;

/** The bytes of an extent in blocks, in order; nothing for zeros. */
async function* blocksOf({ length, source }: Extent): AsyncGenerator<Uint8Array> {
  if (source.kind === "bytes") yield source.bytes.subarray(0, length);
  if (source.kind !== "range") return;
  for (let done = 0; done < length; done += blockSize) {
    yield await source.source.read(source.offset + done, Math.min(blockSize, length - done));
  }
}

/**
 * Creates `path` with the plan's bytes from `start` on; zeros become holes. A `start` of 1 MiB gives the partition by
 * itself, without the manifest behind it, for tools that know no partition tables, and needs no loop device.
 */
export async function executePlan(plan: DiskPlan, path: string, start = 0): Promise<void> {
  const file = await open(path, "wx");
  try {
    const behind = plan.extents.find(({ source }) => source.kind === "manifest")?.offset;
    const end = start === 0 ? plan.diskSize : (behind ?? plan.diskSize);
    await file.truncate(end - start);
    for (const extent of plan.extents) {
      if (extent.offset < start || extent.offset >= end) continue;
      let at = extent.offset - start;
      for await (const block of blocksOf(extent)) {
        await file.write(block, 0, block.length, at);
        at += block.length;
      }
    }
  } finally {
    await file.close();
  }
}

/** SHA-256 of a plan's extents: their places, kinds and bytes. */
export async function planDigest(plan: DiskPlan): Promise<string> {
  const hash = createHash("sha256");
  for (const extent of plan.extents) {
    hash.update(`${extent.offset} ${extent.length} ${extent.source.kind === "zeros" ? "zeros" : "bytes"}\n`);
    for await (const block of blocksOf(extent)) hash.update(block);
  }
  return hash.digest("hex");
}
