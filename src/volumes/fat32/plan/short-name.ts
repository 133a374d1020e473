/**
 * Short names, 8 and 3 characters. A name that is one already, in one case each for base and extension, needs nothing
 * else: two flag bits of Windows NT say which part is lower case. Every other name gets a long name and an alias: the
 * basis name of the specification, with a numeric tail where it says less than the name or is taken (fatgen103, "The
 * Basis-Name Generation Algorithm" and "The Numeric-Tail Generation Algorithm"). Only ASCII is used in aliases, for the
 * code page is that of whoever reads the stick; other characters become `_`.
 */
import { Win7UsbError } from "../../../errors.js";

/** How one name of a directory is kept. */
export type StoredName = {
  /** 11 characters, padded with blanks, without the dot. */
  readonly shortName: string;
  /** Of `lowerCaseBase` and `lowerCaseExtension`. */
  readonly caseFlags: number;
  /** What the long entries hold; null where the short name says it all. */
  readonly longName: string | null;
};

export const lowerCaseBase = 0x08;
export const lowerCaseExtension = 0x10;

const baseLength = 8;
const extensionLength = 3;
/** `~1` to `~999999`, as the specification bounds it. */
const longestTail = 6;

const plainName = /^([A-Za-z0-9$%'\-_@~`!(){}^#&]{1,8})(?:\.([A-Za-z0-9$%'\-_@~`!(){}^#&]{1,3}))?$/;
const notShort = /[^A-Z0-9$%'\-_@~`!(){}^#&]/g;

/** The stored names of a directory's `names`, in the same order; no two of `names` may be equal but for case. */
export function storeNames(names: readonly string[]): StoredName[] {
  const aliases = new AliasSet();
  const plain = names.map((name) => plainShortName(name));
  // Names that are short names themselves come first: they cannot give way, an alias can.
  for (const stored of plain) if (stored !== null) aliases.reserve(stored.shortName);
  return names.map(
    (name, index) => plain[index] ?? { shortName: aliases.aliasFor(name), caseFlags: 0, longName: name },
  );
}

/** The stored form of a name that fits 8.3 as it stands; null where it does not. */
function plainShortName(name: string): StoredName | null {
  const match = plainName.exec(name);
  if (match === null) return null;
  const [, base = "", extension = ""] = match;
  const shortName = pack(base.toUpperCase(), extension.toUpperCase());
  if (isMixedCase(base) || isMixedCase(extension)) return { shortName, caseFlags: 0, longName: name };
  const caseFlags = (/[a-z]/.test(base) ? lowerCaseBase : 0) | (/[a-z]/.test(extension) ? lowerCaseExtension : 0);
  return { shortName, caseFlags, longName: null };
}

function isMixedCase(part: string): boolean {
  return /[a-z]/.test(part) && /[A-Z]/.test(part);
}

function pack(base: string, extension: string): string {
  return base.padEnd(baseLength) + extension.padEnd(extensionLength);
}

/**
 * Blanks go, the last dot parts base from extension, and what no short name may hold becomes `_`. The other dots go too:
 * the specification would end the base at the first one, Windows does not.
 */
function basisName(name: string): { base: string; extension: string } {
  const upper = name.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
  const bare = upper.replaceAll(" ", "").replace(/^\.+/, "");
  const dot = bare.lastIndexOf(".");
  return dot < 0
    ? { base: clean(bare, baseLength), extension: "" }
    : { base: clean(bare.slice(0, dot), baseLength), extension: clean(bare.slice(dot + 1), extensionLength) };
}

function clean(text: string, length: number): string {
  return text.replaceAll(".", "").slice(0, length).replaceAll(notShort, "_");
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
      const key = `${digits}${pack(prefix, extension)}`;
      const end = 10 ** digits;
      let number = this.#next.get(key) ?? end / 10;
      while (number < end) {
        const alias = pack(`${prefix}~${number}`, extension);
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
