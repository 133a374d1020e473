/**
 * Is a stick or image file still what was written? It is read whole and held against a plan made anew from the image, or
 * against the manifest that `write` left behind the partition; what differs is named by file and place. The volume is
 * then followed for what people and systems did to it since. Traps: a difference in a file system's structures need
 * not be damage, and a manifest tells a difference only to within its units, where a plan tells it to the byte.
 */
import type { DriveReader } from "../drive/drive-reader.js";
import { Win7UsbError } from "../errors.js";
import { partitionAlignment } from "../volumes/mbr.js";
import type { DiskPlan, FileSystemName, PlannedFile } from "../volumes/plan.js";
import type { Span } from "../extents/extent.js";
import { noFile } from "../manifest/hash-units.js";
import type { Manifest } from "../manifest/manifest.js";
import { overlapping } from "../extents/search.js";
import { compareWithManifest, compareWithPlan, type CompareOptions, type Comparison } from "./compare.js";
import type { Difference } from "./differences.js";
import { readFatVolume } from "../volumes/fat32/read/volume.js";
import { contentByManifest, contentByPlan, type ContentCheck } from "./file-content.js";
import { classifyFat32 } from "./classify-fat32.js";
import { classifyNtfs } from "./classify-ntfs.js";
import type { VolumeFindings } from "./findings.js";
import type { FoundManifest } from "./locate-manifest.js";
import { joined, mismatchOf, type Mismatch } from "./mismatch.js";
import { readNtfsVolume } from "../volumes/ntfs/read/volume.js";
import { createReadBytes } from "./read-bytes.js";
import { fixedStructureName } from "./structure-names.js";
import { VolumeFault, VolumeLimit } from "../volumes/volume-fault.js";

export type { Note } from "./findings.js";
export type { Mismatch, MismatchCause } from "./mismatch.js";

export type CheckFindings = VolumeFindings & {
  /** Bytes that were compared. */
  readonly bytes: number;
};

/** What should be on the target. */
export type Expectation =
  | { readonly kind: "image"; readonly plan: DiskPlan; readonly found: FoundManifest }
  | { readonly kind: "manifest"; readonly manifest: Manifest; readonly found: FoundManifest };

type Expected = {
  readonly files: readonly PlannedFile[];
  readonly fileSystem: FileSystemName;
  readonly reader: DriveReader;
  readonly partition: Span;
  readonly contentOf: ContentCheck;
  /** Differences are told to the byte. */
  readonly exact: boolean;
};

/**
 * With an image whose plan is that of the target's manifest, what is as it was written and yet not as in the image is
 * `other-image`: nobody has touched it since. Rejects where the image cannot be read and where `advanced` throws; what the
 * target does is in the findings.
 */
export async function checkAgainst(expectation: Expectation, options: CompareOptions): Promise<CheckFindings> {
  const { found } = expectation;
  const { differences, ofImage, bytes } = await compare(expectation, options);
  const { files, fileSystem } = expectation.kind === "image" ? expectation.plan : expectation.manifest;
  const partition = { start: partitionAlignment, end: found.areaStart };
  const exact = expectation.kind === "image";
  const contentOf = contentCheckOf(expectation, ofImage.length > 0);
  const expected = { files: files ?? [], fileSystem, reader: options.reader, partition, contentOf, exact };
  const { mismatches, ...findings } = await classify([...differences, ...found.differences], expected);
  const others = ofImage.map((each) => {
    const structure = each.file === noFile ? fixedStructureName(each, partition, fileSystem) : null;
    return mismatchOf(each, files ?? [], "other-image", { structure });
  });
  return { ...findings, mismatches: joined([...mismatches, ...others]), bytes };
}

type Compared = Comparison & {
  /** Where the target is as it was written, and the image has something else. */
  readonly ofImage: readonly Difference[];
};

async function compare(expectation: Expectation, options: CompareOptions): Promise<Compared> {
  if (expectation.kind === "manifest") {
    return { ...(await compareWithManifest(expectation.manifest, options)), ofImage: [] };
  }
  const { plan, found } = expectation;
  const manifest = found.read.kind === "manifest" ? found.read.manifest : null;
  const { differences, notAsWritten, bytes } = await compareWithPlan(plan, options, manifest);
  if (notAsWritten === null) return { differences, ofImage: [], bytes };
  const isAsWritten = ({ start, end }: Difference): boolean =>
    overlapping(notAsWritten, start, end).next().done === true;
  return {
    differences: differences.filter((each) => !isAsWritten(each)),
    ofImage: differences.filter(isAsWritten),
    bytes,
  };
}

/** By what a file that lies elsewhere by now is known. */
function contentCheckOf(expectation: Expectation, isOtherImage: boolean): ContentCheck {
  if (expectation.kind === "manifest") return contentByManifest(expectation.manifest);
  const { read } = expectation.found;
  const byManifest = isOtherImage && read.kind === "manifest" && read.manifest.files !== null;
  return byManifest ? contentByManifest(read.manifest) : contentByPlan(expectation.plan);
}

async function classify(differences: readonly Difference[], expected: Expected): Promise<VolumeFindings> {
  const structures = differences.filter(({ file }) => file === noFile);
  // Where the structures are as they were written, so are the places of all files.
  if (structures.length === 0) return inPlace(differences, expected, {});
  try {
    const read = createReadBytes(expected.reader);
    if (expected.fileSystem === "ntfs") {
      const volume = await readNtfsVolume(read, expected.partition);
      return await classifyNtfs({ ...expected, volume, read, differences });
    }
    const volume = await readFatVolume(read, expected.partition);
    return await classifyFat32({ ...expected, volume, read, differences });
  } catch (error) {
    if (!(error instanceof VolumeFault || error instanceof Win7UsbError)) throw error;
    return inPlace(differences, expected, unfollowed(error, expected.fileSystem));
  }
}

/** The reason given for differences of structures where the volume cannot be read. */
function unfollowed(error: Error, fileSystem: FileSystemName): Partial<Pick<Mismatch, "cause" | "reason">> {
  const reason = `the volume cannot be followed: ${error.message}`;
  const unsure = error instanceof VolumeLimit || (error instanceof Win7UsbError && fileSystem === "ntfs");
  return unsure ? { cause: "undecided", reason } : { reason };
}

/** Every difference is damage, or unreadable, where it is: nothing says that anybody did it. */
function inPlace(
  differences: readonly Difference[],
  { files, partition, fileSystem }: Expected,
  structures: Partial<Pick<Mismatch, "cause" | "reason">>,
): VolumeFindings {
  const mismatches = differences.map((each) => {
    const cause = each.kind === "unreadable" ? "unreadable" : "damaged";
    if (each.file !== noFile) return mismatchOf(each, files, cause);
    const structure = fixedStructureName(each, partition, fileSystem);
    if (structure !== null || cause === "unreadable") return mismatchOf(each, files, cause, { structure });
    return mismatchOf(each, files, structures.cause ?? cause, { reason: structures.reason ?? null });
  });
  return { mismatches, added: [], addedBySystem: [], usedSince: false, notes: [] };
}
