/** The four FILETIMEs ([MS-DTYP] 2.3.3) of a file, from the times in the image. */
import { earliestFileTime, fileTime } from "../../../bytes/file-time.js";
import type { DirectoryNode, FileTimes } from "../../../tree/index.js";
import { walk } from "../../../tree/index.js";
import type { FileTimestamps } from "../records/standard-information.js";

/** The newest time in the tree: the volume's own time, and that of files without one. 1601 where nothing has a time. */
export function newestTime(tree: DirectoryNode): number {
  let newest = earliestFileTime;
  const see = ({ created, modified }: FileTimes): void => {
    newest = Math.max(newest, created ?? newest, modified ?? newest);
  };
  see(tree.times);
  for (const { node } of walk(tree)) see(node.times);
  return newest;
}

/** A node's times; what the image does not say is taken from what it says of the others, or is `fallback`. */
export function timestampsOf(times: FileTimes, fallback: bigint): FileTimestamps {
  const known = times.modified ?? times.created;
  const modified = known === undefined ? fallback : fileTime(known);
  const created = times.created === undefined ? modified : fileTime(times.created);
  const accessed = times.accessed === undefined ? modified : fileTime(times.accessed);
  return { created, modified, recordChanged: modified, accessed };
}
