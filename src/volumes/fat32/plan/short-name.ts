/**
 * Short names, 8 and 3 characters. A name that is one already, in one case each for base and extension, needs nothing
 * else: two flag bits of Windows NT say which part is lower case. Every other name gets a long name and an alias: the
 * basis name of the specification, with a numeric tail where it says less than the name or is taken (FAT32 specification, "The
 * Basis-Name Generation Algorithm" and "The Numeric-Tail Generation Algorithm"). Only ASCII is used in aliases, for the
 * code page is that of whoever reads the stick; other characters become `_`.
 */
import { Win7UsbError } from "../../../errors.js";
import { basisName, shortNameParts } from "../../windows-names.js";
import { caseFlags, packShortName } from "../records/directory-entry.js";

/** How one name of a directory is kept. */
export type FatName = {
  /** 11 characters, padded with blanks, without the dot. */
  readonly shortName: string;
  /** Of `caseFlags`. */
  readonly caseFlags: number;
  /** What the long entries hold; null where the short name says it all. */
  readonly longName: string | null;
};

/** Characters before the dot. */
const baseLength = 8;
/** `~1` to `~999999`, as the specification bounds it. */
const longestTail = 6;

/** The stored names of a directory's `names`, in the same order; no two of `names` may be equal but for case. */
export function fatNames(names: readonly string[]): FatName[] {
  const aliases = new AliasSet();
  const plain = names.map((name) => plainShortName(name));
  // Names that are short names themselves come first: they cannot give way, an alias can.
  for (const stored of plain) if (stored !== null) aliases.reserve(stored.shortName);
  return names.map(
    (name, index) => plain[index] ?? { shortName: aliases.aliasFor(name), caseFlags: 0, longName: name },
  );
}

/** The stored form of a name that fits 8.3 as it stands; null where it does not. */
function plainShortName(name: string): FatName | null {
  const parts = shortNameParts(name);
  if (parts === null) return null;
  const { base, extension } = parts;
  const shortName = packShortName(base.toUpperCase(), extension.toUpperCase());
  if (isMixedCase(base) || isMixedCase(extension)) return { shortName, caseFlags: 0, longName: name };
  const lowerBase = /[a-z]/.test(base) ? caseFlags.lowerCaseBase : 0;
  const lowerExtension = /[a-z]/.test(extension) ? caseFlags.lowerCaseExtension : 0;
  return { shortName, caseFlags: lowerBase | lowerExtension, longName: null };
}

function isMixedCase(part: string): boolean {
  return /[a-z]/.test(part) && /[A-Z]/.test(part);
}

/** The short names of one directory. */
class AliasSet {
  readonly #taken = new Set<string>();
  /** The next number to try, by what stands around the tail and its length: no number is tried twice. */
  readonly #next = new Map<string, number>();

  reserve(shortName: string): void {
    this.#taken.add(shortName);
  }

  /** A free alias with the lowest numeric tail that gives one. */
  aliasFor(name: string): string {
    const { base, extension } = basisName(name);
    for (let digits = 1; digits <= longestTail; digits += 1) {
      const prefix = base.slice(0, baseLength - 1 - digits);
      const key = `${digits}${packShortName(prefix, extension)}`;
      const end = 10 ** digits;
      let number = this.#next.get(key) ?? end / 10;
      while (number < end) {
        const alias = packShortName(`${prefix}~${number}`, extension);
        number += 1;
        if (this.#taken.has(alias)) continue;
        this.#taken.add(alias);
        this.#next.set(key, number);
        return alias;
      }
      this.#next.set(key, end);
    }
    throw new Win7UsbError("name-collision", `no short name is left for ${name}`, {
      hint: "NTFS needs no short names.",
      data: { name, fileSystem: "fat32" },
    });
  }
}
