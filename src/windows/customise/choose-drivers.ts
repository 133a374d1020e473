/**
 * Which packages of drivers go where. A folder with INFs is one package, because INFs of one folder share files. Windows PE
 * gets what Setup needs to be typed into and to find disks, all that it can load of USB, storage and input; the stick gets all
 * that serves Windows 7, from where Setup takes it into the installed system.
 */
import { upCase } from "../../bytes/up-case.js";
import { folderOf } from "../../drivers/folder-files.js";
import type { DriverArchitecture, DriverPackage, DriverPurpose } from "../../drivers/index.js";
import type { Extent } from "../../extents/extent.js";
import { nameCollision } from "../../tree/edits.js";
import type { CreateSha1 } from "../../wim/sha1.js";
import type { PlacedPackage } from "./driver-files.js";

/** A file of the folder that was judged. */
export type DriverFile = { readonly size: number; readonly content: readonly Extent[] };

/** A folder of drivers that were judged for the Windows of the image. */
export type DriversWish = {
  readonly kind: "drivers";
  readonly packages: readonly DriverPackage[];
  /** By their paths below the folder. */
  readonly files: ReadonlyMap<string, DriverFile>;
  readonly architecture: DriverArchitecture;
  readonly createSha1: CreateSha1;
};

export type ChosenDrivers = {
  readonly purpose: DriverPurpose;
  /** For the stick; `setup` is the same package with what Windows PE loads, or null. */
  readonly stick: PlacedPackage;
  readonly setup: PlacedPackage | null;
};

/** In the order in which Setup needs them, which is that in which they are loaded. */
const purposes: readonly DriverPurpose[] = ["usb", "storage", "input", "network", "other"];
const setupPurposes: readonly DriverPurpose[] = ["usb", "storage", "input"];

export const servesWindows = ({ verdict }: DriverPackage): boolean => verdict !== "refused";
export const servesSetup = ({ verdict, purpose }: DriverPackage): boolean =>
  verdict === "fits" && setupPurposes.includes(purpose);

/** `nameFor` gives a package's folder its name. Throws `edit-conflict` for two files of a package that are one to Windows. */
export function chooseDrivers(
  { packages, files }: Pick<DriversWish, "packages" | "files">,
  nameFor: (purpose: DriverPurpose) => string,
): ChosenDrivers[] {
  const groups = new Map<string, DriverPackage[]>();
  for (const each of packages.filter(servesWindows)) {
    const folder = folderOf(each.inf);
    groups.set(folder, [...(groups.get(folder) ?? []), each]);
  }
  const ranked = [...groups.values()].map((group) => ({ group, purpose: purposeOf(group) }));
  ranked.sort((a, b) => purposes.indexOf(a.purpose) - purposes.indexOf(b.purpose));
  return ranked.map(({ group, purpose }): ChosenDrivers => {
    const folder = nameFor(purpose);
    const paths = group.flatMap(driverPaths);
    assertDistinct(paths);
    const base = commonFolder(paths);
    const place = (chosen: readonly DriverPackage[]): PlacedPackage => ({
      folder,
      infs: chosen.map(({ inf }) => below(base, inf)),
      files: [...new Set(chosen.flatMap(driverPaths))].map((path) => ({
        path: below(base, path),
        ...files.get(path)!,
      })),
    });
    const setup = group.filter(servesSetup);
    return { purpose, stick: place(group), setup: setup.length === 0 ? null : place(setup) };
  });
}

/** A folder of Linux may hold both, each INF naming its own: on the stick one would take the other's place. */
function assertDistinct(paths: readonly string[]): void {
  const taken = new Map<string, string>();
  for (const path of paths) {
    const key = upCase(path);
    const other = taken.get(key) ?? path;
    if (other !== path) throw nameCollision(other, path);
    taken.set(key, path);
  }
}

function purposeOf(group: readonly DriverPackage[]): DriverPurpose {
  return purposes.find((purpose) => group.some((each) => each.purpose === purpose))!;
}

/** The files of a package, by their paths below the folder. */
export function driverPaths({ inf, catalog, files }: DriverPackage): string[] {
  return [inf, ...(catalog === null ? [] : [catalog]), ...files.map(({ path }) => path)];
}

/** The deepest folder that all of them are in; empty for the top. */
function commonFolder(paths: readonly string[]): string {
  let common = folderOf(paths[0]!).split("/");
  for (const path of paths) {
    const names = folderOf(path).split("/");
    const length = common.findIndex((name, index) => names[index] !== name);
    if (length >= 0) common = common.slice(0, length);
  }
  return common.join("/");
}

function below(folder: string, path: string): string {
  return folder === "" ? path : path.slice(folder.length + 1);
}
