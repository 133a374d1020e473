/**
 * Reads disc images: ISO 9660 (ECMA-119 levels 1 to 4 and ISO 9660:1999), Rock Ridge, Joliet, El Torito and UDF 1.02 to 2.60
 * (ECMA-167 with OSTA's profile). The result is a FileTree whose contents are extents of the image itself.
 *
 * The trap of this field: one image may hold several file systems, and they need not hold the same files. A Windows 7
 * disc's ISO 9660 side has one README.TXT that asks for a reader of UDF; whoever looks at CD001 first sees that and no
 * more. So the newest file system wins, UDF before Joliet before ISO 9660, and a damaged UDF is an error and never a
 * reason to look at the older side. Others: UDF's block size is found by trying anchors (`udf/volume-descriptors.ts`),
 * allocation descriptors stand behind extended attributes (`udf/file-entry.ts`), lengths have 30 bits
 * (`udf/allocation.ts`), and directories of ISO 9660 have gaps at sector ends (`iso9660/directory.ts`).
 *
 * Nothing here knows Windows or drives. Everything in an image is bounded by `limits.ts` before it is believed.
 */
import { exactSize, firstFew } from "../bytes/amounts.js";
import type { Warning } from "../errors.js";
import { Win7UsbError } from "../errors.js";
import type { ByteSource } from "../source/byte-source.js";
import type { FileTree } from "../tree/index.js";
import type { ElTorito } from "./el-torito.js";
import { readElTorito } from "./el-torito.js";
import { damaged } from "./failures.js";
import { readIsoTree } from "./iso9660/tree.js";
import type { IsoVolumes, PrimaryVolume } from "./iso9660/volume-descriptors.js";
import { readIsoVolumes } from "./iso9660/volume-descriptors.js";
import type { Reading, TruncatedFile } from "./reading.js";
import { listWarnings, startReading, warn } from "./reading.js";
import { readUdf } from "./udf/file-system.js";
import { recognize, type Recognition } from "./volume-recognition.js";

export type { BootEntry, ElTorito } from "./el-torito.js";
export type { PrimaryVolume } from "./iso9660/volume-descriptors.js";
export type { Warning } from "../errors.js";
export type { TruncatedFile } from "./reading.js";
export { hasPath } from "./has-path.js";
export { readVolumeExtent, type VolumeExtent } from "./volume-extent.js";

/** File systems of a disc. */
export type IsoFileSystem = "udf" | "joliet" | "iso9660";

/** One of the file systems that an image holds. */
export type FileSystemSummary = {
  readonly fileSystem: IsoFileSystem;
  readonly volumeLabel: string;
  /** UDF's, `"1.02"` to `"2.60"`; absent for others. */
  readonly revision?: string;
  /** Of ISO 9660: names, times and links are those of Rock Ridge. */
  readonly rockRidge?: true;
};

/** A disc image whose structure was read; contents are read through its tree. */
export type Iso9660Image = {
  /** The file system that was read: the newest one there is. */
  readonly fileSystem: IsoFileSystem;
  /** All that the image has, the one that was read first. */
  readonly fileSystems: readonly FileSystemSummary[];
  /** Of the file system that was read. */
  readonly volumeLabel: string;
  /** The primary volume descriptor's identifiers, null in an image of UDF alone. */
  readonly primaryVolume: PrimaryVolume | null;
  readonly tree: FileTree;
  readonly elTorito: ElTorito | null;
  /** Bytes that the source has. */
  readonly size: number;
  /** Bytes that the volume claims; an image with fewer is truncated, one with more is padded. */
  readonly volumeEnd: number;
  /** Files whose content leaves the image. The rest of the tree is readable; see `assertWhole`. */
  readonly truncatedFiles: readonly TruncatedFile[];
  readonly warnings: readonly Warning[];
};

/**
 * Reads an image's structure; file contents are not touched. Throws `image-not-iso`, `image-truncated` (structure
 * behind the image's end), `image-damaged` or `image-unsupported`.
 */
export async function readImage(source: ByteSource): Promise<Iso9660Image> {
  const reading = startReading(source);
  const recognition = await recognize(reading);
  const volumes = readIsoVolumes(recognition);
  const isoEnd = (volumes.primary?.volumeSpaceSize ?? 0) * (volumes.primary?.logicalBlockSize ?? 0);
  const chosen = await readNewest(reading, recognition, volumes).catch((error: unknown) => {
    // Whatever was missed, the cause is the same where the image ends before its volume does.
    const isMissed = error instanceof Win7UsbError && missedCodes.includes(error.code);
    throw isMissed && source.size < isoEnd ? truncated(source.size, isoEnd, error) : error;
  });
  const elTorito = await readElTorito(reading, recognition);
  const { primary } = volumes;
  const volumeEnd = Math.max(isoEnd, chosen.volumeEnd);
  if (source.size < volumeEnd) {
    warn(reading, "image-short", `the image has ${exactSize(source.size)}, but its volume has ${exactSize(volumeEnd)}`);
  }
  const { fileSystem, volumeLabel } = chosen.summary;
  return {
    fileSystem,
    fileSystems: [chosen.summary, ...olderThan(fileSystem, volumes)],
    volumeLabel,
    primaryVolume: primary,
    tree: chosen.tree,
    elTorito,
    size: source.size,
    volumeEnd,
    truncatedFiles: reading.truncatedFiles,
    warnings: listWarnings(reading),
  };
}

