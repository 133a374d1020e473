/** WIMs that are as large as each limit allows, made to cost as much as they can. */
import { createHash } from "node:crypto";
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { encodeUtf16 } from "../../../fixtures/wim/xml.js";
import { GiB, KiB, MiB, TiB } from "../../../src/bytes/units.js";
import { compressResource } from "../compressed-wim.js";
import { imageCountLimit, imageTag, wimFlags, wimHeaderRecord, wimVersion } from "../../../src/wim/header.js";
import { integrityTableLimit, integrityTableRecord } from "../../../src/wim/integrity.js";
import { sha1Length } from "../../../src/wim/sha1.js";
import { lookupTableEntryRecord, lookupTableLimit } from "../../../src/wim/lookup-table.js";
import { directoryEntryRecord, fileAttributes, metadataLimit, securityBlockRecord } from "../../../src/wim/metadata.js";
import { resourceFlags, resourceHeaderRecord } from "../../../src/wim/resource.js";
import { xmlDataLimit } from "../../../src/wim/xml.js";

type Resource = {
  readonly offset: number;
  readonly size: number;
  readonly flags?: number;
  readonly originalSize?: number;
};
type Entry = Resource & { readonly hash: Uint8Array };

const resourceBytes = ({ offset, size, flags = 0, originalSize = size }: Resource): Uint8Array =>
  resourceHeaderRecord.encode({ offset, size, flags, originalSize });

const sha1 = (data: Uint8Array): Uint8Array => new Uint8Array(createHash("sha1").update(data).digest());

type Parts = {
  /** Content between the header and the tables. */
  readonly body?: Uint8Array;
  readonly entries: (bodyOffset: number) => Iterable<Entry>;
  readonly images?: number;
  readonly xml?: string;
  /** The integrity table's chunk size; none without it. */
  readonly integrityChunk?: number;
  readonly flags?: number;
  readonly totalParts?: number;
  /** The body is so long, whatever `body` has; the rest is a hole. */
  readonly bodySize?: number;
};

function xmlOf(images: number): string {
  const all = Array.from({ length: images }, (_, index) => `<IMAGE INDEX="${index + 1}"></IMAGE>`);
  return `<WIM>${all.join("")}</WIM>`;
}

function writeWimTo(path: string, parts: Parts): void {
  const { pieces, size } = tablesOf(parts);
  const file = openSync(path, "w");
  for (const [at, bytes] of pieces) if (bytes.length > 0) writeSync(file, bytes, 0, bytes.length, at);
  ftruncateSync(file, size);
  closeSync(file);
}

/** A WIM without content that says it is the first of so many parts. */
export function wimOfParts(totalParts: number): Uint8Array {
  const { pieces, size } = tablesOf({ entries: () => [], totalParts });
  const wim = new Uint8Array(size);
  for (const [at, bytes] of pieces) wim.set(bytes, at);
  return wim;
}

/** What a WIM is made of, by its place, and how long it is. */
function tablesOf(parts: Parts): { pieces: readonly (readonly [number, Uint8Array])[]; size: number } {
  const { body = new Uint8Array(), images = 0, flags = 0, bodySize = body.length, totalParts = 1 } = parts;
  const start = wimHeaderRecord.size;
  const entries = [...parts.entries(start)];
  const table = new Uint8Array(entries.length * lookupTableEntryRecord.size);
  for (const [index, { hash, ...resource }] of entries.entries()) {
    const values = { resource: resourceBytes(resource), partNumber: 1, referenceCount: 1, hash };
    lookupTableEntryRecord.patch(table, index * lookupTableEntryRecord.size, values);
  }
  const xml = encodeUtf16(`\uFEFF${parts.xml ?? xmlOf(images)}`);
  const tableAt = start + bodySize;
  const xmlAt = tableAt + table.length;
  const integrityAt = xmlAt + xml.length;
  const integrity = integrityOf(parts.integrityChunk, xmlAt - start);
  const header = wimHeaderRecord.encode({
    imageTag,
    headerSize: start,
    version: wimVersion,
    flags,
    chunkSize: flags === 0 ? 0 : 32 * KiB,
    partNumber: 1,
    totalParts,
    imageCount: images,
    lookupTable: resourceBytes({ offset: tableAt, size: table.length }),
    xmlData: resourceBytes({ offset: xmlAt, size: xml.length }),
    integrityTable: resourceBytes({ offset: integrity.length === 0 ? 0 : integrityAt, size: integrity.length }),
  });
  const pieces = [
    [0, header],
    [start, body],
    [tableAt, table],
    [xmlAt, xml],
    [integrityAt, integrity],
  ] as const;
  return { pieces, size: integrityAt + integrity.length };
}

