/**
 * Hostile sticks: of a sound one of each file system the structures alone are changed, and laid over the sound bytes when
 * it is read. The manifest speaks of the structures and of the first files, so that a check of it takes milliseconds.
 */
import { createHash } from "node:crypto";
import { directory, file, filler } from "../../../fixtures/windows7/nodes.js";
import { KiB } from "../../../src/bytes/units.js";
import type { DriveReader } from "../../../src/drive/drive-reader.js";
import { fat32BootSector, fsInfo } from "../../../src/volumes/fat32/records/boot-sector.js";
import { planDisk, smallestDisk } from "../../../src/volumes/index.js";
import { masterBootRecord, partitionEntry } from "../../../src/volumes/mbr.js";
import { ntfsBootSector } from "../../../src/volumes/ntfs/records/boot-sector.js";
import type { DiskPlan } from "../../../src/volumes/plan.js";
import type { Extent } from "../../../src/extents/extent.js";
import type { FileTree } from "../../../src/tree/index.js";
import {
  digestSize,
  encodeManifest,
  fileRecord,
  manifestHeader,
  layoutManifest,
  spanRecord,
} from "../../../src/manifest/manifest.js";
import { UnitHasher } from "../../../src/manifest/unit-hasher.js";
import { addDirectoryEntries, addFileRecords } from "./stick-structure.js";
import { StructureBuilder } from "./structure.js";

type Window = { readonly offset: number; readonly length: number };

export type Stick = {
  readonly name: string;
  readonly size: number;
  /** The windows one behind the other. */
  readonly compact: Uint8Array;
  readonly structure: StructureBuilder;
  /** Where it lies on the stick, and its fields by their places in itself. */
  readonly manifest: { readonly offset: number; readonly data: Uint8Array; readonly structure: StructureBuilder };
  /** The stick with `compact` in place of its structures. */
  readonly read: (compact: Uint8Array, offset: number, target: Uint8Array) => void;
};

const manifestLengthOf = manifestHeader.select("length");

/** Of a structure's bytes: tables are long, and what breaks readers is at their beginning. */
const windowLimit = 48 * KiB;
/** The manifest speaks of the disk up to here. */
const spokenOf = 6 * 1024 * KiB;

function tree(): FileTree {
  const files = Array.from({ length: 40 }, (_, index) =>
    file(`a long name, number ${index}.txt`, filler(index * 90, index)),
  );
  return directory("", [
    file("bootmgr", filler(9000, 1)),
    directory("boot", [file("bcd", "x"), file("BOOT.SDI", filler(3000, 2))]),
    directory("sources", [directory("en-us", files), file("boot.wim", filler(20_000, 3))]),
  ]);
}

export async function makeStick(fileSystem: "fat32" | "ntfs"): Promise<Stick> {
  const options = { fileSystem, label: "HOSTILE" };
  const plan = planDisk(tree(), { diskSize: smallestDisk(tree(), options) }, options);
  const disk = new Uint8Array(plan.diskSize);
  for (const { offset, length, source } of plan.extents) {
    if (source.kind === "bytes") disk.set(source.bytes, offset);
    else if (source.kind === "range") disk.set(await source.source.read(source.offset, length), offset);
  }
  const manifestAt = plan.extents.find(({ source }) => source.kind === "manifest")!.offset;
  const manifest = manifestOf(plan, disk, manifestAt);
  disk.set(manifest, manifestAt);
  const windows = [
    ...plan.extents.filter(({ source }) => source.kind === "bytes"),
    { offset: manifestAt, length: manifest.length },
  ].map(({ offset, length }): Window => ({ offset, length: Math.min(length, windowLimit) }));
  const compact = new Uint8Array(
    Buffer.concat(windows.map(({ offset, length }) => disk.subarray(offset, offset + length))),
  );
  const ofManifest = new StructureBuilder();
  addManifest(ofManifest, manifest, 0, manifest.length);
  return {
    name: fileSystem,
    size: disk.length,
    // Of its own: a slice of a Buffer would be the sound bytes themselves.
    manifest: { offset: manifestAt, data: Uint8Array.from(manifest), structure: ofManifest },
    compact,
    structure: structureOf(compact, windows, manifest.length),
    read: (changed, offset, target) => overlay(disk, windows, changed, offset, target),
  };
}

