/**
 * Images that Microsoft published, by hash. The table is loaded when it is first asked for, so that nothing pays for it
 * that does not need it. A match by hash says which image it is; size and label only say which one it claims to be: the
 * retail discs of one language have the same size, and labels are copied freely.
 */
import { expand } from "./compact-form.js";
import type { KnownImage, NotOfficialImage } from "./image.js";

export type { KnownImage, NotOfficialImage } from "./image.js";

/** A row of the table of known images: an official image, or one that only looks like it. */
export type KnownMatch =
  | { readonly official: true; readonly image: KnownImage }
  | { readonly official: false; readonly image: NotOfficialImage };

/** A table of published images, with its look-ups. */
export type KnownImages = {
  readonly images: readonly KnownImage[];
  readonly notOfficial: readonly NotOfficialImage[];
  /** By hash in hexadecimal of either case; null where the hash is not known. */
  bySha1(hash: string): KnownMatch | null;
  bySha256(hash: string): KnownMatch | null;
  byMd5(hash: string): KnownMatch | null;
  /** Official images of that many bytes; most rows have no size, so an empty answer proves nothing. */
  bySize(size: number): readonly KnownImage[];
  /** Official images with that volume label, observed or derived. */
  byLabel(label: string): readonly KnownImage[];
};

let loaded: Promise<KnownImages> | undefined;

/** The table that is part of win7usb; read once. */
export function loadKnownImages(): Promise<KnownImages> {
  loaded ??= import("./rows.js").then(({ groups, kinds, notOfficial }) =>
    knownImagesOf(expand({ groups, kinds }), notOfficial),
  );
  return loaded;
}

/** What an image claims to be by its looks: a row of the table, and what of it was compared. No hash was. */
export type LookAlike = KnownImage & { readonly matchedBy: "label and size" | "label" };

/**
 * The official image that has this volume label and size, or this label where the table does not know its size. Null
 * where no row or more than one row fits, and where the row's size is another one.
 */
export async function lookAlike(size: number, volumeLabel: string, table?: KnownImages): Promise<LookAlike | null> {
  const candidates = (table ?? (await loadKnownImages())).byLabel(volumeLabel);
  const fitting = candidates.filter((image) => image.size === size);
  if (fitting.length === 1) return { ...fitting[0]!, matchedBy: "label and size" };
  const unmeasured = candidates.filter((image) => image.size === undefined);
  return fitting.length === 0 && unmeasured.length === 1 ? { ...unmeasured[0]!, matchedBy: "label" } : null;
}

/** A table of one's own, with the same look-ups. */
export function knownImagesOf(
  images: readonly KnownImage[],
  notOfficial: readonly NotOfficialImage[] = [],
): KnownImages {
  const byHash = (field: "sha1" | "sha256" | "md5") => {
    let index: Map<string, KnownMatch> | undefined;
    return (hash: string): KnownMatch | null => {
      index ??= hashIndex(field, images, notOfficial);
      return index.get(hash.toLowerCase()) ?? null;
    };
  };
  return {
    images,
    notOfficial,
    bySha1: byHash("sha1"),
    bySha256: byHash("sha256"),
    byMd5: byHash("md5"),
    bySize: (size) => images.filter((image) => image.size === size),
    byLabel(label) {
      const wanted = label.trim().toUpperCase();
      return images.filter((image) => image.volumeLabel === wanted);
    },
  };
}

function hashIndex(
  field: "sha1" | "sha256" | "md5",
  images: readonly KnownImage[],
  notOfficial: readonly NotOfficialImage[],
): Map<string, KnownMatch> {
  const index = new Map<string, KnownMatch>();
  for (const image of notOfficial) {
    const hash = field === "md5" ? undefined : image[field];
    if (hash !== undefined) index.set(hash, { official: false, image });
  }
  for (const image of images) {
    const hash = image[field];
    if (hash !== undefined) index.set(hash, { official: true, image });
  }
  return index;
}
