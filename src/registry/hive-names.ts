/**
 * Names of keys and values. One whose characters all fit into a byte is kept a byte a character ("compressed", with a flag),
 * any other as UTF-16LE. Comparison is by upper case, code unit by code unit.
 */
import { readUtf16, writeUtf16 } from "../bytes/utf16.js";
import { upCase } from "../bytes/up-case.js";

/** The name that `data` holds. */
export function decodeName(data: Uint8Array, isCompressed: boolean): string {
  return isCompressed ? String.fromCharCode(...data) : readUtf16(data, 0, Math.floor(data.length / 2));
}

export type EncodedName = { readonly bytes: Uint8Array; readonly isCompressed: boolean };

export function encodeName(name: string): EncodedName {
  const isCompressed = !/[^\0-\u00ff]/.test(name);
  if (isCompressed) return { bytes: Uint8Array.from(name, (character) => character.charCodeAt(0)), isCompressed };
  const bytes = new Uint8Array(name.length * 2);
  writeUtf16(bytes, 0, name);
  return { bytes, isCompressed };
}

/** The hash of a name in an `lh` list: by 37 and the next code unit in upper case, modulo 2^32. */
export function nameHash(name: string): number {
  const upper = upCase(name);
  let hash = 0;
  for (let index = 0; index < upper.length; index += 1) hash = (Math.imul(hash, 37) + upper.charCodeAt(index)) >>> 0;
  return hash;
}

/** What stands beside a key's offset in an `lf` list (the name's first four characters, none where one needs 16 bits) or in an `lh` list. */
export function nameHint(name: string, signature: "lf" | "lh"): Uint8Array {
  const hint = new Uint8Array(4);
  if (signature === "lh") {
    new DataView(hint.buffer).setUint32(0, nameHash(name), true);
    return hint;
  }
  const { bytes, isCompressed } = encodeName(name.slice(0, hint.length));
  if (isCompressed) hint.set(bytes);
  return hint;
}
