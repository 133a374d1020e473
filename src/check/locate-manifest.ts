/** Finds the manifest of a target: behind the partition that the partition table names, or where its size puts it. */
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
import type { Difference } from "./differences.js";
import type { ReadBytes } from "../source/byte-source.js";

export type FoundManifest = {
  /** The partition table's first entry, where there is one such as win7usb writes. */
  readonly partition: (DiskPartition & { readonly osType: number }) | undefined;
  readonly read: ReadManifest;
  /** Byte of the target where the manifest lies or should lie: the partition's end. */
  readonly areaStart: number;
  /** Of the manifest's own place. */
  readonly differences: readonly Difference[];
};

export async function locateManifest(reader: DriveReader, read: ReadBytes): Promise<FoundManifest> {
  const partition = await readPartition(read);
  const bySize = endOf(partitionOf(reader.size));
  const places = partition === undefined ? [bySize] : [endOf(partition), bySize];
  let best: FoundManifest | undefined;
  for (const areaStart of places) {
    const found = await readArea(reader, read, areaStart);
    const candidate = { partition, areaStart, ...found };
    if (candidate.read.kind === "manifest") return candidate;
    if (best === undefined || (best.read.kind === "absent" && candidate.read.kind === "damaged")) best = candidate;
  }
  return best!;
}

async function readPartition(read: ReadBytes): Promise<FoundManifest["partition"]> {
  try {
    const record = masterBootRecord.decode(await read(0, sectorSize));
    const { osType, startingLba, sizeInLba } = partitionEntry.decode(record.partition1);
    const usual = record.signature === bootSignature && startingLba * sectorSize === partitionAlignment;
    return usual ? { startSector: startingLba, sectorCount: sizeInLba, osType } : undefined;
  } catch (error) {
    if (error instanceof Win7UsbError) return undefined;
    throw error;
  }
}

async function readArea(reader: DriveReader, read: ReadBytes, start: number) {
  const whole = { start, end: start + manifestAreaSize, file: noFile };
  const absent = (reason: string, kind: Difference["kind"]) => ({
    read: { kind: "absent", reason } as const,
    differences: [{ ...whole, kind }],
  });
  if (whole.end > reader.size) return absent(`it ends at byte ${reader.size}, before its manifest`, "different");
  let area: Uint8Array;
  try {
    area = await read(start, manifestAreaSize);
  } catch (error) {
    if (error instanceof Win7UsbError) return absent(`its manifest cannot be read: ${error.message}`, "unreadable");
    throw error;
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
