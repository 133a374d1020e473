/** The records of cabinets ([MS-CAB] 2.1 to 2.4); names are the specification's. */
import { ascii, reserved, uint16le, uint32le, uint8 } from "../bytes/fields.js";
import { record } from "../bytes/record.js";
import { KiB } from "../bytes/units.js";

export const cabinetSignature = "MSCF";

/** [MS-CAB] 2.1; what flags announce follows. */
export const headerRecord = record("CFHEADER", 36, {
  signature: ascii(0, 4),
  reserved1: reserved(4, 4),
  /** Of the cabinet; a signature may follow it in the file. */
  cbCabinet: uint32le(8),
  reserved2: reserved(12, 4),
  coffFiles: uint32le(16),
  reserved3: reserved(20, 4),
  versionMinor: uint8(24),
  versionMajor: uint8(25),
  cFolders: uint16le(26),
  cFiles: uint16le(28),
  flags: uint16le(30),
  setID: uint16le(32),
  iCabinet: uint16le(34),
});
export const headerFlags = { previousCabinet: 1, nextCabinet: 2, reservePresent: 4 } as const;

/** The fields of CFHEADER that are there with `reservePresent`; so many bytes are left free in each record. */
export const reserveRecord = record("CFHEADER reserve", 4, {
  cbCFHeader: uint16le(0),
  cbCFFolder: uint8(2),
  cbCFData: uint8(3),
});

/** [MS-CAB] 2.2 */
export const folderRecord = record("CFFOLDER", 8, {
  coffCabStart: uint32le(0),
  cCFData: uint16le(4),
  typeCompress: uint16le(6),
});
/** Of `typeCompress`: the kind in the low bits, LZX's window as a power of two above. */
export const compressionKinds = { none: 0, mszip: 1, quantum: 2, lzx: 3 } as const;

/** [MS-CAB] 2.3; the name follows, and ends with a NUL. */
export const cabinetFileRecord = record("CFFILE", 16, {
  cbFile: uint32le(0),
  uoffFolderStart: uint32le(4),
  iFolder: uint16le(8),
  date: uint16le(10),
  time: uint16le(12),
  attribs: uint16le(14),
});
/** `iFolder` of files that begin or end in another cabinet of a set: these and above. */
export const firstContinuedFolder = 0xfffd;
/** The name is UTF-8. */
export const nameIsUtf = 0x80;
/** Bytes of a name, its NUL among them ([MS-CAB] 2.3, szName). */
export const longestFileName = 256;

/** [MS-CAB] 2.4; the reserved bytes and the data follow. */
export const dataRecord = record("CFDATA", 8, {
  csum: uint32le(0),
  cbData: uint16le(4),
  cbUncomp: uint16le(6),
});
/** Bytes of a block's content ([MS-CAB] 2.4, cbUncomp). */
export const largestBlock = 32 * KiB;
