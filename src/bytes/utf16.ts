/** UTF-16LE text, as NTFS, WIMs and hives have it, without a terminator or a byte order mark. */

/** Writes `text` at `offset`. */
export function writeUtf16(target: Uint8Array, offset: number, text: string): void {
  let at = offset;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    target[at] = unit & 0xff;
    target[at + 1] = unit >>> 8;
    at += 2;
  }
}

/** `length` code units from `offset`. Throws RangeError where they leave `bytes`. */
export function readUtf16(bytes: Uint8Array, offset: number, length: number): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const units = Array.from({ length }, (_, index) => view.getUint16(offset + 2 * index, true));
  return String.fromCharCode(...units);
}
