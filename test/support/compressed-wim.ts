/** Turns a WIM of stored resources into a compressed one, badly but after the specification, for tests without WIM tools. */
import { wimFlags, wimHeaderRecord } from "../../src/wim/header.js";
import { lookupTableEntryRecord } from "../../src/wim/lookup-table.js";
import { resourceFlags, resourceHeaderRecord } from "../../src/wim/resource.js";
import { tokenize } from "./canonical-code.js";
import { encodeLzx } from "./lzx-encoder.js";
import { encodeXpress } from "./xpress-encoder.js";

type Resource = ReturnType<typeof resourceHeaderRecord.decode>;
type Compression = "lzx" | "xpress";

const callFileSize = 12_000_000;

/** `stored` without an integrity table; every resource but the tables becomes chunks of `chunkSize` bytes. */
export function compressWim(stored: Uint8Array, compression: Compression, chunkSize = 32_768): Uint8Array {
  const header = wimHeaderRecord.decode(stored);
  const pieces: Uint8Array[] = [new Uint8Array(wimHeaderRecord.size)];
  let length = wimHeaderRecord.size;
  const append = (content: Uint8Array, flags: number, originalSize = content.length): Uint8Array => {
    pieces.push(content);
    length += content.length;
    return resourceHeaderRecord.encode({ size: content.length, flags, offset: length - content.length, originalSize });
  };
  const oldTable = resourceHeaderRecord.decode(header.lookupTable);
  const table = stored.slice(oldTable.offset, oldTable.offset + oldTable.size);
  const moved = new Map<number, Uint8Array>();
  for (let at = 0; at < table.length; at += lookupTableEntryRecord.size) {
    const old = resourceHeaderRecord.decode(table, at);
    const content = stored.subarray(old.offset, old.offset + old.size);
    const packed = compressResource(content, compression, chunkSize);
    const resource = append(packed, old.flags | resourceFlags.compressed, content.length);
    moved.set(old.offset, resource);
    lookupTableEntryRecord.patch(table, at, { resource });
  }
  const boot: Resource = resourceHeaderRecord.decode(header.bootMetadata);
  const xml = resourceHeaderRecord.decode(header.xmlData);
  const kind = compression === "lzx" ? wimFlags.compressLzx : wimFlags.compressXpress;
  const lookupTable = append(table, oldTable.flags);
  const xmlData = append(stored.subarray(xml.offset, xml.offset + xml.size), xml.flags);
  const fields = { flags: header.flags | wimFlags.compression | kind, chunkSize, lookupTable, xmlData };
  pieces[0] = stored.slice(0, wimHeaderRecord.size);
  wimHeaderRecord.patch(pieces[0], 0, { ...fields, bootMetadata: moved.get(boot.offset) ?? header.bootMetadata });
  return Uint8Array.from(Buffer.concat(pieces));
}

/** Chunk table and chunks; a chunk that does not become smaller is stored. */
export function compressResource(content: Uint8Array, compression: Compression, chunkSize: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += chunkSize) {
    const chunk = content.subarray(at, at + chunkSize);
    const packed =
      compression === "lzx" ? lzxChunk(chunk, chunkSize) : encodeXpress(tokenize(chunk, 3, 65_000, 65_535));
    chunks.push(packed.length < chunk.length ? packed : chunk);
  }
  const table = new DataView(new ArrayBuffer(Math.max(chunks.length - 1, 0) * 4));
  let offset = 0;
  for (const [index, chunk] of chunks.slice(0, -1).entries()) {
    offset += chunk.length;
    table.setUint32(index * 4, offset, true);
  }
  return Uint8Array.from(Buffer.concat([new Uint8Array(table.buffer), ...chunks]));
}

function lzxChunk(chunk: Uint8Array, chunkSize: number): Uint8Array {
  const tokens = tokenize(translateCalls(chunk), 2, 257, 32_000);
  return encodeLzx([{ kind: "aligned", tokens }], Math.log2(chunkSize));
}

/** CALL targets made absolute, [MS-PATCH] 2.1.1 with the file size that WIMs use. */
function translateCalls(chunk: Uint8Array): Uint8Array {
  const result = chunk.slice();
  const view = new DataView(result.buffer);
  for (let at = 0; at < result.length - 10; at += 1) {
    if (result[at] !== 0xe8) continue;
    const target = view.getInt32(at + 1, true);
    if (target >= -at && target < callFileSize) {
      view.setInt32(at + 1, target < callFileSize - at ? target + at : target - callFileSize, true);
    }
    at += 4;
  }
  return result;
}
