/** The tables of a cabinet: its header, its folders and its files ([MS-CAB] 2.1 to 2.3). */
import type { RecordDecoder } from "../bytes/record.js";
import { utf8Text } from "../bytes/utf8.js";
import type { ByteSource } from "../source/byte-source.js";
import { lzxWindowOrders } from "../wim/compression/lzx-stream.js";
import type { Cabinet, CabinetCompression, CabinetFile, CabinetFolder } from "./cabinet.js";
import { CabinetFault, damagedCabinet, unsupportedCabinet } from "./cabinet-fault.js";
import {
  cabinetSignature,
  compressionKinds,
  cabinetFileRecord,
  firstContinuedFolder,
  folderRecord,
  headerFlags,
  headerRecord,
  longestFileName,
  nameIsUtf,
  reserveRecord,
} from "./records.js";

/** What is read of its beginning: the header, and as much as it can have of reserved bytes and folders. */
const longestStart = headerRecord.size + reserveRecord.size + 0xffff;

/** Reads a cabinet's tables. Throws CabinetFault. */
export async function openCabinet(source: ByteSource): Promise<Cabinet> {
  const start = await source.read(0, Math.min(source.size, longestStart));
  if (start.length < headerRecord.size || new TextDecoder("latin1").decode(start.subarray(0, 4)) !== cabinetSignature) {
    throw new CabinetFault("not-a-cabinet", "it does not begin with MSCF, as a cabinet does");
  }
  const header = headerRecord.decode(start);
  const size = header.cbCabinet;
  if (size > source.size) throw damagedCabinet(`it is cut short: it has ${source.size} bytes of ${size}`);
  if (header.versionMajor !== 1)
    throw unsupportedCabinet(`it is a cabinet of version ${header.versionMajor}, expected 1`);
  if ((header.flags & (headerFlags.previousCabinet | headerFlags.nextCabinet)) !== 0) {
    throw unsupportedCabinet("it is one of a set of cabinets");
  }
  const hasReserve = (header.flags & headerFlags.reservePresent) !== 0;
  const reserve = hasReserve
    ? checked(reserveRecord, start, headerRecord.size, "its header")
    : { cbCFHeader: 0, cbCFFolder: 0, cbCFData: 0 };
  const headEnd = headerRecord.size + (hasReserve ? reserveRecord.size + reserve.cbCFHeader : 0);
  const folders = await readFolders(source, size, headEnd, header.cFolders, reserve.cbCFFolder);
  const files = await readFiles(source, size, header.coffFiles, header.cFiles, folders.length);
  return { source, size, folders, files, blockReserve: reserve.cbCFData };
}

async function readFolders(
  source: ByteSource,
  size: number,
  at: number,
  count: number,
  reserve: number,
): Promise<CabinetFolder[]> {
  const each = folderRecord.size + reserve;
  if (at + count * each > size) throw damagedCabinet(`it ends in the middle of its ${count} folders`);
  const table = await source.read(at, count * each);
  return Array.from({ length: count }, (_, index) => {
    const { coffCabStart, cCFData, typeCompress } = folderRecord.decode(table, index * each);
    return { compression: compressionOf(typeCompress), firstBlock: coffCabStart, blocks: cCFData };
  });
}

function compressionOf(type: number): CabinetCompression {
  const kind = type & 0xf;
  const windowOrder = (type >>> 8) & 0x1f;
  if (kind === compressionKinds.none) return { kind: "none" };
  if (kind === compressionKinds.mszip) return { kind: "mszip" };
  if (kind === compressionKinds.quantum) return { kind: "quantum" };
  const { smallest, largest } = lzxWindowOrders;
  if (kind !== compressionKinds.lzx)
    throw damagedCabinet(`a folder is compressed in a way that is not known (${kind})`);
  if (windowOrder < smallest || windowOrder > largest) {
    throw damagedCabinet(`LZX's window is 2^${windowOrder} bytes, expected 2^${smallest} to 2^${largest}`);
  }
  return { kind: "lzx", windowOrder };
}

/** The table has no length: it has so many entries, each with a name that ends somewhere. */
async function readFiles(
  source: ByteSource,
  size: number,
  at: number,
  count: number,
  folders: number,
): Promise<CabinetFile[]> {
  if (at > size) throw damagedCabinet(`its files are listed at ${at}, behind its end at ${size}`);
  const table = await source.read(at, Math.min(size - at, count * (cabinetFileRecord.size + longestFileName)));
  const files: CabinetFile[] = [];
  let position = 0;
  for (let index = 0; index < count; index += 1) {
    const { cbFile, uoffFolderStart, iFolder, attribs } = checked(
      cabinetFileRecord,
      table,
      position,
      `file ${index + 1}`,
    );
    const name = table.subarray(position + cabinetFileRecord.size, position + cabinetFileRecord.size + longestFileName);
    const length = name.indexOf(0);
    if (length < 0) throw damagedCabinet(`the name of file ${index + 1} does not end`);
    if (iFolder >= firstContinuedFolder) throw unsupportedCabinet(`file ${index + 1} goes on in another cabinet`);
    if (iFolder >= folders) throw damagedCabinet(`file ${index + 1} is in folder ${iFolder + 1} of ${folders}`);
    files.push({
      name: nameOf(name.subarray(0, length), attribs),
      size: cbFile,
      folder: iFolder,
      offset: uoffFolderStart,
    });
    position += cabinetFileRecord.size + length + 1;
  }
  return files;
}

/** Names are of the code page of whoever made the cabinet, where they are not said to be UTF-8. */
function nameOf(bytes: Uint8Array, attributes: number): string {
  const isUtf8 = (attributes & nameIsUtf) !== 0;
  return (isUtf8 ? utf8Text(bytes) : undefined) ?? new TextDecoder("latin1").decode(bytes);
}

function checked<T>(layout: RecordDecoder<T>, bytes: Uint8Array, offset: number, what: string): T {
  if (offset + layout.size > bytes.length) throw damagedCabinet(`it ends in the middle of ${what}`);
  return layout.decode(bytes, offset);
}
