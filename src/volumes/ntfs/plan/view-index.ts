/**
 * View indexes: keys and data of the file system's own ($SII, $SDH, $O, $Q, $R) in place of file names. Those of a new
 * volume all fit a resident root.
 */
import { writeIndexRootHeader } from "./index-encoding.js";
import { indexEntryFlags, indexHeader, indexRoot, viewIndexEntryHeader } from "../records/index-records.js";
import { align8 } from "../records/volume-format.js";

type ViewIndexEntry = { readonly key: Uint8Array; readonly data: Uint8Array };

/** The value of the INDEX_ROOT of a view index with `entries`, which are in the order of `collationRule`. */
export function encodeViewIndex(collationRule: number, entries: readonly ViewIndexEntry[]): Uint8Array {
  const sizes = entries.map(({ key, data }) => align8(viewIndexEntryHeader.size + key.length + data.length));
  const entriesSize = sizes.reduce((sum, size) => sum + size, viewIndexEntryHeader.size);
  const firstEntry = indexRoot.size + indexHeader.size;
  const bytes = new Uint8Array(firstEntry + entriesSize);
  let at = firstEntry;
  for (const [index, { key, data }] of entries.entries()) {
    const length = sizes[index]!;
    viewIndexEntryHeader.patch(bytes, at, {
      dataOffset: viewIndexEntryHeader.size + key.length,
      dataLength: data.length,
      length,
      attributeLength: key.length,
    });
    bytes.set(key, at + viewIndexEntryHeader.size);
    bytes.set(data, at + viewIndexEntryHeader.size + key.length);
    at += length;
  }
  viewIndexEntryHeader.patch(bytes, at, { length: viewIndexEntryHeader.size, flags: indexEntryFlags.end });
  writeIndexRootHeader(bytes, 0, { indexedAttributeType: 0, collationRule, large: false, entriesSize });
  return bytes;
}
