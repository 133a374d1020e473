/**
 * Drivers for Windows: packages of INF, catalog and program files, and whether each serves a given Windows. Nothing is
 * installed or run: what Windows does with a package is known from Microsoft's documentation and people's reports, and what
 * of that is proven stands in docs/rooms/drivers.md. All input is hostile: limits are in limits.ts.
 */
import type { FolderFile } from "./folder-files.js";
import { FolderFiles } from "./folder-files.js";
import type { DriverPackage } from "./judge-package.js";
import { judgePackage } from "./judge-package.js";
import type { DriverTarget } from "./target.js";

export type { FolderFile } from "./folder-files.js";
export type { DriverPackage, DriverVerdict } from "./judge-package.js";
export type { DriverRefusal, DriverWarning, SetupRefusal } from "./findings.js";
export type { DriverPurpose } from "./purpose.js";
export type { DriverArchitecture, DriverTarget } from "./target.js";
export { driverArchitectureOf } from "./target.js";
export { windows7On } from "./target.js";

/** A verdict on every INF of a folder, in the order of their paths. */
export async function judgeDrivers(files: readonly FolderFile[], target: DriverTarget): Promise<DriverPackage[]> {
  const folder = new FolderFiles(files);
  const packages: DriverPackage[] = [];
  for (const file of files.filter(isInf).toSorted(byPath)) packages.push(await judgePackage(file, folder, target));
  return packages;
}

function isInf({ path }: FolderFile): boolean {
  return path.toLowerCase().endsWith(".inf");
}

function byPath(a: FolderFile, b: FolderFile): number {
  return a.path < b.path ? -1 : 1;
}
