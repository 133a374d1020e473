/**
 * View indexes (NTFS documentation, "$Secure (9)", "$Quota (9, 24)"): $SII, $SDH, $O, $Q and $R have keys and data of their own
 * in place of file names. On a new volume, all of them fit a resident root.
 */
import { writeIndexRootHeader } from "./index-encoding.js";
import { indexEntryFlags, indexHeader, indexRoot, viewIndexEntryHeader } from "../records/index-records.js";
import { align8 } from "../records/volume-format.js";

type ViewIndexEntry = {
  readonly key: Uint8Array;
  readonly data: Uint8Array;
  /** What the entry's padding begins with. Not counted as data. */
  readonly padding?: Uint8Array;
};

const sizeOf = ({ key, data, padding }: ViewIndexEntry): number =>
  align8(viewIndexEntryHeader.size + key.length + data.length + (padding?.length ?? 0));

/** The value of the INDEX_ROOT of a view index with `entries`, which are in the order of `collationRule`. */
export function encodeViewIndex(collationRule: number, entries: readonly ViewIndexEntry[]): Uint8Array {
  const entriesSize = entries.reduce((sum, entry) => sum + sizeOf(entry), viewIndexEntryHeader.size);
  const firstEntry = indexRoot.size + indexHeader.size;
  const bytes = new Uint8Array(firstEntry + entriesSize);
  let at = firstEntry;
  for (const entry of entries) {
    const { key, data, padding } = entry;
    const length = sizeOf(entry);
    const dataOffset = viewIndexEntryHeader.size + key.length;
    viewIndexEntryHeader.patch(bytes, at, {
      dataOffset,
      dataLength: data.length,
      length,
      attributeLength: key.length,
    });
    bytes.set(key, at + viewIndexEntryHeader.size);
    bytes.set(data, at + dataOffset);
    if (padding !== undefined) bytes.set(padding, at + dataOffset + data.length);
    at += length;
  }
  viewIndexEntryHeader.patch(bytes, at, { length: viewIndexEntryHeader.size, flags: indexEntryFlags.end });
  writeIndexRootHeader(bytes, 0, { indexedAttributeType: 0, collationRule, large: false, entriesSize });
  return bytes;
}
