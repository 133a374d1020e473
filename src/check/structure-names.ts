/** Names, for people, of the parts of a disk that no system changes; without them a stick may no longer boot. */
import { bootFileSize } from "../volumes/ntfs/records/boot-sector.js";
import { masterBootRecord } from "../volumes/mbr.js";
import { sectorSize, type FileSystemName } from "../volumes/plan.js";
import type { Span } from "../extents/extent.js";

const { bootCode, diskSignature, partition1, signature } = masterBootRecord.fields;

/** Of `span`, in bytes of the disk, by where it begins; null for the inside of the volume. */
export function fixedStructureName({ start, end }: Span, partition: Span, fileSystem: FileSystemName): string | null {
  if (start < sectorSize) return end > sectorSize ? "master boot record and the gap behind it" : bootRecordPart(start);
  if (start < partition.start) return "gap before the partition";
  if (start >= partition.end) return "manifest's place behind the partition";
  if (start < partition.start + sectorSize) return "boot sector";
  if (fileSystem === "fat32") return null;
  if (start < partition.start + bootFileSize) return "boot code in $Boot";
  return end > partition.end - sectorSize ? "copy of the boot sector" : null;
}

function bootRecordPart(at: number): string {
  if (at < bootCode.offset + bootCode.width) return "boot code of the master boot record";
  if (at < partition1.offset)
    return at < diskSignature.offset + diskSignature.width ? "disk signature" : "master boot record";
  return at < signature.offset ? "partition table" : "master boot record";
}
