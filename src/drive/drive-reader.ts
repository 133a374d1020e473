/**
 * A drive or an image file that is only read. Reads go past the system's cache where the platform can, because comparing
 * cached bytes would say nothing about the medium; nothing is locked or unmounted.
 */
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { imageFileUnit } from "../bytes/units.js";
import { errorCodeOf, Win7UsbError } from "../errors.js";
import type { Target } from "./drive.js";
import { openError } from "./open-error.js";
import { platform } from "./platform.js";
import { driveRightsError } from "./rights.js";
import { readAll } from "./transfer.js";

/** A target that is open for reading. Its owner must close it. */
export type DriveReader = {
  readonly path: string;
  readonly kind: Target["kind"];
  /** Bytes. */
  readonly size: number;
  /** A power of two, in bytes: the unit of offsets and lengths, save for a read that ends with the target. */
  readonly alignment: number;
  /** False where the platform or file system may answer from its cache. */
  readonly fromMedium: boolean;
  /** Fills all of `target`, whose address is a multiple of `alignment`; a Win7UsbError where the medium gives an error. */
  read(offset: number, target: Uint8Array): Promise<void>;
  close(): Promise<void>;
};

/** Opens `target` for reading; `target-missing` where it does not exist, `no-permission` and the like otherwise. */
export async function openDriveReader(target: Target): Promise<DriveReader> {
  if (target.kind === "image-file" && !target.exists) {
    throw new Win7UsbError("target-missing", `there is no image file ${target.path}`, {
      hint: "Check the path; `win7usb drives` lists the drives.",
      data: { target: target.path },
    });
  }
  const path = target.kind === "drive" ? rawPath(target.path) : target.path;
  const { buffered, direct, size } = await openBoth(path, target);
  const alignment = target.kind === "drive" ? target.drive.logicalBlockSize : imageFileUnit;
  return {
    path: target.path,
    kind: target.kind,
    size,
    alignment,
    fromMedium: direct !== undefined,
    async read(offset, bytes) {
      const fits = [offset, bytes.length, bytes.byteOffset].every((value) => value % alignment === 0);
      await readAll(fits && direct !== undefined ? direct : buffered, target.path, offset, bytes);
    },
    async close() {
      await direct?.close();
      await buffered.close();
    },
  };
}

/** Opens the target through the system's cache and past it, and finds its size; leaves nothing open where a step fails. */
async function openBoth(path: string, target: Target) {
  const buffered = await openReadOnly(path, 0, target);
  let direct: FileHandle | undefined;
  try {
    direct = await openDirect(path, target);
    return { buffered, direct, size: target.kind === "drive" ? target.drive.size : (await buffered.stat()).size };
  } catch (error) {
    await direct?.close();
    await buffered.close();
    throw error;
  }
}

/** On macOS, a drive has another path for reads past the cache. */
function rawPath(path: string): string {
  return platform === "darwin" ? path.replace(/^\/dev\/disk/, "/dev/rdisk") : path;
}

async function openDirect(path: string, target: Target): Promise<FileHandle | undefined> {
  const { O_DIRECT } = constants as { O_DIRECT?: number };
  if (O_DIRECT === undefined) return undefined;
  try {
    return await openReadOnly(path, O_DIRECT, target);
  } catch (error) {
    if (error instanceof Win7UsbError && errorCodeOf(error.cause) === "EINVAL") return undefined;
    throw error;
  }
}

async function openReadOnly(path: string, flags: number, target: Target): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | flags);
  } catch (error) {
    throw target.kind === "drive" ? driveRightsError(path, error, "read") : openError(path, error, "read");
  }
}
