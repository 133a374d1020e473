/**
 * The WIM header (`WIMHEADER_V1_PACKED`): 208 bytes at the file's start. A pipable WIM, which is wimlib's own variant,
 * writes its header a second time as the file's last 208 bytes, and only that copy knows where the tables are.
 */
import { count } from "../bytes/amounts.js";
import { ascii, bytes, uint16le, uint32le } from "../bytes/fields.js";
import { record } from "../bytes/record.js";
import { toHex } from "../bytes/hex.js";
import type { ByteSource } from "../source/byte-source.js";
import type { ResourceHeader, WimLocation } from "./resource.js";
import { decodeResourceHeader, resourceHeaderRecord, wimError, wimLimit } from "./resource.js";

const resourceHeader = (offset: number) => bytes(offset, resourceHeaderRecord.size);

/**
 * WIM specification, `WIMHEADER_V1_PACKED`: `cbSize`, `dwVersion`, `dwFlags`, `dwCompressionSize`, `gWIMGuid`, `usPartNumber`,
 * `usTotalParts`, `dwImageCount`, `rhOffsetTable`, `rhXmlData`, `rhBootMetadata`, `dwBootIndex`, `rhIntegrity`.
 */
export const wimHeaderRecord = record("WIMHEADER_V1_PACKED", 208, {
  imageTag: ascii(0, 8),
  headerSize: uint32le(8),
  version: uint32le(12),
  flags: uint32le(16),
  chunkSize: uint32le(20),
  guid: bytes(24, 16),
  partNumber: uint16le(40),
  totalParts: uint16le(42),
  imageCount: uint32le(44),
  lookupTable: resourceHeader(48),
  xmlData: resourceHeader(72),
  bootMetadata: resourceHeader(96),
  bootIndex: uint32le(120),
  integrityTable: resourceHeader(124),
  unused: bytes(148, 60),
});

/** WIM specification, `WIMHEADER_V1_PACKED` `ImageTag`. */
export const imageTag = "MSWIM\0\0\0";
/** wimlib's header.h, `PWM_MAGIC`. */
export const pipableImageTag = "WLPWM\0\0\0";

/** wimlib's header.h, `WIM_VERSION_DEFAULT`: 1.13, what Windows Vista to 11 write for every WIM without solid resources. */
export const wimVersion = 0x10d00;
/** wimlib's header.h, `WIM_VERSION_SOLID`: 14.0 (3584), solid resources, the ESD files of Windows 8 and later. */
export const esdVersion = 0x0e00;

/** WIM specification, `FLAG_HEADER_*`; LZMS and the second XPRESS are `WIM_HDR_FLAG_*` of wimlib's header.h. */
export const wimFlags = {
  compression: 0x0000_0002,
  readOnly: 0x0000_0004,
  spanned: 0x0000_0008,
  resourceOnly: 0x0000_0010,
  metadataOnly: 0x0000_0020,
  writeInProgress: 0x0000_0040,
  reparsePointFix: 0x0000_0080,
  compressXpress: 0x0002_0000,
  compressLzx: 0x0004_0000,
  compressLzms: 0x0008_0000,
  compressXpress2: 0x0020_0000,
} as const;

export type WimCompression = "none" | "xpress" | "lzx" | "lzms";

export type WimHeader = {
  readonly version: number;
  /** Bits of `wimFlags`. */
  readonly flags: number;
  readonly compression: WimCompression;
  /** Uncompressed bytes in one compressed chunk; 0 where nothing is compressed. */
  readonly chunkSize: number;
  /** `gWIMGuid`: 32 hexadecimal digits in file order; the parts of a split WIM share it. */
  readonly guid: string;
  /** Counted from 1. */
  readonly partNumber: number;
  readonly totalParts: number;
  readonly imageCount: number;
  /** Image that is set to boot, counted from 1; 0 = none. */
  readonly bootIndex: number;
  /** wimlib's variant, whose compressed resources are laid out for reading in order. */
  readonly pipable: boolean;
  readonly lookupTable: ResourceHeader;
  readonly xmlData: ResourceHeader;
  readonly bootMetadata: ResourceHeader;
  readonly integrityTable: ResourceHeader;
};

/** Images in one WIM: Windows media have at most a few dozen, and XML and metadata grow with them. */
export const imageCountLimit = 4096;

