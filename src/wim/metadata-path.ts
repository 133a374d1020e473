/** Names in a metadata resource as text. */

/** Where a name lies in the metadata and how many bytes of UTF-16 it has. */
export type Name = { readonly offset: number; readonly length: number };

const separator = 0x2f;
const utf16 = new TextDecoder("utf-16le", { ignoreBOM: true });

/** The names joined by `/`. Levels may be many and names short, so that they are decoded together. */
export function joinNames(data: Uint8Array, names: readonly Name[]): string {
  const path = new Uint8Array(names.reduce((bytes, { length }) => bytes + length + 2, -2));
  let at = 0;
  for (const { offset, length } of names) {
    if (at > 0) {
      path[at] = separator;
      at += 2;
    }
    for (let from = offset; from < offset + length; from += 1, at += 1) path[at] = data[from]!;
  }
  return utf16.decode(path);
}
