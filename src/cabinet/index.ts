/**
 * Cabinets ([MS-CAB]), which Windows' updates come in: what is in them, and what one file of it holds. A cabinet has
 * folders, each one compressed stream in blocks of 32 KiB, in which the files lie one behind the other; so a file is read by
 * unpacking all that is in front of it. Only whole cabinets are read, no sets of several. All input is hostile: every count
 * and length is held against the cabinet before it is used, and blocks have checksums.
 */
import { dataBlocksOf } from "./blocks.js";
import type { Cabinet, CabinetFile } from "./cabinet.js";
import { damagedCabinet, unsupportedCabinet } from "./cabinet-fault.js";
import { unpackerFor } from "./unpack.js";

export { checkBlocks } from "./blocks.js";
export type { Cabinet, CabinetCompression, CabinetFile, CabinetFolder } from "./cabinet.js";
export { CabinetFault } from "./cabinet-fault.js";
export { openCabinet } from "./open-cabinet.js";

/**
 * The content of one of its files, for which all that lies in front of it in its folder is unpacked. Throws CabinetFault,
 * `unsupported` for one of more than `limit` bytes.
 */
export async function readCabinetFile(cabinet: Cabinet, file: CabinetFile, limit: number): Promise<Uint8Array> {
  const { name, size, offset } = file;
  if (size > limit) throw unsupportedCabinet(`${name} has ${size} bytes, expected at most ${limit}`);
  const folder = cabinet.folders[file.folder]!;
  const unpack = unpackerFor(folder);
  const content = new Uint8Array(size);
  let position = 0;
  for await (const block of dataBlocksOf(cabinet, folder)) {
    if (position >= offset + size) break;
    const piece = unpack(block);
    const from = Math.max(offset, position);
    const to = Math.min(offset + size, position + piece.length);
    if (from < to) content.set(piece.subarray(from - position, to - position), from - offset);
    position += piece.length;
  }
  if (position < offset + size) throw damagedCabinet(`${name} ends at ${offset + size}, its folder at ${position}`);
  return content;
}
