/**
 * Every field of a volume's metadata files by name, padding and what lies behind the used bytes included: for holding two
 * volumes against each other. Written against the format (the layouts of ntfs-3g's layout.h) and not against the writer.
 */
import { decodeRuns, undoFixups } from "./ntfs-reader.js";

/** Path such as `9/90 $SDH/entry 0/dataLength`, and the number in decimal or the bytes in hexadecimal. */
export type Fields = Map<string, string>;

type Width = 1 | 2 | 4 | 6 | 8;
type Field = readonly [name: string, offset: number, width: Width];

const bootFields: readonly Field[] = [
  ["bytesPerSector", 0x0b, 2],
  ["sectorsPerCluster", 0x0d, 1],
  ["reservedSectors", 0x0e, 2],
  ["fats", 0x10, 1],
  ["rootEntries", 0x11, 2],
  ["sectors16", 0x13, 2],
  ["media", 0x15, 1],
  ["sectorsPerFat", 0x16, 2],
  ["sectorsPerTrack", 0x18, 2],
  ["heads", 0x1a, 2],
  ["hiddenSectors", 0x1c, 4],
  ["sectors32", 0x20, 4],
  ["driveAndSignature", 0x24, 4],
  ["numberOfSectors", 0x28, 8],
  ["mftCluster", 0x30, 8],
  ["mftMirrorCluster", 0x38, 8],
  ["clustersPerRecord", 0x40, 1],
  ["padding 41", 0x41, 2],
  ["clustersPerIndexBuffer", 0x44, 1],
  ["padding 45", 0x45, 2],
  ["serialNumber", 0x48, 8],
  ["checksum", 0x50, 4],
];

const recordFields: readonly Field[] = [
  ["fixupsOffset", 0x04, 2],
  ["fixupsCount", 0x06, 2],
  ["logSequenceNumber", 0x08, 8],
  ["sequence", 0x10, 2],
  ["links", 0x12, 2],
  ["attributesOffset", 0x14, 2],
  ["flags", 0x16, 2],
  ["bytesInUse", 0x18, 4],
  ["bytesAllocated", 0x1c, 4],
  ["baseRecord", 0x20, 8],
  ["nextInstance", 0x28, 2],
  ["reserved", 0x2a, 2],
  ["number", 0x2c, 4],
];

const attributeFields: readonly Field[] = [
  ["length", 0x04, 4],
  ["nonresident", 0x08, 1],
  ["nameLength", 0x09, 1],
  ["nameOffset", 0x0a, 2],
  ["flags", 0x0c, 2],
  ["instance", 0x0e, 2],
];

const residentFields: readonly Field[] = [
  ["valueLength", 0x10, 4],
  ["valueOffset", 0x14, 2],
  ["residentFlags", 0x16, 1],
  ["reserved", 0x17, 1],
];

const nonresidentFields: readonly Field[] = [
  ["lowestVcn", 0x10, 8],
  ["highestVcn", 0x18, 8],
  ["mappingPairsOffset", 0x20, 2],
  ["compressionUnit", 0x22, 1],
  ["reserved 23", 0x23, 1],
  ["reserved 24", 0x24, 4],
  ["allocatedSize", 0x28, 8],
  ["size", 0x30, 8],
  ["initializedSize", 0x38, 8],
];

const standardInformation: readonly Field[] = [
  ["created", 0x00, 8],
  ["modified", 0x08, 8],
  ["recordChanged", 0x10, 8],
  ["accessed", 0x18, 8],
  ["attributes", 0x20, 4],
  ["maximumVersions", 0x24, 4],
  ["version", 0x28, 4],
  ["classId", 0x2c, 4],
  ["owner", 0x30, 4],
  ["securityId", 0x34, 4],
  ["quotaCharged", 0x38, 8],
  ["usn", 0x40, 8],
];

