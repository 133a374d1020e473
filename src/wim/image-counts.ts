/**
 * What an image's tree adds up to, as the XML data says it. DIRCOUNT and FILECOUNT count names, the root among the
 * directories (wimlib, `xml_update_image_info`); a reparse point counts as a file; TOTALBYTES is every stream of every
 * name; HARDLINKBYTES is what names beyond a file's first one add to it.
 */
import { toHex } from "../bytes/hex.js";
import { directoryEntryRecord } from "./metadata.js";
import type { VisitedEntry } from "./metadata-walk.js";

export type ImageCounts = {
  readonly directories: number;
  /** Directories that are reparse points too, counted in `files`. */
  readonly reparseDirectories: number;
  readonly files: number;
  /** Bytes. */
  readonly totalBytes: number;
  readonly hardLinkBytes: number;
};

/** Counts entries one by one as the walk visits them. */
export class ImageCounter implements ImageCounts {
  directories = 0;
  reparseDirectories = 0;
  files = 0;
  totalBytes = 0;
  hardLinkBytes = 0;
  readonly #links = new Set<string>();

  /** `bytes` are those of all streams of the entry; `contentAt` names the content whose SHA-1 lies at an offset. */
  add(entry: VisitedEntry, bytes: number, contentAt: (hashOffset: number) => string | number): void {
    const { isDirectory, isReparsePoint, hardLinkLow, hardLinkHigh, streams } = entry;
    this.totalBytes += bytes;
    if (isDirectory && !isReparsePoint) this.directories += 1;
    else this.files += 1;
    if (isDirectory && isReparsePoint) this.reparseDirectories += 1;
    if (isDirectory || bytes === 0 || (hardLinkLow === 0 && hardLinkHigh === 0)) return;
    // Some Windows 7 images give one group to different files; names are links only where the content is the same too.
    const { hashOffset } = streams.find((stream) => stream.nameLength === 0) ?? streams[0]!;
    const link = `${hardLinkHigh}:${hardLinkLow}:${contentAt(hashOffset)}`;
    if (this.#links.has(link)) this.hardLinkBytes += bytes;
    else this.#links.add(link);
  }
}

/** The SHA-1 at an offset of the metadata, in hexadecimal: the key of a content. */
export function hashAt(data: Uint8Array, hashOffset: number): string {
  return toHex(hashBytesAt(data, hashOffset));
}

/** The SHA-1 of a file's content, 20 bytes of `metadata`; null where the entry has only streams with names. */
export function unnamedStreamHash(metadata: Uint8Array, streams: VisitedEntry["streams"]): Uint8Array | null {
  const stream = streams.find(({ nameLength }) => nameLength === 0);
  return stream === undefined ? null : hashBytesAt(metadata, stream.hashOffset);
}

function hashBytesAt(data: Uint8Array, hashOffset: number): Uint8Array {
  return data.subarray(hashOffset, hashOffset + directoryEntryRecord.fields.hash.width);
}
