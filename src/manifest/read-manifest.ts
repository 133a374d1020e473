/** Reads a manifest back; every count is held against what is there before anything is made of it. */
import { createHash } from "node:crypto";
import { partitionTypes } from "../volumes/mbr.js";
import type { FileSystemName, ImageOrigin, PlannedEdit, PlannedFile } from "../volumes/plan.js";
import type { Span } from "../extents/extent.js";
import { isPowerOfTwo } from "../bytes/units.js";
import { isAllZeros } from "../bytes/zeros.js";
import { ownersOf, runsByPlace, unitsOf } from "./hash-units.js";
import {
  bootPromptSection,
  digestSize,
  editRecord,
  editSection,
  fileRecord,
  largestManifest,
  manifestFormat,
  manifestHeader,
  manifestMagic,
  originRecord,
  originSection,
  sectionRecord,
  signatureRecord,
  signatureSection,
  spanRecord,
  type Manifest,
  type Sections,
} from "./manifest.js";

/**
 * `absent`: there is none; `damaged`: there is, but it is not as it was written; `newer`: it is as it was written, by a later
 * win7usb, and would be misread.
 */
export type ReadManifest =
  | { readonly kind: "manifest"; readonly manifest: Manifest; readonly length: number }
  | { readonly kind: "absent" | "damaged" | "newer"; readonly reason: string };

/** Longer ones are no path of any file system (NTFS: 32,767 characters). */
const longestPath = 65_535;

/** What is read before it is known that the rest is as it was written. */
const manifestStart = manifestHeader.select("magic", "format", "length");

class Fault extends Error {}

function check(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new Fault(reason);
}

/** `area` begins with the manifest; the disk up to `areaOffset` is what it may speak of. */
export function readManifest(area: Uint8Array, areaOffset: number): ReadManifest {
  if (isAllZeros(area)) return { kind: "absent", reason: "it has no manifest, as after a write with --no-verify" };
  const absent = { kind: "absent", reason: "it holds no manifest of win7usb" } as const;
  if (area.length < manifestHeader.size) return absent;
  const { magic, format, length } = manifestStart.decode(area);
  if (magic !== manifestMagic) return absent;
  try {
    check(length >= manifestHeader.size + digestSize && length <= largestManifest, `it says it has ${length} bytes`);
    const body = area.subarray(0, length - digestSize);
    const sha256 = createHash("sha256").update(body).digest();
    check(sha256.equals(area.subarray(length - digestSize, length)), "its SHA-256 is another one");
    check(format > 0, "it has no format");
    const { oldestReader } = manifestHeader.decode(body);
    if (format > manifestFormat && oldestReader > manifestFormat) {
      return { kind: "newer", reason: `its manifest has format ${format}, a newer win7usb's` };
    }
    return { kind: "manifest", manifest: decode(body, areaOffset), length };
  } catch (error) {
    if (error instanceof Fault || error instanceof RangeError) {
      return { kind: "damaged", reason: `its manifest is damaged: ${error.message}` };
    }
    throw error;
  }
}

