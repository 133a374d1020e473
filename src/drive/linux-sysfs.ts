/** Reading sysfs: small files and links that may vanish while they are read. */
import { errorCodeOf } from "../errors.js";
import { readdir, readFile, readlink } from "node:fs/promises";
import { basename } from "node:path";

/** sysfs counts sizes in these, in bytes (Documentation/ABI/stable/sysfs-block). */
export const sysfsSector = 512;

/** The last part of a link's target; null where it cannot be followed. */
export async function linkedName(path: string): Promise<string | null> {
  try {
    return basename(await readlink(path));
  } catch (error) {
    if (errorCodeOf(error) === undefined) throw error;
    return null;
  }
}

/** A device number (`stat`'s rdev) as sysfs writes it; makedev(3) as glibc packs 32 bits of major and of minor. */
export function deviceNumberText(deviceNumber: number): string {
  const number = BigInt(deviceNumber);
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & 0xfffff000n);
  const minor = (number & 0xffn) | ((number >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

export function numberOr(value: string | null, otherwise: number): number {
  const number = Number(value);
  return value === null || value === "" || !Number.isSafeInteger(number) ? otherwise : number;
}

/** A file's text without blanks around it; null where there is none or it is empty. */
export async function text(path: string): Promise<string | null> {
  try {
    const content = (await readFile(path, "utf8")).trim();
    return content === "" ? null : content;
  } catch (error) {
    // Missing, not permitted, or removed just now: unknown in any case.
    if (errorCodeOf(error) === undefined) throw error;
    return null;
  }
}

export async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (errorCodeOf(error) === undefined) throw error;
    return [];
  }
}
