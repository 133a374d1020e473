/** Packages of drivers as they are put on a stick and into Windows PE: names and bytes, chosen before. */
import { Win7UsbError } from "../../errors.js";
import type { Extent } from "../../extents/extent.js";
import { isWindowsName } from "../../wim/image-edit.js";

export type PlacedPackage = {
  /** The folder's name, in Windows PE and on the stick. */
  readonly folder: string;
  /** Paths of INFs within the folder, in the order in which they are to be loaded. */
  readonly infs: readonly string[];
  readonly files: readonly PlacedFile[];
};

export type PlacedFile = {
  /** Within the package's folder, names joined by `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** A layout from 0 to `size` without a gap. */
  readonly content: readonly Extent[];
};

/** Below the root of Windows PE's drive. */
export const driversRoot = "win7usb";

/** MAX_PATH without its end; answer files take no longer paths of drivers either. */
const longestPath = 259;

/** Throws `name-unsupported` for a file that Windows PE could not open, and for an INF that the script cannot name. */
export function assertNames(packages: readonly PlacedPackage[]): void {
  for (const { folder, infs, files } of packages) {
    for (const { path } of files) {
      const whole = `X:\\${driversRoot}\\${folder}\\${path.replaceAll("/", "\\")}`;
      if (whole.length > longestPath) throw nameError(path, `its path in Windows PE has ${whole.length} characters`);
      if (![folder, ...path.split("/")].every(isWindowsName)) throw nameError(path, "it is no name on Windows");
    }
    // The script is read in the code page of the image's language.
    for (const inf of infs) if (!/^[ -~]+$/.test(inf)) throw nameError(inf, "an INF's name must be of ASCII");
  }
}

function nameError(path: string, why: string): Win7UsbError {
  return new Win7UsbError("name-unsupported", `${JSON.stringify(path)} cannot be put into Windows PE: ${why}`, {
    hint: "Rename the file or the folders that it is in.",
    data: { path },
  });
}
