/** Does a disc have this path? Reads the directories on the way to it, where `readImage` reads all of them. */
import type { ByteSource } from "../source/byte-source.js";
import { upCase } from "../bytes/up-case.js";
import { readIsoDirectory, sectionOf } from "./iso9660/directory.js";
import { directoryRecord } from "./iso9660/records.js";
import { checkBlockSize, readIsoVolumes, type IsoVolume } from "./iso9660/volume-descriptors.js";
import { decodeChecked } from "./failures.js";
import { startReading, type Reading } from "./reading.js";
import { readDirectory } from "./udf/directory.js";
import { readFileEntry } from "./udf/file-entry.js";
import { openRoot } from "./udf/file-system.js";
import { recognize } from "./volume-recognition.js";

/**
 * Whether the newest file system has `path`, its parts joined by `/`, without regard to case; Rock Ridge's names are not
 * looked at. Throws what `readImage` does, of what it reads.
 */
export async function hasPath(source: ByteSource, path: string): Promise<boolean> {
  const reading = startReading(source);
  const recognition = await recognize(reading);
  const parts = path.split("/").map(upCase);
  if (recognition.nsr !== null) return hasUdfPath(reading, parts);
  const { joliet, iso9660 } = readIsoVolumes(recognition);
  const volume = joliet ?? iso9660;
  return volume !== null && hasIsoPath(reading, volume, parts);
}

async function hasUdfPath(reading: Reading, parts: readonly string[]): Promise<boolean> {
  const { volume, root } = await openRoot(reading);
  let at = root;
  for (const [depth, part] of parts.entries()) {
    const above = parts.slice(0, depth).join("/");
    const directory = await readFileEntry(volume, at, `the File Entry of /${above}`);
    const found = (await readDirectory(volume, directory, above)).find(({ name }) => upCase(name) === part);
    if (found === undefined) return false;
    if (depth === parts.length - 1) return true;
    if (!found.isDirectory) return false;
    at = found.icb;
  }
  return true;
}

async function hasIsoPath(reading: Reading, volume: IsoVolume, parts: readonly string[]): Promise<boolean> {
  checkBlockSize(volume);
  const root = decodeChecked(directoryRecord, volume.rootDirectoryRecord, 0, "the root directory's record");
  let section = sectionOf(volume, root);
  for (const [depth, part] of parts.entries()) {
    const above = parts.slice(0, depth).join("/");
    const entries = await readIsoDirectory({ reading, volume, systemUseSkip: undefined }, section, above);
    const found = entries.find(({ name }) => upCase(name) === part);
    if (found === undefined) return false;
    if (depth === parts.length - 1) return true;
    if (!found.isDirectory) return false;
    section = found.sections[0]!;
  }
  return true;
}
