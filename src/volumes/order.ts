/**
 * The order of files on the stick. What the boot chain reads comes first and lies together: the firmware's USB
 * emulation is slow, and a stick that is read in one direction boots faster than one that is searched.
 */

/** Lower comes earlier; paths are compared without regard to case. */
function rank(path: string): number {
  const lower = path.toLowerCase();
  if (lower === "bootmgr") return 0;
  if (lower.startsWith("boot/")) return 1;
  if (lower === "sources/boot.wim") return 2;
  return 3;
}

/** `bootmgr`, `boot/`, `sources/boot.wim`, then all others; files of the same rank keep the order they came in. */
export function inBootOrder<T extends { readonly path: string }>(files: readonly T[]): T[] {
  const ranked: T[][] = [[], [], [], []];
  for (const file of files) ranked[rank(file.path)]!.push(file);
  return ranked.flat();
}
