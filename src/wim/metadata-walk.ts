/**
 * The walk over a metadata resource's tree: every entry once, without recursion and without an object for each, because
 * Windows has 80,000 entries an image. What it promises is that a tree which is walked to its end is one: no entry lies
 * outside the resource, in two places or in a cycle, and no name is one that a file cannot have.
 */
import { roundUp } from "../bytes/units.js";
import { joinNames, type Name } from "./metadata-path.js";
import {
  directoryEntryRecord,
  fileAttributes,
  metadataAlignment,
  pathLimit,
  securityBlockRecord,
  streamEntryRecord,
  withoutSecurity,
} from "./metadata.js";
import type { WimLocation } from "./resource.js";
import { wimError } from "./resource.js";

/** A stream with content: where its SHA-1 lies in the metadata, and how many bytes its name has; the file's own has none. */
export type VisitedStream = { readonly hashOffset: number; readonly nameLength: number };

/** The entry that is being visited; it is only valid until the visit ends. Offsets are into the metadata. */
export type VisitedEntry = {
  readonly offset: number;
  /** Names in its path; 0 for the root. */
  readonly depth: number;
  readonly isDirectory: boolean;
  readonly isReparsePoint: boolean;
  /** Two halves; both 0 where the file has no other name. */
  readonly hardLinkLow: number;
  readonly hardLinkHigh: number;
  readonly streams: readonly VisitedStream[];
  /** From the root, separated by `/`, without one in front; empty for the root. */
  path(): string;
  /** `path()` for the file's own content; for an alternate stream with `:` and its name behind, as Windows writes it. */
  pathOf(stream: VisitedStream): string;
};

export type MetadataSummary = {
  /** Entries that name a security descriptor that is not there. */
  readonly strayDescriptors: number;
};

/** A directory list that is being read: where its next entry begins, the directory, and the length of its path in bytes. */
type Frame = { position: number; readonly name: Name; readonly pathLength: number };

/** Calls `visit` for the root and everything below it, parents first. Throws `wim-damaged` where the tree cannot be. */
export function walkMetadata(data: Uint8Array, at: WimLocation, visit: (entry: VisitedEntry) => void): MetadataSummary {
  const walk = new Walk(data, at);
  walk.run(visit);
  return { strayDescriptors: walk.strayDescriptors };
}

const { fields } = directoryEntryRecord;
/** After a name or short name that is not empty. */
const terminatorSize = 2;
const forbiddenUnits = new Set([0, 0x2f, 0x5c]);
const dot = 0x2e;

/** Bytes that a name takes: its terminator is not counted in its length, and an empty one has none. */
function withEnd(length: number): number {
  return length === 0 ? 0 : length + terminatorSize;
}

class Walk implements VisitedEntry {
  offset = 0;
  isDirectory = false;
  isReparsePoint = false;
  hardLinkLow = 0;
  hardLinkHigh = 0;
  streams: VisitedStream[] = [];
  strayDescriptors = 0;
  readonly #data: Uint8Array;
  readonly #view: DataView;
  readonly #at: WimLocation;
  readonly #frames: Frame[] = [];
  /** For every 8 bytes of the resource, whether an entry takes them. */
  readonly #taken: Uint8Array;
  #descriptorCount = 0;
  #name: Name = { offset: 0, length: 0 };

  constructor(data: Uint8Array, at: WimLocation) {
    this.#data = data;
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    this.#at = at;
    this.#taken = new Uint8Array(Math.ceil(data.length / metadataAlignment));
  }

