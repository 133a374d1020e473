/**
 * File names as Windows has them on both file systems: which it can open ([MS-FSCC] 2.1.5.2), which are 8.3 names
 * ([MS-FSCC] 2.1.5.2.1; FAT32 specification, "Naming Conventions and Long Names"), and what an alias is made from.
 */

/** UTF-16 units, without a terminator. */
export const longestName = 255;

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const illegalCharacter = /[\u0000-\u001f"*/:<>?\\|]/;
/** Windows drops them when a name is opened. */
const illegalEnd = /[. ]$/;
export const loneSurrogate = /\p{Surrogate}/u;
/**
 * Devices to Windows in every folder, whatever follows a dot (Microsoft, "Naming Files, Paths, and Namespaces"); blanks before
 * the dot do not count.
 */
const deviceName = /^(?:con|prn|aux|nul|(?:com|lpt)[1-9\u00b9\u00b2\u00b3]) *(?:\.|$)/i;

/** Why Windows cannot open a file of this name, as the rest of a sentence; null where it can. */
export function nameFault(name: string): string | null {
  if (name.length === 0) return "is empty";
  if (name.length > longestName) return `has ${name.length} UTF-16 units, expected at most ${longestName}`;
  const illegal = illegalCharacter.exec(name);
  if (illegal !== null) return `holds ${JSON.stringify(illegal[0])}`;
  if (illegalEnd.test(name)) return "ends in a dot or blank";
  if (loneSurrogate.test(name)) return "is not well-formed UTF-16";
  return deviceName.test(name) ? "is the name of a device" : null;
}

/**
 * Beside letters and digits, in the form of a character class. Only ASCII: what other characters become depends on the
 * code page of the machine that reads the name. A blank could stand in a short name, but NT takes no such name for one.
 */
export const shortNamePunctuation = "$%'\\-_@~`!(){}^#&";
const shortName = new RegExp(
  `^([A-Za-z0-9${shortNamePunctuation}]{1,8})(?:\\.([A-Za-z0-9${shortNamePunctuation}]{1,3}))?$`,
);
const notShort = new RegExp(`[^A-Z0-9${shortNamePunctuation}]`, "g");
const baseLength = 8;
const extensionLength = 3;

/** `extension` is empty where there is none. */
type ShortNameParts = { readonly base: string; readonly extension: string };

/** The parts of a name that is an 8.3 name as it stands but for case; null of any other. */
export function shortNameParts(name: string): ShortNameParts | null {
  const match = shortName.exec(name);
  return match === null ? null : { base: match[1]!, extension: match[2] ?? "" };
}

/**
 * What an alias of `name` begins with (FAT32 specification, "The Basis-Name Generation Algorithm"): blanks and leading
 * dots go, the last dot parts base from extension, and what no short name may hold becomes `_`. The other dots go too: the
 * specification would end the base at the first one, Windows does not.
 */
export function basisName(name: string): ShortNameParts {
  const bare = asciiUpper(name).replaceAll(" ", "").replace(/^\.+/, "");
  const dot = bare.lastIndexOf(".");
  if (dot < 0) return { base: clean(bare, baseLength), extension: "" };
  return { base: clean(bare.slice(0, dot), baseLength), extension: clean(bare.slice(dot + 1), extensionLength) };
}

const clean = (text: string, length: number): string =>
  text.replaceAll(".", "").slice(0, length).replaceAll(notShort, "_");

export const asciiUpper = (text: string): string => text.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
