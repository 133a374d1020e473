/** A stick that win7usb made, as the source of others: its manifest says what to read, and proves each unit of it. */
import { createHash } from "node:crypto";
import { locateManifest, type FoundManifest } from "../check/locate-manifest.js";
import { firstFew } from "../bytes/amounts.js";
import { MiB } from "../bytes/units.js";
import { createReadBytes } from "../check/read-bytes.js";
import type { WrappedFormat } from "../containers/index.js";
import type { DriveReader } from "../drive/drive-reader.js";
import { Win7UsbError } from "../errors.js";
import type { Extent } from "../extents/extent.js";
import { subtract } from "../extents/spans.js";
import { noFile, type OwnedSpan } from "../manifest/hash-units.js";
import { digestSize, type Manifest } from "../manifest/manifest.js";
import { readManifest } from "../manifest/read-manifest.js";
import type { ByteSource, ReadBytes } from "../source/byte-source.js";
import { manifestAreaSize } from "../volumes/mbr.js";
import type { DiskPlan } from "../volumes/plan.js";
import { sectorSize } from "../volumes/plan.js";
import type { ImageJudge } from "../write/image-judge.js";
import { openTarget, type TargetInput } from "./open-target.js";

/** A stick that can be cloned, open until it is closed. */
export type OpenedStick = {
  readonly path: string;
  /** Whether `path` can be opened again. */
  readonly isFile: boolean;
  readonly reader: DriveReader;
  /** What the file wraps the disk in; undefined where it is the disk itself. */
  readonly format: WrappedFormat | undefined;
  readonly manifest: Manifest;
  /** What lies behind the partition: the manifest, and zeros. */
  readonly manifestArea: Extent;
  /** The sector that makes it boot, and has its disk signature. */
  readonly firstSector: Uint8Array;
  close(): Promise<void>;
};

/**
 * Opens a stick, an image file of one, or a source of its bytes. Throws `stick-foreign` for what win7usb has not made or cannot
 * prove, `stick-unfinished`, `stick-damaged` where a structure is not as it was written, and what opening a target throws.
 */
