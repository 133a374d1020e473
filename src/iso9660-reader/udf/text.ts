/** OSTA compressed Unicode (UDF 2.1.1, 2.1.3): one byte tells how wide the characters are, 8 or 16 bits. */
import { damaged } from "../failures.js";

/** UDF 2.1.1; 254 and 255 mark the names of deleted entries that were emptied, in the same two widths. */
const eightBits = new Set([8, 254]);
const sixteenBits = new Set([16, 255]);

/** The text of a File Identifier or dstring, at most 255 bytes: UTF-16, as the image has it. */
export function decodeCompressedUnicode(bytes: Uint8Array, what: string): string {
  if (bytes.length === 0) return "";
  const compressionId = bytes[0]!;
  if (eightBits.has(compressionId)) return String.fromCharCode(...bytes.subarray(1));
  if (!sixteenBits.has(compressionId)) {
    throw damaged(`${what} has the compression ID ${compressionId}, expected 8 or 16`);
  }
  if (bytes.length % 2 === 0) {
    throw damaged(`${what} has ${bytes.length - 1} bytes of 16-bit characters, expected an even number`);
  }
  const units: number[] = [];
  for (let index = 1; index < bytes.length; index += 2) units.push(bytes[index]! * 0x100 + bytes[index + 1]!);
  return String.fromCharCode(...units);
}

/** A dstring (UDF 2.1.3): its last byte counts the bytes in use, compression ID included. */
export function decodeDstring(field: Uint8Array, what: string): string {
  const used = field.at(-1) ?? 0;
  if (used >= field.length) {
    throw damaged(`${what} claims ${used} bytes, expected at most ${field.length - 1}`);
  }
  return decodeCompressedUnicode(field.subarray(0, used), what);
}
