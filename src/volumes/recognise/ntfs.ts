/** NTFS: its label is a file's attribute, and how full it is another file: $Volume and $Bitmap. */
import { readUtf16 } from "../../bytes/utf16.js";
import { MiB } from "../../bytes/units.js";
import type { ReadBytes } from "../../source/byte-source.js";
import { attributeTypes } from "../ntfs/records/attributes.js";
import { ntfsBootSector } from "../ntfs/records/boot-sector.js";
import { clusterSize, fileRecordSize, systemRecords } from "../ntfs/records/volume-format.js";
import type { NtfsGeometry } from "../ntfs/read/geometry.js";
import { readGeometry } from "../ntfs/read/geometry.js";
import { joinPieces, openMasterFileTable, readStream, type MasterFileTable } from "../ntfs/read/mft.js";
import { parseRecord } from "../ntfs/read/record.js";
import { sectorSize } from "../plan.js";
import { assertVolume } from "../volume-fault.js";
import { countSetBits } from "./bits.js";
import { labelOf, quietly, type VolumeContent } from "./content.js";

const fields = ntfsBootSector.select("oem");
/** Of a volume of 2 TiB. */
const largestBitmap = 64 * MiB;
/** NTFS documentation, "$VOLUME_NAME (0x60)": 128 characters. */
const longestName = 256;

export async function recogniseNtfs(read: ReadBytes, size: number): Promise<VolumeContent | null> {
  if (fields.decode(await read(0, sectorSize)).oem.trimEnd() !== "NTFS") return null;
  const known = await quietly(async () => {
    // Clusters and records of unusual sizes are told by their file system alone.
    const geometry = await readGeometry(read, { start: 0, end: size });
    const table = await openMasterFileTable(read, geometry);
    const stream = (record: number, typeCode: number) => streamOf(read, geometry, table, record, typeCode);
    const label = await quietly(async () => {
      const name = await stream(systemRecords.volume, attributeTypes.volumeName);
      const length = Math.min(name.size, longestName);
      return labelOf(readUtf16(await readStream(read, name, 0, length), 0, Math.floor(length / 2)));
    });
    const used = await quietly(async () => {
      const bitmap = await stream(systemRecords.bitmap, attributeTypes.data);
      const length = Math.ceil(geometry.clusterCount / 8);
      assertVolume(bitmap.size >= length && length <= largestBitmap, `a bitmap of ${bitmap.size} bytes`);
      return countSetBits(await readStream(read, bitmap, 0, length), geometry.clusterCount) * clusterSize;
    });
    return { label, used };
  });
  return { fileSystem: "ntfs", label: known?.label ?? null, used: known?.used ?? null };
}

async function streamOf(
  read: ReadBytes,
  geometry: NtfsGeometry,
  table: MasterFileTable,
  record: number,
  typeCode: number,
) {
  const { attributes } = parseRecord(await read(table.offsetOf(record), fileRecordSize), record, geometry.clusterCount);
  const pieces = attributes.filter((piece) => piece.typeCode === typeCode && piece.name === "");
  const isThere = pieces.length > 0 && pieces.every(({ resident, value }) => resident === null || value !== null);
  assertVolume(isThere, `record ${record} has no attribute ${typeCode} that is kept`);
  return joinPieces(pieces, geometry.start);
}
