/** Where a file's bytes lie in the image that it was read from. */
import type { Run } from "../../src/extents/extent.js";
import type { TreeNode } from "../../src/tree/index.js";

/** In file order, without what lies in no source. */
export function imageRuns(node: TreeNode | undefined): Run[] {
  if (node?.kind !== "file") throw new Error(`expected a file, found ${node?.name ?? "nothing"}`);
  return node.content.flatMap(({ source, length }) =>
    source.kind === "range" ? [{ offset: source.offset, length }] : [],
  );
}
