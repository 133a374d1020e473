/**
 * The manifest: what was written, kept on the target itself, so that it can be checked without the image. It lies in the
 * MiB behind the partition, where no file system looks: a header, the label, the spans of the disk that it speaks of, the
 * files with their runs, a SHA-256 for every unit (hash-units.ts), and a SHA-256 of all that. It says nothing of itself,
 * of what lies behind it, or of when and where it was written: the same plan and content give the same manifest.
 * Why there and not in the gap before the partition: the content's SHA-256 runs from the disk's start in one pass, and
 * what is known last can only come last in it. Traps: it is not compressed, because compressors change from version to
 * version; and a manifest is hostile input like any other, because sticks are handed around.
 */
import { createHash } from "node:crypto";
import { ascii, bytes, reserved, uint16le, uint32le, uint64le, uint8 } from "../bytes/fields.js";
import { record } from "../bytes/record.js";
import { KiB, MiB } from "../bytes/units.js";
import { manifestAreaSize, partitionTypes } from "../volumes/mbr.js";
import type { DiskPlan, FileSystemName, ImageOrigin, PlannedEdit, PlannedFile } from "../volumes/plan.js";
import { packageVersion } from "../version.js";
import type { Span } from "../extents/extent.js";
import { coverage } from "../extents/spans.js";
import { ownersOf, unitsUpTo, type OwnedSpan } from "./hash-units.js";
import { digestSize } from "./unit-hasher.js";

export { digestSize } from "./unit-hasher.js";
export const manifestMagic = "W7UManif";
/**
 * What is written. Format 1 had no sections and zeros in the header's last fields. In every format magic, format, length and
 * the SHA-256 behind everything are at the same place, so that damage can be told from a format of the future. What is only
 * added becomes a section, which older readers pass over; where they would misread the rest, `oldestReader` rises.
 */
export const manifestFormat = 2;

/** The last 128 KiB stay zeros: there others look for RAID superblocks and a GPT's copy. */
export const largestManifest = manifestAreaSize - 128 * KiB;

/** A difference in a large file is told to within this; doubled as often as it takes for the manifest to fit. */
const smallestUnit = MiB;
/** With this the digests of the largest disk fit. */
const largestUnit = 2 ** 31;
/** Beyond it rather the files' names are left out than a difference in a file of gigabytes told so coarsely. */
const largestUnitWithFiles = 16 * MiB;

export const manifestHeader = record("manifest header", 96, {
  magic: ascii(0, 8),
  format: uint16le(8),
  /** Partition type: which file system. */
  osType: uint8(10),
  /** 1 where the files are listed. */
  listsFiles: uint8(11),
  /** Bytes, from the magic to the end of the SHA-256 behind everything. */
  length: uint32le(12),
  /** win7usb's version. */
  program: ascii(16, 16),
  diskSize: uint64le(32),
  contentEnd: uint64le(40),
  clusterSize: uint32le(48),
  unitSize: uint32le(52),
  spanCount: uint32le(56),
  fileCount: uint32le(60),
  unitCount: uint32le(64),
  /** Bytes of UTF-8 behind the header. */
  labelLength: uint16le(68),
  /** The oldest format whose readers may read this one; 0 in format 1. */
  oldestReader: uint16le(70),
  /** Bytes of all sections, behind the label. */
  sectionsLength: uint32le(72),
  reserved: reserved(76, 20),
});

/** The head of a section; `length` bytes follow. */
export const sectionRecord = record("manifest section", 8, { name: ascii(0, 4), length: uint32le(4) });

/** The section that names the image. Followed by its volume label in UTF-8. */
export const originSection = "ORIG";
export const originRecord = record("manifest origin", 48, {
  size: uint64le(0),
  /** Zeros where it is not known. */
  sha256: bytes(8, digestSize),
  labelLength: uint16le(40),
  reserved: reserved(42, 6),
});

/** A section for each edit, in the order in which they were made. Followed by its kind and its value in UTF-8. */
export const editSection = "EDIT";
export const editRecord = record("manifest edit", 40, {
  /** Zeros where there is none. */
  sha256: bytes(0, digestSize),
  kindLength: uint16le(32),
  valueLength: uint16le(34),
  reserved: reserved(36, 4),
});

/** The section of a disk signature that was asked for. */
export const signatureSection = "SIGN";
export const signatureRecord = record("manifest signature", 4, { diskSignature: uint32le(0) });

/** The section of a disk that asks for a key before it starts. It has no content. */
export const bootPromptSection = "PRMT";

export const spanRecord = record("manifest span", 16, { offset: uint64le(0), length: uint64le(8) });

/** Followed by its runs (as spans) and its path in UTF-8. */
export const fileRecord = record("manifest file", 24, {
  size: uint64le(0),
  /** Milliseconds since 1970; 0 where the image records no time. */
  modified: uint64le(8),
  runCount: uint32le(16),
  pathLength: uint16le(20),
  reserved: reserved(22, 2),
});

/** What a write left on a target: what was written where, of what image, and how each part is proved. */
export type Manifest = {
  readonly program: string;
  /** Null where it was written without: by win7usb before format 2, or from no image. */
  readonly origin: ImageOrigin | null;
  /** What was changed in the image's files. */
  readonly edits: readonly PlannedEdit[];
  /** The disk signature that was asked for; null where it follows from what was laid out. */
  readonly signature: number | null;
  /** Whether it asks for a key before it starts. */
  readonly bootPrompt: boolean;
  readonly fileSystem: FileSystemName;
  readonly label: string;
  readonly diskSize: number;
  readonly contentEnd: number;
  readonly clusterSize: number;
  readonly unitSize: number;
  readonly spans: readonly Span[];
  /** Null where they did not fit. */
  readonly files: readonly PlannedFile[] | null;
  readonly units: readonly OwnedSpan[];
  /** One SHA-256 a unit. */
  readonly digests: Uint8Array;
};

