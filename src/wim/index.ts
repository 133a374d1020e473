/**
 * WIM, the Windows imaging format: a header, resources, a lookup table of resources by SHA-1, one metadata resource an
 * image (its directory tree), and XML data that describes the images. Opening reads the header and the XML data only, a
 * few KiB at two places, whatever the file's size; the tables are read when asked for. Traps: the flags of a resource sit
 * in the top byte of its 64-bit size; a split set spreads resources over parts that share a GUID, with the images'
 * metadata in part 1; a pipable WIM has its real header at the end; an ESD is a WIM of version 14.0 whose XML reads like
 * any other but whose resources are solid LZMS, which is not supported.
 */
import type { ByteSource } from "../source/byte-source.js";
import type { WimHeader } from "./header.js";
import { readHeader } from "./header.js";
import type { WimImage } from "./image.js";
import type { IntegrityTable } from "./integrity.js";
import { readIntegrityTable } from "./integrity.js";
import type { LookupTable } from "./lookup-table.js";
import { readLookupTable } from "./lookup-table.js";
import type { WimLocation } from "./resource.js";
import { readStoredResource } from "./resource.js";

export type { WimCompression, WimHeader } from "./header.js";
export { wimFlags } from "./header.js";
export type { WimArchitecture, WimImage } from "./image.js";
export type { IntegrityTable } from "./integrity.js";
export type { LookupTable, LookupTableEntry } from "./lookup-table.js";
export type { ResourceHeader, WimLocation } from "./resource.js";
export { resourceFlags, wimError } from "./resource.js";

export type Wim = WimLocation & {
  readonly source: ByteSource;
  readonly header: WimHeader;
  /** Every image that the XML data describes, by ascending index. */
  readonly images: readonly WimImage[];
  /** The XML data as it lies in the file: UTF-16LE with a byte order mark. */
  readonly xmlData: Uint8Array;
  /** This part's lookup table; read once. Throws `wim-unsupported` for ESD files. */
  lookupTable(): Promise<LookupTable>;
  /** The integrity table, or null where there is none; read once. */
  integrityTable(): Promise<IntegrityTable | null>;
};

/**
 * Opens a WIM, one part of a split WIM, or an ESD. `name` is how messages call it. Throws `wim-damaged` and
 * `wim-unsupported`.
 */
export async function openWim(source: ByteSource, name = "the WIM"): Promise<Wim> {
  const at: WimLocation = { name };
  const header = await readHeader(source, at);
  const { parseImages, xmlDataLimit } = await import("./xml.js");
  const xmlData = await readStoredResource(source, header.xmlData, xmlDataLimit, "XML data", at);
  const images = parseImages(xmlData, header.imageCount, at);
  let lookupTable: Promise<LookupTable> | undefined;
  let integrityTable: Promise<IntegrityTable | null> | undefined;
  return {
    name,
    source,
    header,
    images,
    xmlData,
    lookupTable: () => (lookupTable ??= readLookupTable(source, header, at)),
    integrityTable: () => (integrityTable ??= readIntegrityTable(source, header, at)),
  };
}
