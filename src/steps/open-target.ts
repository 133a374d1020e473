/** The target of a check: a drive, an image file, or a source of its bytes that stays the caller's. */
import { createReadBytes } from "../check/read-bytes.js";
import type { ReadContainer, WrappedFormat } from "../containers/index.js";
import { readContainer, readMapped } from "../containers/index.js";
import type { Target } from "../drive/drive.js";
import { openDriveReader, type DriveReader } from "../drive/drive-reader.js";
import { inspectTarget } from "../drive/target.js";
import { Win7UsbError } from "../errors.js";
import type { ByteSource } from "../source/byte-source.js";
import { sectorSize } from "../volumes/plan.js";
import { foreignBySignature } from "./foreign/signatures.js";

/** The path of a drive or of an image file, or a source of its bytes, which is not closed. */
export type TargetInput = string | ByteSource;

export type OpenedTarget = {
  readonly reader: DriveReader;
  /** What the path names; a source counts as an image file. */
  readonly target: Target;
  /** What the file wraps the disk in; undefined where it is the disk itself. */
  readonly format: WrappedFormat | undefined;
};

/** Throws `target-missing`, `target-not-a-drive`, `no-permission` and the like. `name` is that of a source. */
export async function openTarget(input: TargetInput, name: string): Promise<OpenedTarget> {
  if (typeof input !== "string") {
    return unwrapped(sourceReader(input, name), { kind: "image-file", path: name, exists: true });
  }
  const target = await inspectTarget(input);
  return unwrapped(await openDriveReader(target), target);
}

/** Reads in whole units of the reader's. */
function fileSource(reader: DriveReader): ByteSource {
  const read = createReadBytes(reader);
  return {
    size: reader.size,
    read,
    async readInto(offset, target) {
      target.set(await read(offset, target.length));
    },
  };
}

/** The disk in the file of a virtual machine; anything else as it is. */
async function unwrapped(reader: DriveReader, target: Target): Promise<OpenedTarget> {
  if (target.kind !== "image-file") return { reader, target, format: undefined };
  try {
    const found = await containerIn(reader);
    if (found === undefined) {
      await requireUncompressed(reader);
      return { reader, target, format: undefined };
    }
    const { map, format } = found;
    const disk: DriveReader = {
      ...reader,
      size: map.diskSize,
      read: (offset, bytes) => readMapped(map, offset, bytes, (place, part) => reader.read(place, part)),
      close: () => reader.close(),
    };
    return { reader: disk, target: { ...target, format }, format };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** A target that cannot be read is no container: the check tells where it cannot. */
async function containerIn(reader: DriveReader): Promise<ReadContainer | undefined> {
  try {
    return await readContainer(fileSource(reader), reader.path);
  } catch (error) {
    if (error instanceof Win7UsbError && error.code === "write-failed") return undefined;
    throw error;
  }
}

/** By the format's name among foreign files: what people call it, and what unpacks it. */
const compressions: Readonly<Record<string, { readonly name: string; readonly unpack: string }>> = {
  gzip: { name: "gzip", unpack: "gunzip -k" },
  zstd: { name: "Zstandard", unpack: "unzstd" },
};
/** Bytes of the longer of their signatures. */
const longestMagic = 4;

/** Throws `target-unsupported` for what can be read in one direction alone. */
async function requireUncompressed(reader: DriveReader): Promise<void> {
  if (reader.size < longestMagic) return;
  const first = await firstBytes(reader);
  const found = compressions[foreignBySignature(first, new Uint8Array())?.format ?? ""];
  if (found === undefined) return;
  const { path } = reader;
  throw new Win7UsbError("target-unsupported", `${path} is compressed with ${found.name}, and is no disk to be read`, {
    hint: `Unpack it first (${found.unpack} ${path}), and name what comes out.`,
    data: { target: path, format: found.name },
  });
}

/** None where they cannot be read, which is told of later. */
async function firstBytes(reader: DriveReader): Promise<Uint8Array> {
  try {
    return await fileSource(reader).read(0, longestMagic);
  } catch (error) {
    if (error instanceof Win7UsbError && error.code === "write-failed") return new Uint8Array();
    throw error;
  }
}

/** Counts as read from the medium: whether a cache is in between, only the caller knows. */
function sourceReader(source: ByteSource, path: string): DriveReader {
  return {
    path,
    kind: "image-file",
    size: source.size,
    alignment: sectorSize,
    fromMedium: true,
    async read(offset, target) {
      try {
        await source.readInto(offset, target);
      } catch (cause) {
        if (cause instanceof Win7UsbError) throw cause;
        const reason = cause instanceof Error ? cause.message : String(cause);
        const message = `reading ${target.length} bytes at byte ${offset} of ${path} failed: ${reason}`;
        throw new Win7UsbError("write-failed", message, { data: { target: path, offset }, cause });
      }
    },
    close: async () => undefined,
  };
}