export async function openStick(input: TargetInput, name = "stick"): Promise<OpenedStick> {
  const { reader, format } = await openTarget(input, name);
  try {
    const read = createReadBytes(reader);
    const found = await locateManifest(reader, read);
    const manifest = manifestOf(found, reader.path);
    const manifestArea = await readArea(read, found, reader.path);
    await proveStructures(manifest, read, reader.path);
    const firstSector = await read(0, sectorSize);
    return {
      path: reader.path,
      isFile: typeof input === "string",
      reader,
      format,
      manifest,
      manifestArea,
      firstSector,
      close: () => reader.close(),
    };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

function manifestOf({ read, unfinishedBy, hasBootCode }: FoundManifest, path: string): Manifest {
  if (unfinishedBy !== null) {
    throw new Win7UsbError("stick-unfinished", `${path} is a stick whose writing was not finished`, {
      hint: "Write it again, or take another one.",
      data: { path },
    });
  }
  if (read.kind === "manifest") return read.manifest;
  const isOurs = hasBootCode === true;
  const what = isOurs ? `cannot be proved: ${read.reason}` : "is no stick of win7usb";
  throw new Win7UsbError("stick-foreign", `${path} ${what}`, {
    hint: isOurs
      ? "Write the targets from the image."
      : "Write the targets from the image, or copy it whole with another program (dd).",
    data: { path, manifest: read.kind },
  });
}

/** Read once more, as one piece: what is written is what was proved. */
async function readArea(read: ReadBytes, { areaStart }: FoundManifest, path: string): Promise<Extent> {
  const bytes = await read(areaStart, manifestAreaSize);
  const found = readManifest(bytes, areaStart);
  if (found.kind !== "manifest") throw damagedStick(path, ["its manifest"]);
  bytes.fill(0, found.length);
  return { offset: areaStart, length: bytes.length, source: { kind: "bytes", bytes } };
}

/** Bytes that are read at a time. */
const largestRead = MiB;

/** What belongs to no file is little, and tells a stick that was used or spoilt before anybody is asked anything. */
async function proveStructures(manifest: Manifest, read: ReadBytes, path: string): Promise<void> {
  const differing: OwnedSpan[] = [];
  for (const [index, unit] of manifest.units.entries()) {
    if (unit.file !== noFile) continue;
    const hash = createHash("sha256");
    for (let at = unit.start; at < unit.end; at += largestRead) {
      hash.update(await readOr(read, at, Math.min(largestRead, unit.end - at), path));
    }
    if (Buffer.compare(hash.digest(), digestOf(manifest, index)) !== 0) differing.push(unit);
  }
  if (differing.length > 0) throw damagedStick(path, namesOf(manifest, differing));
}

async function readOr(read: ReadBytes, offset: number, length: number, path: string): Promise<Uint8Array> {
  try {
    return await read(offset, length);
  } catch (error) {
    throw unreadableStick(path, offset, error);
  }
}

function digestOf({ digests }: Pick<Manifest, "digests">, index: number): Uint8Array {
  return digests.subarray(index * digestSize, (index + 1) * digestSize);
}

/** Throws `stick-damaged` where a unit is not what the manifest says. `digests`: of all units, one after the other. */
export function requireProved({ path, manifest }: OpenedStick, digests: Uint8Array): void {
  const differing = manifest.units.filter((_, index) => {
    return Buffer.compare(digestOf({ digests }, index), digestOf(manifest, index)) !== 0;
  });
  if (differing.length > 0) throw damagedStick(path, namesOf(manifest, differing));
}

/** Of a write from a stick: `prove` rejects where that is not what its manifest says. */
export function provingJudge(prove: () => Promise<void>): ImageJudge {
  return {
    sha256: async () => null,
    problem: () => undefined,
    async verdict() {
      await prove();
      return {
        check: "hash",
        verdict: "intact",
        hashes: {},
        known: null,
        checked: ["every part of the stick, by the SHA-256s of its manifest"],
        unchecked: [],
      };
    },
  };
}

/** Each file once; structures together. */
function namesOf({ files }: Manifest, units: readonly OwnedSpan[]): string[] {
  const names = units.map(({ start, file }) => {
    if (file === noFile) return "the file system's own structures";
    return files?.[file]?.path ?? `byte ${start}`;
  });
  return [...new Set(names)];
}

/** How many a message names. */
const mostNamed = 3;

export function damagedStick(path: string, names: readonly string[]): Win7UsbError {
  const message = `${path} is not what was written to it, in ${firstFew(names, mostNamed)}`;
  return new Win7UsbError("stick-damaged", message, {
    hint: `It was used or is damaged: win7usb check ${path} says which. Write the targets from the image.`,
    data: { path, files: names },
  });
}

export function unreadableStick(path: string, offset: number, cause: unknown): unknown {
  if (!(cause instanceof Win7UsbError)) return cause;
  return new Win7UsbError("stick-damaged", `${path} cannot be read at byte ${offset}: ${cause.message}`, {
    hint: "Try another port, or another stick; or write the targets from the image.",
    data: { path, offset },
    cause,
  });
}

/** The disk as it was planned, from the bytes of `source` behind the first sector, which are the stick's. */
export function planOfStick({ manifest, manifestArea, firstSector }: OpenedStick, source: ByteSource): DiskPlan {
  const { fileSystem, label, diskSize, contentEnd, clusterSize, spans, files, origin, edits } = manifest;
  const ranges = subtract(spans, [{ start: 0, end: sectorSize }]).map(({ start, end }): Extent => ({
    offset: start,
    length: end - start,
    source: { kind: "range", source, offset: start },
  }));
  const first: Extent = { offset: 0, length: sectorSize, source: { kind: "bytes", bytes: firstSector } };
  const extents = [first, ...ranges, manifestArea].toSorted((one, other) => one.offset - other.offset);
  return {
    diskSize,
    fileSystem,
    label,
    clusterSize,
    extents,
    contentEnd,
    files: files ?? [],
    ...(manifest.signature === null ? {} : { signature: manifest.signature }),
    ...(manifest.bootPrompt ? { bootPrompt: true } : {}),
    ...(origin === null ? {} : { origin }),
    edits,
  };
}
