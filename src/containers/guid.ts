/** GUIDs as Microsoft's formats store them: the first three groups little-endian, the rest as it is read (MS-DTYP 2.3.4.2). */

/** 16 bytes. */
export function guidBytes(text: string): Uint8Array {
  const digits = text.replaceAll("-", "");
  const inOrder = Array.from({ length: 16 }, (_unused, index) =>
    Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16),
  );
  return Uint8Array.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15], (index) => inOrder[index]!);
}

/** A GUID of random form (RFC 9562, version 8: made by rules of the program's own) out of 16 bytes, for one purpose. */
export function guidOf(identity: Uint8Array, purpose: number): Uint8Array {
  const guid = Uint8Array.from(identity);
  guid[15] = guid[15]! ^ purpose;
  guid[7] = (guid[7]! & 0x0f) | 0x80;
  guid[8] = (guid[8]! & 0x3f) | 0x80;
  return guid;
}
