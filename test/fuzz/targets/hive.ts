/** A registry hive with its checksum made right: the boot configuration, keys and values from the root down, and edits. */
import { baseBlockChecksum, baseBlockRecord, baseBlockSize } from "../../../src/registry/hive-records.js";
import { HiveEditor } from "../../../src/registry/hive-editor.js";
import { openHive } from "../../../src/registry/hive.js";
import type { HiveKey } from "../../../src/registry/hive.js";
import { readBootConfiguration } from "../../../src/windows/boot-configuration.js";
import { checkText, foreseenNow } from "../foreseen.js";

const mostKeys = 2000;
const deepest = 6;

/** The hive's first bytes up to its bins are few: `shortHead` of them stand in the input, zeros behind. */
export const shortHead = 512;

export function fuzz(input: Uint8Array): void {
  const data = expandHive(input);
  if (data.length >= baseBlockSize) baseBlockRecord.patch(data, 0, { checksum: baseBlockChecksum(data) });
  const read = readBootConfiguration(data);
  if (typeof read === "string") checkText(read);
  const edited = foreseenNow(() => edit(data, firstKey(data)));
  // What was edited is sound for the editor, or was not to be edited. The same keys: an edit puts their list into order.
  if (edited !== undefined) edit(edited, firstKey(data));
  const root = openHive(data);
  if (typeof root !== "string") visit(root, { left: mostKeys }, 0);
}

const editorOf = (hive: Uint8Array): HiveEditor => new HiveEditor(hive, { name: "the hive", time: 1n });

/** Of the root's. */
function firstKey(hive: Uint8Array): string {
  const [first = "first"] = editorOf(hive).subkeys([])!;
  return first;
}

/** Values and keys are added at three places; the hive that comes of it. */
function edit(hive: Uint8Array, first: string): Uint8Array {
  const editor = editorOf(hive);
  for (const path of [[first], [first, "new"], ["last", "below"]]) {
    editor.addKey(path);
    const names = editor.values(path)!.map(({ name }) => name);
    // One with NUL may be there, but not be given by anybody.
    for (const name of names.filter((each) => !each.includes("\0")).slice(0, 2))
      editor.setValue(path, { name, type: 3, data: new Uint8Array(9) });
    editor.setValue(path, { name: "new", type: 3, data: new Uint8Array(20_000) });
  }
  return editor.finish();
}

function expandHive(input: Uint8Array): Uint8Array {
  if (input.length <= shortHead) return Uint8Array.from(input);
  const data = new Uint8Array(baseBlockSize - shortHead + input.length);
  data.set(input.subarray(0, shortHead));
  data.set(input.subarray(shortHead), baseBlockSize);
  return data;
}

function visit(key: HiveKey, count: { left: number }, depth: number): void {
  key.value("Element");
  key.value("Type");
  for (const child of depth < deepest ? key.subkeys() : []) {
    count.left -= 1;
    if (count.left > 0) visit(child, count, depth + 1);
  }
}
