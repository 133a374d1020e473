/** What is done with a disc's tree once it is read: all names, and the beginning and end of contents. */
import { MiB } from "../../src/bytes/units.js";
import type { FileTree } from "../../src/tree/index.js";
import { contentSource, walk } from "../../src/tree/index.js";
import { foreseen } from "./foreseen.js";

/** Bytes of the largest disc: what is larger is only longer to read. */
export const largestDisc = 16 * MiB;

const mostRead = 64;
const pieceLength = 600;

export async function tryContents(tree: FileTree): Promise<void> {
  let files = 0;
  for (const { node } of walk(tree)) {
    if (node.kind !== "file") continue;
    files += 1;
    if (files > mostRead) return;
    const content = contentSource(node);
    if (content.size !== node.size) throw new Error(`${node.name} has ${content.size} bytes, and says ${node.size}`);
    const length = Math.min(node.size, pieceLength);
    await foreseen(() => content.read(0, length));
    await foreseen(() => content.read(node.size - length, length));
  }
}
