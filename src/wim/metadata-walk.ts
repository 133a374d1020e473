/**
 * The walk over a metadata resource's tree: every entry once, without recursion and without an object for each, because
 * Windows has 80,000 entries an image. What it promises is that a tree which is walked to its end is one: no entry lies
 * outside the resource, in two places or in a cycle, and no name leads out of its directory. A name that only Windows cannot
 * have (a backslash in one that was captured from Linux) is no damage.
 */
import { roundUp } from "../bytes/units.js";
import type { VisitedStream } from "./directory-entry.js";
import { EntryReader, metadataError } from "./directory-entry.js";
import { joinNames, type Name } from "./metadata-path.js";
import {
  descriptorLengthSize,
  directoryEntryRecord,
  metadataAlignment,
  pathLimit,
  securityBlockRecord,
  streamEntryRecord,
  withoutSecurity,
} from "./metadata.js";
import { wimLimit, type WimLocation } from "./resource.js";

export type { VisitedStream } from "./directory-entry.js";

/** The entry that is being visited; it is only valid until the visit ends. Offsets are into the metadata. */
export type VisitedEntry = {
  readonly offset: number;
  /** Names in its path; 0 for the root. */
  readonly depth: number;
  readonly isDirectory: boolean;
  readonly isReparsePoint: boolean;
  /** False where its name has a character that no name of Windows has: Windows cannot apply it. */
  readonly isWindowsName: boolean;
  /** Two halves; both 0 where the file has no other name. */
  readonly hardLinkLow: number;
  readonly hardLinkHigh: number;
  readonly streams: readonly VisitedStream[];
  /** Where all of its parts lie. */
  readonly entry: EntryReader;
  /** From the root, separated by `/`, without one in front; empty for the root. */
  path(): string;
  /** `path()` for the file's own content; for an alternate stream with `:` and its name behind, as Windows writes it. */
  pathOf(stream: VisitedStream): string;
};

type MetadataSummary = {
  /** Entries that name a security descriptor that is not there. */
  readonly strayDescriptors: number;
};

/** The security data in front of the tree. */
type SecurityPlace = {
  /** Bytes of each descriptor, which follow one another from `descriptorsOffset` on. */
  readonly descriptorLengths: readonly number[];
  readonly descriptorsOffset: number;
  /** Where the root entry begins. */
  readonly end: number;
};

/** A directory list that is being read: where its next entry begins, the directory, and the length of its path in bytes. */
type Frame = { position: number; readonly name: Name; readonly pathLength: number };

/** Calls `visit` for the root and everything below it, parents first. Throws `wim-damaged` where the tree cannot be. */
export function walkMetadata(data: Uint8Array, at: WimLocation, visit: (entry: VisitedEntry) => void): MetadataSummary {
  const walk = new Walk(data, at);
  walk.run(visit);
  return { strayDescriptors: walk.strayDescriptors };
}

/** Reads the lengths in front; throws `wim-damaged` where the descriptors do not fit. */
export function locateSecurity(data: Uint8Array, at: WimLocation): SecurityPlace {
  const { size } = securityBlockRecord;
  if (data.length < size) throw metadataError(at, `it has only ${data.length} bytes`);
  const { totalLength, entryCount } = securityBlockRecord.decode(data);
  const length = Math.max(totalLength, size);
  const descriptorsOffset = size + entryCount * descriptorLengthSize;
  const entry = new EntryReader(data, at);
  const descriptorLengths: number[] = [];
  let end = length > data.length ? Infinity : descriptorsOffset;
  for (let index = 0; index < entryCount && end <= length; index += 1) {
    const descriptorLength = entry.uint64(size + index * descriptorLengthSize);
    descriptorLengths.push(descriptorLength);
    end += descriptorLength;
  }
  if (end <= length) return { descriptorLengths, descriptorsOffset, end: roundUp(length, metadataAlignment) };
  const seen = `${entryCount} security descriptors do not fit ${totalLength} of ${data.length} bytes`;
  throw metadataError(at, seen);
}

const { hardLinkGroup } = directoryEntryRecord.fields;
/** No system allows NUL or `/` in a name, so that no tool that captures files can have written one. */
const forbiddenUnits = new Set([0, 0x2f]);
/** [MS-FSCC] 2.1.5: what no name of Windows has, beside control characters; wimlib captures such names from other systems. */
const foreignUnits = new Set(Array.from('"*:<>?\\|', (character) => character.charCodeAt(0)));
const firstPrintable = 0x20;
const dot = 0x2e;

class Walk implements VisitedEntry {
  strayDescriptors = 0;
  isWindowsName = true;
  readonly entry: EntryReader;
  readonly #data: Uint8Array;
  readonly #at: WimLocation;
  readonly #frames: Frame[] = [];
  /** For every 8 bytes of the resource, whether an entry takes them. */
  readonly #taken: Uint8Array;
  #descriptorCount = 0;

