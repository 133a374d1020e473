/** What a tree holds, as a table that tests can compare. */
import type { FileTree } from "../../src/tree/index.js";
import { contentSource, walk } from "../../src/tree/index.js";

/** Text by path, `null` for directories. */
export async function contentsOf(tree: FileTree): Promise<Record<string, string | null>> {
  const contents: Record<string, string | null> = {};
  for (const { path, node } of walk(tree)) {
    contents[path] =
      node.kind === "directory" ? null : new TextDecoder().decode(await contentSource(node).read(0, node.size));
  }
  return contents;
}
