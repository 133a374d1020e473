/** A registry hive with its checksum made right, as the boot configuration and as keys and values from the root down. */
import { baseBlockChecksum, baseBlockRecord, baseBlockSize } from "../../../src/registry/hive-records.js";
import { openHive } from "../../../src/registry/hive.js";
import type { HiveKey } from "../../../src/registry/hive.js";
import { readBootConfiguration } from "../../../src/windows/boot-configuration.js";
import { checkText } from "../foreseen.js";

const mostKeys = 2000;
const deepest = 6;

/** The hive's first bytes up to its bins are few: `shortHead` of them stand in the input, zeros behind. */
export const shortHead = 512;

export function fuzz(input: Uint8Array): void {
  const data = expandHive(input);
  if (data.length >= baseBlockSize) baseBlockRecord.patch(data, 0, { checksum: baseBlockChecksum(data) });
  const read = readBootConfiguration(data);
  if (typeof read === "string") checkText(read);
  const root = openHive(data);
  if (typeof root !== "string") visit(root, { left: mostKeys }, 0);
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
