/** The manifest of a write in progress: units are hashed as their blocks pass; the manifest is encoded after the last one. */
import type { DiskPlan } from "../volumes/plan.js";
import type { Block } from "../extents/blocks.js";
import { startWrittenHasher } from "../threads/index.js";
import type { ManifestLayout } from "../manifest/manifest.js";
import { encodeManifest, layoutManifest } from "../manifest/manifest.js";

export type ManifestWriter = {
  /** Rejects where no hashing can begin. */
  ready(): Promise<void>;
  /** To be awaited before a block is offered to targets: puts the manifest into the block where it belongs there. */
  place(block: Block, bytes: Uint8Array): Promise<void>;
  /**
   * Call it once for every block, in ascending order; not needed for those that `place` has filled. Resolves when the
   * memory may be used again.
   */
  update(block: Block, bytes: Uint8Array): Promise<void>;
  /** Must always be called. */
  close(): Promise<void>;
};

/**
 * Undefined where the plan has no place for a manifest. `imageSha256` is of the whole image, where it is taken meanwhile:
 * known at the latest when all bytes before the manifest were read.
 */
export function startManifestWriter(
  plan: DiskPlan,
  imageSha256: () => Promise<string | null> = async () => null,
): ManifestWriter | undefined {
  const extent = plan.extents.find(({ source }) => source.kind === "manifest");
  if (extent === undefined) return undefined;
  const areaStart = extent.offset;
  const areaEnd = areaStart + extent.length;
  const shape = layoutManifest(plan, areaStart);
  const length = shape.spans.reduce((sum, { start, end }) => sum + end - start, 0);
  const hasher = startWrittenHasher({ kind: "units", units: shape.units }, length);
  let manifest: Uint8Array | undefined;
  const reaches = ({ offset, length: blockLength }: Block): boolean =>
    offset < areaEnd && offset + blockLength > areaStart;
  return {
    ready: () => hasher.ready(),
    async place(block, bytes) {
      if (!reaches(block)) return;
      await hasher.update(block.offset, bytes);
      manifest ??= encodeManifest(naming(shape, await imageSha256()), await hasher.digest());
      const from = Math.max(block.offset, areaStart);
      const part = manifest.subarray(from - areaStart, Math.max(from, block.offset + block.length) - areaStart);
      bytes.set(part, from - block.offset);
    },
    async update(block, bytes) {
      if (!reaches(block)) await hasher.update(block.offset, bytes);
    },
    close: () => hasher.close(),
  };
}

/** The manifest with the image's hash, which takes the same room as zeros. */
function naming(shape: ManifestLayout, sha256: string | null): ManifestLayout {
  const { origin } = shape;
  return sha256 === null || origin === null ? shape : { ...shape, origin: { ...origin, sha256 } };
}
