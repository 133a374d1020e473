/** $AttrDef: the attribute types of NTFS 3.x with their bounds, as every volume since Windows 2000 has them (NTFS documentation, "$AttrDef (4)"). */
import { bytes, uint32le, uint64le, biguint64le } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";
import { attributeTypes as types } from "./attributes.js";
import { writeUtf16 } from "../../../bytes/utf16.js";

/** ATTRIBUTE_DEFINITION_COLUMNS. `maximumLength` of all ones is no bound. */
const definition = record("ATTRIBUTE_DEFINITION_COLUMNS", 0xa0, {
  attributeName: bytes(0x00, 0x80),
  typeCode: uint32le(0x80),
  displayRule: uint32le(0x84),
  collationRule: uint32le(0x88),
  flags: uint32le(0x8c),
  minimumLength: uint64le(0x90),
  maximumLength: biguint64le(0x98),
});

const indexable = 0x02;
const resident = 0x40;
const nonresident = 0x80;
const unbounded = 2n ** 64n - 1n;

type Row = readonly [name: string, typeCode: number, flags: number, minimumLength: number, maximumLength: bigint];

const rows: readonly Row[] = [
  ["$STANDARD_INFORMATION", types.standardInformation, resident, 0x30, 0x48n],
  ["$ATTRIBUTE_LIST", types.attributeList, nonresident, 0, unbounded],
  ["$FILE_NAME", types.fileName, resident | indexable, 0x44, 0x242n],
  ["$OBJECT_ID", types.objectId, resident, 0, 0x100n],
  ["$SECURITY_DESCRIPTOR", types.securityDescriptor, nonresident, 0, unbounded],
  ["$VOLUME_NAME", types.volumeName, resident, 0x02, 0x100n],
  ["$VOLUME_INFORMATION", types.volumeInformation, resident, 0x0c, 0x0cn],
  ["$DATA", types.data, 0, 0, unbounded],
  ["$INDEX_ROOT", types.indexRoot, resident, 0, unbounded],
  ["$INDEX_ALLOCATION", types.indexAllocation, nonresident, 0, unbounded],
  ["$BITMAP", types.bitmap, nonresident, 0, unbounded],
  ["$REPARSE_POINT", types.reparsePoint, nonresident, 0, 0x4000n],
  ["$EA_INFORMATION", types.eaInformation, resident, 0x08, 0x08n],
  ["$EA", types.ea, 0, 0, 0x1_0000n],
  ["$LOGGED_UTILITY_STREAM", types.loggedUtilityStream, nonresident, 0, 0x1_0000n],
];

/** Bytes of the table; a row of zeros closes it. */
export const attributeDefinitionsSize = (rows.length + 1) * definition.size;

export function encodeAttributeDefinitions(): Uint8Array {
  const table = new Uint8Array(attributeDefinitionsSize);
  for (const [index, [name, typeCode, flags, minimumLength, maximumLength]] of rows.entries()) {
    const at = index * definition.size;
    definition.patch(table, at, { typeCode, flags, minimumLength, maximumLength });
    writeUtf16(table, at, name);
  }
  return table;
}
