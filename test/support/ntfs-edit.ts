/** Edits an NTFS volume in memory as a driver does: a record is taken apart, changed, counted up and protected again. */
const sectorSize = 512;
const recordSize = 1024;
const clusterSize = 4096;

export class NtfsEdit {
  readonly disk: Buffer;
  readonly start: number;
  readonly mft: number;

  constructor(bytes: Uint8Array, start = 1024 * 1024) {
    this.disk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.start = start;
    this.mft = start + Number(this.disk.readBigUInt64LE(start + 0x30)) * clusterSize;
  }

  offsetOf(record: number): number {
    return this.mft + record * recordSize;
  }

  /** `counted: false` leaves the update sequence number as it is, which no driver does. */
  edit(offset: number, size: number, change: (bytes: Buffer) => void, counted = true): void {
    const bytes = this.disk.subarray(offset, offset + size);
    const array = bytes.readUInt16LE(4);
    for (let sector = 1; sector <= size / sectorSize; sector += 1) {
      bytes.copy(bytes, sector * sectorSize - 2, array + 2 * sector, array + 2 * sector + 2);
    }
    change(bytes);
    if (counted) bytes.writeUInt16LE(bytes.readUInt16LE(array) + 1, array);
    for (let sector = 1; sector <= size / sectorSize; sector += 1) {
      bytes.copy(bytes, array + 2 * sector, sector * sectorSize - 2, sector * sectorSize);
      bytes.copy(bytes, sector * sectorSize - 2, array, array + 2);
    }
  }

  record(number: number, change: (bytes: Buffer) => void, counted = true): void {
    this.edit(this.offsetOf(number), recordSize, change, counted);
  }

  /** The record of the file or directory that has this name. */
  numberOf(name: string): number {
    for (let number = 64; ; number += 1) {
      const record = this.disk.subarray(this.offsetOf(number), this.offsetOf(number + 1));
      if (record.toString("latin1", 0, 4) !== "FILE") throw new Error(`there is no ${name}`);
      for (let at = record.readUInt16LE(0x14); record.readUInt32LE(at) <= 0x30; at += record.readUInt32LE(at + 4)) {
        const text = at + record.readUInt16LE(at + 20) + 0x42;
        const is = record.readUInt32LE(at) === 0x30 && record.readUInt8(text - 2) === name.length;
        if (is && record.toString("utf16le", text, text + 2 * name.length) === name) return number;
      }
    }
  }

  /** Where the value of the first attribute of `type` begins in a record, or for `header` where the attribute does. */
  static attribute(record: Buffer, type: number, part: "value" | "header" = "value"): number {
    for (let at = record.readUInt16LE(0x14); ; at += record.readUInt32LE(at + 4)) {
      if (record.readUInt32LE(at) === 0xffffffff) throw new Error(`no attribute of type ${type}`);
      if (record.readUInt32LE(at) === type) return part === "header" ? at : at + record.readUInt16LE(at + 20);
    }
  }
}