/** A position in the manifest; `take` throws where less is left. */
class Cursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  take(length: number): Uint8Array {
    check(length <= this.left, `${length} bytes are wanted at ${this.#at}, ${this.left} are there`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  span(): Span {
    const { offset, length } = spanRecord.decode(this.take(spanRecord.size));
    check(length > 0 && Number.isSafeInteger(offset + length), `a span of ${length} bytes at ${offset}`);
    return { start: offset, end: offset + length };
  }

  text(length: number): string {
    return new TextDecoder().decode(this.take(length));
  }
}

function decode(body: Uint8Array, areaOffset: number): Manifest {
  const cursor = new Cursor(body);
  const header = manifestHeader.decode(cursor.take(manifestHeader.size));
  const { diskSize, contentEnd, clusterSize, unitSize, unitCount } = header;
  check(isPowerOfTwo(clusterSize) && isPowerOfTwo(unitSize), `clusters of ${clusterSize}, units of ${unitSize} bytes`);
  check(areaOffset < diskSize && contentEnd <= diskSize, `content up to ${contentEnd} of ${diskSize} bytes`);
  const fileSystem = fileSystemOf(header.osType);
  const label = cursor.text(header.labelLength);
  const made = decodeSections(cursor.take(header.sectionsLength));
  const spans = decodeSpans(cursor, header.spanCount, areaOffset);
  const files = header.listsFiles === 0 ? null : decodeFiles(cursor, header.fileCount, spans);
  check(cursor.left === unitCount * digestSize, `${cursor.left} bytes of digests for ${unitCount} units`);
  const covered = spans.reduce((sum, { start, end }) => sum + end - start, 0);
  check(covered / unitSize <= unitCount, `${unitCount} units of ${unitSize} bytes for ${covered} bytes`);
  const units = unitsOf(ownersOf(spans, files ?? [], clusterSize), unitSize);
  check(units.length === unitCount, `${unitCount} units, expected ${units.length}`);
  const program = header.program.trimEnd();
  const common = { program, ...made, fileSystem, label, diskSize, contentEnd, clusterSize, unitSize };
  return { ...common, spans, files, units, digests: cursor.take(unitCount * digestSize) };
}

/** Sections of other names are a later win7usb's, and nothing that the rest depends on. */
function decodeSections(bytes: Uint8Array): Sections {
  const cursor = new Cursor(bytes);
  let origin: ImageOrigin | null = null;
  const edits: PlannedEdit[] = [];
  let signature: number | null = null;
  let bootPrompt = false;
  while (cursor.left > 0) {
    const { name, length } = sectionRecord.decode(cursor.take(sectionRecord.size));
    const content = new Cursor(cursor.take(length));
    if (name === originSection) origin = decodeOrigin(content);
    else if (name === editSection) edits.push(decodeEdit(content));
    else if (name === signatureSection)
      signature = signatureRecord.decode(content.take(signatureRecord.size)).diskSignature;
    else if (name === bootPromptSection) bootPrompt = true;
  }
  return { origin, edits, signature, bootPrompt };
}

function decodeOrigin(cursor: Cursor): ImageOrigin {
  const { size, sha256, labelLength } = originRecord.decode(cursor.take(originRecord.size));
  return { size, volumeLabel: cursor.text(labelLength), sha256: digestOf(sha256) };
}

function decodeEdit(cursor: Cursor): PlannedEdit {
  const { sha256, kindLength, valueLength } = editRecord.decode(cursor.take(editRecord.size));
  return { kind: cursor.text(kindLength), value: cursor.text(valueLength), sha256: digestOf(sha256) };
}

function digestOf(sha256: Uint8Array): string | null {
  return isAllZeros(sha256) ? null : Buffer.from(sha256).toString("hex");
}

function decodeSpans(cursor: Cursor, count: number, areaOffset: number): Span[] {
  const spans: Span[] = [];
  let position = 0;
  for (let index = 0; index < count; index += 1) {
    const span = cursor.span();
    check(span.start >= position && span.end <= areaOffset, `a span from ${span.start} to ${span.end}`);
    position = span.end;
    spans.push(span);
  }
  check(spans[0]?.start === 0, "it does not speak of the sector that makes a disk bootable");
  return spans;
}

function decodeFiles(cursor: Cursor, count: number, spans: readonly Span[]): PlannedFile[] {
  const files: PlannedFile[] = [];
  for (let index = 0; index < count; index += 1) files.push(decodeFile(cursor));
  let position = 0;
  let span = 0;
  for (const { start, end } of runsByPlace(files)) {
    while (span < spans.length && spans[span]!.end < end) span += 1;
    const inside = span < spans.length && spans[span]!.start <= start;
    check(start >= position && inside, `a file's run from ${start} to ${end}`);
    position = end;
  }
  return files;
}

function decodeFile(cursor: Cursor): PlannedFile {
  const { size, modified, runCount, pathLength } = fileRecord.decode(cursor.take(fileRecord.size));
  check(runCount * spanRecord.size <= cursor.left && pathLength <= longestPath, `a file of ${runCount} runs`);
  const runs = Array.from({ length: runCount }, () => cursor.span()).map(({ start, end }) => ({
    offset: start,
    length: end - start,
  }));
  const total = runs.reduce((sum, run) => sum + run.length, 0);
  check(total === size, `a file of ${size} bytes whose runs have ${total}`);
  const path = cursor.text(pathLength);
  return { path, size, runs, ...(modified === 0 ? {} : { modified }) };
}

function fileSystemOf(osType: number): FileSystemName {
  for (const name of ["fat32", "ntfs"] as const) if (partitionTypes[name] === osType) return name;
  throw new Fault(`the partition type ${osType}`);
}
