/** Upper case as Windows XP to 7 compare names by it, in NTFS and in the registry: one code unit becomes one, whatever the locale. */
import { upperCaseRuns } from "./upper-case-runs.js";

function buildTable(): Uint16Array {
  const units = Uint16Array.from({ length: 0x10000 }, (_, unit) => unit);
  for (const [first, count, step, add] of upperCaseRuns) {
    for (let index = 0; index < count; index += 1) {
      const unit = first + index * step;
      units[unit] = unit + add;
    }
  }
  return units;
}

/** What each of the 65,536 code units becomes. */
export const upperCaseUnits: Readonly<Uint16Array> = buildTable();

// oxlint-disable-next-line no-control-regex
const ascii = /^[\u0000-\u007f]*$/;

/** `name` in upper case, as long as before; two of these compare with `<` as Windows orders names: by code unit. */
export function upCase(name: string): string {
  // Of these the table and every other one say the same, and nearly all names are such.
  if (ascii.test(name)) return name.toUpperCase();
  const units: number[] = [];
  for (let index = 0; index < name.length; index += 1) units.push(upperCaseUnits[name.charCodeAt(index)]!);
  return String.fromCharCode(...units);
}
