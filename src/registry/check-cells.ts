/**
 * Every key, value and list of a hive, visited once before anything is changed: what two of them claim would be given up by
 * one and lost to the other, and keys that lead back to themselves end here.
 */
import type { HiveCells } from "./hive-cells.js";
import { hiveError } from "./hive-error.js";
import { checkKey, dataCells, dataPlace, hasClass, readValue, readValueCells } from "./hive-nodes.js";
import type { CheckedKey } from "./hive-nodes.js";
import { cellUnit, keySecurityRecord, noCell } from "./hive-records.js";
import { readSubkeyList, subkeyCells } from "./subkey-list.js";

/** Whose a cell is, by its offset / 8. */
const claims = { none: 0, owned: 1, security: 2 } as const;

/** Throws `hive-damaged` where two parts of the hive share a cell, or one leads nowhere. `version` is the minor version. */
export function checkCells(cells: HiveCells, root: number, version: number): void {
  const claimed = new Uint8Array(cells.size / cellUnit);
  const claim = (cell: number, owner: number): void => {
    // What lies outside or between cells is found by who reads it.
    if ((claimed[cell / cellUnit] ?? claims.none) !== claims.none) throw sharedError(cells, cell, owner);
    claimed[cell / cellUnit] = claims.owned;
  };
  const pendingCells = [root];
  const pendingParents = [noCell];
  for (let cell = pendingCells.pop(); cell !== undefined; cell = pendingCells.pop()) {
    const parent = pendingParents.pop()!;
    claim(cell, cell);
    const key = checkKey(cells, cell);
    if (parent !== noCell && key.parent !== parent) {
      throw hiveError("hive-damaged", cells.at, `the key at ${cell} is below ${parent}, but names ${key.parent}`);
    }
    for (const own of ownCells(cells, key, version)) claim(own, cell);
    const { security } = key;
    if (security !== noCell && claimed[security / cellUnit] !== claims.security) {
      if (claimed[security / cellUnit] === claims.owned) throw sharedError(cells, security, cell);
      checkSecurity(cells, security);
      claimed[security / cellUnit] = claims.security;
    }
    if (key.subkeyCount === 0) continue;
    const list = readSubkeyList(cells, key.subkeyList, key.subkeyCount);
    if (list.index !== noCell) claim(list.index, cell);
    for (const leaf of list.leaves) claim(leaf.cell, cell);
    for (const subkey of subkeyCells(list)) {
      pendingCells.push(subkey);
      pendingParents.push(cell);
    }
  }
}

function sharedError(cells: HiveCells, cell: number, owner: number): Error {
  return hiveError("hive-damaged", cells.at, `the key at ${owner} has the cell at ${cell}, which is another's`);
}

/** The cells of a key's class and of all its values; each is read after it was taken, so that none is read twice. */
function* ownCells(cells: HiveCells, key: CheckedKey, version: number): Generator<number> {
  if (hasClass(key)) {
    cells.content(key.className, key.classNameLength, "a key's class");
    yield key.className;
  }
  const values = readValueCells(cells, key);
  if (values.length > 0) yield key.valueList;
  for (const value of values) {
    yield value;
    yield* dataCells(dataPlace(cells, readValue(cells, value), version));
  }
}

function checkSecurity(cells: HiveCells, cell: number): void {
  const content = cells.content(cell, keySecurityRecord.size, "a security descriptor");
  const { signature, descriptorSize } = keySecurityRecord.decode(content);
  if (signature === "sk" && descriptorSize <= content.length - keySecurityRecord.size) return;
  const seen = `begins with ${JSON.stringify(signature)}`;
  throw hiveError("hive-damaged", cells.at, `the security descriptor at ${cell} ${seen}`);
}
