/** A key of a hive that is edited, with its subkeys and values, as it is remembered between edits. */
import { upCase } from "../bytes/up-case.js";
import type { HiveCells } from "./hive-cells.js";
import { hiveError } from "./hive-error.js";
import { readKey, readValue, readValueCells } from "./hive-nodes.js";
import type { SubkeyList } from "./subkey-list.js";
import { readSubkeyList, subkeyCells } from "./subkey-list.js";

export type Subkey = { readonly cell: number; readonly name: string; readonly upper: string };

/** A key that was looked at; subkeys and values by their names in upper case. */
export type OpenKey = {
  readonly cell: number;
  readonly list: SubkeyList;
  /** In the hive's order. */
  subkeys: Subkey[];
  isSorted: boolean;
  readonly cellOfSubkey: Map<string, number>;
  valueCells: number[];
  readonly cellOfValue: Map<string, number>;
};

/** Throws `hive-damaged`. */
export function openKey(cells: HiveCells, cell: number): OpenKey {
  const node = readKey(cells, cell);
  const list = readSubkeyList(cells, node.subkeyList, node.subkeyCount);
  const subkeys = subkeyCells(list).map((key): Subkey => {
    const { name } = readKey(cells, key);
    return { cell: key, name, upper: upCase(name) };
  });
  const cellOfSubkey = new Map(subkeys.map(({ upper, cell: key }) => [upper, key]));
  if (cellOfSubkey.size < subkeys.length) {
    throw hiveError("hive-damaged", cells.at, `two subkeys of the key at ${cell} have the same name`);
  }
  const valueCells = readValueCells(cells, node);
  const cellOfValue = new Map(valueCells.map((value) => [upCase(readValue(cells, value).name), value]));
  const isSorted = subkeys.every(({ upper }, at) => at === 0 || subkeys[at - 1]!.upper < upper);
  return { cell, list, subkeys, isSorted, cellOfSubkey, valueCells, cellOfValue };
}
