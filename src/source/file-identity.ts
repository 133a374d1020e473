/** Is a file what it was? Told by what every change of it changes. */
import type { BigIntStats } from "node:fs";

/** Its size, and the times of its bytes and of its inode. Null for a device, which has no times of its own. */
export type FileIdentity = { readonly size: bigint; readonly mtimeNs: bigint; readonly ctimeNs: bigint } | null;

export function fileIdentity(stats: BigIntStats): FileIdentity {
  return stats.isFile() ? { size: stats.size, mtimeNs: stats.mtimeNs, ctimeNs: stats.ctimeNs } : null;
}

/** The inode's time too: whoever changes bytes can set the time of the bytes back, but not that one. */
export function isSameFile(before: FileIdentity, now: FileIdentity): boolean {
  if (before === null || now === null) return false;
  return before.size === now.size && before.mtimeNs === now.mtimeNs && before.ctimeNs === now.ctimeNs;
}
