/**
 * A small NTFS reader for tests, written against the format and not against the writer: it checks what it passes by
 * (fixups, sequence numbers, run lists, the order and the levels of indexes) and throws where something is not right.
 */
import type { ByteSource } from "../../src/source/byte-source.js";

export type Run = { readonly startCluster: number | null; readonly clusterCount: number };

export type Attribute = {
  readonly type: number;
  readonly name: string;
  readonly instance: number;
  /** Null where it is not resident. */
  readonly value: Buffer | null;
  readonly runs: readonly Run[];
  readonly size: number;
  readonly allocatedSize: number;
  readonly validSize: number;
};

export type FileRecord = {
  readonly number: number;
  readonly sequence: number;
  readonly links: number;
  readonly flags: number;
  readonly base: number;
  readonly attributes: readonly Attribute[];
};

/** A key of a directory's index. */
export type IndexedName = {
  readonly name: string;
  readonly nameSpace: number;
  readonly record: number;
  readonly key: Buffer;
};
export type ReadIndex = { readonly names: readonly IndexedName[]; readonly levels: number; readonly blocks: number };

const sectorSize = 512;
export const clusterSize = 4096;
const recordSize = 1024;

/** Undoes the fixups of a record, which must be whole. */
export function undoFixups(record: Buffer): Buffer {
  const bytes = Buffer.from(record);
  const array = bytes.readUInt16LE(4);
  const count = bytes.readUInt16LE(6);
  if (count !== bytes.length / sectorSize + 1) throw new Error(`${count} fixups in a record of ${bytes.length} bytes`);
  const number = bytes.readUInt16LE(array);
  if (number === 0) throw new Error("update sequence number 0");
  for (let sector = 1; sector < count; sector += 1) {
    const at = sector * sectorSize - 2;
    if (bytes.readUInt16LE(at) !== number)
      throw new Error(`torn record: ${bytes.readUInt16LE(at)} in sector ${sector}`);
    bytes.copy(bytes, at, array + 2 * sector, array + 2 * sector + 2);
  }
  return bytes;
}

/** Mapping pairs as runs. */
export function decodeRuns(bytes: Buffer, offset = 0): Run[] {
  const runs: Run[] = [];
  let previous = 0;
  for (let at = offset; ;) {
    const head = bytes.readUInt8(at);
    if (head === 0) return runs;
    const countWidth = head & 15;
    const startWidth = head >>> 4;
    const number = (from: number, width: number): number => {
      let value = BigInt.asIntN(8, BigInt(bytes.readUInt8(from + width - 1)));
      for (let index = width - 2; index >= 0; index -= 1) value = value * 256n + BigInt(bytes.readUInt8(from + index));
      return Number(value);
    };
    const clusterCount = number(at + 1, countWidth);
    if (clusterCount <= 0) throw new Error(`run of ${clusterCount} clusters`);
    if (startWidth > 0) previous += number(at + 1 + countWidth, startWidth);
    runs.push({ startCluster: startWidth > 0 ? previous : null, clusterCount });
    at += 1 + countWidth + startWidth;
  }
}

function parseAttributes(record: Buffer): Attribute[] {
  const attributes: Attribute[] = [];
  const used = record.readUInt32LE(0x18);
  let previousType = 0;
  for (let at = record.readUInt16LE(0x14); ;) {
    const type = record.readUInt32LE(at);
    if (type === 0xffffffff) {
      if (at + 8 !== used) throw new Error(`attributes end at ${at}, the record says ${used}`);
      return attributes;
    }
    if (type < previousType) throw new Error(`attribute ${type} behind ${previousType}`);
    previousType = type;
    const length = record.readUInt32LE(at + 4);
    if (length === 0 || length % 8 !== 0 || at + length > used)
      throw new Error(`attribute of ${length} bytes at ${at}`);
    attributes.push(parseAttribute(record.subarray(at, at + length), type));
    at += length;
  }
}

