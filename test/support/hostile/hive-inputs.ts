/** Sound hives for the fuzzer: of the fixture's kind, edited ones with everything that an edit makes, and hivex's where it is. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootConfigurationStore } from "../../../fixtures/windows7/boot-files.js";
import { buildHive, dwordValue, textValue } from "../../../fixtures/windows7/hive.js";
import { HiveEditor } from "../../../src/registry/hive-editor.js";
import { baseBlockChecksum, baseBlockRecord } from "../../../src/registry/hive-records.js";
import { judge } from "../judges.js";
import type { Inputs } from "./inputs.js";

export function hiveInputs(): Inputs {
  const plain = buildHive({
    name: "ROOT",
    keys: [
      { name: "Control", keys: [{ name: "Windows", values: [dwordValue("Small", 1)] }] },
      { name: "Services", keys: [{ name: "FBWF", values: [textValue("Path", "system32\\drivers\\fbwf.sys")] }] },
    ],
  });
  const inputs = new Map([
    ["plain", plain],
    ["store", bootConfigurationStore()],
    ["edited", edited(plain)],
  ]);
  if (judge("hivexsh")) inputs.set("hivex", hivexEdited(plain));
  return inputs;
}

/** With lists of lists, data in segments, and cells that were given up. */
function edited(hive: Uint8Array): Uint8Array {
  const newer = hive.slice();
  baseBlockRecord.patch(newer, 0, { minorVersion: 5 });
  baseBlockRecord.patch(newer, 0, { checksum: baseBlockChecksum(newer) });
  const editor = new HiveEditor(newer, { name: "the hive", time: 1n });
  for (let index = 0; index < 600; index += 1) editor.addKey(["Services", `${index}`]);
  for (const size of [40_000, 100, 17_000, 3]) {
    editor.setValue(["Control"], { name: "Größe", type: 3, data: new Uint8Array(size) });
    editor.setValue(["Control"], { name: `${size}`, type: 3, data: new Uint8Array(size) });
  }
  return editor.finish();
}

function hivexEdited(hive: Uint8Array): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "win7usb-hives-"));
  const path = join(folder, "hive");
  try {
    writeFileSync(path, hive);
    const commands = ["cd Services", "add new", "cd FBWF", "setval 1", "Start", "dword:3", "commit"];
    execFileSync("hivexsh", ["-w", path], { input: `${commands.join("\n")}\n`, stdio: "pipe" });
    return new Uint8Array(readFileSync(path));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
