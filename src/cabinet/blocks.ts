/** The blocks of a folder, in order, as they lie in the cabinet ([MS-CAB] 2.4). */
import { KiB } from "../bytes/units.js";
import { blockChecksum } from "./checksum.js";
import { damagedCabinet } from "./cabinet-fault.js";
import type { Cabinet, CabinetFolder } from "./cabinet.js";
import { dataRecord, largestBlock } from "./records.js";

export type CabinetBlock = {
  /** Compressed, as the folder says. */
  readonly data: Uint8Array;
  /** Bytes of its content. */
  readonly size: number;
};

/** Bytes of one read: some blocks, of which none has more than 64 KiB. */
const pieceSize = 512 * KiB;

/** Throws CabinetFault for a block that leaves the cabinet, is larger than it may be, or has not the checksum that it tells. */
export async function* dataBlocksOf(
  { source, size, blockReserve }: Cabinet,
  folder: CabinetFolder,
): AsyncGenerator<CabinetBlock> {
  const headSize = dataRecord.size + blockReserve;
  let position = folder.firstBlock;
  let piece = new Uint8Array();
  let pieceStart = position;
  const take = async (length: number, block: number): Promise<Uint8Array> => {
    if (position + length > size) throw damagedCabinet(`it ends in the middle of block ${block + 1} of a folder`);
    if (position + length > pieceStart + piece.length) {
      pieceStart = position;
      piece = new Uint8Array(await source.read(position, Math.min(Math.max(pieceSize, length), size - position)));
    }
    const start = position - pieceStart;
    position += length;
    return piece.subarray(start, start + length);
  };
  for (let block = 0; block < folder.blocks; block += 1) {
    const head = await take(headSize, block);
    const { csum, cbData, cbUncomp } = dataRecord.decode(head);
    if (cbUncomp === 0 || cbUncomp > largestBlock) {
      throw damagedCabinet(`block ${block + 1} of a folder has ${cbUncomp} bytes, expected 1 to ${largestBlock}`);
    }
    const data = await take(cbData, block);
    // Those who make cabinets are not at one whether what is reserved counts.
    const reserve = head.subarray(dataRecord.size);
    const sums = [reserve, new Uint8Array()].map((counted) => blockChecksum({ cbData, cbUncomp }, counted, data));
    if (csum !== 0 && !sums.includes(csum)) throw damagedCabinet(`block ${block + 1} of a folder has a wrong checksum`);
    yield { data, size: cbUncomp };
  }
}

/** Reads every block, without unpacking any. Throws what `dataBlocksOf` throws, and where folders have blocks in common. */
export async function checkBlocks(cabinet: Cabinet): Promise<void> {
  const headSize = dataRecord.size + cabinet.blockReserve;
  let seen = 0;
  for (const folder of cabinet.folders) {
    for await (const { data } of dataBlocksOf(cabinet, folder)) {
      seen += headSize + data.length;
      // Else a small cabinet could tell of more blocks than anybody can read.
      if (seen > cabinet.size) throw damagedCabinet("its folders have blocks in common");
    }
  }
}
