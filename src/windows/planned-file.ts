/** A file of the tree that is planned anew: WIMs in parts, and edited ones. */
import type { Extent } from "../extents/extent.js";
import { substitute } from "../extents/layout.js";
import { memorySource, type ByteSource } from "../source/byte-source.js";
import type { FileNode } from "../tree/index.js";

/**
 * `node` with the content that was planned out of `source`, which is its own. Not ranges of the file, but of what it lies in
 * itself: what reads the image's file can read the new one as well.
 */
export function plannedFile(
  node: FileNode,
  source: ByteSource,
  { size, extents }: { readonly size: number; readonly extents: readonly Extent[] },
): FileNode {
  return { ...node, size, content: substitute(extents, source, node.content).map(asContent) };
}

/** A plan's own bytes are the file system's structures; what a file holds is a range of something, its tables as well. */
function asContent(extent: Extent): Extent {
  const { source } = extent;
  if (source.kind !== "bytes") return extent;
  return { ...extent, source: { kind: "range", source: memorySource(source.bytes), offset: 0 } };
}