function integrityOf(chunkSize: number | undefined, covered: number): Uint8Array {
  if (chunkSize === undefined) return new Uint8Array();
  const entryCount = Math.ceil(covered / chunkSize);
  const size = integrityTableRecord.size + entryCount * sha1Length;
  const table = new Uint8Array(size);
  integrityTableRecord.patch(table, 0, { size, entryCount, chunkSize });
  return table;
}

/** SHA-1s that are all different. */
function numberedHash(index: number): Uint8Array {
  const hash = new Uint8Array(sha1Length).fill(1);
  new DataView(hash.buffer).setUint32(4, Math.imul(index + 1, 0x9e37_79b1), true);
  new DataView(hash.buffer).setUint32(8, index, true);
  return hash;
}

const mostEntries = Math.floor(lookupTableLimit / lookupTableEntryRecord.size);

/** Every entry a resource of one byte with a hash of its own. */
function fullLookupTable(path: string): void {
  const body = new Uint8Array(mostEntries).fill(7);
  const entries = (start: number): Entry[] =>
    Array.from({ length: mostEntries }, (_, index) => ({ offset: start + index, size: 1, hash: numberedHash(index) }));
  writeWimTo(path, { body, entries });
}

function fullIntegrityTable(path: string): void {
  const count = Math.floor((integrityTableLimit - integrityTableRecord.size) / sha1Length);
  writeWimTo(path, { bodySize: count * 16, entries: () => [], integrityChunk: 16 });
}

type EntryFields = {
  readonly name: string;
  readonly directory?: number;
  readonly hash?: Uint8Array;
  readonly link?: number;
};

const entrySize = (name: string): number => Math.ceil((directoryEntryRecord.size + 2 * name.length + 2) / 8) * 8;

function putEntry(data: Uint8Array, at: number, { name, directory = 0, hash, link = 0 }: EntryFields): number {
  const length = entrySize(name);
  directoryEntryRecord.patch(data, at, {
    length,
    attributes: directory === 0 ? 0 : fileAttributes.directory,
    securityId: 0xffff_ffff,
    subdirectoryOffset: directory,
    ...(hash === undefined ? {} : { hash }),
    hardLinkGroup: BigInt(link),
    fileNameLength: 2 * name.length,
  });
  for (let unit = 0; unit < name.length; unit += 1) {
    data[at + directoryEntryRecord.size + 2 * unit] = name.charCodeAt(unit);
  }
  return at + length;
}

/**
 * Metadata of the largest size: `depth` directories called `name` in one another, and the rest of it files in the lowest
 * one, each with a link group of its own and the hash that `hashOf` tells.
 */
function metadataOf(depth: number, name: string, hashOf: (index: number) => Uint8Array): Uint8Array {
  const data = new Uint8Array(metadataLimit);
  securityBlockRecord.patch(data, 0, { totalLength: 8 });
  const root = new Uint8Array(directoryEntryRecord.size + 2);
  directoryEntryRecord.patch(root, 0, { length: 104, attributes: fileAttributes.directory, securityId: 0xffff_ffff });
  data.set(root, 8);
  let at = 8 + 104 + 8;
  directoryEntryRecord.patch(data, 8, { subdirectoryOffset: at });
  for (let level = 0; level < depth; level += 1) {
    const below = at + entrySize(name) + 8;
    putEntry(data, at, { name, directory: below });
    at = below;
  }
  for (let index = 0; at + entrySize("f") + 8 <= data.length; index += 1) {
    at = putEntry(data, at, { name: "f", hash: hashOf(index), link: index + 1 });
  }
  return data;
}

const content = Uint8Array.of(1, 2, 3, 4);

/** One image with that metadata, and one blob. */
function wimWithMetadata(path: string, metadata: Uint8Array): void {
  const body = new Uint8Array(metadata.length + content.length);
  body.set(metadata);
  body.set(content, metadata.length);
  const entries = (start: number): Entry[] => [
    { offset: start, size: metadata.length, flags: resourceFlags.metadata, hash: sha1(metadata) },
    { offset: start + metadata.length, size: content.length, hash: sha1(content) },
  ];
  writeWimTo(path, { body, entries, images: 1 });
}

/** Text of the XML data's largest size: `piece` as often as it fits between the two ends. */
function filledXml(head: string, piece: (index: number) => string, tail: string): string {
  const room = xmlDataLimit / 2 - 1 - head.length - tail.length;
  let middle = "";
  for (let index = 0; ; index += 1) {
    const next = piece(index);
    if (middle.length + next.length > room) return head + middle + tail;
    middle += next;
  }
}