function parseAttribute(bytes: Buffer, type: number): Attribute {
  const nameAt = bytes.readUInt16LE(10);
  const name = bytes.toString("utf16le", nameAt, nameAt + 2 * bytes.readUInt8(9));
  const common = { type, name, instance: bytes.readUInt16LE(14) };
  if (bytes.readUInt8(8) === 0) {
    const size = bytes.readUInt32LE(16);
    const from = bytes.readUInt16LE(20);
    if (from + size > bytes.length) throw new Error(`value of ${size} bytes leaves its attribute`);
    const value = bytes.subarray(from, from + size);
    return { ...common, value, runs: [], size, allocatedSize: size, validSize: size };
  }
  const runs = decodeRuns(bytes, bytes.readUInt16LE(32));
  const clusters = runs.reduce((sum, run) => sum + run.clusterCount, 0);
  if (Number(bytes.readBigUInt64LE(24)) !== clusters - 1) throw new Error("the highest VCN is not that of the runs");
  const [allocatedSize, size, validSize] = [40, 48, 56].map((offset) => Number(bytes.readBigUInt64LE(offset)));
  if (allocatedSize !== clusters * clusterSize) throw new Error(`allocated ${allocatedSize}, ${clusters} clusters`);
  return { ...common, value: null, runs, size: size!, allocatedSize, validSize: validSize! };
}

export class NtfsReader {
  readonly bootSector: Buffer;
  readonly #disk: ByteSource;
  readonly #start: number;
  readonly #mft: Buffer;
  readonly #upCase: Buffer;
  /** A record is asked for by its directory, its file and its names. */
  readonly #records = new Map<number, FileRecord>();

  private constructor(disk: ByteSource, start: number, bootSector: Buffer, mft: Buffer, upCase: Buffer) {
    this.#disk = disk;
    this.#start = start;
    this.bootSector = bootSector;
    this.#mft = mft;
    this.#upCase = upCase;
  }

  /** Opens the volume in the first partition. */
  static async open(disk: ByteSource): Promise<NtfsReader> {
    const mbr = Buffer.from(await disk.read(0, sectorSize));
    if (mbr.readUInt8(450) !== 7) throw new Error(`partition type ${mbr.readUInt8(450)}`);
    const start = mbr.readUInt32LE(454) * sectorSize;
    const boot = Buffer.from(await disk.read(start, sectorSize));
    const at = start + Number(boot.readBigUInt64LE(0x30)) * clusterSize;
    const probe = new NtfsReader(disk, start, boot, Buffer.from(await disk.read(at, recordSize)), Buffer.alloc(0));
    const mft = await probe.#readRuns(probe.record(0).attributes.find(({ type }) => type === 0x80)!);
    const opened = new NtfsReader(disk, start, boot, mft, Buffer.alloc(0));
    return new NtfsReader(disk, start, boot, mft, await opened.data(10));
  }

  get recordCount(): number {
    return this.#mft.length / recordSize;
  }

  record(number: number): FileRecord {
    const read = this.#records.get(number) ?? this.#readRecord(number);
    this.#records.set(number, read);
    return read;
  }

  #readRecord(number: number): FileRecord {
    const bytes = undoFixups(this.#mft.subarray(number * recordSize, (number + 1) * recordSize));
    if (bytes.toString("latin1", 0, 4) !== "FILE") throw new Error(`record ${number} has no signature`);
    if (bytes.readUInt32LE(0x2c) !== number) throw new Error(`record ${number} says it is ${bytes.readUInt32LE(0x2c)}`);
    return {
      number,
      sequence: bytes.readUInt16LE(0x10),
      links: bytes.readUInt16LE(0x12),
      flags: bytes.readUInt16LE(0x16),
      base: bytes.readUInt32LE(0x20),
      attributes: parseAttributes(bytes),
    };
  }

  /** A file's attributes, those of its extension records included, as its attribute list gives them. */
  attributes(number: number): Attribute[] {
    const base = this.record(number);
    const list = base.attributes.find(({ type }) => type === 0x20);
    if (list === undefined) return [...base.attributes];
    const found = [list];
    for (let at = 0; at < list.size; at += list.value!.readUInt16LE(at + 4)) {
      const holder = this.resolve(list.value!, at + 16);
      if (holder.number !== number && holder.base !== number)
        throw new Error(`record ${holder.number} is no extension`);
      const instance = list.value!.readUInt16LE(at + 24);
      const attribute = holder.attributes.find((candidate) => candidate.instance === instance);
      if (attribute?.type !== list.value!.readUInt32LE(at))
        throw new Error(`attribute ${instance} is not listed right`);
      found.push(attribute);
    }
    return found;
  }