/** What bytes that are not there lead to; an unreadable disc is another matter. */
const missedCodes: readonly string[] = ["image-damaged", "image-truncated"];

type Chosen = { readonly summary: FileSystemSummary; readonly tree: FileTree; readonly volumeEnd: number };

async function readNewest(reading: Reading, { nsr, hasMarks }: Recognition, volumes: IsoVolumes): Promise<Chosen> {
  if (nsr === null && hasMarks) {
    throw damaged("the volume recognition sequence has its marks BEA01 or TEA01, but no NSR02 or NSR03 between them");
  }
  if (nsr !== null) {
    const { tree, volumeLabel, revision, volumeEnd } = await readUdf(reading);
    return { summary: { fileSystem: "udf", volumeLabel, revision }, tree, volumeEnd };
  }
  const volume = volumes.joliet ?? volumes.iso9660;
  if (volume === null) throw damaged("the image has volume descriptors (CD001), but no primary one among them");
  const fileSystem = volume.form === "joliet" ? "joliet" : "iso9660";
  const { tree, rockRidge } = await readIsoTree(reading, volume);
  const summary = { fileSystem, volumeLabel: volume.volumeLabel, ...(rockRidge ? { rockRidge } : {}) } as const;
  return { summary, tree, volumeEnd: 0 };
}

function olderThan(chosen: IsoFileSystem, { joliet, iso9660 }: IsoVolumes): FileSystemSummary[] {
  const older: FileSystemSummary[] = [];
  if (chosen === "udf" && joliet !== null) older.push({ fileSystem: "joliet", volumeLabel: joliet.volumeLabel });
  if (chosen !== "iso9660" && iso9660 !== null) older.push({ fileSystem: "iso9660", volumeLabel: iso9660.volumeLabel });
  return older;
}

/** How many file names an error lists before it says how many more there are. */
const namesListed = 3;

/**
 * Throws where the image ends before its volume does: `image-truncated`, which names the first files that are cut and the
 * missing bytes, or `padding-missing`, unless `allow` names it, where no file reaches what is missing.
 */
export function assertWhole({ truncatedFiles, size, volumeEnd }: Iso9660Image, allow: readonly string[] = []): void {
  if (truncatedFiles.length === 0) {
    // Every file is there, but what was cut off once was not copied to its end, and says nothing of the rest.
    if (size < volumeEnd && !allow.includes(paddingCode)) throw paddingMissing(size, volumeEnd);
    return;
  }
  const missingBytes = truncatedFiles.reduce((sum, file) => sum + file.missingBytes, 0);
  const listed = firstFew(truncatedFiles, namesListed, {
    text: (file) => `${file.path} (${exactSize(file.missingBytes)} missing)`,
    last: ", and",
  });
  throw new Win7UsbError("image-truncated", `the image is cut short, it ends inside of ${listed}`, {
    hint: truncatedHint,
    data: {
      truncatedFiles: truncatedFiles.slice(0, namesListed),
      files: truncatedFiles.length,
      missingBytes,
      volumeEnd,
    },
  });
}

/** The name that `allow` lifts the refusal of an image by that lacks nothing but what no file has. */
export const paddingCode = "padding-missing";

function paddingMissing(size: number, volumeEnd: number): Win7UsbError {
  const missingBytes = volumeEnd - size;
  const message = `the image is cut short behind its last file: it has ${exactSize(size)}, its volume has ${exactSize(volumeEnd)}; missing: ${exactSize(missingBytes)}`;
  return new Win7UsbError(paddingCode, message, { hint: truncatedHint, data: { size, volumeEnd, missingBytes } });
}

const truncatedHint =
  "The download or copy is incomplete: fetch the image again and compare its size with the publisher's.";

function truncated(size: number, volumeEnd: number, cause?: unknown): Win7UsbError {
  const missingBytes = volumeEnd - size;
  const message = `the image is cut short: it has ${exactSize(size)}, its volume has ${exactSize(volumeEnd)}; missing: ${exactSize(missingBytes)}`;
  return new Win7UsbError("image-truncated", message, {
    hint: truncatedHint,
    data: { size, volumeEnd, missingBytes },
    cause,
  });
}