  constructor(data: Uint8Array, at: WimLocation) {
    this.#data = data;
    this.#at = at;
    this.entry = new EntryReader(data, at);
    this.#taken = new Uint8Array(Math.ceil(data.length / metadataAlignment));
  }

  run(visit: (entry: VisitedEntry) => void): void {
    const { descriptorLengths, end } = locateSecurity(this.#data, this.#at);
    this.#descriptorCount = descriptorLengths.length;
    this.#take(0, Math.min(end, this.#data.length));
    const root: Frame = { position: end, name: { offset: 0, length: 0 }, pathLength: 0 };
    if (!this.#readEntry(root)) return;
    if (!this.isDirectory) throw this.#error("the root of the tree is no directory");
    if (this.entry.name.length !== 0) throw this.#error("the root of the tree has a name, expected none");
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

  get offset(): number {
    return this.entry.offset;
  }

  get isDirectory(): boolean {
    return this.entry.isDirectory;
  }

  get isReparsePoint(): boolean {
    return this.entry.isReparsePoint;
  }

  get hardLinkLow(): number {
    return this.isReparsePoint ? 0 : this.entry.view.getUint32(this.offset + hardLinkGroup.offset, true);
  }

  get hardLinkHigh(): number {
    return this.isReparsePoint ? 0 : this.entry.view.getUint32(this.offset + hardLinkGroup.offset + 4, true);
  }

  get streams(): readonly VisitedStream[] {
    return this.entry.streams;
  }

  get depth(): number {
    return this.#frames.length;
  }

  path(): string {
    return joinNames(this.#data, [...this.#frames.slice(1).map((frame) => frame.name), this.entry.name]);
  }

  pathOf({ hashOffset, nameLength }: VisitedStream): string {
    if (nameLength === 0) return this.path();
    const { hash } = streamEntryRecord.fields;
    const name = { offset: hashOffset - hash.offset + streamEntryRecord.size, length: nameLength };
    return `${this.path()}:${joinNames(this.#data, [name])}`;
  }

  /** Reads the entry at the frame's position with its streams and moves the frame on; false at the end of the list. */
  #readEntry(frame: Frame): boolean {
    const { entry } = this;
    if (!entry.read(frame.position)) return false;
    const { securityId } = entry;
    if (securityId !== withoutSecurity && securityId >= this.#descriptorCount) this.strayDescriptors += 1;
    this.#take(entry.offset, entry.end - entry.offset);
    frame.position = entry.end;
    return true;
  }

  #finishEntry(visit: (entry: VisitedEntry) => void): void {
    visit(this);
    if (!this.isDirectory) return;
    const { offset, name, subdirectoryOffset: list } = this.entry;
    if (list === 0) return;
    if (list % metadataAlignment !== 0) throw this.#error(`the list of the directory at ${offset} is at ${list}`);
    this.#frames.push({ position: list, name, pathLength: this.#pathLength() });
  }

  /** Bytes of the entry's path. */
  #pathLength(): number {
    const above = this.#frames.at(-1)?.pathLength ?? 0;
    return above + (above === 0 ? 0 : 2) + this.entry.name.length;
  }

  #checkName(): void {
    const { offset, length } = this.entry.name;
    const { view } = this.entry;
    let dots = 0;
    this.isWindowsName = true;
    for (let at = offset; at < offset + length; at += 2) {
      const unit = view.getUint16(at, true);
      if (forbiddenUnits.has(unit)) {
        throw this.#error(`the entry ${JSON.stringify(this.path())} at ${this.offset} has a slash or NUL in its name`);
      }
      if (unit < firstPrintable || foreignUnits.has(unit)) this.isWindowsName = false;
      if (unit === dot) dots += 1;
    }
    if (length === 0 || (length <= 4 && dots * 2 === length)) {
      throw this.#error(`the name of the entry at ${this.offset} is ${length === 0 ? "empty" : "a relative path"}`);
    }
    const path = this.#pathLength() / 2;
    if (path <= pathLimit) return;
    throw wimLimit(
      this.#at,
      `the metadata's entry at ${this.offset} has a path of ${path} characters, expected at most ${pathLimit}`,
    );
  }

  /** Claims bytes for an entry; nothing else may claim them, which also rules out cycles. */
  #take(offset: number, length: number): void {
    const end = Math.min(Math.ceil((offset + length) / metadataAlignment), this.#taken.length);
    for (let unit = offset / metadataAlignment; unit < end; unit += 1) {
      if (this.#taken[unit] !== 0) throw this.#error(`entries overlap or form a cycle at ${unit * metadataAlignment}`);
      this.#taken[unit] = 1;
    }
  }

  #error(text: string): Error {
    return metadataError(this.#at, text);
  }
}