export type ManifestLayout = Omit<Manifest, "digests">;

const utf8 = new TextEncoder();

/** Everything of a plan's manifest but the digests. */
export function layoutManifest(plan: DiskPlan, manifestOffset: number): ManifestLayout {
  const { fileSystem, label, diskSize, contentEnd, clusterSize, origin = null, edits = [], signature = null } = plan;
  const { bootPrompt = false } = plan;
  const spans = coverage(plan.extents, manifestOffset);
  const made = { program: packageVersion, origin, edits, signature, bootPrompt };
  const common = { ...made, fileSystem, label, diskSize, contentEnd, clusterSize, spans };
  for (const files of [plan.files, null]) {
    const owned = ownersOf(spans, files ?? [], clusterSize);
    const coarsest = files === null ? largestUnit : largestUnitWithFiles;
    const mostUnits = Math.floor((largestManifest - lengthOf({ ...common, files, units: [] })) / digestSize);
    for (let unitSize = smallestUnit; unitSize <= coarsest; unitSize *= 2) {
      const units = unitsUpTo(mostUnits, owned, unitSize);
      if (units !== null) return { ...common, files, unitSize, units };
    }
  }
  throw new RangeError(`a disk of ${diskSize} bytes is too large for a manifest`);
}

function lengthOf(shape: Omit<ManifestLayout, "unitSize">): number {
  const { label, spans, files, units } = shape;
  let length = manifestHeader.size + utf8.encode(label).length + spans.length * spanRecord.size;
  length += encodeSections(shape).length;
  for (const { path, runs } of files ?? []) {
    length += fileRecord.size + runs.length * spanRecord.size + utf8.encode(path).length;
  }
  return length + units.length * digestSize + digestSize;
}

/** The manifest's bytes. `digests` has `digestSize` bytes for each of the shape's units. */
export function encodeManifest(shape: ManifestLayout, digests: Uint8Array): Uint8Array {
  const { spans, files, units } = shape;
  const label = utf8.encode(shape.label);
  const sections = encodeSections(shape);
  const length = lengthOf(shape);
  const parts: Uint8Array[] = [
    manifestHeader.encode({
      magic: manifestMagic,
      format: manifestFormat,
      osType: partitionTypes[shape.fileSystem],
      listsFiles: files === null ? 0 : 1,
      length,
      program: shape.program.slice(0, manifestHeader.fields.program.width),
      diskSize: shape.diskSize,
      contentEnd: shape.contentEnd,
      clusterSize: shape.clusterSize,
      unitSize: shape.unitSize,
      spanCount: spans.length,
      fileCount: files?.length ?? 0,
      unitCount: units.length,
      labelLength: label.length,
      oldestReader: manifestFormat,
      sectionsLength: sections.length,
    }),
    label,
    sections,
    ...spans.map(({ start, end }) => spanRecord.encode({ offset: start, length: end - start })),
  ];
  for (const file of files ?? []) parts.push(...encodeFile(file));
  parts.push(digests);
  const body = Buffer.concat(parts);
  const manifest = Buffer.concat([body, createHash("sha256").update(body).digest()]);
  if (manifest.length !== length) throw new RangeError(`the manifest has ${manifest.length} bytes, expected ${length}`);
  return manifest;
}

/** What stands in sections. */
export type Sections = Pick<Manifest, "origin" | "edits" | "signature" | "bootPrompt">;

function encodeSections({ origin, edits, signature, bootPrompt }: Sections): Uint8Array {
  const sections = edits.map((edit) => encodeSection(editSection, encodeEdit(edit)));
  if (origin !== null) sections.unshift(encodeSection(originSection, encodeOrigin(origin)));
  if (signature !== null) {
    sections.push(encodeSection(signatureSection, signatureRecord.encode({ diskSignature: signature })));
  }
  if (bootPrompt) sections.push(encodeSection(bootPromptSection, new Uint8Array()));
  return Buffer.concat(sections);
}

function encodeSection(name: string, content: Uint8Array): Uint8Array {
  return Buffer.concat([sectionRecord.encode({ name, length: content.length }), content]);
}

function encodeOrigin({ size, volumeLabel, sha256 }: ImageOrigin): Uint8Array {
  const label = utf8.encode(volumeLabel);
  const fields = { size, sha256: digestOf(sha256), labelLength: label.length };
  return Buffer.concat([originRecord.encode(fields), label]);
}

function encodeEdit({ kind, value, sha256 }: PlannedEdit): Uint8Array {
  const texts = [utf8.encode(kind), utf8.encode(value)] as const;
  const fields = { sha256: digestOf(sha256), kindLength: texts[0].length, valueLength: texts[1].length };
  return Buffer.concat([editRecord.encode(fields), ...texts]);
}

/** Zeros where it is not known. */
function digestOf(sha256: string | null): Uint8Array {
  return Buffer.from(sha256 ?? "00".repeat(digestSize), "hex");
}

function encodeFile({ path, size, runs, modified = 0 }: PlannedFile): Uint8Array[] {
  const name = utf8.encode(path);
  const entry = { size, modified: Math.max(0, Math.floor(modified)), runCount: runs.length, pathLength: name.length };
  return [fileRecord.encode(entry), ...runs.map((run) => spanRecord.encode(run)), name];
}
