/** Random edits of a hive, made in it and in a model of it. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import type { HiveEditor } from "../../src/registry/hive-editor.js";
import type { HiveDump } from "./hive-dump.js";
import { upper } from "./hive-dump.js";

type HiveEdit =
  | { readonly kind: "key"; readonly path: readonly string[] }
  | {
      readonly kind: "value";
      readonly path: readonly string[];
      readonly name: string;
      readonly type: number;
      readonly data: Uint8Array;
    };

/** Few enough that edits meet each other, and all of whose upper cases are one unit. */
const keyNames = ["a", "A", "_b", "AB", "Ab c", "{0-1}", "über", "ЖУК", "жук2", "z".repeat(255), "0001"];
const valueNames = ["", "Start", "START", "Größe", "ЖУК", "a name that is somewhat longer than others are", "x\ty"];
const sizes = fc.oneof(fc.nat(5), fc.nat(300), fc.constantFrom(16_343, 16_344, 16_345, 40_000));
const noise = Uint8Array.from({ length: 50_000 }, (_, at) => at * 7 + (at >>> 8));
const data = fc.tuple(sizes, fc.nat(255)).map(([size, seed]) => noise.slice(seed, seed + size));
const type = fc.constantFrom(1, 3, 4, 7, 0xffff_ffff);

function editsOf(keys: readonly string[], values: readonly string[], most: number): fc.Arbitrary<HiveEdit> {
  const path = fc.array(fc.constantFrom(...keys), { maxLength: 4 });
  const name = fc.constantFrom(...values);
  const fitting = data.map((bytes) => bytes.subarray(0, most));
  return fc.oneof(
    fc.record({ kind: fc.constant("key" as const), path }),
    fc.record({ kind: fc.constant("value" as const), path, name, type, data: fitting }),
  );
}

export const hiveEdit = editsOf(keyNames, valueNames, noise.length);

const isPlain = (name: string): boolean => /^[ -~]*$/.test(name);
/** Names of ASCII alone, and data that is never kept in segments: chntpw knows no other. */
export const plainHiveEdit = editsOf(keyNames.filter(isPlain), valueNames.filter(isPlain), 10_000);

/** Makes the edit in both; a value's key is added first. */
export function applyEdit(hive: HiveEditor, model: HiveDump, edit: HiveEdit): void {
  hive.addKey(edit.path);
  let at = "";
  for (const name of edit.path) {
    const wanted = at === "" ? name : `${at}\\${name}`;
    const known = [...model.keys()].find((each) => upper(each) === upper(wanted));
    if (known === undefined) model.set(wanted, new Map());
    at = known ?? wanted;
  }
  if (edit.kind === "key") return;
  const { name, type: valueType, data: valueData } = edit;
  hive.setValue(edit.path, { name, type: valueType, data: valueData });
  const values = model.get(at)!;
  const known = [...values.keys()].find((each) => upper(each) === upper(name)) ?? name;
  values.set(known, { type: valueType, data: valueData });
}

/** In one order, to be compared; data by its size and hash. */
export const listed = (dump: HiveDump): unknown[] =>
  [...dump]
    .map(([key, values]) => ({
      key,
      values: [...values].map(([name, { type: is, data: has }]) => `${name}: ${is}, ${hashOf(has)}`).toSorted(),
    }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));

const hashOf = (bytes: Uint8Array): string => `${bytes.length} bytes ${createHash("sha1").update(bytes).digest("hex")}`;
