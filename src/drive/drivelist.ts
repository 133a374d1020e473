/**
 * The drivelist package, behind this one file: loaded only when drives are listed, and optional, because it is native
 * code that not every machine can install. Where it is missing, drives cannot be listed on platforms other than Linux.
 */
import { errorCodeOf, reasonOf, Win7UsbError } from "../errors.js";
import type { Drive } from "./drive.js";

/** The fields used of drivelist's `Drive`; declared here so that building does not need the package. */
export type ListedDrive = {
  readonly device: string;
  readonly size: number | null;
  readonly logicalBlockSize: number;
  readonly description: string;
  readonly busType: string;
  readonly isRemovable: boolean;
  readonly isReadOnly: boolean;
  readonly isSystem: boolean;
  readonly isVirtual: boolean | null;
  readonly mountpoints: readonly { readonly path: string }[];
};

type Drivelist = { list(): Promise<ListedDrive[]> };

/** Every drive with a medium; throws `target-unsupported` where the package is missing or fails. */
export async function drivesOfDrivelist(): Promise<Drive[]> {
  const drivelist = await loadDrivelist();
  try {
    return (await drivelist.list()).filter(({ size }) => size !== null && size > 0).map(driveOf);
  } catch (error) {
    throw new Win7UsbError("target-unsupported", `the drives cannot be listed: ${reasonOf(error)}`, {
      hint: "Write an image file instead.",
      cause: error,
    });
  }
}

/** Buses of internal disks and of files: Windows reports internal disks on hot-plug ports as removable. */
const fixedBuses = new Set(["ata", "atapi", "sata", "nvme", "raid", "sas", "scsi", "pci-express", "spaces"]);

export function driveOf(listed: ListedDrive): Drive {
  const bus = listed.busType.toLowerCase();
  return {
    path: listed.device,
    size: listed.size ?? 0,
    logicalBlockSize: listed.logicalBlockSize,
    model: listed.description === "" ? null : listed.description,
    serial: null,
    bus,
    removable: listed.isRemovable && listed.isVirtual !== true && !fixedBuses.has(bus),
    readOnly: listed.isReadOnly,
    system: listed.isSystem || listed.mountpoints.some(({ path }) => systemMountpoint.test(path)),
    mountpoints: listed.mountpoints.map(({ path }) => ({ path, device: listed.device })),
    partitions: [],
    holders: [],
    backingFile: null,
    sequence: null,
  };
}

/** The root, and the drive that Windows is on unless it was installed elsewhere. */
const systemMountpoint = /^(?:\/|c:\\?)$/i;

async function loadDrivelist(): Promise<Drivelist> {
  // A variable, so that the compiler does not resolve the package, which may be absent.
  const name: string = "drivelist";
  try {
    const module = (await import(name)) as { default?: Drivelist } & Drivelist;
    return module.default ?? module;
  } catch (error) {
    const missing = errorCodeOf(error) === "ERR_MODULE_NOT_FOUND";
    throw new Win7UsbError(
      "target-unsupported",
      `drives cannot be listed: ${missing ? "drivelist is not installed" : reasonOf(error)}`,
      {
        hint: "Install it with `npm install drivelist`, or write an image file instead.",
        cause: error,
      },
    );
  }
}
