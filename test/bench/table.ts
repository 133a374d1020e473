/** What was measured, as lines: each beside the first. */
import { MiB } from "../../src/bytes/units.js";
import type { Measured } from "./measure.js";

function row(name: string, one: Measured, base: Measured | undefined, payload: number): string {
  const ratio = base === undefined ? "" : `${(one.wallSeconds / base.wallSeconds).toFixed(2)}x`;
  const bytes = one.deviceBytes === 0 ? "" : `${((one.deviceBytes / payload - 1) * 100).toFixed(2)} %`;
  return [
    name.padEnd(28),
    one.wallSeconds.toFixed(2).padStart(8),
    ratio.padStart(7),
    one.cpuSeconds.toFixed(2).padStart(8),
    `${(one.peakMemory / MiB).toFixed(0)} MiB`.padStart(9),
    bytes.padStart(9),
  ].join(" ");
}

const head = `${"".padEnd(28)} ${"wall s".padStart(8)} ${"ratio".padStart(7)} ${"CPU s".padStart(8)} ${"peak".padStart(9)} ${"overhead".padStart(9)}`;

/** `payload`: the bytes that had to be written, for the overhead of what was. */
export function printTable(results: ReadonlyMap<string, Measured>, payload: number): void {
  const [base] = results.values();
  console.log(head);
  for (const [name, one] of results) console.log(row(name, one, base, payload));
}
