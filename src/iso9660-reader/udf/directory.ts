/**
 * Directories (ECMA-167 4/8.6): file identifier descriptors one behind the other, across blocks and extents, each padded
 * to 4 bytes. Deleted entries stay in place, and the parent is an entry without a name.
 */
import { roundUp } from "../../bytes/units.js";
import { runsOfSource } from "../../extents/layout.js";
import { damaged, decodeChecked } from "../failures.js";
import { checkedName } from "../names.js";
import { countDirectory, countEntry } from "../reading.js";
import type { LogicalExtent } from "./allocation.js";
import { contentOf, logicalExtents } from "./allocation.js";
import type { FileEntry } from "./file-entry.js";
import { allocationTypes, fileCharacteristics, fileIdentifierDescriptor } from "./file-records.js";
import { checkLocation, checkedTag } from "./tag.js";
import { decodeCompressedUnicode } from "./text.js";
import { tagIdentifiers } from "./volume-records.js";
import type { BlockAddress, Volume } from "./volume.js";

export type FileIdentifier = {
  readonly name: string;
  readonly hidden: boolean;
  readonly isDirectory: boolean;
  readonly icb: BlockAddress;
};

const alignment = 4;

/** The entries of a directory but for deleted and parent ones; `path` is for messages. */
export async function readDirectory(volume: Volume, entry: FileEntry, path: string): Promise<FileIdentifier[]> {
  countDirectory(volume.reading, path, entry.informationLength);
  const bytes = await readContent(volume, entry);
  const embedded = entry.allocationType === allocationTypes.embedded;
  const extents = embedded ? null : await logicalExtents(volume, entry);
  const blockAt = extents === null ? () => entry.address.block : blockLocator(extents, volume.blockSize);
  const identifiers: FileIdentifier[] = [];
  for (let offset = 0; offset < bytes.length;) {
    countEntry(volume.reading, path);
    const what = `the entry at byte ${offset} of the directory /${path}`;
    const fields = decodeChecked(fileIdentifierDescriptor, bytes, offset, what);
    const nameStart = offset + fileIdentifierDescriptor.size + fields.lengthOfImplementationUse;
    const nameEnd = nameStart + fields.lengthOfFileIdentifier;
    const end = offset + roundUp(nameEnd - offset, alignment);
    // Its CRC ends where it ends, so that a million of them cannot each claim 64 KiB.
    const tag = checkedTag(bytes, what, [tagIdentifiers.fileIdentifierDescriptor], offset, end);
    checkLocation(volume.reading, tag, blockAt(offset), what);
    if (nameEnd > bytes.length) throw damaged(`${what} ends at byte ${nameEnd}, expected at most ${bytes.length}`);
    offset = end;
    const { characteristics, icb } = fields;
    if ((characteristics & (fileCharacteristics.deleted | fileCharacteristics.parent)) !== 0) continue;
    const name = decodeCompressedUnicode(bytes.subarray(nameStart, nameEnd), `the name of ${what}`);
    identifiers.push({
      name: checkedName(name, path),
      hidden: (characteristics & fileCharacteristics.hidden) !== 0,
      isDirectory: (characteristics & fileCharacteristics.directory) !== 0,
      icb: { partitionReference: icb.partitionReference, block: icb.position },
    });
  }
  return identifiers;
}

/** A directory's bytes; where they are one run, without a copy. */
async function readContent(volume: Volume, entry: FileEntry): Promise<Uint8Array> {
  const what = `the content of ${entry.what}`;
  const runs = runsOfSource(await contentOf(volume, entry), volume.source);
  if (runs === null) throw damaged(`${what} was never recorded`);
  const [first] = runs;
  if (first === undefined) return new Uint8Array();
  if (runs.length === 1) return volume.reading.metadata.read(first.offset, first.length, what);
  const bytes = new Uint8Array(entry.informationLength);
  let filled = 0;
  for (const { offset, length } of runs) {
    bytes.set(await volume.reading.metadata.read(offset, length, what), filled);
    filled += length;
  }
  return bytes;
}

/** The logical block that byte `offset` of a file lies in; offsets must not go back. */
function blockLocator(extents: readonly LogicalExtent[], blockSize: number): (offset: number) => number {
  let index = 0;
  let start = 0;
  return (offset) => {
    while (index < extents.length - 1 && offset >= start + extents[index]!.length) {
      start += extents[index]!.length;
      index += 1;
    }
    return (extents[index]?.address.block ?? 0) + Math.floor((offset - start) / blockSize);
  };
}
