/**
 * Is it one of the images that Microsoft published? That is decided by the hash of the whole file, or of the part that is
 * the volume. Where the hash is unknown, label and size still show which published image it claims to be but is not.
 */
import { count, exactSize } from "../bytes/amounts.js";
import type { WindowsIdentity } from "../windows/identity.js";
import type { KnownImage, KnownImages, KnownMatch } from "../windows/known-images/index.js";
import { alteredCode } from "../windows/refusals.js";
import type { Check } from "./verdict.js";

/** Algorithms of published hashes. */
export type HashAlgorithm = "sha1" | "sha256" | "md5";
/** Hashes in lower-case hexadecimal. */
export type FileHashes = { readonly [A in HashAlgorithm]?: string };
/** Hashes of the first `length` bytes. */
type MeasuredHashes = FileHashes & { readonly length: number };
/** Hashes of the whole image, and of each shorter length that was requested, ascending. */
export type MeasuredImage = MeasuredHashes & { readonly prefixes: readonly MeasuredHashes[] };

/** A row of the table, and how it was found. */
export type KnownFinding = KnownMatch & {
  readonly matchedBy: HashAlgorithm;
  /** Bytes whose hash it is; fewer than the file's where something follows them. */
  readonly length: number;
};

/** The official image that this one claims to be, although its hash differs. */
export type Resemblance = { readonly image: KnownImage; readonly by: "label and size" | "label" | "size" };

/** What is known of the image before it is hashed. */
export type Claim = {
  readonly size: number;
  /** Null where the volume cannot be read. */
  readonly volumeLabel: string | null;
  /** Bytes that the volume claims; null where it cannot be read. */
  readonly volumeEnd: number | null;
};

/** Shorter lengths whose hashes may be known: the volume's own size, and the sizes of images with the same label. */
export function prefixLengths(claim: Claim, table: KnownImages): number[] {
  const sizes = rowsWithLabel(claim, table).map((image) => image.size ?? 0);
  return [claim.volumeEnd ?? 0, ...sizes].filter((length) => length > 0 && length < claim.size);
}

/** Whether the table has a row that may be this image and that has no hash but its MD5. */
export function needsMd5(claim: Claim, windows: WindowsIdentity | null, table: KnownImages): boolean {
  const label = claim.volumeLabel?.trim().toUpperCase();
  return table.images.some(({ md5, sha1, sha256, ...image }) => {
    if (md5 === undefined || sha1 !== undefined || sha256 !== undefined) return false;
    if (image.size !== undefined && image.size !== claim.size && image.size !== claim.volumeEnd) return false;
    if (image.volumeLabel !== undefined && image.volumeLabel !== label) return false;
    if (windows === null) return true;
    return windows.architecture === image.architecture && windows.languages.includes(image.language);
  });
}

/** The row with one of these hashes; the whole file is looked up first, then its prefixes, the longest first. */
export function findKnown(measured: MeasuredImage, table: KnownImages): KnownFinding | null {
  for (const hashes of [measured, ...measured.prefixes.toReversed()]) {
    for (const matchedBy of ["sha1", "sha256", "md5"] as const) {
      const hash = hashes[matchedBy];
      const match = hash === undefined ? null : lookUp(table, matchedBy, hash);
      if (match !== null) return { ...match, matchedBy, length: hashes.length };
    }
  }
  return null;
}

function lookUp(table: KnownImages, name: HashAlgorithm, hash: string): KnownMatch | null {
  if (name === "sha1") return table.bySha1(hash);
  return name === "sha256" ? table.bySha256(hash) : table.byMd5(hash);
}

function rowsWithLabel({ volumeLabel }: Claim, table: KnownImages): readonly KnownImage[] {
  return volumeLabel === null || volumeLabel.trim() === "" ? [] : table.byLabel(volumeLabel);
}

/** Which official image one of unknown hash claims to be. */
export function resemblance(claim: Claim, table: KnownImages): Resemblance | null {
  const labelled = rowsWithLabel(claim, table);
  // Of a padded image, the volume's own size counts; a truncated one has neither.
  const length = claim.volumeEnd !== null && claim.volumeEnd < claim.size ? claim.volumeEnd : claim.size;
  const exact = labelled.find(({ size }) => size === claim.size || size === length);
  if (exact !== undefined) return { image: exact, by: "label and size" };
  if (labelled.length > 0) return { image: labelled[0]!, by: "label" };
  if (claim.volumeLabel !== null) return null;
  const [sameSize] = table.bySize(claim.size);
  return sameSize === undefined ? null : { image: sameSize, by: "size" };
}

/** The check that names the image by its hash, or the image that it claims to be. */
export function knownImageCheck(
  claim: Claim,
  finding: KnownFinding | null,
  similar: Resemblance | null,
  table: KnownImages,
  allow: readonly string[] = [],
): Check {
  const base = { id: "known-image", kind: "origin" } as const;
  if (finding !== null) return { ...base, ...findingWords(finding, claim) };
  if (similar === null) {
    const message = `its hash is none of the ${table.images.length.toLocaleString("en-US")} published ones`;
    return { ...base, status: "skip", message };
  }
  const { image, by } = similar;
  if (by === "label and size") {
    const hint = "Take an untouched image.";
    const what = `it has the label and the size of ${image.fileName}, but another hash: it was altered or is damaged`;
    if (!allow.includes(alteredCode)) return { ...base, status: "fail", code: alteredCode, message: what, hint };
    return { ...base, status: "warn", code: alteredCode, message: `${what} (allowed)` };
  }
  return { ...base, status: "warn", code: "look-alike", message: lookAlikeWords(similar, claim) };
}

function findingWords(finding: KnownFinding, { size }: Claim): Pick<Check, "status" | "message" | "code"> {
  const { image, length } = finding;
  if (!finding.official) {
    const message = `it is known, and not official: ${image.fileName}: ${finding.image.verdict}`;
    return { status: "warn", code: "not-official", message };
  }
  const hash = hashNames[finding.matchedBy];
  const origins = finding.image.independentOrigins;
  const confirmed = `its ${hash} is confirmed by ${count(origins, "independent origin")}`;
  const part = length < size ? `its first ${exactSize(length)} are` : "it is";
  return { status: "pass", message: `${part} ${image.fileName}, byte for byte; ${confirmed}` };
}

export const hashNames: Readonly<Record<HashAlgorithm, string>> = { sha1: "SHA-1", sha256: "SHA-256", md5: "MD5" };

function lookAlikeWords({ image, by }: Resemblance, { size, volumeEnd }: Claim): string {
  if (image.size !== undefined && size < image.size && size < (volumeEnd ?? 0)) {
    return `its label is that of ${image.fileName}, of whose ${exactSize(image.size)} it lacks ${exactSize(image.size - size)}`;
  }
  if (by === "size") return `it has the size of ${image.fileName}, but another hash, and its volume cannot be read`;
  if (image.size !== undefined) {
    return `its label is that of ${image.fileName}, which has ${exactSize(image.size)}, but it has ${exactSize(size)}: it is another image`;
  }
  return `its label is that of ${image.fileName}, but its hash is another: it was rebuilt, altered or damaged, or its hash was never published`;
}
