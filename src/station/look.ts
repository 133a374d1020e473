/**
 * What is on a stick: nothing, what win7usb put there, or somebody's data. It is read past the system's cache, and nothing is mounted.
 * Whatever cannot be told counts as data. Empty is a stick of zeros (or of the ones that flash is erased to), and one as it is sold:
 * each of its volumes is FAT or exFAT without a file. Ours has a manifest and no file that the manifest does not know, or the mark
 * of a write that has not ended.
 */
import { setTimeout as delay } from "node:timers/promises";
import { locateManifest } from "../check/locate-manifest.js";
import { isMadeBySystems } from "../check/made-by-systems.js";
import { createReadBytes } from "../check/read-bytes.js";
import { firstFew } from "../bytes/amounts.js";
import { KiB, MiB, roundDown } from "../bytes/units.js";
import type { Drive } from "../drive/drive.js";
import { openDriveReader, type DriveReader } from "../drive/drive-reader.js";
import { Win7UsbError } from "../errors.js";
import type { Span } from "../extents/extent.js";
import type { Manifest } from "../manifest/manifest.js";
import type { ReadBytes } from "../source/byte-source.js";
import { checkRange } from "../source/byte-source.js";
import { readFatVolume } from "../volumes/fat32/read/volume.js";
import {
  bootSignature,
  endOf,
  masterBootRecord,
  partitionAlignment,
  partitionEntry,
  partitionOf,
} from "../volumes/mbr.js";
import { readNtfsVolume } from "../volumes/ntfs/read/volume.js";
import { attributeTypes } from "../volumes/ntfs/records/attributes.js";
import { systemRecords } from "../volumes/ntfs/records/volume-format.js";
import { sectorSize } from "../volumes/plan.js";
import { recogniseVolume } from "../volumes/recognise/index.js";
import { namesInRoot } from "../volumes/recognise/root-names.js";
import { VolumeFault } from "../volumes/volume-fault.js";
import type { StickContent } from "./selection.js";

/** Milliseconds: a stick that takes longer to say what it holds is not taken. */
const longestLook = 60_000;

/** Never rejects for what the drive does. */
export async function lookAtStick(drive: Drive): Promise<StickContent> {
  const stop = new AbortController();
  const late = delay(longestLook, unknown("does not answer"), { ref: false, signal: stop.signal });
  const found = await Promise.race([look(drive), late.catch(() => unknown("does not answer"))]);
  stop.abort();
  return found;
}

const unknown = (words: string): StickContent => ({ kind: "unknown", words });
const data = (words: string): StickContent => ({ kind: "data", words });

async function look(drive: Drive): Promise<StickContent> {
  let reader: DriveReader | undefined;
  try {
    reader = await openDriveReader({ kind: "drive", path: drive.path, drive });
    return await stickContent(reader);
  } catch (error) {
    if (!(error instanceof Win7UsbError)) throw error;
    return unknown(`cannot be read: ${error.message}`);
  } finally {
    await reader?.close();
  }
}

/** For a reader that is open. Rejects with what reading gives. */
export async function stickContent(reader: DriveReader): Promise<StickContent> {
  const unbounded = createReadBytes(reader);
  const found = await locateManifest(reader, unbounded);
  const read = within(unbounded, { start: 0, end: reader.size });
  if (found.unfinishedBy !== null) return { kind: "ours" };
  if (found.read.kind === "manifest") return contentBeside(found.read.manifest, found.areaStart, read);
  if (found.hasBootCode === true) return data("was made by win7usb, and cannot be proved: it has no manifest");
  return contentOfOthers(read, reader.size);
}

/** Only what lies in `span`, from its first byte on: a volume says of itself where its parts are, and may say anything. */
function within(read: ReadBytes, { start, end }: Span): ReadBytes {
  return async (offset, length) => {
    checkRange(end - start, offset, length);
    return read(start + offset, length);
  };
}

/** What people have put on a stick of ours. */
async function contentBeside(manifest: Manifest, areaStart: number, read: ReadBytes): Promise<StickContent> {
  const partition = { start: partitionAlignment, end: areaStart };
  if (manifest.files === null) return data("was made by win7usb, and which files are its own is not known");
  const own = new Set(manifest.files.map(({ path }) => path.toUpperCase()));
  try {
    const paths = await pathsIn(manifest, read, partition);
    const added = paths.filter((path) => !own.has(path.toUpperCase()) && !isMadeBySystems(path));
    return added.length === 0 ? { kind: "ours" } : data(`was made by win7usb, and ${wordsOf(added)} was added`);
  } catch (error) {
    if (![VolumeFault, Win7UsbError, RangeError].some((kind) => error instanceof kind)) throw error;
    return data(`was made by win7usb, and is damaged: what else is on it is not known`);
  }
}

