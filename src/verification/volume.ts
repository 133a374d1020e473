/** Checks of the volume: is it complete, can its structures be read, and are the boot files of the kind that they should be? */
import { exactSize, firstFew, formatSize } from "../bytes/amounts.js";
import type { Iso9660Image, TruncatedFile } from "../iso9660-reader/index.js";
import type { ByteSource } from "../source/byte-source.js";
import { paddingCode } from "../iso9660-reader/index.js";
import { find } from "../tree/index.js";
import type { BiosBootEntry, BootFileCheck } from "../windows/index.js";
import { checkBootFiles } from "../windows/index.js";
import type { Check } from "./verdict.js";
import type { ReadOutcome } from "./read-image.js";

/** Sectors of 512 bytes that a BIOS could load below the video memory; a larger boot image is not read. */
const bootImageSectorLimit = 1280;
const bootImageSectorSize = 512;
/** Bytes: El Torito's locations count sectors of the disc. */
const discSectorSize = 2048;
/** Cut files that are named in the message. */
export const cutFilesNamed = 3;

/** A truncated file was not received or copied completely. */
const truncatedHint = "Download or copy it again, and compare its size and SHA-1 with those of where it comes from.";

const base = { kind: "soundness" } as const;

/** What is missing from a truncated image. */
export type Truncation = {
  /** Bytes between the end of the image and the end of the volume, where that is known. */
  readonly missingBytes: number;
  /** Files that reach beyond the image's end. */
  readonly fileCount: number;
  /** The first `cutFileLimit` of them. */
  readonly files: readonly TruncatedFile[];
};

/** Cut files that are listed one by one; beyond that, names no longer help. */
const cutFileLimit = 1000;

/** Null where nothing is known to be missing. */
export function truncationOf({ value: image, problem }: ReadOutcome<Iso9660Image>, size: number): Truncation | null {
  if (image === null) {
    const missing = problem.data["missingBytes"];
    const isKnown = problem.code === "image-truncated" && typeof missing === "number";
    return isKnown ? { missingBytes: missing, fileCount: 0, files: [] } : null;
  }
  const { volumeEnd, truncatedFiles } = image;
  const missingBytes = Math.max(volumeEnd - size, 0);
  if (missingBytes === 0 && truncatedFiles.length === 0) return null;
  return { missingBytes, fileCount: truncatedFiles.length, files: truncatedFiles.slice(0, cutFileLimit) };
}

/** The checks `structure` and `whole`. `officialLength`: the length of the published image that the file begins with. */
export function volumeChecks(
  { value: image, problem }: ReadOutcome<Iso9660Image>,
  size: number,
  officialLength: number | null,
  allow: readonly string[] = [],
): Check[] {
  if (image === null) {
    const { code, message } = problem;
    const isShort = code === "image-truncated";
    const failed = { ...base, status: "fail", code, message } as const;
    const skipped = { ...base, status: "skip", message: "the volume could not be read to its end" } as const;
    return isShort
      ? [
          { ...failed, id: "whole", hint: truncatedHint },
          { ...skipped, id: "structure" },
        ]
      : [
          { ...skipped, id: "whole" },
          { ...failed, id: "structure" },
        ];
  }
  return [wholeCheck(image, size, officialLength, allow), ...structureChecks(image)];
}

function wholeCheck(
  { volumeEnd, truncatedFiles }: Iso9660Image,
  size: number,
  officialLength: number | null,
  allow: readonly string[],
): Check {
  const whole = { ...base, id: "whole" } as const;
  if (size < volumeEnd || truncatedFiles.length > 0) {
    const missing = Math.max(volumeEnd - size, 0);
    const short = `the image is cut short: ${exactSize(missing)} of ${exactSize(volumeEnd)} are missing`;
    const reach = missing === 0 ? "files reach beyond the image's end" : short;
    const message = `${reach}${cutFiles(truncatedFiles)}`;
    if (truncatedFiles.length > 0) {
      return { ...whole, status: "fail", code: "image-truncated", message, hint: truncatedHint };
    }
    const padding = { ...whole, code: paddingCode, message: `${message}, behind its last file` };
    if (!allow.includes(paddingCode)) return { ...padding, status: "fail", hint: truncatedHint };
    return { ...padding, status: "warn", message: `${padding.message} (allowed)` };
  }
  const end = officialLength ?? volumeEnd;
  if (size === end) return { ...whole, status: "pass", message: `all ${exactSize(size)} of the volume are there` };
  const message = `the image is padded: ${exactSize(size - end)} follow the ${exactSize(end)} of the volume; nothing uses them`;
  return { ...whole, status: "warn", code: "image-padded", message };
}

/** A file of which the end is not there, and how much of it. */
const cutFile = ({ path, missingBytes }: TruncatedFile): string => `${path} (${formatSize(missingBytes)})`;

function cutFiles(files: readonly TruncatedFile[]): string {
  if (files.length === 0) return "";
  return `; cut: ${firstFew(files, cutFilesNamed, { text: cutFile, last: ", and" })}`;
}

/** The reader's warnings, without those that the checks `whole` and `el-torito` report. */
function structureChecks(image: Iso9660Image): Check[] {
  const structure = { ...base, id: "structure" } as const;
  const warnings = image.warnings.filter(({ code }) => code !== "image-short");
  if (warnings.length > 0) return warnings.map((warning) => ({ ...structure, status: "warn", ...warning }));
  const systems = image.fileSystems.map(({ fileSystem, revision }) => [fileSystem, revision ?? []].flat().join(" "));
  const message = `every directory and file entry was read (${systems.join(", ")})`;
  return [{ ...structure, status: "pass", message }];
}

/** One check for each boot file. A missing one means another kind of image, not damage. */
export async function bootFileChecks(image: Iso9660Image, source: ByteSource, isWindows7: boolean): Promise<Check[]> {
  const checks = await checkBootFiles(image.tree, await discBootEntry(image, source));
  return checks.map((check) => {
    const isThere = find(image.tree, check.id)?.kind === "file";
    if (check.status !== "fail") return { ...check, kind: "soundness" };
    return { ...check, ...failureOf(check, isThere && isWindows7) };
  });
}

/** The check `boot-files`, which can be allowed, refuses missing files; and the boot files of another system differ. */
function failureOf({ message }: BootFileCheck, isDamage: boolean): Pick<Check, "kind" | "status" | "message"> {
  return isDamage ? { kind: "soundness", status: "fail", message } : { kind: "suitability", status: "warn", message };
}

/** The entry that a BIOS boots from, with its boot image where that lies in the image. */
async function discBootEntry({ elTorito }: Iso9660Image, source: ByteSource): Promise<BiosBootEntry | null> {
  const entry = elTorito?.entries[0];
  if (entry === undefined) return null;
  const offset = entry.loadRba * discSectorSize;
  const length = Math.min(entry.sectorCount, bootImageSectorLimit) * bootImageSectorSize;
  if (offset + length > source.size) return entry;
  return { ...entry, image: await source.read(offset, length) };
}