const fileName: readonly Field[] = [
  ["parent", 0x00, 6],
  ["parentSequence", 0x06, 2],
  ["created", 0x08, 8],
  ["modified", 0x10, 8],
  ["recordChanged", 0x18, 8],
  ["accessed", 0x20, 8],
  ["allocatedSize", 0x28, 8],
  ["size", 0x30, 8],
  ["attributes", 0x38, 4],
  ["eaSize", 0x3c, 2],
  ["reserved", 0x3e, 2],
  ["nameLength", 0x40, 1],
  ["nameSpace", 0x41, 1],
];

const volumeInformation: readonly Field[] = [
  ["reserved", 0x00, 8],
  ["major", 0x08, 1],
  ["minor", 0x09, 1],
  ["flags", 0x0a, 2],
];

const indexRoot: readonly Field[] = [
  ["type", 0x00, 4],
  ["collation", 0x04, 4],
  ["bufferSize", 0x08, 4],
  ["clustersPerBuffer", 0x0c, 1],
  ["reserved 0d", 0x0d, 1],
  ["reserved 0e", 0x0e, 2],
];

const indexHeader: readonly Field[] = [
  ["entriesOffset", 0x00, 4],
  ["indexLength", 0x04, 4],
  ["allocatedSize", 0x08, 4],
  ["headerFlags", 0x0c, 1],
  ["header reserved 0d", 0x0d, 1],
  ["header reserved 0e", 0x0e, 2],
];

const entryTail: readonly Field[] = [
  ["length", 0x08, 2],
  ["keyLength", 0x0a, 2],
  ["flags", 0x0c, 2],
  ["reserved 0e", 0x0e, 2],
];
const viewEntry: readonly Field[] = [
  ["dataOffset", 0x00, 2],
  ["dataLength", 0x02, 2],
  ["reserved 04", 0x04, 4],
  ...entryTail,
];
const nameEntry: readonly Field[] = [["file", 0x00, 6], ["fileSequence", 0x06, 2], ...entryTail];

const securityHeader: readonly Field[] = [
  ["hash", 0x00, 4],
  ["securityId", 0x04, 4],
  ["offset", 0x08, 8],
  ["length", 0x10, 4],
];

const quotaEntry: readonly Field[] = [
  ["version", 0x00, 4],
  ["flags", 0x04, 4],
  ["bytesUsed", 0x08, 8],
  ["changeTime", 0x10, 8],
  ["threshold", 0x18, 8],
  ["limit", 0x20, 8],
  ["exceededTime", 0x28, 8],
];

const hex = (bytes: Buffer): string => bytes.toString("hex");
const align8 = (value: number): number => Math.ceil(value / 8) * 8;
const sectorSize = 512;
const recordSize = 1024;
const mirrorDistance = 256 * 1024;

function number(bytes: Buffer, offset: number, width: Width): bigint {
  let value = 0n;
  for (let index = width - 1; index >= 0; index -= 1) value = value * 256n + BigInt(bytes.readUInt8(offset + index));
  return value;
}

/** What an entry is told by: a name, or the owner's or the descriptor's number. */
function entryLabel(index: string, key: Buffer): string {
  if (index === "$I30") return key.toString("utf16le", 0x42);
  if (index === "$SDH") return String(key.readUInt32LE(4));
  return index === "$SII" || index === "$Q" ? String(key.readUInt32LE(0)) : hex(key);
}

class FieldWalk {
  readonly fields: Fields = new Map();
  readonly #volume: Buffer;
  readonly #clusterSize: number;

  constructor(volume: Buffer) {
    this.#volume = volume;
    this.#clusterSize = volume.readUInt8(0x0d) * volume.readUInt16LE(0x0b);
  }

  boot(): void {
    this.#take("boot", this.#volume, bootFields);
  }

