/**
 * Records the machines of record-machines.ts again: `node build/test/support/record-all.js [name...]`, as root on Debian.
 * Writes test/drive/recorded/linux/<name>.json.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetchGuestTools, recordInGuest } from "./record-guest.js";
import { machines } from "./record-machines.js";

const names = process.argv.slice(2);
const folder = join("test", "drive", "recorded", "linux");
const directory = mkdtempSync(join(tmpdir(), "win7usb-tools-"));
try {
  const tools = fetchGuestTools(directory);
  if (tools === null) throw new Error("Debian 13's kernel and tools cannot be fetched");
  mkdirSync(folder, { recursive: true });
  for (const machine of machines.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const { recording } = recordInGuest(tools, machine);
    writeFileSync(join(folder, `${machine.name}.json`), recording);
    console.log(`${machine.name}: ${recording.length} bytes`);
  }
} finally {
  rmSync(directory, { recursive: true });
}
