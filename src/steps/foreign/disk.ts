/** Disks in the place of an ISO: a stick that win7usb wrote, anybody's partitioned disk, or a partition of one. */
import { ascii, bytes, reserved, uint16le } from "../../bytes/fields.js";
import { record } from "../../bytes/record.js";
import { readManifest } from "../../manifest/read-manifest.js";
import { readUnfinishedMark } from "../../manifest/unfinished-mark.js";
import type { ByteSource } from "../../source/byte-source.js";
import { hasOurBootCode } from "../../volumes/boot/code.js";
import {
  bootSignature,
  endOf,
  manifestAreaSize,
  masterBootRecord,
  partitionEntry,
  partitionOf,
} from "../../volumes/mbr.js";
import { sectorSize } from "../../volumes/plan.js";
import type { Foreign } from "./signatures.js";

const giveIso = "Give the ISO that it was made of.";

/** Undefined where `source` is no disk. */
export async function foreignDisk(source: ByteSource, head: Uint8Array): Promise<Foreign | undefined> {
  if (head.length < sectorSize) return undefined;
  return (await ownStick(source, head)) ?? partitioned(head) ?? volume(head);
}

/** Where it was written unverified, only its boot code tells; its manifest tells more. */
async function ownStick(source: ByteSource, head: Uint8Array): Promise<Foreign | undefined> {
  const format = "win7usb-stick";
  if (readUnfinishedMark(head.subarray(0, sectorSize)) !== undefined) {
    return { format, is: "it is a stick of win7usb whose writing was begun and not ended", next: giveIso };
  }
  const { partition1, signature } = masterBootRecord.decode(head);
  if (signature !== bootSignature || !hasOurBootCode(head)) return undefined;
  const { startingLba: startSector, sizeInLba: sectorCount } = partitionEntry.decode(partition1);
  const areaStart = endOf(startSector > 0 ? { startSector, sectorCount } : partitionOf(source.size));
  const found =
    areaStart + manifestAreaSize > source.size
      ? undefined
      : readManifest(await source.read(areaStart, manifestAreaSize), areaStart);
  const origin = found?.kind === "manifest" ? found.manifest.origin : null;
  const made = origin === null ? "" : `, made of ${JSON.stringify(origin.volumeLabel)} with ${origin.size} bytes`;
  return { format, is: `it is a stick that win7usb wrote${made}`, next: giveIso };
}

/** UEFI specification 5.3.2, table 5.5: what the header of a GUID partition table begins with. */
const guidTableSignature = "EFI PART";
const guidTable = record("GUID partition table header's signature", 8, { signature: ascii(0, 8) });
/** The table's place is the second logical sector. */
const logicalSectorSizes = [512, 2048, 4096];

function partitioned(head: Uint8Array): Foreign | undefined {
  const next = "Give the installation ISO; what lies on a disk's partitions is not read.";
  const hasGuidTable = logicalSectorSizes.some(
    (at) => head.length >= at + guidTable.size && guidTable.decode(head, at).signature === guidTableSignature,
  );
  if (hasGuidTable) return { format: "gpt", is: "it is a disk with partitions (GPT), as of a stick", next };
  const { signature, partition1, partition2, partition3, partition4 } = masterBootRecord.decode(head);
  const entries = [partition1, partition2, partition3, partition4].map((entry) => partitionEntry.decode(entry));
  const isTable =
    signature === bootSignature &&
    entries.every(({ bootIndicator }) => bootIndicator === 0 || bootIndicator === 0x80) &&
    entries.some(({ osType, startingLba, sizeInLba }) => osType !== 0 && startingLba > 0 && sizeInLba > 0);
  return isTable ? { format: "mbr", is: "it is a disk with partitions (MBR), as of a stick", next } : undefined;
}

/** What the boot sectors of FAT (at two places), NTFS and exFAT are known by. */
const volumeBootSector = record("boot sector's names", sectorSize, {
  jump: bytes(0, 3),
  oemName: ascii(3, 8),
  before: reserved(11, 43),
  fatName: ascii(54, 8),
  between: reserved(62, 20),
  fat32Name: ascii(82, 8),
  behind: reserved(90, 420),
  signature: uint16le(510),
});

function volume(head: Uint8Array): Foreign | undefined {
  const { oemName, fatName, fat32Name, signature } = volumeBootSector.decode(head);
  if (signature !== bootSignature) return undefined;
  const name = ["NTFS", "EXFAT"].find((known) => oemName.trimEnd() === known);
  const isFat = fat32Name.startsWith("FAT32") || /^FAT1[26]/.test(fatName);
  if (name === undefined && !isFat) return undefined;
  const system = name === "EXFAT" ? "exFAT" : (name ?? "FAT");
  return {
    format: system.toLowerCase(),
    is: `it is a volume of ${system}, as of a stick's partition`,
    next: "Give the installation ISO; what lies on a partition is not read.",
  };
}