  run(visit: (entry: VisitedEntry) => void): void {
    const root: Frame = { position: this.#readSecurityBlock(), name: { offset: 0, length: 0 }, pathLength: 0 };
    if (!this.#readEntry(root)) return;
    if (!this.isDirectory) throw this.#error("the root of the tree is no directory");
    if (this.#name.length !== 0) throw this.#error("the root of the tree has a name, expected none");
    this.#finishEntry(visit);
    for (let frame = this.#frames.at(-1); frame !== undefined; frame = this.#frames.at(-1)) {
      if (this.#readEntry(frame)) {
        this.#checkName();
        this.#finishEntry(visit);
      } else {
        this.#frames.pop();
      }
    }
  }

  get depth(): number {
    return this.#frames.length;
  }

  path(): string {
    return joinNames(this.#data, [...this.#frames.slice(1).map((frame) => frame.name), this.#name]);
  }

  pathOf({ hashOffset, nameLength }: VisitedStream): string {
    if (nameLength === 0) return this.path();
    const { hash } = streamEntryRecord.fields;
    const name = { offset: hashOffset - hash.offset + streamEntryRecord.size, length: nameLength };
    return `${this.path()}:${joinNames(this.#data, [name])}`;
  }

  /** Returns where the root entry begins. */
  #readSecurityBlock(): number {
    const { size } = securityBlockRecord;
    if (this.#data.length < size) throw this.#error(`it has only ${this.#data.length} bytes`);
    const { totalLength, entryCount } = securityBlockRecord.decode(this.#data);
    const length = Math.max(totalLength, size);
    let end = length > this.#data.length ? Infinity : size + entryCount * 8;
    for (let index = 0; index < entryCount && end <= length; index += 1) end += this.#uint64(size + index * 8);
    if (end > length) {
      throw this.#error(`${entryCount} security descriptors do not fit ${totalLength} of ${this.#data.length} bytes`);
    }
    this.#descriptorCount = entryCount;
    this.#take(0, length);
    return roundUp(length, metadataAlignment);
  }

  /** Reads the entry at the frame's position with its streams and moves the frame on; false at the end of the list. */
  #readEntry(frame: Frame): boolean {
    const offset = frame.position;
    if (offset + metadataAlignment > this.#data.length) throw this.#error(`a list runs over the end at ${offset}`);
    const length = this.#uint64(offset);
    if (length <= metadataAlignment) return false;
    if (length < directoryEntryRecord.size || length > this.#data.length - offset) {
      throw this.#error(`the entry at ${offset} has ${length} bytes`);
    }
    const view = this.#view;
    const attributes = fields.attributes.get(view, offset + fields.attributes.offset);
    this.offset = offset;
    this.isDirectory = (attributes & fileAttributes.directory) !== 0;
    this.isReparsePoint = (attributes & fileAttributes.reparsePoint) !== 0;
    const group = offset + fields.hardLinkGroup.offset;
    this.hardLinkLow = this.isReparsePoint ? 0 : view.getUint32(group, true);
    this.hardLinkHigh = this.isReparsePoint ? 0 : view.getUint32(group + 4, true);
    const securityId = fields.securityId.get(view, offset + fields.securityId.offset);
    if (securityId !== withoutSecurity && securityId >= this.#descriptorCount) this.strayDescriptors += 1;
    this.#readNames(offset, length);
    const end = this.#readStreams(offset, roundUp(offset + length, metadataAlignment));
    this.#take(offset, end - offset);
    frame.position = end;
    return true;
  }

  #readNames(offset: number, length: number): void {
    const nameLength = fields.fileNameLength.get(this.#view, offset + fields.fileNameLength.offset);
    const shortLength = fields.shortNameLength.get(this.#view, offset + fields.shortNameLength.offset);
    const needed = directoryEntryRecord.size + withEnd(nameLength) + withEnd(shortLength);
    if (needed > length || nameLength % 2 !== 0 || shortLength % 2 !== 0) {
      throw this.#error(`the names of the entry at ${offset} have ${nameLength} and ${shortLength} of ${length} bytes`);
    }
    this.#name = { offset: offset + directoryEntryRecord.size, length: nameLength };
  }

  /** Returns where the entry's last stream ends. */
  #readStreams(offset: number, streamsOffset: number): number {
    this.streams = [];
    this.#addStream(offset + fields.hash.offset, 0);
    const count = fields.streamCount.get(this.#view, offset + fields.streamCount.offset);
    const { size, fields: stream } = streamEntryRecord;
    let position = streamsOffset;
    for (let index = 0; index < count; index += 1) {
      if (position + size > this.#data.length)
        throw this.#error(`stream ${index} of the entry at ${offset} is cut off`);
      const length = this.#uint64(position);
      const nameLength = stream.nameLength.get(this.#view, position + stream.nameLength.offset);
      if (length < size + nameLength || length > this.#data.length - position) {
        throw this.#error(`stream ${index} of the entry at ${offset} has ${length} bytes`);
      }
      this.#addStream(position + stream.hash.offset, nameLength);
      position = roundUp(position + length, metadataAlignment);
    }
    return position;
  }

  #addStream(hashOffset: number, nameLength: number): void {
    let bits = 0;
    for (let index = 0; index < 20; index += 4) bits |= this.#view.getUint32(hashOffset + index, true);
    if (bits !== 0) this.streams.push({ hashOffset, nameLength });
  }

  #finishEntry(visit: (entry: VisitedEntry) => void): void {
    visit(this);
    if (!this.isDirectory) return;
    const { offset } = this;
    const list = this.#uint64(offset + fields.subdirectoryOffset.offset);
    if (list === 0) return;
    if (list % metadataAlignment !== 0) throw this.#error(`the list of the directory at ${offset} is at ${list}`);
    this.#frames.push({ position: list, name: this.#name, pathLength: this.#pathLength() });
  }

  /** Bytes of the entry's path. */
  #pathLength(): number {
    const above = this.#frames.at(-1)?.pathLength ?? 0;
    return above + (above === 0 ? 0 : 2) + this.#name.length;
  }

  #checkName(): void {
    const { offset, length } = this.#name;
    let dots = 0;
    for (let at = offset; at < offset + length; at += 2) {
      const unit = this.#view.getUint16(at, true);
      if (forbiddenUnits.has(unit)) throw this.#error(`the name of the entry at ${this.offset} has a separator or NUL`);
      if (unit === dot) dots += 1;
    }
    if (length === 0 || (length <= 4 && dots * 2 === length)) {
      throw this.#error(`the name of the entry at ${this.offset} is ${length === 0 ? "empty" : "a relative path"}`);
    }
    const path = this.#pathLength() / 2;
    if (path <= pathLimit) return;
    throw this.#error(`the entry at ${this.offset} has a path of ${path} characters, expected at most ${pathLimit}`);
  }

  /** Claims bytes for an entry; nothing else may claim them, which also rules out cycles. */
  #take(offset: number, length: number): void {
    const end = Math.min(Math.ceil((offset + length) / metadataAlignment), this.#taken.length);
    for (let unit = offset / metadataAlignment; unit < end; unit += 1) {
      if (this.#taken[unit] !== 0) throw this.#error(`entries overlap or form a cycle at ${unit * metadataAlignment}`);
      this.#taken[unit] = 1;
    }
  }

  #uint64(offset: number): number {
    return this.#view.getUint32(offset, true) + this.#view.getUint32(offset + 4, true) * 2 ** 32;
  }

  #error(text: string): Error {
    return wimError("wim-damaged", this.#at, `a metadata resource is damaged: ${text}`);
  }
}
