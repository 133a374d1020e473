/** Which packages of drivers a folder holds, and which of them serve Windows 7. */
import type { DriverArchitecture, DriverPackage, FolderFile } from "../drivers/index.js";
import { judgeDrivers, windows7On } from "../drivers/index.js";
import { driverFolderLimits } from "../drivers/limits.js";
import { Win7UsbError } from "../errors.js";
import type { HostFile, HostFolder } from "../source/host-folder.js";
import { readHostFolder } from "../source/host-folder.js";
import { throwIfInterrupted } from "./image-input.js";

/** Packages of a folder. */
export type DriverInspection = {
  readonly folder: {
    readonly path: string;
    /** Below it. */
    readonly files: number;
    /** Bytes of all of them. */
    readonly size: number;
  };
  /** Of the Windows 7 that they were judged for. */
  readonly architecture: DriverArchitecture;
  /** By the paths of their INFs. */
  readonly packages: readonly DriverPackage[];
};

/** Choices of `inspectDrivers`. */
export type DriverInspectionOptions = {
  /** Of the Windows 7 that is to use them. Default: `x86`. */
  readonly architecture?: DriverArchitecture | undefined;
  /** Aborting it rejects the call with `interrupted`. */
  readonly signal?: AbortSignal | undefined;
};

/**
 * Judges every package of drivers (INF) below a folder. Throws `input-missing`, `input-unreadable`, `input-changed`,
 * `input-unsupported` (circles of links, more than 10,000 entries), `no-drivers` and `interrupted`.
 */
export async function inspectDrivers(
  path: string,
  { architecture = "x86", signal }: DriverInspectionOptions = {},
): Promise<DriverInspection> {
  const { folder, packages } = await judgeFolder(path, architecture, signal);
  const { files } = folder;
  const size = files.reduce((sum, file) => sum + file.size, 0);
  return { folder: { path, files: files.length, size }, architecture, packages };
}

/** The files of a folder, and its packages; at least one. */
export async function judgeFolder(
  path: string,
  architecture: DriverArchitecture,
  signal?: AbortSignal,
): Promise<{ readonly folder: HostFolder; readonly packages: readonly DriverPackage[] }> {
  throwIfInterrupted(path, signal);
  const folder = await readHostFolder(path, driverFolderLimits);
  const files = folder.files.map((file) => folderFile(file, () => throwIfInterrupted(path, signal)));
  const packages = await judgeDrivers(files, windows7On(architecture));
  if (packages.length === 0) throw noDrivers(folder);
  return { folder, packages };
}

function folderFile({ path, size, source }: HostFile, beforeRead: () => void): FolderFile {
  return {
    path,
    size,
    read() {
      beforeRead();
      return source.read(0, size);
    },
  };
}

/** What vendors pack drivers in. */
const packed = /\.(?:exe|zip|7z|rar|cab|msi)$/i;

function noDrivers({ path, files }: HostFolder): Win7UsbError {
  const archive = files.find((file) => packed.test(file.path))?.path;
  const isDisc = files.some((file) => file.path.toLowerCase() === "sources/boot.wim");
  const hint = isDisc
    ? "It holds the files of a Windows disc: name the ISO."
    : archive === undefined
      ? "Name the folder that holds the driver's .inf."
      : `Unpack ${archive} first: what is needed is the folder that holds the driver's .inf.`;
  return new Win7UsbError("no-drivers", `there is no package of drivers (.inf) in ${path}`, { hint, data: { path } });
}
