/**
 * What is in the blocks of a folder. A folder is one stream: MSZIP blocks ([MS-MCI]) are deflate streams of their own that
 * reach back into the block before, LZX goes on from block to block. Inflating is fflate's.
 */
import { inflateSync } from "fflate/browser";
import { joinBytes } from "../bytes/join.js";
import { reasonOf } from "../errors.js";
import { createLzxStream, lzxFrameSize } from "../wim/compression/lzx-stream.js";
import { damagedCabinet, unsupportedCabinet } from "./cabinet-fault.js";
import type { CabinetBlock } from "./blocks.js";
import type { CabinetFolder } from "./cabinet.js";
import { largestBlock } from "./records.js";

/** Takes the blocks of a folder in order; what it gives is there until the next call. Throws CabinetFault. */
export type Unpacker = (block: CabinetBlock) => Uint8Array;

/** Throws CabinetFault for what is not read. */
export function unpackerFor({ compression }: CabinetFolder): Unpacker {
  switch (compression.kind) {
    case "none":
      return stored;
    case "mszip":
      return mszip();
    case "lzx":
      return lzx(compression.windowOrder);
    default:
      throw unsupportedCabinet("it is compressed with Quantum, which Windows 7's updates are not");
  }
}

function stored({ data, size }: CabinetBlock): Uint8Array {
  if (data.length !== size) {
    throw damagedCabinet(`a stored block has ${data.length} bytes, expected the ${size} of its content`);
  }
  return data;
}

/** Behind the letters CK there is a deflate stream. */
const mszipHead = [0x43, 0x4b] as const;

function mszip(): Unpacker {
  let before = new Uint8Array();
  return ({ data, size }) => {
    if (data[0] !== mszipHead[0] || data[1] !== mszipHead[1])
      throw damagedCabinet("an MSZIP block does not begin with CK");
    const content = inflated(data.subarray(mszipHead.length), size, before);
    before = joinBytes([before, content]).slice(-largestBlock);
    return content;
  };
}

/** `size` bytes; what is inflated may reach back into `before`. */
function inflated(data: Uint8Array, size: number, before: Uint8Array): Uint8Array {
  // What does not fit is left away, so there is room for one byte that shows that there was more.
  const room = new Uint8Array(size + 1);
  let content: Uint8Array;
  try {
    content = inflateSync(data, { out: room, dictionary: before });
  } catch (error) {
    throw damagedCabinet(`MSZIP cannot be unpacked: ${reasonOf(error)}`);
  }
  if (content.length === size) return content;
  const seen = content.length > size ? "more" : `${content.length} bytes`;
  throw damagedCabinet(`an MSZIP block has ${seen}, expected ${size} bytes`);
}

function lzx(windowOrder: number): Unpacker {
  const stream = createLzxStream(windowOrder);
  let isOver = false;
  return ({ data, size }) => {
    if (isOver) throw damagedCabinet("a block of LZX that is not the last one is short");
    isOver = size < lzxFrameSize;
    const result = stream.decode(data, size);
    if ("problem" in result) throw damagedCabinet(`LZX cannot be unpacked: ${result.problem}`);
    return result.content;
  };
}
