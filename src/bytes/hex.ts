/** Hexadecimal text, as hashes and identifiers are shown and compared. */

const digits = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, "0"));

/** Two lower-case digits a byte, in the bytes' order. */
export function toHex(data: Uint8Array): string {
  let text = "";
  for (const value of data) text += digits[value]!;
  return text;
}