/** Chunk sizes are powers of two; XPRESS begins at 4 KiB, LZX ends at 2 MiB (wimlib), LZMS at 1 GiB. */
const smallestChunk = 2 ** 12;
const largestChunk = 2 ** 30;

type RawHeader = ReturnType<typeof wimHeaderRecord.decode>;

/** Reads the header; throws `wim-damaged` where it is none, `wim-unsupported` for versions that no Windows 7 wrote. */
export async function readHeader(source: ByteSource, at: WimLocation): Promise<WimHeader> {
  const { size } = wimHeaderRecord;
  if (source.size < size)
    throw wimError("wim-damaged", at, `it has ${source.size} bytes, a header alone takes ${size}`);
  const first = await source.read(0, size);
  const pipable = wimHeaderRecord.decode(first).imageTag === pipableImageTag;
  return decodeHeader(pipable ? await source.read(source.size - size, size) : first, at);
}

/** Decodes 208 bytes of header. */
function decodeHeader(data: Uint8Array, at: WimLocation): WimHeader {
  const raw = wimHeaderRecord.decode(data);
  checkFixedFields(raw, at);
  const compression = compressionOf(raw, at);
  const resource = (field: { readonly offset: number }): ResourceHeader => decodeResourceHeader(data, field.offset, at);
  const { fields } = wimHeaderRecord;
  return {
    version: raw.version,
    flags: raw.flags,
    compression,
    chunkSize: compression === "none" ? 0 : raw.chunkSize,
    guid: toHex(raw.guid),
    partNumber: raw.partNumber,
    totalParts: raw.totalParts,
    imageCount: raw.imageCount,
    bootIndex: raw.bootIndex,
    pipable: raw.imageTag === pipableImageTag,
    lookupTable: resource(fields.lookupTable),
    xmlData: resource(fields.xmlData),
    bootMetadata: resource(fields.bootMetadata),
    integrityTable: resource(fields.integrityTable),
  };
}

function checkFixedFields(raw: RawHeader, at: WimLocation): void {
  if (raw.imageTag !== imageTag && raw.imageTag !== pipableImageTag) {
    throw wimError("wim-damaged", at, `it begins with ${JSON.stringify(raw.imageTag)}, expected "MSWIM"`);
  }
  if (raw.headerSize !== wimHeaderRecord.size) {
    throw wimError("wim-damaged", at, `the header's size is ${raw.headerSize}, expected ${wimHeaderRecord.size}`);
  }
  if (raw.version !== wimVersion && raw.version !== esdVersion) {
    const seen = `0x${raw.version.toString(16)}`;
    throw wimError("wim-unsupported", at, `WIM version ${seen} is not known, expected 0x${wimVersion.toString(16)}`);
  }
  if (raw.partNumber === 0 || raw.partNumber > raw.totalParts) {
    throw wimError("wim-damaged", at, `it says that it is part ${raw.partNumber} of ${raw.totalParts}`);
  }
  if (raw.imageCount > imageCountLimit) {
    throw wimLimit(at, `it claims ${count(raw.imageCount, "image")}, expected at most ${imageCountLimit}`);
  }
  if (raw.bootIndex > raw.imageCount) {
    throw wimError(
      "wim-damaged",
      at,
      `image ${raw.bootIndex} is set to boot, but it has ${count(raw.imageCount, "image")}`,
    );
  }
}

function compressionOf(raw: RawHeader, at: WimLocation): WimCompression {
  if ((raw.flags & wimFlags.compression) === 0) return "none";
  const { chunkSize } = raw;
  if (chunkSize < smallestChunk || chunkSize > largestChunk || (chunkSize & (chunkSize - 1)) !== 0) {
    throw wimError("wim-damaged", at, `the chunk size is ${chunkSize}, expected a power of two such as 32768`);
  }
  if ((raw.flags & wimFlags.compressLzx) !== 0) return "lzx";
  if ((raw.flags & (wimFlags.compressXpress | wimFlags.compressXpress2)) !== 0) return "xpress";
  if ((raw.flags & wimFlags.compressLzms) !== 0) return "lzms";
  throw wimError("wim-unsupported", at, `the compression (header flags 0x${raw.flags.toString(16)}) is not known`);
}
