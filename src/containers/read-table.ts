/** What the readers of all formats have in common: bounds, and what is said where a file does not keep to them. */
import { Win7UsbError } from "../errors.js";
import type { ByteSource } from "../source/byte-source.js";
import { mostBlocks, nowhere } from "./container.js";
import type { BlockMap } from "./container.js";

/** A file that is one of these formats, and its name in messages. */
export type ContainerFile = { readonly file: ByteSource; readonly name: string; readonly format: string };

const convert = "Convert it first: `qemu-img convert -O raw <disk> disk.img`.";

/** A kind of the format that is not read. */
export function unreadKind({ name, format }: ContainerFile, reason: string): Win7UsbError {
  return new Win7UsbError("target-unsupported", `${name} is a ${format} disk ${reason}`, {
    hint: convert,
    data: { target: name, format },
  });
}

export function damagedDisk({ name, format }: ContainerFile, reason: string): Win7UsbError {
  return new Win7UsbError("target-unsupported", `${name} is a damaged ${format} disk: ${reason}`, {
    hint: "Copy or make it again.",
    data: { target: name, format },
  });
}

/** `length` bytes at `offset`; throws where the file ends before. */
export async function readStructure(
  of: ContainerFile,
  offset: number,
  length: number,
  what: string,
): Promise<Uint8Array> {
  if (offset + length > of.file.size) {
    throw damagedDisk(of, `its ${what} at byte ${offset} lies behind its end at byte ${of.file.size}`);
  }
  return of.file.read(offset, length);
}

/** Throws where a disk of that size has no map that is bounded. */
export function requireSize(of: ContainerFile, diskSize: number, blockSize: number): void {
  if (diskSize <= 0 || diskSize % 512 !== 0) throw damagedDisk(of, `it says that it holds ${diskSize} bytes`);
  if (Math.ceil(diskSize / blockSize) > mostBlocks) {
    throw unreadKind(of, `of ${diskSize} bytes in blocks of ${blockSize}, which are more than ${mostBlocks}`);
  }
}

/** The map of the blocks' places. Throws where a block lies outside of the file. */
export function mapOf(of: ContainerFile, map: Omit<BlockMap, "places">, placeOf: (block: number) => number): BlockMap {
  const { diskSize, blockSize } = map;
  const places = new Float64Array(Math.ceil(diskSize / blockSize));
  for (const block of places.keys()) {
    const place = placeOf(block);
    const end = place + Math.min(blockSize, diskSize - block * blockSize);
    if (place !== nowhere && end > of.file.size) {
      throw damagedDisk(of, `block ${block} lies behind its end, at byte ${place} of ${of.file.size}`);
    }
    places[block] = place;
  }
  return { ...map, places };
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
