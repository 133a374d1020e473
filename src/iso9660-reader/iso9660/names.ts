/** Identifiers as text. Primary ones end in `;` and a version, and a name without extension in a dot before it. */

export type NameForm = "primary" | "enhanced" | "joliet";

/** Bytes that are no UTF-8 are Latin-1: tools write either where the standard allows neither. */
const utf8 = new TextDecoder("utf-8", { fatal: true });
const ucs2 = new TextDecoder("utf-16be");

export function decodeIdentifier(bytes: Uint8Array, form: NameForm): string {
  // Joliet: an odd last byte is padding.
  if (form === "joliet") return ucs2.decode(bytes.subarray(0, bytes.length & ~1));
  try {
    return utf8.decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return String.fromCharCode(...bytes);
  }
}

/** The text of a volume descriptor's field, its padding of blanks and NULs cut. */
export function decodeField(bytes: Uint8Array, form: NameForm): string {
  return decodeIdentifier(bytes, form).replace(/[\0 ]+$/, "");
}

type FileName = { readonly name: string; readonly version: number };

/** ECMA-119 7.5.1 and Joliet: `NAME.EXT;1`. ISO 9660:1999 has no versions, so that there `;` is a character. */
export function splitIdentifier(identifier: string, form: NameForm): FileName {
  const match = form === "enhanced" ? null : /^(.+);(\d{1,5})$/s.exec(identifier);
  const version = match === null ? 1 : Number(match[2]);
  const name = match === null ? identifier : match[1]!;
  const isBareDot = form === "primary" && name.length > 1 && name.endsWith(".") && !/^\.+$/.test(name);
  return { name: isBareDot ? name.slice(0, -1) : name, version };
}
