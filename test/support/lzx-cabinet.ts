/** Folders of cabinets in LZX, of kinds of blocks as they are asked for. */
import type { CabinetFolderOf, CabinetEntry } from "../../fixtures/cabinet/cabinet.js";
import { tokenize } from "./canonical-code.js";
import type { LzxBlock } from "./lzx-encoder.js";
import { encodeLzxFrames, splitAtFrames } from "./lzx-encoder.js";

export type LzxFolderOptions = {
  readonly windowOrder: number;
  /** Bytes of each block, over and over, and its kind. */
  readonly blocks: readonly (readonly [kind: LzxBlock["kind"], size: number])[];
  /** Of the E8 header; 0 for none. */
  readonly fileSize?: number;
};

export function lzxFolder(files: readonly CabinetEntry[], options: LzxFolderOptions): CabinetFolderOf {
  const content = new Uint8Array(Buffer.concat(files.map((file) => file.content)));
  const { windowOrder, fileSize = 0 } = options;
  const translated = fileSize === 0 ? content : translatedCalls(content, fileSize);
  const frames = encodeLzxFrames(blocksFor(translated, options), windowOrder, fileSize);
  return { compression: { windowOrder, frames }, files };
}

/** Matches are those of the whole content, so that they reach back over blocks and frames. */
function blocksFor(content: Uint8Array, { windowOrder, blocks }: LzxFolderOptions): LzxBlock[] {
  const tokens = splitAtFrames(tokenize(content, 2, 257, 2 ** windowOrder - 3), content);
  const made: LzxBlock[] = [];
  let token = 0;
  let at = 0;
  for (let index = 0; at < content.length; index += 1) {
    const [kind, size] = blocks[index % blocks.length]!;
    const start = at;
    const own = [];
    // Tokens stay whole: a block ends behind the one that fills it.
    for (; token < tokens.length && at - start < size; token += 1) {
      const next = tokens[token]!;
      at += "literal" in next ? 1 : next.length;
      own.push(next);
    }
    made.push(kind === "uncompressed" ? { kind, content: [...content.subarray(start, at)] } : { kind, tokens: own });
  }
  return made;
}

/** [MS-PATCH] 2.1.1, naively and forwards: relative targets of CALLs become absolute ones. */
function translatedCalls(content: Uint8Array, fileSize: number): Uint8Array {
  const result = content.slice();
  const view = new DataView(result.buffer);
  for (let frame = 0; frame < result.length; frame += 32768) {
    const end = Math.min(result.length, frame + 32768) - 10;
    for (let at = frame; at < end; at += 1) {
      if (result[at] !== 0xe8) continue;
      const relative = view.getInt32(at + 1, true);
      if (relative >= -at && relative < fileSize) {
        view.setInt32(at + 1, relative < fileSize - at ? relative + at : relative - fileSize, true);
      }
      at += 4;
    }
  }
  return result;
}
