/** A folder of drivers of the host, judged for the image's Windows. */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { driverArchitectureOf } from "../drivers/index.js";
import { concatenate, fromSource } from "../extents/layout.js";
import type { DriverFile } from "../windows/customise/choose-drivers.js";
import { driverPaths, servesWindows } from "../windows/customise/choose-drivers.js";
import type { Wish } from "../windows/customise/index.js";
import type { WindowsIdentity } from "../windows/identity.js";
import { judgeFolder } from "./inspect-drivers.js";
import { listSha256 } from "./read-folder.js";

export type ReadDrivers = {
  readonly wish: Wish;
  /** Of the INFs that are taken, as this machine names them from its root. */
  readonly infs: readonly string[];
  /** Of the files that are taken, as of a folder that holds them alone. */
  readonly sha256: () => Promise<string>;
  /** Throws `input-changed` where one of those is not what it was. */
  readonly assertUnchanged: () => Promise<void>;
};

/** Throws what `inspectDrivers` throws. */
export async function readDrivers(path: string, windows: WindowsIdentity): Promise<ReadDrivers> {
  const architecture = driverArchitectureOf(windows.architecture);
  const { folder, packages } = await judgeFolder(path, architecture);
  const serving = packages.filter(servesWindows);
  const taken = new Set(serving.flatMap(driverPaths));
  const used = folder.files.filter((file) => taken.has(file.path));
  const files = new Map<string, DriverFile>(
    used.map(({ path: name, size, source }) => [name, { size, content: concatenate([fromSource(source)]) }]),
  );
  return {
    wish: { kind: "drivers", packages, files, architecture, createSha1: () => createHash("sha1") },
    infs: serving.map(({ inf }) => resolve(path, inf)),
    sha256: () => listSha256({ files: used, folders: [] }),
    async assertUnchanged() {
      for (const file of used) await file.assertUnchanged();
    },
  };
}
