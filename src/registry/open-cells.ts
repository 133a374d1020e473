/** The base block of a hive that is to be edited: is it one, whole, and closed? */
import { HiveCells } from "./hive-cells.js";
import { hiveError, type HiveLocation } from "./hive-error.js";
import { baseBlockChecksum, baseBlockRecord, baseBlockSize, binUnit } from "./hive-records.js";

/** Minor versions that Windows NT 4 to 10 write as the files of hives. */
const versions = { least: 3, most: 5 } as const;
/** What a file of a hive says; others are logs. */
const primaryFile = 0;
const directFormat = 1;

/** Throws `hive-damaged`, `hive-dirty` and `hive-unsupported`. `root` is the root key's cell, `version` the minor version. */
export function openCells(hive: Uint8Array, at: HiveLocation): { cells: HiveCells; root: number; version: number } {
  if (hive.length < baseBlockSize) {
    throw hiveError("hive-damaged", at, `it has ${hive.length} bytes, a hive has at least ${baseBlockSize}`);
  }
  const base = baseBlockRecord.decode(hive);
  if (base.signature !== "regf") {
    throw hiveError("hive-damaged", at, `it begins with ${JSON.stringify(base.signature)}, expected "regf"`);
  }
  const checksum = baseBlockChecksum(hive);
  if (checksum !== base.checksum) {
    const seen = `its checksum is 0x${base.checksum.toString(16)}`;
    throw hiveError("hive-damaged", at, `${seen}, expected 0x${checksum.toString(16)}`);
  }
  const { majorVersion, minorVersion: version, fileType, fileFormat } = base;
  if (majorVersion !== 1 || version < versions.least || version > versions.most) {
    throw hiveError("hive-unsupported", at, `it has version ${majorVersion}.${version}, expected 1.3 to 1.5`);
  }
  if (fileType !== primaryFile || fileFormat !== directFormat) {
    throw hiveError("hive-unsupported", at, `it is of type ${fileType} and format ${fileFormat}, expected 0 and 1`);
  }
  const { primarySequenceNumber: primary, secondarySequenceNumber: secondary } = base;
  if (primary !== secondary) {
    const why = `it was not closed: its sequence numbers are ${primary} and ${secondary}`;
    throw hiveError("hive-dirty", at, `${why}, so that changes may wait in its log`);
  }
  const { hiveBinsSize } = base;
  if (hiveBinsSize === 0 || hiveBinsSize % binUnit !== 0 || hiveBinsSize > hive.length - baseBlockSize) {
    const seen = `it says that its bins take ${hiveBinsSize} bytes`;
    throw hiveError("hive-damaged", at, `${seen}, of ${hive.length - baseBlockSize} behind its base block`);
  }
  return { cells: new HiveCells(hive, hiveBinsSize, at), root: base.rootCellOffset, version };
}
