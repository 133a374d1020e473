/**
 * The text of an INF. Windows reads ANSI and UTF-16 with a mark, in both byte orders; UTF-16 without one is recognised by
 * its zeros, as IsTextUnicode does. Traps: a mark of UTF-8 stands before `[Version]` and is no blank, so that what has one
 * may be no INF to Windows 7; names in a vendor's code page come out wrong, but no id or file name of a driver is among them.
 */
import { KiB } from "../../bytes/units.js";
import { utf8Text } from "../../bytes/utf8.js";

export type InfEncoding = "ansi" | "utf-8" | "utf-8-mark" | "utf-16le" | "utf-16be";

/** Bytes that are looked at for zeros. */
const sampleLength = 4 * KiB;

export function decodeInf(data: Uint8Array): { readonly text: string; readonly encoding: InfEncoding } {
  const encoding = encodingOf(data);
  return { text: textOf(data, encoding), encoding };
}

function encodingOf(data: Uint8Array): InfEncoding {
  if (data[0] === 0xff && data[1] === 0xfe) return "utf-16le";
  if (data[0] === 0xfe && data[1] === 0xff) return "utf-16be";
  if (data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf) return "utf-8-mark";
  return utf16ByZeros(data.subarray(0, sampleLength)) ?? (utf8Text(data) === undefined ? "ansi" : "utf-8");
}

/** An INF is ASCII for its most part: in UTF-16 one half of nearly every unit is zero, and always the same. */
function utf16ByZeros(sample: Uint8Array): InfEncoding | null {
  let even = 0;
  let odd = 0;
  for (const [at, byte] of sample.entries()) {
    if (byte !== 0) continue;
    if (at % 2 === 0) even += 1;
    else odd += 1;
  }
  const units = Math.floor(sample.length / 2);
  if (units === 0) return null;
  if (odd > units / 2 && even < units / 10) return "utf-16le";
  return even > units / 2 && odd < units / 10 ? "utf-16be" : null;
}

function textOf(data: Uint8Array, encoding: InfEncoding): string {
  switch (encoding) {
    case "ansi":
      return new TextDecoder("windows-1252").decode(data);
    case "utf-16le":
    case "utf-16be":
      return new TextDecoder(encoding).decode(data);
    default:
      return new TextDecoder("utf-8").decode(data);
  }
}