  /** The record `index` of $MFT, which is in one run. */
  record(index: number): void {
    const mft = Number(this.#volume.readBigUInt64LE(0x30)) * this.#clusterSize;
    const at = mft + index * recordSize;
    const bytes = undoFixups(this.#volume.subarray(at, at + recordSize));
    // What is left of the update sequence array is not the volume's state.
    bytes.fill(0, 0x30, 0x36);
    const path = `${index}`;
    this.#take(path, bytes, recordFields);
    this.#pad(`${path}/before the attributes`, bytes.subarray(0x36, bytes.readUInt16LE(0x14)));
    let next = bytes.readUInt16LE(0x14);
    const instances = new Set<number>();
    for (const seen = new Map<string, number>(); bytes.readUInt32LE(next) !== 0xffffffff;) {
      const length = bytes.readUInt32LE(next + 4);
      this.#attribute(path, bytes.subarray(next, next + length), seen);
      const instance = bytes.readUInt16LE(next + 14);
      if (instances.has(instance) || instance >= bytes.readUInt16LE(0x28)) throw new Error(`${path}: ${instance}`);
      instances.add(instance);
      next += length;
    }
    this.#pad(`${path}/behind the end mark`, bytes.subarray(next + 8));
  }

  #take(path: string, bytes: Buffer, fields: readonly Field[], base = 0): void {
    for (const [name, offset, width] of fields) {
      if (base + offset + width <= bytes.length)
        this.fields.set(`${path}/${name}`, String(number(bytes, base + offset, width)));
    }
  }

  /** Bytes that nothing is said of: how many, and what is in them if not zeros. */
  #pad(path: string, bytes: Buffer): void {
    const filled = bytes.some((byte) => byte !== 0);
    if (filled) this.fields.set(`${path} (padding)`, hex(bytes));
  }

