/** Which names FAT can hold: those that Windows can open, and no two of a directory that are equal but for case. */
import { Win7UsbError } from "../../../errors.js";
import type { ErrorCode } from "../../../errors.js";
import { upCase } from "../../../bytes/up-case.js";
import { illegalCharacter, illegalEnd, loneSurrogate, longestName } from "../../windows-names.js";

/** Paths that a message names; the rest is counted. `data.paths` holds up to a hundred. */
const namedPaths = 5;
const listedPaths = 100;

/** Why FAT cannot hold `name`, or null where it can. */
export function nameFault(name: string): string | null {
  if (name.length === 0) return "is empty";
  if (name.length > longestName) return `has ${name.length} UTF-16 units, expected at most ${longestName}`;
  const illegal = illegalCharacter.exec(name);
  if (illegal !== null) return `holds ${JSON.stringify(illegal[0])}`;
  if (illegalEnd.test(name)) return "ends in a dot or blank";
  if (loneSurrogate.test(name)) return "is not well-formed UTF-16";
  return null;
}

/** Gathers what is wrong with a tree, so that one error names all of it. */
export class NameFaults {
  readonly #unsupported: { path: string; fault: string }[] = [];
  readonly #collisions: { path: string; other: string }[] = [];

  /** Checks the names of one directory; `prefix` is its path with a slash, or empty. */
  check(prefix: string, names: readonly string[]): void {
    const seen = new Map<string, string>();
    for (const name of names) {
      const fault = nameFault(name);
      if (fault !== null) {
        this.#unsupported.push({ path: prefix + name, fault });
        continue;
      }
      const folded = upCase(name);
      const other = seen.get(folded);
      if (other === undefined) seen.set(folded, name);
      else this.#collisions.push({ path: prefix + name, other: prefix + other });
    }
  }

  /** Throws `name-unsupported` or `name-collision` where a check found one. */
  throwIfAny(): void {
    if (this.#unsupported.length > 0) {
      const lines = this.#unsupported.map(({ path, fault }) => `${JSON.stringify(path)} ${fault}`);
      throw namesError("name-unsupported", "FAT32 cannot hold these names", lines, this.#unsupported);
    }
    if (this.#collisions.length > 0) {
      const lines = this.#collisions.map(({ path, other }) => `${JSON.stringify(path)} and ${JSON.stringify(other)}`);
      throw namesError("name-collision", "these names differ in case only", lines, this.#collisions);
    }
  }
}

function namesError(code: ErrorCode, text: string, lines: readonly string[], at: readonly { path: string }[]) {
  const more = lines.length > namedPaths ? `, and ${lines.length - namedPaths} more` : "";
  return new Win7UsbError(code, `${text}: ${lines.slice(0, namedPaths).join("; ")}${more}`, {
    hint: "Rename them in the image; Windows could not tell or open them either.",
    data: { paths: at.slice(0, listedPaths).map(({ path }) => path), count: at.length },
  });
}
