/**
 * Virtual partitions (UDF 2.2.8, 2.2.11; CD-R, DVD-R): a table, the last thing recorded, tells for each virtual block
 * where it was written last. UDF 1.50 closes the table with an identifier, UDF 2.00 and later open it with a header.
 */
import { Win7UsbError } from "../../errors.js";
import { layoutSource } from "../../extents/layout-source.js";
import { aboveLimit, damaged } from "../failures.js";
import { maximumVirtualTableSearch, maximumVirtualTableSize } from "../limits.js";
import { contentOf } from "./allocation.js";
import type { FileEntry } from "./file-entry.js";
import { readFileEntry } from "./file-entry.js";
import { fileTypes } from "./file-records.js";
import { isDescriptor } from "./tag.js";
import { tagIdentifiers, virtualTableEntry, virtualTableHeader, virtualTableTrailer } from "./volume-records.js";
import type { ByteRun, UdfPartition, Volume } from "./volume.js";
import { offsetOfBlock } from "./volume.js";

/** UDF 2.2.11: the entry of a virtual block that is not in use. */
const unusedEntry = 0xffffffff;

/** The virtual partition over the partition with the reference number `physical`. */
export async function virtualPartition(volume: Volume, physical: number): Promise<UdfPartition> {
  const table = await readTable(volume, await findTable(volume, physical));
  const blockCount = Math.floor(table.byteLength / virtualTableEntry.size);
  const under = volume.partitions[physical]!;
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const name = `the virtual partition in ${under.name}`;
  return {
    kind: "virtual",
    name,
    locate(block, length) {
      const runs: ByteRun[] = [];
      const count = Math.ceil(length / volume.blockSize);
      if (block + count > blockCount) {
        throw damaged(`${length} bytes at block ${block} leave ${name}, which has ${blockCount} blocks`);
      }
      for (let index = 0; index < count; index += 1) {
        const mapped = virtualTableEntry.fields.block.read(view, (block + index) * virtualTableEntry.size);
        if (mapped === unusedEntry) throw damaged(`block ${block + index} of ${name} is not in use`);
        runs.push(...under.locate(mapped, Math.min(volume.blockSize, length - index * volume.blockSize)));
      }
      return runs;
    },
  };
}

/** The table's ICB is the last block recorded, and images may end in blocks that were not. */
async function findTable(volume: Volume, physical: number): Promise<FileEntry> {
  const { reading, blockSize } = volume;
  const last = Math.floor(reading.metadata.size / blockSize) - 1;
  const start = startOf(volume, physical);
  const first = Math.max(start, last - maximumVirtualTableSearch);
  for (let block = last; block >= first; block -= 1) {
    const bytes = await reading.metadata.read(block * blockSize, blockSize, "the virtual allocation table");
    const location = block - start;
    const isEntry =
      isDescriptor(bytes, tagIdentifiers.fileEntry, location) ||
      isDescriptor(bytes, tagIdentifiers.extendedFileEntry, location);
    if (!isEntry) continue;
    const address = { partitionReference: physical, block: location };
    const entry = await readFileEntry(volume, address, "the virtual allocation table");
    if (entry.fileType === fileTypes.virtualAllocationTable || entry.fileType === fileTypes.unspecified) return entry;
  }
  const where = `in the last ${last - first + 1} blocks of the image`;
  if (first > start)
    throw aboveLimit(`no virtual allocation table stands ${where}, and none is looked for before them`);
  throw damaged(`no virtual allocation table stands ${where}`, { lastBlock: last });
}

/** Block of the volume where a plain partition begins. */
function startOf(volume: Volume, physical: number): number {
  return offsetOfBlock(volume, { partitionReference: physical, block: 0 }, "the partition") / volume.blockSize;
}

async function readTable(volume: Volume, entry: FileEntry): Promise<Uint8Array> {
  const size = entry.informationLength;
  const what = `${entry.what} has ${size} bytes`;
  if (size < virtualTableTrailer.size) throw damaged(`${what}, expected at least ${virtualTableTrailer.size}`);
  if (size > maximumVirtualTableSize) throw aboveLimit(`${what}, expected at most ${maximumVirtualTableSize}`);
  const bytes = await layoutSource(await contentOf(volume, entry), size).read(0, size);
  if (entry.fileType === fileTypes.unspecified) return bytes.subarray(0, olderEnd(bytes));
  if (size < virtualTableHeader.size) throw damaged(`${entry.what} has ${size} bytes and no room for its header`);
  const { lengthOfHeader } = virtualTableHeader.decode(bytes);
  if (lengthOfHeader >= virtualTableHeader.size && lengthOfHeader <= size) return bytes.subarray(lengthOfHeader);
  throw damaged(
    `${entry.what} has a header of ${lengthOfHeader} bytes, expected ${virtualTableHeader.size} to ${size}`,
  );
}

function olderEnd(bytes: Uint8Array): number {
  const end = bytes.length - virtualTableTrailer.size;
  const { identifier } = virtualTableTrailer.decode(bytes, end);
  if (identifier.startsWith("*UDF Virtual Alloc Tbl")) return end;
  throw new Win7UsbError(
    "image-damaged",
    `the virtual allocation table ends in ${JSON.stringify(identifier)}, expected "*UDF Virtual Alloc Tbl"`,
    { hint: "The disc was not closed, or the image is cut short: close the disc and read it again." },
  );
}
