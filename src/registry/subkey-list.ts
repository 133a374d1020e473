/**
 * A key's list of subkeys: one leaf (`lf`, `lh`, `li`), or an index (`ri`) of several. All leaves one behind the other are
 * in the order of the names in upper case; that is how Windows searches them.
 */
import { joinBytes } from "../bytes/join.js";
import type { HiveCells } from "./hive-cells.js";
import { hiveError } from "./hive-error.js";
import { nameHint } from "./hive-names.js";
import { fastListElement, hashListVersion, listElement, noCell, subkeyListHead } from "./hive-records.js";

type LeafSignature = "lf" | "lh" | "li";

type Leaf = {
  cell: number;
  readonly signature: LeafSignature;
  /** As they lie in the cell. */
  elements: Uint8Array;
};

export type SubkeyList = {
  /** The cell of the index; `noCell` where one leaf is all there is. */
  index: number;
  readonly leaves: Leaf[];
};

/** Elements of the longest leaf that Windows makes: it fits a bin of 4 KiB, headers included. */
const longestLeaf: Readonly<Record<LeafSignature, number>> = { lf: 507, lh: 507, li: 1014 };

const what = "a list of subkeys";

const elementOf = (signature: LeafSignature | "ri") =>
  signature === "lf" || signature === "lh" ? fastListElement : listElement;

/** A key's list; `count` is what the key says. Throws `hive-damaged`. */
export function readSubkeyList(cells: HiveCells, list: number, count: number): SubkeyList {
  if (count === 0) return { index: noCell, leaves: [] };
  const { signature, elements } = readElements(cells, list);
  const isIndex = signature === "ri";
  const leaves: Leaf[] = isIndex ? [] : [{ cell: list, signature, elements }];
  let found = isIndex ? 0 : lengthOf(leaves[0]!);
  for (const cell of isIndex ? cellsIn(elements, signature) : []) {
    const leaf = leafOf(cells, cell);
    leaves.push(leaf);
    found += lengthOf(leaf);
    // An index can name one leaf as often as it likes.
    if (found > count) break;
  }
  if (found === count) return { index: isIndex ? list : noCell, leaves };
  throw hiveError("hive-damaged", cells.at, `${what} at ${list} has ${found}, its key says ${count}`);
}

/** The keys in the list, in its order. */
export function subkeyCells({ leaves }: SubkeyList): number[] {
  return leaves.flatMap(({ elements, signature }) => cellsIn(elements, signature));
}

function leafOf(cells: HiveCells, cell: number): Leaf {
  const { signature, elements } = readElements(cells, cell);
  if (signature !== "ri") return { cell, signature, elements };
  throw hiveError("hive-damaged", cells.at, `${what} at ${cell} is an index in an index`);
}

function readElements(cells: HiveCells, cell: number): { signature: LeafSignature | "ri"; elements: Uint8Array } {
  const content = cells.content(cell, subkeyListHead.size, what);
  const { signature, count } = subkeyListHead.decode(content);
  if (signature !== "lf" && signature !== "lh" && signature !== "li" && signature !== "ri") {
    throw hiveError("hive-damaged", cells.at, `${what} at ${cell} begins with ${JSON.stringify(signature)}`);
  }
  const end = subkeyListHead.size + count * elementOf(signature).size;
  if (end <= content.length) return { signature, elements: content.slice(subkeyListHead.size, end) };
  throw hiveError("hive-damaged", cells.at, `${what} at ${cell} has ${count} elements in ${content.length} bytes`);
}

function cellsIn(elements: Uint8Array, signature: LeafSignature | "ri"): number[] {
  const { size } = elementOf(signature);
  const view = new DataView(elements.buffer, elements.byteOffset);
  return Array.from({ length: elements.length / size }, (_, index) => listElement.fields.cell.read(view, index * size));
}

/**
 * Puts the key at `cell` into the list, in front of the subkey at `position` of all of them. Returns the cell that the key
 * above is to name. `version` is the hive's minor version, which decides what a first list is.
 */
export function insertSubkey(
  cells: HiveCells,
  list: SubkeyList,
  position: number,
  { cell, name }: { readonly cell: number; readonly name: string },
  version: number,
): number {
  const { leaves } = list;
  const signature = version >= hashListVersion ? "lh" : "lf";
  if (leaves.length === 0) leaves.push({ cell: noCell, signature, elements: new Uint8Array() });
  let before = position;
  let at = 0;
  for (let length = lengthOf(leaves[0]!); before > length; length = lengthOf(leaves[at]!)) {
    before -= length;
    at += 1;
  }
  const leaf = leaves[at]!;
  const { size } = elementOf(leaf.signature);
  const element =
    leaf.signature === "li"
      ? listElement.encode({ cell })
      : fastListElement.encode({ cell, hint: nameHint(name, leaf.signature) });
  const [front, rest] = [leaf.elements.subarray(0, before * size), leaf.elements.subarray(before * size)];
  leaf.elements = joinBytes([front, element, rest]);
  const split = splitLeaf(leaf);
  for (const each of split) writeLeaf(cells, each);
  leaves.splice(at, 1, ...split);
  return writeIndex(cells, list);
}

/** Puts the subkeys into the order of `sorted`, which are all of their cells, in the leaves that there are. */
export function reorderSubkeys(cells: HiveCells, { leaves }: SubkeyList, sorted: readonly number[]): void {
  const elementAt = new Map<number, Uint8Array>();
  for (const { elements, signature } of leaves) {
    const { size } = elementOf(signature);
    for (const [index, cell] of cellsIn(elements, signature).entries()) {
      elementAt.set(cell, elements.subarray(index * size, (index + 1) * size));
    }
  }
  let from = 0;
  for (const leaf of leaves) {
    const own = sorted.slice(from, (from += lengthOf(leaf)));
    leaf.elements = joinBytes(own.map((cell) => elementAt.get(cell)!));
    writeLeaf(cells, leaf);
  }
}

const lengthOf = ({ elements, signature }: Leaf): number => elements.length / elementOf(signature).size;

/** The leaf in as many equal ones as its length asks for; the first keeps its cell. */
function splitLeaf(leaf: Leaf): Leaf[] {
  const { cell, signature, elements } = leaf;
  const count = Math.ceil(lengthOf(leaf) / longestLeaf[signature]);
  if (count === 1) return [leaf];
  const length = Math.ceil(lengthOf(leaf) / count) * elementOf(signature).size;
  return Array.from({ length: count }, (_, index) => ({
    cell: index === 0 ? cell : noCell,
    signature,
    elements: elements.subarray(index * length, (index + 1) * length),
  }));
}

function writeLeaf(cells: HiveCells, leaf: Leaf): void {
  leaf.cell = writeList(cells, leaf.cell, leaf.signature, leaf.elements);
}

/** Writes the index where there are several leaves; returns the cell that the key is to name. */
function writeIndex(cells: HiveCells, list: SubkeyList): number {
  const { leaves } = list;
  if (list.index === noCell && leaves.length === 1) return leaves[0]!.cell;
  const elements = joinBytes(leaves.map(({ cell }) => listElement.encode({ cell })));
  list.index = writeList(cells, list.index, "ri", elements);
  return list.index;
}

function writeList(cells: HiveCells, cell: number, signature: LeafSignature | "ri", elements: Uint8Array): number {
  const count = elements.length / elementOf(signature).size;
  const content = joinBytes([subkeyListHead.encode({ signature, count }), elements]);
  return cell === noCell ? cells.add(content) : cells.replace(cell, content, what);
}
