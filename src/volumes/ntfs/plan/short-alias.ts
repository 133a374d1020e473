/**
 * 8.3 aliases as Windows NT makes them: six characters, `~` and a number from 1 to 4; from the fifth file on, two
 * characters, four hexadecimal digits of a hash of the whole name, `~` and a number, so that a directory of thousands of
 * like names needs no long search. Windows does not document its hash, and nothing depends on it.
 */
import { basisName } from "../../windows-names.js";

const plainTails = 4;
const stemLength = 6;
const hashStemLength = 2;
const hashedTails = 9;
/** How far the hash is counted on before a name goes without an alias: only a directory made for it needs more. */
const hashAttempts = 256;

/**
 * An alias for `name` that is not in `taken` (names of the directory in upper case), to which it is added; null where
 * none is near, which NTFS allows.
 */
export function shortAlias(name: string, taken: Set<string>): string | null {
  const { base, extension } = basisName(name);
  const suffix = extension === "" ? "" : `.${extension}`;
  const take = (stem: string, tails: number): string | null => {
    for (let tail = 1; tail <= tails; tail += 1) {
      const alias = `${stem}~${tail}${suffix}`;
      if (taken.has(alias)) continue;
      taken.add(alias);
      return alias;
    }
    return null;
  };
  const first = hashOf(name);
  let alias = take(base.slice(0, stemLength), plainTails);
  for (let attempt = 0; alias === null && attempt < hashAttempts; attempt += 1) {
    const hash = (first + attempt) & 0xffff;
    alias = take(base.slice(0, hashStemLength) + hash.toString(16).toUpperCase().padStart(4, "0"), hashedTails);
  }
  return alias;
}

function hashOf(name: string): number {
  let hash = 0;
  for (let index = 0; index < name.length; index += 1) hash = (hash * 31 + name.charCodeAt(index)) & 0xff_ffff;
  return (hash ^ (hash >>> 8)) & 0xffff;
}
