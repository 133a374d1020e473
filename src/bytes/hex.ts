/** Hexadecimal text, as hashes and identifiers are shown and compared. */

const digits = "0123456789abcdef";
/** Arguments of one call; engines take tens of thousands. */
const piece = 1024;

/** Two lower-case digits a byte, in the bytes' order. */
export function toHex(data: Uint8Array): string {
  let text = "";
  for (let start = 0; start < data.length; start += piece) {
    const codes: number[] = [];
    for (const value of data.subarray(start, start + piece)) {
      codes.push(digits.charCodeAt(value >>> 4), digits.charCodeAt(value & 0x0f));
    }
    // In one call: a string put together digit by digit is kept as all of its pieces, a kilobyte for a hash.
    text += String.fromCharCode(...codes);
  }
  return text;
}
