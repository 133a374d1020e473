/** What the system knows of a volume without its being read: udev's database, and the file system itself where it is mounted. */
import { readFile, statfs } from "node:fs/promises";
import { basename } from "node:path";
import { errorCodeOf, Win7UsbError } from "../errors.js";
import type { DriveVolume } from "./drive.js";

/** Null where the system gives an error. */
export async function unlessUnknown<T>(work: () => Promise<T | null>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Win7UsbError) && errorCodeOf(error) === undefined) throw error;
    return null;
  }
}

/** Bytes in use of what is mounted there. */
export async function usedOf(mountpoint: string): Promise<number> {
  const { blocks, bfree, bsize } = await statfs(mountpoint);
  return (blocks - bfree) * bsize;
}

/** `/run/udev/data/b8:17`: a property a line, `E:ID_FS_LABEL_ENC=My\x20Stick`. */
export async function askUdev(path: string): Promise<Omit<DriveVolume, "device"> | null> {
  const number = (await readFile(`/sys/class/block/${kernelName(path)}/dev`, "utf8")).trim();
  const properties = new Map<string, string>();
  for (const line of (await readFile(`/run/udev/data/b${number}`, "utf8")).split("\n")) {
    const [, key, value] = /^E:([A-Z_]+)=(.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) properties.set(key, value);
  }
  const fileSystem = fileSystemOf(properties.get("ID_FS_TYPE"), properties.get("ID_FS_VERSION"));
  const label = decodeUdev(properties.get("ID_FS_LABEL_ENC") ?? properties.get("ID_FS_LABEL") ?? "");
  return fileSystem === null ? null : { fileSystem, label: label === "" ? null : label, used: null };
}

/** A device's path holds `/` where the kernel's name has `!`. */
function kernelName(path: string): string {
  return path.startsWith("/dev/") ? path.slice("/dev/".length).replaceAll("/", "!") : basename(path);
}

/** blkid calls all of FAT `vfat`, and LUKS and LVM otherwise than people do. */
function fileSystemOf(type: string | undefined, version: string | undefined): string | null {
  if (type === undefined || type === "") return null;
  if (type === "vfat") return /^FAT(?:12|16|32)$/.test(version ?? "") ? version!.toLowerCase() : "fat";
  const names: Readonly<Record<string, string>> = { crypto_LUKS: "luks", LVM2_member: "lvm" };
  return names[type] ?? type.toLowerCase();
}

/** Bytes that are no plain text are written as `\x20`. */
function decodeUdev(text: string): string {
  const bytes = text.replaceAll(/\\x([0-9a-f]{2})/g, (_, digits: string) => `%${digits}`);
  try {
    return decodeURIComponent(bytes);
  } catch {
    return text;
  }
}
