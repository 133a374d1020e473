/**
 * What an NTFS volume that win7usb laid out says of its files, for a tree that is laid out again. Records are numbered in the
 * tree's order. Trap: NTFS has every time, also where the image had none: whether a time of creation is the image's own
 * cannot be told where it is that of the last change.
 */
import { millisecondsOf } from "../../../bytes/file-time.js";
import type { Span } from "../../../extents/extent.js";
import type { ReadBytes } from "../../../source/byte-source.js";
import type { FileAttributes, FileTimes } from "../../../tree/index.js";
import type { ListedNode } from "../../listed-node.js";
import { assertVolume } from "../../volume-fault.js";
import { fileAttributeBits } from "../records/file-name.js";
import type { StandardInformation } from "../records/standard-information.js";
import { firstFileRecord, systemRecords } from "../records/volume-format.js";
import { readNtfsVolume } from "./volume.js";

/** The root first; those of one directory in its order. Throws VolumeFault, and what `read` throws. */
export async function ntfsNodes(read: ReadBytes, partition: Span): Promise<ListedNode[]> {
  const { files, tree } = await readNtfsVolume(read, partition);
  const root = files.get(systemRecords.root);
  const entries = tree.entries
    .filter(({ file }) => file.record >= firstFileRecord)
    .toSorted((one, other) => one.file.record - other.file.record);
  const listed = [{ path: "", file: root }, ...entries];
  return listed.map(({ path, file }) => {
    const standard = file?.standard ?? null;
    assertVolume(file !== undefined && standard !== null, `${path} has no times`);
    return { path, directory: file.directory, times: timesOf(standard), attributes: attributesOf(standard) };
  });
}

function timesOf({ created, modified, accessed }: StandardInformation): FileTimes {
  return {
    created: millisecondsOf(created),
    modified: millisecondsOf(modified),
    accessed: millisecondsOf(accessed),
  };
}

function attributesOf({ attributes }: StandardInformation): FileAttributes {
  const has = (bit: number): boolean => (attributes & bit) !== 0;
  return {
    ...(has(fileAttributeBits.readOnly) ? { readOnly: true } : {}),
    ...(has(fileAttributeBits.hidden) ? { hidden: true } : {}),
    ...(has(fileAttributeBits.system) ? { system: true } : {}),
    ...(has(fileAttributeBits.archive) ? { archive: true } : {}),
  };
}
