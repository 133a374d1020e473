/**
 * 8.3 aliases as Windows NT makes them: six characters, `~` and a number from 1 to 4; from the fifth file on, two
 * characters, four hexadecimal digits of a hash of the whole name, `~` and a number, so that a directory of thousands of
 * like names needs no long search. Windows does not document its hash, and nothing depends on it. Aliases are ASCII,
 * because what other characters become depends on the code page of the machine that makes them.
 */
const baseLength = 8;
const extensionLength = 3;
const plainTails = 4;
const stemLength = 6;
const hashStemLength = 2;
const hashedTails = 9;
/** How far the hash is counted on before a name goes without an alias: only a directory made for it needs more. */
const hashAttempts = 256;

/** What may stand in an 8.3 name. Blanks could, but NT does not count a name with blanks as one. */
const shortName = /^[A-Za-z0-9!#$%&'()\-@^_`{}~]{1,8}(?:\.[A-Za-z0-9!#$%&'()\-@^_`{}~]{1,3})?$/;
const notShort = /[^A-Z0-9!#$%&'()\-@^_`{}~]/g;

/** Whether `name` is its own 8.3 name; case does not matter, NTFS keeps it. */
export function isShortName(name: string): boolean {
  return shortName.test(name);
}

/**
 * An alias for `name` that is not in `taken` (names of the directory in upper case), to which it is added; null where
 * none is near, which NTFS allows.
 */
export function shortAlias(name: string, taken: Set<string>): string | null {
  const { base, extension } = basis(name);
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

/** Leading dots and all blanks go, the last dot parts base from extension, what no short name may hold becomes `_`. */
function basis(name: string): { base: string; extension: string } {
  const bare = name
    .replaceAll(/[a-z]/g, (letter) => letter.toUpperCase())
    .replaceAll(" ", "")
    .replace(/^\.+/, "");
  const dot = bare.lastIndexOf(".");
  if (dot < 0) return { base: clean(bare, baseLength), extension: "" };
  return { base: clean(bare.slice(0, dot), baseLength), extension: clean(bare.slice(dot + 1), extensionLength) };
}

function hashOf(name: string): number {
  let hash = 0;
  for (let index = 0; index < name.length; index += 1) hash = (hash * 31 + name.charCodeAt(index)) & 0xff_ffff;
  return (hash ^ (hash >>> 8)) & 0xffff;
}

function clean(text: string, length: number): string {
  return text.replaceAll(".", "").slice(0, length).replaceAll(notShort, "_");
}