  #attribute(record: string, bytes: Buffer, seen: Map<string, number>): void {
    const nameOffset = bytes.readUInt16LE(0x0a);
    const name = bytes.toString("utf16le", nameOffset, nameOffset + 2 * bytes.readUInt8(9));
    const type = bytes.readUInt32LE(0);
    const key = `${type.toString(16)}${name === "" ? "" : ` ${name}`}`;
    const count = seen.get(key) ?? 0;
    seen.set(key, count + 1);
    const path = `${record}/${key}${count === 0 ? "" : `.${count}`}`;
    this.#take(path, bytes, attributeFields);
    const resident = bytes.readUInt8(8) === 0;
    this.#take(path, bytes, resident ? residentFields : nonresidentFields);
    const valueAt = bytes.readUInt16LE(resident ? 0x14 : 0x20);
    this.#pad(`${path}/behind the name`, bytes.subarray((resident ? 0x18 : 0x40) + 2 * name.length, valueAt));
    if (resident) {
      const end = valueAt + bytes.readUInt32LE(0x10);
      this.#value(path, type, name, bytes.subarray(valueAt, end));
      this.#pad(`${path}/behind the value`, bytes.subarray(end));
      return;
    }
    const runs = decodeRuns(bytes, valueAt);
    this.fields.set(`${path}/clusters`, String(runs.reduce((sum, { clusterCount }) => sum + clusterCount, 0)));
    let end = valueAt;
    while (bytes.readUInt8(end) !== 0) end += 1 + (bytes.readUInt8(end) & 15) + (bytes.readUInt8(end) >>> 4);
    this.#pad(`${path}/behind the runs`, bytes.subarray(end));
    if (name === "$SDS") this.#securityStream(path, runs[0]!.startCluster!, Number(bytes.readBigUInt64LE(0x30)));
    if (type === 0xa0) this.#buffer(path, runs[0]!.startCluster!);
  }

  #value(path: string, type: number, name: string, value: Buffer): void {
    if (type === 0x10) this.#take(path, value, standardInformation);
    else if (type === 0x30) this.#fileName(path, value);
    else if (type === 0x60) this.fields.set(`${path}/label`, value.toString("utf16le"));
    else if (type === 0x70) this.#take(path, value, volumeInformation);
    else if (type === 0x90) this.#indexRoot(path, name, value);
    else this.fields.set(`${path}/value`, hex(value));
  }

  #fileName(path: string, value: Buffer): void {
    this.#take(path, value, fileName);
    this.fields.set(`${path}/name`, value.toString("utf16le", 0x42));
    if (value.length !== 0x42 + 2 * value.readUInt8(0x40)) throw new Error(`${path}: a name of ${value.length} bytes`);
  }

  #indexRoot(path: string, name: string, value: Buffer): void {
    this.#take(path, value, indexRoot);
    this.#node(path, name, value, 0x10);
  }

  /** The first index buffer. */
  #buffer(path: string, cluster: number): void {
    const at = cluster * this.#clusterSize;
    const bytes = undoFixups(this.#volume.subarray(at, at + 4096));
    this.#take(path, bytes, [
      ["buffer fixupsOffset", 4, 2],
      ["buffer fixupsCount", 6, 2],
      ["buffer logSequenceNumber", 8, 8],
      ["buffer vcn", 16, 8],
    ]);
    this.#node(path, "$I30", bytes, 0x18);
    const entries = 0x18 + bytes.readUInt32LE(0x18);
    this.#pad(`${path}/before the entries`, bytes.subarray(0x28 + 2 * (4096 / sectorSize + 1), entries));
    this.#pad(`${path}/behind the entries`, bytes.subarray(0x18 + bytes.readUInt32LE(0x1c)));
  }

  #node(path: string, name: string, bytes: Buffer, header: number): void {
    this.#take(path, bytes, indexHeader, header);
    const view = name !== "$I30";
    let at = header + bytes.readUInt32LE(header);
    for (;;) {
      const length = bytes.readUInt16LE(at + 8);
      const keyLength = bytes.readUInt16LE(at + 10);
      const last = (bytes.readUInt16LE(at + 12) & 2) !== 0;
      const entry = bytes.subarray(at, at + length);
      const key = entry.subarray(16, 16 + keyLength);
      const below = `${path}/entry ${last ? "end" : entryLabel(name, key)}`;
      this.#take(below, entry, view ? viewEntry : nameEntry);
      if (view && !last) this.#viewEntry(below, name, entry, key);
      else if (!last) this.#fileName(below, key);
      if (!view) this.#pad(`${below}/behind the key`, entry.subarray(16 + keyLength, align8(16 + keyLength)));
      at += length;
      if (last) break;
    }
    if (at !== header + bytes.readUInt32LE(header + 4)) throw new Error(`${path}: entries end at ${at}`);
  }

  #viewEntry(path: string, index: string, entry: Buffer, key: Buffer): void {
    this.fields.set(`${path}/key`, hex(key));
    const dataAt = entry.readUInt16LE(0);
    const dataEnd = dataAt + entry.readUInt16LE(2);
    const data = entry.subarray(dataAt, dataEnd);
    this.#pad(`${path}/behind the key`, entry.subarray(16 + key.length, dataAt));
    if (index === "$SDH" || index === "$SII") this.#take(path, data, securityHeader);
    else if (index === "$Q") {
      this.#take(path, data, quotaEntry);
      this.fields.set(`${path}/sid`, hex(data.subarray(0x30)));
    } else this.fields.set(`${path}/data`, hex(data));
    this.#pad(`${path}/behind the data`, entry.subarray(dataEnd));
  }

  #securityStream(path: string, cluster: number, size: number): void {
    const stream = this.#volume.subarray(cluster * this.#clusterSize, cluster * this.#clusterSize + size);
    let at = 0;
    while (stream.readUInt32LE(at + 16) !== 0) {
      const length = stream.readUInt32LE(at + 16);
      const below = `${path}/descriptor ${stream.readUInt32LE(at + 4)}`;
      this.#take(below, stream, securityHeader, at);
      this.fields.set(`${below}/descriptor`, hex(stream.subarray(at + 20, at + length)));
      const next = Math.ceil((at + length) / 16) * 16;
      if (at + length < mirrorDistance) this.#pad(`${below}/behind`, stream.subarray(at + length, next));
      at = next;
      if (at + 20 > size - mirrorDistance) break;
    }
    this.#pad(`${path}/behind the descriptors`, stream.subarray(at, mirrorDistance));
    const copied = stream.subarray(mirrorDistance).equals(stream.subarray(0, size - mirrorDistance));
    this.fields.set(`${path}/copied`, String(copied));
  }
}

/** The fields of the boot sector and of the given records of a volume, the whole of which is `volume`. */
export function metadataFields(volume: Buffer, records: readonly number[]): Fields {
  const walk = new FieldWalk(volume);
  walk.boot();
  for (const index of records) walk.record(index);
  return walk.fields;
}
