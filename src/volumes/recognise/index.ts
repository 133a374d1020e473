/**
 * What file system lies here, whose is it by its label, and how full is it: read from its own structures, without mounting
 * anything, for a person who is about to lose it. Every format has its own few fields; whatever of them cannot be read or
 * contradicts itself is not known. Traps: a label may stand at several places, of which the directory's counts; and two
 * letters far inside of a volume are a sign only where its first sector says nothing.
 */
import type { ReadBytes } from "../../source/byte-source.js";
import { quietly, type VolumeContent } from "./content.js";
import { recogniseExFat } from "./exfat.js";
import { recogniseExt } from "./ext.js";
import { recogniseFat } from "./fat.js";
import { recogniseNtfs } from "./ntfs.js";
import { recogniseOther } from "./other.js";

export type { VolumeContent } from "./content.js";

/** Part of a disk as `read` reads it, from byte 0 on. */
export type Recognise = (read: ReadBytes, size: number) => Promise<VolumeContent | null>;

const recognisers: readonly Recognise[] = [recogniseNtfs, recogniseExFat, recogniseFat, recogniseOther, recogniseExt];

/** Null where none of the file systems that are known lies there. Throws what `read` throws that is no Win7UsbError. */
export async function recogniseVolume(read: ReadBytes, size: number): Promise<VolumeContent | null> {
  for (const recognise of recognisers) {
    const found = await quietly(() => recognise(read, size));
    if (found !== null) return found;
  }
  return null;
}
