/**
 * The order of files on the stick. What the boot chain reads comes first and lies together: the firmware's USB
 * emulation is slow, a stick that is read in one direction boots faster than one that is searched, and old firmware reaches
 * the first 8 GB alone. All others lie as in the image, so that it is read in one direction, too; what takes the place of one of
 * them lies where that one would, so that a small change of the image moves nothing on the stick.
 */
import type { ByteSource } from "../source/byte-source.js";
import type { FileNode } from "../tree/index.js";

type Placed = { readonly path: string; readonly node: FileNode };

/** Lower comes earlier; paths are compared without regard to case. */
function rank(path: string): number {
  const lower = path.toLowerCase();
  if (lower === "bootmgr") return 0;
  if (lower.startsWith("boot/")) return 1;
  if (lower === "sources/boot.wim") return 2;
  return 3;
}

/**
 * `bootmgr`, `boot/`, `sources/boot.wim`, then all others; files of the same rank as they lie in the image, and what does
 * not lie there behind them, in the order it came in.
 */
export function inBootOrder<T extends Placed>(files: readonly T[]): T[] {
  const image = commonSource(files);
  const ranked: { readonly file: T; readonly place: number }[][] = [[], [], [], []];
  for (const file of files) ranked[rank(file.path)]!.push({ file, place: placeIn(image, file.node) });
  return ranked.flatMap((each) => each.toSorted((a, b) => compare(a.place, b.place)).map(({ file }) => file));
}

/** Where a file's first byte of `image` lies, or that of the file that it replaces; infinite where it has none. */
function placeIn(image: ByteSource | undefined, { content, replaces = [] }: FileNode): number {
  for (const { source } of [...content, ...replaces]) {
    if (source.kind === "range" && source.source === image) return source.offset;
  }
  return Infinity;
}

function compare(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The source that the most files have bytes of: the image. Each file that was added has one of its own. */
function commonSource(files: readonly Placed[]): ByteSource | undefined {
  const counts = new Map<ByteSource, number>();
  for (const { node } of files) {
    const sources = node.content.flatMap(({ source }) => (source.kind === "range" ? [source.source] : []));
    for (const source of new Set(sources)) counts.set(source, (counts.get(source) ?? 0) + 1);
  }
  let common: ByteSource | undefined;
  for (const [source, count] of counts) if (common === undefined || count > counts.get(common)!) common = source;
  return common;
}