async function pathsIn({ fileSystem }: Manifest, read: ReadBytes, partition: Span): Promise<string[]> {
  if (fileSystem === "fat32") {
    const { entries } = await readFatVolume(read, partition);
    return entries.filter(({ directory }) => !directory).map(({ path }) => path);
  }
  const { tree, faults, log } = await readNtfsVolume(read, partition);
  if (log === "open") throw new VolumeFault("changes may be in its log alone");
  if (faults.length > 0) throw new VolumeFault(faults[0]!.reason);
  return tree.entries
    .filter(({ file }) => file.record > systemRecords.reparse)
    .flatMap(({ path, file }) => {
      const streams = file.attributes.filter(({ typeCode, name }) => typeCode === attributeTypes.data && name !== "");
      return [...(file.directory ? [] : [path]), ...streams.map(({ name }) => `${path}:${name}`)];
    });
}

/** Names in a sentence. */
const mostNamed = 2;
const wordsOf = (names: readonly string[]): string => firstFew(names, mostNamed);

async function contentOfOthers(read: ReadBytes, size: number): Promise<StickContent> {
  const whole = await volumeContent(read, { start: 0, end: size });
  if (whole !== null) return whole;
  const partitions = partitionsIn(await read(0, sectorSize));
  if (partitions.length === 0) {
    const isBlank = await isBlankDisk(read, size);
    return isBlank ? { kind: "empty" } : data("holds something that is no known file system");
  }
  for (const partition of partitions) {
    const isInside = partition.start > 0 && partition.start < partition.end && partition.end <= size;
    const found = isInside ? await volumeContent(read, partition) : null;
    if (found?.kind !== "empty") return found ?? data("has a partition that is no known file system");
  }
  return { kind: "empty" };
}

/** In bytes of the disk. */
function partitionsIn(sector: Uint8Array): Span[] {
  const record = masterBootRecord.decode(sector);
  if (record.signature !== bootSignature) return [];
  return [record.partition1, record.partition2, record.partition3, record.partition4].flatMap((bytes) => {
    const { osType, startingLba, sizeInLba } = partitionEntry.decode(bytes);
    return osType === 0
      ? []
      : [{ start: startingLba * sectorSize, end: endOf({ startSector: startingLba, sectorCount: sizeInLba }) }];
  });
}

/** Folders that systems make on each stick that they see; a bin of theirs holds what somebody has thrown away, and may want back. */
const madeOnSight = new Set(["system volume information", ".fseventsd", ".spotlight-v100"]);

/** Null where no file system is known there. */
async function volumeContent(read: ReadBytes, { start, end }: Span): Promise<StickContent | null> {
  const inVolume = within(read, { start, end });
  const volume = await recogniseVolume(inVolume, end - start);
  if (volume === null) return null;
  const { fileSystem, label } = volume;
  const names = await namesInRoot(inVolume, end - start);
  const kept = names?.filter((name) => !madeOnSight.has(name.toLowerCase()));
  if (kept?.length === 0) return { kind: "empty" };
  const name = fileSystem === "exfat" ? "exFAT" : (fileSystem ?? "a file system").toUpperCase();
  const title = `${name}${label === null ? "" : ` "${label}"`}`;
  return data(`holds ${title}${kept === undefined ? "" : ` with ${wordsOf(kept)}`}`);
}

/** Looked at whole: both ends of the disk, where tables, labels and signatures lie. */
const endLength = MiB;
/** And parts of this length, evenly over the rest: a disk without a table may be a copy of something, or what a database keeps. */
const partLength = 64 * KiB;
const partCount = 128;

async function isBlankDisk(read: ReadBytes, size: number): Promise<boolean> {
  const first = await read(0, Math.min(endLength, size));
  const fill = first[0]!;
  const isFilled = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === fill);
  if ((fill !== 0x00 && fill !== 0xff) || !isFilled(first)) return false;
  const places = Array.from({ length: partCount }, (_, index) => roundDown((size / partCount) * index, sectorSize));
  // Where the manifest of a stick lies whose table was wiped.
  places.push(endOf(partitionOf(size)));
  for (const place of places) {
    if (place < size && !isFilled(await read(place, Math.min(partLength, size - place)))) return false;
  }
  const tail = Math.max(0, size - endLength);
  return isFilled(await read(tail, size - tail));
}