function manifestOf(plan: DiskPlan, disk: Uint8Array, manifestAt: number): Uint8Array {
  const isSpokenOf = ({ offset, length }: Pick<Extent, "offset" | "length">): boolean => offset + length <= spokenOf;
  const files = plan.files.filter(({ runs }) => runs.every(isSpokenOf));
  const shape = layoutManifest({ ...plan, files, extents: plan.extents.filter(isSpokenOf) }, manifestAt);
  const hasher = new UnitHasher(shape.units);
  hasher.update(0, disk);
  return encodeManifest(shape, hasher.digest());
}

function structureOf(compact: Uint8Array, windows: readonly Window[], manifestLength: number): StructureBuilder {
  const found = new StructureBuilder();
  found.record(masterBootRecord, 0);
  found.record(partitionEntry, masterBootRecord.fields.partition1.offset);
  let at = 0;
  for (const [index, { offset, length }] of windows.entries()) {
    const isManifest = index === windows.length - 1;
    if (isManifest) addManifest(found, compact, at, manifestLength);
    else if (offset > 0) addWindow(found, compact, at, length);
    at += length;
  }
  return found;
}

function addWindow(found: StructureBuilder, compact: Uint8Array, at: number, length: number): void {
  const bytes = compact.subarray(at, at + length);
  const name = String.fromCharCode(...bytes.subarray(3, 11));
  if (name.startsWith("NTFS")) found.record(ntfsBootSector, at);
  else if (bytes[0] === 0xeb && bytes[510] === 0x55) {
    found.record(fat32BootSector, at);
    found.record(fsInfo, at + fsInfo.size);
  }
  // A FAT begins with its media byte.
  if (bytes[0] === 0xf8 && bytes[1] === 0xff) found.words("FAT entry", at, at + Math.min(length, 2 * KiB));
  addFileRecords(found, compact, at, length);
  addDirectoryEntries(found, compact, at, length);
  found.place("window", at, length);
}

function addManifest(found: StructureBuilder, compact: Uint8Array, at: number, length: number): void {
  found.record(manifestHeader, at);
  const { labelLength, spanCount, fileCount } = manifestHeader.decode(compact, at);
  let position = at + manifestHeader.size + labelLength;
  for (let span = 0; span < spanCount; span += 1, position += spanRecord.size) found.record(spanRecord, position);
  for (let index = 0; index < fileCount; index += 1) {
    found.record(fileRecord, position);
    const { runCount, pathLength } = fileRecord.decode(compact, position);
    position += fileRecord.size;
    for (let run = 0; run < runCount; run += 1, position += spanRecord.size) found.record(spanRecord, position);
    position += pathLength;
  }
  found.seal(at, at + length, (data) => {
    if (at + manifestHeader.size > data.length) return;
    const end = at + manifestLengthOf.decode(data, at).length - digestSize;
    if (end < at || end + digestSize > data.length) return;
    data.set(createHash("sha256").update(data.subarray(at, end)).digest(), end);
  });
}

function overlay(
  disk: Uint8Array,
  windows: readonly Window[],
  changed: Uint8Array,
  offset: number,
  target: Uint8Array,
): void {
  target.set(disk.subarray(offset, offset + target.length));
  let at = 0;
  for (const window of windows) {
    const start = Math.max(window.offset, offset);
    const end = Math.min(window.offset + window.length, offset + target.length);
    if (start < end) {
      const from = at + start - window.offset;
      target.set(changed.subarray(from, from + end - start), start - offset);
    }
    at += window.length;
  }
}

/** A reader as `check` has it, over the stick with `compact` in place of its structures. */
export function readerOf({ name, size, read }: Stick, compact: Uint8Array): DriveReader {
  return {
    path: name,
    kind: "image-file",
    size,
    alignment: 512,
    fromMedium: true,
    async read(offset, target) {
      read(compact, offset, target);
    },
    async close() {},
  };
}
