/** What changes of images come to: their new metadata, what the XML data has to say of it, and who refers to which content. */
import { MiB } from "../bytes/units.js";
import { toHex } from "../bytes/hex.js";
import { layoutEnd, type Extent } from "../extents/extent.js";
import { layoutSource } from "../extents/layout-source.js";
import { readImageMetadata } from "./compression/read-metadata.js";
import { hashAt, ImageCounter } from "./image-counts.js";
import { editImage, type EntryEdit } from "./image-edit.js";
import type { Wim } from "./index.js";
import { decodeMetadata } from "./metadata-decode.js";
import { encodeMetadata } from "./metadata-encode.js";
import { directoryEntryRecord } from "./metadata.js";
import { walkMetadata } from "./metadata-walk.js";
import type { CreateSha1 } from "./sha1.js";
import type { ImageXmlChange } from "./xml-edit.js";

/** Where a new file's bytes come from: a layout from 0 on without a gap. Its SHA-1, 20 bytes, is taken where it is not given. */
type NewContent = { readonly content: readonly Extent[]; readonly sha1?: Uint8Array };
type WithContent<E> = E extends { readonly hash: Uint8Array } ? Omit<E, "hash"> & NewContent : E;

/** An edit of an image's tree, with the bytes of the files that it brings. */
export type ImageEdit = WithContent<EntryEdit>;

export type ImageChange = Pick<ImageXmlChange, "lastModificationTime" | "texts"> & {
  /** Made in their order. */
  readonly edits?: readonly ImageEdit[];
};

/** A content that is to be stored, as it is. */
export type StoredContent = { readonly hash: Uint8Array; readonly size: number; readonly content: readonly Extent[] };

/** By SHA-1 in hexadecimal: how many more references there are than before. */
type ReferenceChanges = Map<string, number>;

export type ImagesPlan = {
  /** New metadata by image. */
  readonly metadata: ReadonlyMap<number, Uint8Array>;
  readonly xml: ReadonlyMap<number, ImageXmlChange>;
  readonly references: ReferenceChanges;
  /** What the edits bring, by SHA-1 in hexadecimal. */
  readonly contents: ReadonlyMap<string, StoredContent>;
};

/** Bytes of new files that are read at once. */
const pieceSize = MiB;
const noHash = new Uint8Array(directoryEntryRecord.fields.hash.width);

/**
 * Plans the images `staying` of the WIM with these changes. Throws RangeError for an edit that does not fit its image, and
 * `wim-damaged` or `wim-unsupported` for metadata that cannot be changed.
 */
export async function planImages(
  wim: Wim,
  staying: readonly number[],
  changes: ReadonlyMap<number, ImageChange>,
  createSha1: CreateSha1,
): Promise<ImagesPlan> {
  const contents = new Map<string, StoredContent>();
  const references: ReferenceChanges = new Map();
  const metadata = new Map<number, Uint8Array>();
  const xml = new Map<number, ImageXmlChange>();
  const { imageCount } = wim.header;
  let sizes: Map<string, number> | undefined;
  for (let image = 1; image <= imageCount; image += 1) {
    const { edits = [], lastModificationTime, texts } = changes.get(image) ?? {};
    const isStaying = staying.includes(image);
    let counts: ImageXmlChange = {};
    if (!isStaying || edits.length > 0) {
      sizes ??= await contentSizes(wim);
      const old = await readImageMetadata(wim, image);
      const before = countImage(old, wim, sizes, -1, references);
      if (isStaying) {
        const resolved = await resolveEdits(edits, contents, createSha1);
        for (const [hash, { size }] of contents) sizes.set(hash, size);
        const changed = encodeMetadata(editImage(decodeMetadata(old, wim), resolved), wim);
        metadata.set(image, changed);
        counts = difference(before, countImage(changed, wim, sizes, 1, references));
      }
    }
    const time = lastModificationTime === undefined ? {} : { lastModificationTime };
    xml.set(image, { ...counts, ...time, ...(texts === undefined ? {} : { texts }) });
  }
  return { metadata, xml, references, contents };
}

/** How often the trees of these images, as they are planned, refer to each of `hashes`. */
export async function countReferences(
  wim: Wim,
  images: readonly number[],
  planned: ReadonlyMap<number, Uint8Array>,
  hashes: ReadonlySet<string>,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const image of images) {
    const data = planned.get(image) ?? (await readImageMetadata(wim, image));
    walkMetadata(data, wim, ({ streams }) => {
      for (const { hashOffset } of streams) {
        const hash = hashAt(data, hashOffset);
        if (hashes.has(hash)) counts.set(hash, (counts.get(hash) ?? 0) + 1);
      }
    });
  }
  return counts;
}

async function contentSizes(wim: Wim): Promise<Map<string, number>> {
  const { entries } = await wim.lookupTable();
  const sizes = new Map<string, number>();
  for (const { hash, resource } of entries) sizes.set(toHex(hash), resource.originalSize);
  return sizes;
}

/** Counts an image; every reference to a content changes `references` by `sign`. */
function countImage(
  data: Uint8Array,
  wim: Wim,
  sizes: ReadonlyMap<string, number>,
  sign: 1 | -1,
  references: ReferenceChanges,
): ImageCounter {
  const counter = new ImageCounter();
  const contentAt = (hashOffset: number): string => hashAt(data, hashOffset);
  walkMetadata(data, wim, (entry) => {
    let bytes = 0;
    for (const { hashOffset } of entry.streams) {
      const hash = contentAt(hashOffset);
      references.set(hash, (references.get(hash) ?? 0) + sign);
      bytes += sizes.get(hash) ?? 0;
    }
    counter.add(entry, bytes, contentAt);
  });
  return counter;
}

function difference(before: ImageCounter, after: ImageCounter): ImageXmlChange {
  return {
    directoryCount: after.directories - before.directories,
    fileCount: after.files - before.files,
    totalBytes: after.totalBytes - before.totalBytes,
    hardLinkBytes: after.hardLinkBytes - before.hardLinkBytes,
  };
}

/** The edits with the hashes of what they bring, which `contents` gets. */
async function resolveEdits(
  edits: readonly ImageEdit[],
  contents: Map<string, StoredContent>,
  createSha1: CreateSha1,
): Promise<EntryEdit[]> {
  const resolved: EntryEdit[] = [];
  for (const edit of edits) {
    if (edit.kind === "remove" || edit.kind === "add-directory") {
      resolved.push(edit);
      continue;
    }
    const { kind, path, times, content, sha1 } = edit;
    const size = layoutEnd(content);
    const hash = size === 0 ? noHash : (sha1 ?? (await hashContent(content, size, createSha1)));
    if (size > 0) contents.set(toHex(hash), { hash, size, content });
    resolved.push({ kind, path, times, hash });
  }
  return resolved;
}

async function hashContent(content: readonly Extent[], size: number, createSha1: CreateSha1): Promise<Uint8Array> {
  const source = layoutSource(content, size);
  const sha1 = createSha1();
  for (let at = 0; at < size; at += pieceSize) sha1.update(await source.read(at, Math.min(pieceSize, size - at)));
  return Uint8Array.from(sha1.digest());
}
