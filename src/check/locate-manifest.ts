/**
 * Finds what win7usb left on a target: the manifest, behind the partition in the partition table or where the target's size puts
 * it; the mark of an unfinished write; boot code.
 */
import type { DriveReader } from "../drive/drive-reader.js";
import { Win7UsbError } from "../errors.js";
import {
  bootSignature,
  endOf,
  manifestAreaSize,
  masterBootRecord,
  partitionAlignment,
  partitionEntry,
  partitionOf,
  type DiskPartition,
} from "../volumes/mbr.js";
import { sectorSize } from "../volumes/plan.js";
import { noFile } from "../manifest/hash-units.js";
import { isAllZeros } from "../bytes/zeros.js";
import { readManifest, type ReadManifest } from "../manifest/read-manifest.js";
import { readUnfinishedMark } from "../manifest/unfinished-mark.js";
import { fat32BootCode, hasOurBootCode, ntfsBootCode } from "../volumes/boot/code.js";
import { fat32BootSector } from "../volumes/fat32/records/boot-sector.js";
import { ntfsBootSector } from "../volumes/ntfs/records/boot-sector.js";
import type { Difference } from "./differences.js";
import type { ReadBytes } from "../source/byte-source.js";

export type FoundManifest = {
  /** The partition table's first entry, where there is one such as win7usb writes. */
  readonly partition: (DiskPartition & { readonly osType: number }) | undefined;
  /** The version whose write of it was not finished; null where none is. */
  readonly unfinishedBy: string | null;
  /** Whether boot code of this win7usb is on it; null where the sectors cannot be read. */
  readonly hasBootCode: boolean | null;
  /** `unreadable`: the target gives an error where it lies or should lie. */
  readonly read: ReadManifest | { readonly kind: "unreadable"; readonly reason: string };
  /** Byte of the target where the manifest lies or should lie: the partition's end. */
  readonly areaStart: number;
  /** Bytes of the stick that its partition table promises, where the target ends before; else null. */
  readonly cutFrom: number | null;
  /** Of the manifest's own place. */
  readonly differences: readonly Difference[];
};

export async function locateManifest(reader: DriveReader, read: ReadBytes): Promise<FoundManifest> {
  const first = await readSector(reader, read, 0);
  const volume = await readSector(reader, read, partitionAlignment);
  const partition = first === null ? undefined : partitionIn(first);
  const unfinishedBy = first === null ? null : (readUnfinishedMark(first) ?? null);
  const known = first !== null && (hasOurBootCode(first) || (volume !== null && isOurBootSector(volume)));
  const hasBootCode = known || (first !== null && volume !== null) ? known : null;
  const bySize = endOf(partitionOf(reader.size));
  const places = partition === undefined ? [bySize] : [endOf(partition), bySize];
  const whole = partition === undefined || !known ? 0 : endOf(partition) + manifestAreaSize;
  const cutFrom = whole > reader.size ? whole : null;
  let best: FoundManifest | undefined;
  for (const areaStart of places) {
    const found = await readArea(reader, read, areaStart);
    const candidate = { partition, unfinishedBy, hasBootCode, areaStart, cutFrom, ...found };
    if (candidate.read.kind === "manifest") return candidate;
    if (best === undefined || (isNone(best) && !isNone(candidate))) best = candidate;
  }
  return best!;
}

/** Whether nothing of a manifest was read. */
export function isNone({ read }: Pick<FoundManifest, "read">): boolean {
  return read.kind === "absent" || read.kind === "unreadable";
}

/** Null where it cannot be read; zeros behind the target's end. */
async function readSector(reader: DriveReader, read: ReadBytes, offset: number): Promise<Uint8Array | null> {
  if (offset + sectorSize > reader.size) return new Uint8Array(sectorSize);
  try {
    return await read(offset, sectorSize);
  } catch (error) {
    if (error instanceof Win7UsbError) return null;
    throw error;
  }
}

function partitionIn(sector: Uint8Array): FoundManifest["partition"] {
  const record = masterBootRecord.decode(sector);
  const { osType, startingLba, sizeInLba } = partitionEntry.decode(record.partition1);
  const usual = record.signature === bootSignature && startingLba * sectorSize === partitionAlignment;
  return usual ? { startSector: startingLba, sectorCount: sizeInLba, osType } : undefined;
}

function isOurBootSector(sector: Uint8Array): boolean {
  return (
    startsWith(sector, fat32BootCode.sector0, fat32BootSector.fields.bootCode.offset) ||
    startsWith(sector, ntfsBootCode.sector0, ntfsBootSector.fields.bootstrap.offset)
  );
}

function startsWith(sector: Uint8Array, code: Uint8Array, offset: number): boolean {
  return Buffer.compare(sector.subarray(offset, offset + code.length), code) === 0;
}

async function readArea(reader: DriveReader, read: ReadBytes, start: number) {
  const whole = { start, end: start + manifestAreaSize, file: noFile };
  const none = (kind: "absent" | "unreadable", reason: string, difference: Difference["kind"]) => ({
    read: { kind, reason },
    differences: [{ ...whole, kind: difference }],
  });
  if (whole.end > reader.size)
    return none("absent", `it ends at byte ${reader.size}, before its manifest`, "different");
  let area: Uint8Array;
  try {
    area = await read(start, manifestAreaSize);
  } catch (error) {
    if (!(error instanceof Win7UsbError)) throw error;
    return none("unreadable", `its manifest cannot be read: ${error.message}`, "unreadable");
  }
  const result = readManifest(area, start);
  // Zeros are what a write with --no-verify leaves there.
  if (isAllZeros(area)) return { read: result, differences: [] };
  if (result.kind !== "manifest") return { read: result, differences: [{ ...whole, kind: "different" as const }] };
  const rest = area.subarray(result.length);
  const first = rest.findIndex((byte) => byte !== 0);
  if (first < 0) return { read: result, differences: [] };
  const at = start + result.length;
  const last = rest.findLastIndex((byte) => byte !== 0);
  return {
    read: result,
    differences: [{ start: at + first, end: at + last + 1, file: noFile, kind: "different" as const }],
  };
}
