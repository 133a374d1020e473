/** What changes of images come to: their new metadata, what the XML data has to say of it, and who refers to which content. */
import { toHex } from "../bytes/hex.js";
import { readImageMetadata } from "./compression/read-metadata.js";
import { hashAt, ImageCounter } from "./image-counts.js";
import { editImage } from "./image-edit.js";
import type { Wim } from "./index.js";
import { decodeMetadata } from "./metadata-decode.js";
import { encodeMetadata } from "./metadata-encode.js";
import { walkMetadata } from "./metadata-walk.js";
import { resolveEdits, type ImageEdit, type StoredContent } from "./new-contents.js";
import type { CreateSha1 } from "./sha1.js";
import type { ImageXmlChange } from "./xml-edit.js";

export type ImageChange = Pick<ImageXmlChange, "lastModificationTime" | "texts"> & {
  /** Made in their order. */
  readonly edits?: readonly ImageEdit[];
};

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

/**
 * Plans the images `staying` of the WIM with these changes. Throws RangeError for an edit that does not fit its image
 * or brings what is no content, and
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
        const resolved = await resolveEdits(edits, contents, sizes, createSha1);
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
