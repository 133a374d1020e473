/**
 * What a word means that is no path: `sdb`, `PhysicalDrive2`, `E:`. A file of such a name is hardly ever what is wanted, and
 * whoever wants one gives its folder (`./sdb`) or an ending.
 */
import { Win7UsbError } from "../errors.js";
import { formatDriveSize } from "../bytes/amounts.js";
import type { Drive, Target } from "./drive.js";
import { refusals } from "./guard.js";
import type { DriveListing } from "./list.js";

/** Of files that hold a disk, or are made one by other programs. */
const imageEndings = /\.(?:img|image|ima|raw|dd|bin|dsk|hdd|iso|udf|usb|vhdx?|qcow2?|vmdk|vdi|gz|zst)$/i;

/** The word that programs take for their standard input or output. */
const streamName = "-";

/** Candidates that a hint names. */
const namedDrives = 3;

/** Throws `usage` for the name of a stream, whatever is called so. */
export function requireNoStream(path: string): void {
  if (path !== streamName) return;
  throw new Win7UsbError("usage", "- stands for a stream, and names neither a drive nor a file", {
    hint: "Name a drive, or the path of an image file (a file of that name is ./-).",
    data: { target: path },
  });
}

/** Whether it has neither a folder nor the ending of an image file. */
export function isShortName(path: string): boolean {
  return !/[\\/]/.test(path) && !imageEndings.test(path);
}

/** The one drive that is called so; throws `usage`, with the drives that may be meant, where there is none. */
export async function inspectShortName(name: string, listing: DriveListing): Promise<Target> {
  const drives = await listedDrives(listing);
  const drive = drives.find(({ path }) => shortNameOf(path) === name.toLowerCase());
  if (drive !== undefined) return driveTarget(name, drive);
  const whole = drives.find(({ partitions }) =>
    partitions.some(({ path }) => shortNameOf(path) === name.toLowerCase()),
  );
  const meant = whole === undefined ? drives.filter((each) => refusals(each, { allow: [] }).length === 0) : [whole];
  const what = whole === undefined ? "no drive that is there" : `a partition of ${whole.path}`;
  throw new Win7UsbError("usage", `${name} is ${what}, and not the name of an image file`, {
    hint: `${candidateWords(meant)} An image file has an ending (${name.replace(/\W+$/, "")}.img) or a folder (./${name}).`,
    data: { target: name, drives: meant.map(({ path }) => path) },
  });
}

/** The drive, with the name that it was given by where that is not its own. */
export function driveTarget(path: string, drive: Drive): Target {
  const isOwn = path.toLowerCase() === drive.path.toLowerCase();
  return { kind: "drive", path: drive.path, drive, ...(isOwn ? {} : { givenAs: path }) };
}

function shortNameOf(path: string): string | undefined {
  return path.split(/[\\/]/).at(-1)?.toLowerCase();
}

/** None where the system cannot be asked: then the name is no drive's either. */
async function listedDrives(listing: DriveListing): Promise<readonly Drive[]> {
  try {
    return await listing.drives();
  } catch (error) {
    if (error instanceof Win7UsbError) return [];
    throw error;
  }
}

function candidateWords(drives: readonly Drive[]): string {
  if (drives.length === 0) return "`win7usb drives` lists the drives.";
  const words = drives.slice(0, namedDrives).map(({ path, model, size }) => {
    return `${path} (${[...(model === null ? [] : [model]), formatDriveSize(size)].join(", ")})`;
  });
  const more = drives.length > namedDrives ? ", or another one of `win7usb drives`" : "";
  return `Do you mean ${words.join(" or ")}${more}?`;
}