  /** The record that the reference at `at` of `bytes` means; its sequence number must be the record's. */
  resolve(bytes: Buffer, at: number): FileRecord {
    const record = this.record(bytes.readUIntLE(at, 6));
    if (record.sequence !== bytes.readUInt16LE(at + 6)) throw new Error(`stale reference to ${record.number}`);
    return record;
  }

  async value(attribute: Attribute): Promise<Buffer> {
    return attribute.value ?? (await this.#readRuns(attribute));
  }

  /** A stream of a file. */
  async data(number: number, name = ""): Promise<Buffer> {
    const attribute = this.attributes(number).find((found) => found.type === 0x80 && found.name === name);
    if (attribute === undefined) throw new Error(`record ${number} has no data ${name}`);
    return this.value(attribute);
  }

  upCase(name: string): string {
    const units = Array.from({ length: name.length }, (_, index) =>
      this.#upCase.readUInt16LE(2 * name.charCodeAt(index)),
    );
    return String.fromCharCode(...units);
  }

  /** All names of a directory in the order of its tree; every buffer must be in use, reached once, and marked so. */
  async index(number: number): Promise<ReadIndex> {
    const attributes = this.attributes(number).filter(({ name }) => name === "$I30");
    const find = (type: number) => attributes.find((attribute) => attribute.type === type);
    const root = find(0x90)!.value!;
    const allocation = find(0xa0);
    const blocks = allocation === undefined ? Buffer.alloc(0) : await this.value(allocation);
    const bitmap = allocation === undefined ? Buffer.alloc(0) : await this.value(find(0xb0)!);
    const names: IndexedName[] = [];
    const seen = new Set<number>();
    const walk = (node: Buffer, header: number): number => {
      const end = header + node.readUInt32LE(header + 4);
      let depth = 0;
      for (let at = header + node.readUInt32LE(header); ;) {
        const length = node.readUInt16LE(at + 8);
        const flags = node.readUInt16LE(at + 12);
        if ((flags & 1) !== (node.readUInt8(header + 12) & 1)) throw new Error("an entry and its node differ");
        if ((flags & 1) !== 0) {
          const below = descend(node.readUIntLE(at + length - 8, 6));
          if (depth !== 0 && below !== depth) throw new Error("leaves at different depths");
          depth = below;
        }
        if ((flags & 2) !== 0) {
          if (at + length !== end) throw new Error(`node ends at ${at + length}, expected ${end}`);
          return depth + 1;
        }
        const key = node.subarray(at + 16, at + 16 + node.readUInt16LE(at + 10));
        const name = key.toString("utf16le", 0x42, 0x42 + 2 * key.readUInt8(0x40));
        names.push({ name, nameSpace: key.readUInt8(0x41), record: this.resolve(node, at).number, key });
        at += length;
      }
    };
    const descend = (vcn: number): number => {
      if (seen.has(vcn)) throw new Error(`buffer ${vcn} is reached twice`);
      seen.add(vcn);
      const block = undoFixups(blocks.subarray(vcn * clusterSize, (vcn + 1) * clusterSize));
      if (block.toString("latin1", 0, 4) !== "INDX" || block.readUIntLE(16, 6) !== vcn)
        throw new Error(`buffer ${vcn}`);
      if (((bitmap.readUInt8(vcn >>> 3) >>> (vcn & 7)) & 1) === 0) throw new Error(`buffer ${vcn} is marked free`);
      if (block.readUInt32LE(0x18 + 4) <= block.readUInt32LE(0x18) + 16) throw new Error(`buffer ${vcn} is empty`);
      return walk(block, 0x18);
    };
    const levels = walk(root, 16);
    const marked = bitmap.reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
    if (marked !== seen.size) throw new Error(`${marked} buffers are marked, ${seen.size} in use`);
    return { names, levels, blocks: seen.size };
  }

  async #readRuns({ runs, size }: Attribute): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for (const { startCluster, clusterCount } of runs) {
      const length = clusterCount * clusterSize;
      const at = this.#start + (startCluster ?? 0) * clusterSize;
      parts.push(startCluster === null ? new Uint8Array(length) : await this.#disk.read(at, length));
    }
    return Buffer.concat(parts).subarray(0, size);
  }
}
