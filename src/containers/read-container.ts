/** A virtual machine's disk read as the disk that it is: of every format that is written, also as other programs make it. */
import type { ByteSource } from "../source/byte-source.js";
import { mappedPieces, nowhere } from "./container.js";
import type { BlockMap, ReadContainer } from "./container.js";
import { damagedDisk } from "./read-table.js";
import { readQcow2 } from "./read-qcow2.js";
import { readVdi } from "./read-vdi.js";
import { readVhd } from "./read-vhd.js";
import { readVhdx } from "./read-vhdx.js";
import { readVmdk } from "./read-vmdk.js";

const readers = [readVhdx, readQcow2, readVmdk, readVdi, readVhd] as const;

/**
 * Undefined where `file` is none of the formats: then its bytes are those of the disk. Throws `target-unsupported` for a kind
 * that is not read (with a parent, compressed, encrypted, in several files), and for one whose tables contradict each other.
 * `name` is that of the file in messages.
 */
export async function readContainer(file: ByteSource, name: string): Promise<ReadContainer | undefined> {
  try {
    for (const read of readers) {
      const found = await read(file, name);
      if (found !== undefined) return found;
    }
    return undefined;
  } catch (error) {
    // A field of 64 bits with more than any file has.
    if (error instanceof RangeError) throw damagedDisk({ file, name, format: "virtual" }, error.message);
    throw error;
  }
}

/** Fills `target` with the bytes of the disk from `offset` on, which `read` gives by their place in the file. */
export async function readMapped(
  map: BlockMap,
  offset: number,
  target: Uint8Array,
  read: (place: number, part: Uint8Array) => Promise<void>,
): Promise<void> {
  for (const { start, length, place } of mappedPieces(map, offset, offset + target.length)) {
    const part = target.subarray(start - offset, start - offset + length);
    if (place === nowhere) part.fill(0);
    else await read(place, part);
  }
}
