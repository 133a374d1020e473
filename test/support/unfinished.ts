/** How a target looks whose write was begun and not ended. */
import { readUnfinishedMark, unfinishedMark } from "../../src/manifest/unfinished-mark.js";

/** Whether `bytes` begin with the mark, in a sector that nothing starts from. */
export function isUnfinished(bytes: Uint8Array): boolean {
  return readUnfinishedMark(bytes) !== undefined && bytes[unfinishedMark.size - 1] === 0;
}
