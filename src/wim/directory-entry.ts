/**
 * Parses one directory entry with its streams in place (WIM specification, "DIRENTRY", "STREAMENTRY"; wimlib's dentry.c,
 * `read_dentry`): offsets of its parts, with bounds checked and nothing copied. The walk and the tree decoder both use it.
 */
import { roundUp } from "../bytes/units.js";
import type { Name } from "./metadata-path.js";
import {
  directoryEntryRecord,
  fileAttributes,
  listEndSize,
  metadataAlignment,
  streamEntryRecord,
  withTerminator,
} from "./metadata.js";
import type { WimLocation } from "./resource.js";
import { wimError } from "./resource.js";

/** A stream with content: the offset of its SHA-1 in the metadata, and the bytes of its name; the unnamed stream has none. */
export type VisitedStream = { readonly hashOffset: number; readonly nameLength: number };

/** A stream entry behind a directory entry; `end` includes its padding. Offsets are into the metadata. */
export type StreamPlace = {
  readonly offset: number;
  readonly length: number;
  readonly name: Name;
  readonly end: number;
};

const { fields } = directoryEntryRecord;

export function metadataError(at: WimLocation, text: string): Error {
  return wimError("wim-damaged", at, `a metadata resource is damaged: ${text}`);
}

/** Holds one entry at a time, because an image has 80,000 of them. */
export class EntryReader {
  offset = 0;
  /** "DIRENTRY" `liLength`: without its streams, and not rounded up. */
  length = 0;
  /** Where its streams begin: its length rounded up. */
  streamsOffset = 0;
  /** Behind the last stream and its padding. */
  end = 0;
  attributes = 0;
  securityId = 0;
  name: Name = { offset: 0, length: 0 };
  shortName: Name = { offset: 0, length: 0 };
  /** Every stream entry behind it. */
  streamEntries: StreamPlace[] = [];
  /** The streams that have content, its own first. */
  streams: VisitedStream[] = [];
  readonly view: DataView;
  readonly #at: WimLocation;

  constructor(data: Uint8Array, at: WimLocation) {
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    this.#at = at;
  }

  get isDirectory(): boolean {
    return (this.attributes & fileAttributes.directory) !== 0;
  }

  get isReparsePoint(): boolean {
    return (this.attributes & fileAttributes.reparsePoint) !== 0;
  }

  /** Bytes from the start of the metadata; 0 = none. Above 2^53 it is rounded, and lies outside all the same. */
  get subdirectoryOffset(): number {
    return this.uint64(this.offset + fields.subdirectoryOffset.offset);
  }

  /** Reads the entry at `offset` with its streams; false where the list ends there. Throws `wim-damaged`. */
  read(offset: number): boolean {
    const { byteLength } = this.view;
    if (offset + listEndSize > byteLength) throw metadataError(this.#at, `a list runs over the end at ${offset}`);
    const length = this.uint64(offset);
    if (length <= listEndSize) return false;
    if (length < directoryEntryRecord.size || length > byteLength - offset) {
      throw metadataError(this.#at, `the entry at ${offset} has ${length} bytes`);
    }
    this.offset = offset;
    this.length = length;
    this.attributes = fields.attributes.read(this.view, offset);
    this.securityId = fields.securityId.read(this.view, offset);
    this.#readNames();
    this.streamsOffset = roundUp(offset + length, metadataAlignment);
    this.#readStreams();
    return true;
  }

  uint64(offset: number): number {
    return this.view.getUint32(offset, true) + this.view.getUint32(offset + 4, true) * 2 ** 32;
  }

  #readNames(): void {
    const { offset, length, view } = this;
    const nameLength = fields.fileNameLength.read(view, offset);
    const shortLength = fields.shortNameLength.read(view, offset);
    const needed = directoryEntryRecord.size + withTerminator(nameLength) + withTerminator(shortLength);
    if (needed > length || nameLength % 2 !== 0 || shortLength % 2 !== 0) {
      const seen = `${nameLength} and ${shortLength} of ${length} bytes`;
      throw metadataError(this.#at, `the names of the entry at ${offset} have ${seen}`);
    }
    const nameOffset = offset + directoryEntryRecord.size;
    this.name = { offset: nameOffset, length: nameLength };
    this.shortName = { offset: nameOffset + withTerminator(nameLength), length: shortLength };
  }

  #readStreams(): void {
    const { offset, view } = this;
    this.streamEntries = [];
    this.streams = [];
    this.#addContent(offset + fields.hash.offset, 0);
    const count = fields.streamCount.read(view, offset);
    const { size, fields: stream } = streamEntryRecord;
    let position = this.streamsOffset;
    for (let index = 0; index < count; index += 1) {
      if (position + size > view.byteLength) {
        throw metadataError(this.#at, `stream ${index} of the entry at ${offset} is cut off`);
      }
      const length = this.uint64(position);
      const nameLength = stream.nameLength.read(view, position);
      if (length < size + nameLength || length > view.byteLength - position) {
        throw metadataError(this.#at, `stream ${index} of the entry at ${offset} has ${length} bytes`);
      }
      this.#addContent(position + stream.hash.offset, nameLength);
      const end = roundUp(position + length, metadataAlignment);
      this.streamEntries.push({ offset: position, length, name: { offset: position + size, length: nameLength }, end });
      position = end;
    }
    this.end = position;
  }

  #addContent(hashOffset: number, nameLength: number): void {
    let bits = 0;
    for (let index = 0; index < fields.hash.width; index += 4) bits |= this.view.getUint32(hashOffset + index, true);
    if (bits !== 0) this.streams.push({ hashOffset, nameLength });
  }
}