/** Compressed resources that say they hold a TiB, which their chunk table of 256 MiB allows. */
function bomb(path: string): void {
  const originalSize = TiB;
  const chunkCount = originalSize / (32 * KiB);
  const size = (chunkCount - 1) * 8 + chunkCount * 2;
  const flags = resourceFlags.compressed;
  const entries = (offset: number): Entry[] => [
    { offset, size, flags, originalSize, hash: numberedHash(0) },
    { offset, size: 64 * MiB, flags, originalSize: 200 * GiB, hash: numberedHash(1) },
    { offset, size: 2 * MiB, flags, originalSize: 31 * MiB, hash: numberedHash(2) },
    { offset, size: MiB, flags: flags | resourceFlags.metadata, originalSize: TiB / 2, hash: numberedHash(3) },
    { offset, size: MiB, flags: flags | resourceFlags.metadata, originalSize: metadataLimit, hash: numberedHash(3) },
  ];
  writeWimTo(path, { bodySize: size, entries, images: 2, flags: wimFlags.compression | wimFlags.compressLzx });
}

/** 31 MiB of zeros in 8 KiB: an XPRESS chunk that is one match throughout. */
function packedZeros(): { body: Uint8Array; originalSize: number } {
  const originalSize = 31 * MiB;
  return { body: compressResource(new Uint8Array(originalSize), "xpress", 32 * KiB), originalSize };
}

const xpress = wimFlags.compression | wimFlags.compressXpress;

/** Every entry the same small compressed resource: decoded for each of them, it would be terabytes. */
function sameResource(path: string): void {
  const { body, originalSize } = packedZeros();
  const common = { size: body.length, flags: resourceFlags.compressed, originalSize };
  const entries = (offset: number): Entry[] =>
    Array.from({ length: mostEntries }, (_, index) => ({ ...common, offset, hash: numberedHash(index) }));
  writeWimTo(path, { body, entries, flags: xpress });
}

function sameMetadata(path: string): void {
  const { body, originalSize } = packedZeros();
  const flags = resourceFlags.compressed | resourceFlags.metadata;
  const common = { size: body.length, flags, originalSize, hash: sha1(new Uint8Array(originalSize)) };
  const entries = (offset: number): Entry[] => Array.from({ length: imageCountLimit }, () => ({ ...common, offset }));
  writeWimTo(path, { body, entries, images: imageCountLimit, flags: xpress });
}

const xml =
  (head: string, piece: (index: number) => string, tail: string, images = 0) =>
  (path: string): void =>
    writeWimTo(path, { ...imageEntries(images), images, xml: filledXml(head, piece, tail) });

/** As many entries of images as there are, without metadata that could be read. */
function imageEntries(count: number): Pick<Parts, "body" | "entries"> {
  const hash = numberedHash(0);
  const entry = (offset: number): Entry => ({ offset, size: 8, flags: resourceFlags.metadata, hash });
  return { body: new Uint8Array(8), entries: (offset) => Array.from({ length: count }, () => entry(offset)) };
}

/** One path whose names fill the resource. */
function endlessPath(): Uint8Array {
  return metadataOf(1000, "d".repeat(32_000), numberedHash);
}

export const limitWims: Readonly<Record<string, (path: string) => void>> = {
  "a lookup table full of entries": fullLookupTable,
  "an integrity table full of chunks": fullIntegrityTable,
  "metadata full of entries": (path) =>
    wimWithMetadata(
      path,
      metadataOf(0, "", () => sha1(content)),
    ),
  "metadata full of entries without content": (path) => wimWithMetadata(path, metadataOf(0, "", numberedHash)),
  "metadata of the deepest nesting": (path) =>
    wimWithMetadata(
      path,
      metadataOf(16_383, "d", () => sha1(content)),
    ),
  "metadata of the longest paths": (path) => wimWithMetadata(path, metadataOf(127, "d".repeat(255), numberedHash)),
  "metadata of a path without end": (path) => wimWithMetadata(path, endlessPath()),
  "XML data full of elements": xml("<WIM>", () => "<a/>", "</WIM>"),
  "XML data full of text and elements": xml("<WIM>", () => "<a/>b", "</WIM>"),
  "XML data full of attributes": xml("<WIM ", (index) => `a${index}="" `, "/>"),
  "XML data full of entities": xml("<WIM>", () => "&#65;", "</WIM>"),
  "XML data full of images": xml("<WIM>", () => '<IMAGE INDEX="1"/>', "</WIM>"),
  "XML data of as many images as there may be": (path) =>
    writeWimTo(path, { ...imageEntries(imageCountLimit), images: imageCountLimit }),
  "XML data nested throughout": xml("<WIM>", () => "<a>", ""),
  "XML data with a root of a long name": xml("<", () => "W", "/>"),
  "XML data with a text of full length": xml('<WIM><IMAGE INDEX="1"><NAME>', () => "N", "</NAME></IMAGE></WIM>", 1),
  "resources that say they hold a TiB": bomb,
  "one resource under every entry": sameResource,
  "one resource as the metadata of every image": sameMetadata,
};
