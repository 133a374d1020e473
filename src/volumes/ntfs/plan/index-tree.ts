/**
 * The shape of an index's B-tree (NTFS documentation, "B*Trees"), built bottom-up from sorted entries. Every entry is in one
 * node only: the entry that separates two leaves moves up into their parent, with a pointer to the child that has what sorts
 * before it; what sorts behind the last entry is below the node's end entry. The root lies in the file record and has what
 * fits there: all entries of a small index; of a large one the entries of its top level, often none.
 */
import { indexBlockSize } from "../records/volume-format.js";
import { firstEntryOffset, indexEntryHeader, vcnSize } from "../records/index-records.js";

/** A node: its entries by number, and the node below each of them and below the end entry, by VCN; leaves have none. */
export type IndexNode = { readonly entries: readonly number[]; readonly children: readonly number[] | null };

export type IndexTree = {
  /** The allocation buffers by VCN. */
  readonly nodes: readonly IndexNode[];
  readonly root: IndexNode;
};

const nodeRoom = indexBlockSize - firstEntryOffset;

/**
 * Packs entries into nodes, and those between the nodes into a level above, until what is left fits the root. Nodes are
 * filled to the brim: the volume is made to be read, and a driver that adds an entry splits a node as well as it fills
 * one.
 *
 * @param sizes bytes of each entry in sorted order, from `indexEntrySize`; at least one
 * @param rootRoom bytes for the root's entries, given the number of buffers; its end entry always fits
 */
export function buildIndexTree(sizes: readonly number[], rootRoom: (nodeCount: number) => number): IndexTree {
  const nodes: IndexNode[] = [];
  let entries: readonly number[] = sizes.map((_, index) => index);
  let children: readonly number[] | null = null;
  for (;;) {
    const level = packLevel(entries, sizes, children);
    const firstVcn = nodes.length;
    for (const node of level.nodes) nodes.push(node);
    entries = level.separators;
    children = level.nodes.map((_, index) => firstVcn + index);
    const rootSize = entries.reduce((sum, entry) => sum + sizes[entry]! + vcnSize, indexEntryHeader.size + vcnSize);
    if (entries.length === 0 || rootSize <= rootRoom(nodes.length)) return { nodes, root: { entries, children } };
  }
}

type Level = { readonly nodes: IndexNode[]; readonly separators: number[] };

/** One level: nodes from left to right, and the entries between them, which go up. `children` has one more than `entries`. */
function packLevel(entries: readonly number[], sizes: readonly number[], children: readonly number[] | null): Level {
  const pointer = children === null ? 0 : vcnSize;
  const room = nodeRoom - indexEntryHeader.size - pointer;
  const nodes: IndexNode[] = [];
  const separators: number[] = [];
  for (let start = 0; ;) {
    let end = fillNode(entries, sizes, start, room, pointer);
    // A separator needs an entry behind it, or the last node would be empty.
    if (end === entries.length - 1) end -= 1;
    nodes.push({ entries: entries.slice(start, end), children: children?.slice(start, end + 1) ?? null });
    if (end >= entries.length) return { nodes, separators };
    separators.push(entries[end]!);
    start = end + 1;
  }
}

/** The end of the entries from `start` that fit `room` bytes. */
function fillNode(
  entries: readonly number[],
  sizes: readonly number[],
  start: number,
  room: number,
  pointer: number,
): number {
  let used = 0;
  let end = start;
  while (end < entries.length) {
    used += sizes[entries[end]!]! + pointer;
    if (used > room) break;
    end += 1;
  }
  return end;
}
