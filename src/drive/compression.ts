/** What compresses and unpacks image files: zlib of Node, which has no Zstandard before 22.15 and 23.8. */
import type { Transform } from "node:stream";
import zlib from "node:zlib";
import { KiB } from "../bytes/units.js";
import { encodeGzipHeader, gzipTrailer } from "../containers/gzip.js";
import type { CompressedFormat } from "../containers/index.js";
import { Win7UsbError } from "../errors.js";

/** Bytes that a stream gives at a time. */
const chunkSize = 256 * KiB;
/** Most of a disk is compressed already, in its WIMs, and slower levels gain next to nothing there. */
const gzipLevel = zlib.constants.Z_BEST_SPEED;

/** One file that is compressed. */
export type Compressing = {
  /** What stands in front of the stream's bytes. */
  readonly header: Uint8Array;
  readonly stream: Transform;
  /** Called with all that the stream is given, in order. */
  given(bytes: Uint8Array): void;
  /** What stands behind the stream's bytes. */
  trailer(): Uint8Array;
};

type ZstdOptions = { readonly chunkSize: number; readonly params?: Readonly<Record<number, number>> };
/** What the types of Node 20 do not have. */
const { createZstdCompress, createZstdDecompress } = zlib as {
  readonly createZstdCompress?: (options: ZstdOptions) => Transform;
  readonly createZstdDecompress?: (options: ZstdOptions) => Transform;
};
/** `ZSTD_c_checksumFlag` of zstd.h: the content's checksum stands at the end. */
const zstdChecksumFlag = 201;

/** Throws `target-unsupported` where this Node cannot make such a file. */
export function requireCompression(format: CompressedFormat, path: string): void {
  if (format === "gz" || createZstdCompress !== undefined) return;
  throw new Win7UsbError("target-unsupported", `${path} cannot be made: this Node has no Zstandard`, {
    hint: "Run it with Node 22.15, 23.8 or newer, or name a .gz file.",
    data: { target: path, format },
  });
}

export function startCompressing(format: CompressedFormat): Compressing {
  if (format === "gz") return gzip();
  const none = new Uint8Array(0);
  // zstd's own default level, and its checksum, without which damage may unpack as if nothing were wrong.
  const stream = createZstdCompress!({ chunkSize, params: { [zstdChecksumFlag]: 1 } });
  return { header: none, stream, given: () => undefined, trailer: () => none };
}

function gzip(): Compressing {
  let crc32 = 0;
  let size = 0;
  return {
    header: encodeGzipHeader(),
    stream: zlib.createDeflateRaw({ chunkSize, level: gzipLevel }),
    given(bytes) {
      crc32 = zlib.crc32(bytes, crc32);
      size += bytes.length;
    },
    trailer: () => gzipTrailer.encode({ crc32, inputSize: size % 2 ** 32 }),
  };
}

/** Fails where the file ends early or its checksum is wrong. */
export function startUnpacking(format: CompressedFormat): Transform {
  return format === "gz" ? zlib.createGunzip({ chunkSize }) : createZstdDecompress!({ chunkSize });
}
