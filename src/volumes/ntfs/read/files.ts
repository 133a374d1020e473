/** The files of $MFT: base records combined with their extension records (NTFS documentation, "$ATTRIBUTE_LIST (0x20)"). */
import { attributeTypes } from "../records/attributes.js";
import type { ListedAttribute } from "../records/attribute-list.js";
import type { FileNameKey } from "../records/file-name.js";
import { protectedPieces } from "../records/fixups.js";
import { fileRecordSize } from "../records/volume-format.js";
import type { DiskRun } from "../../plan.js";
import type { NtfsGeometry } from "./geometry.js";
import { joinPieces, readAttributeList, recordsOf, type MasterFileTable, type NtfsStream } from "./mft.js";
import type { AttributePiece, RecordContent } from "./record.js";
import type { ReadBytes } from "../../../source/byte-source.js";
import { assertVolume, VolumeFault, VolumeLimit } from "../../volume-fault.js";

/** More files and directories than a Windows image has a hundred times over. */
const mostFiles = 200_000;

export type NtfsAttribute = NtfsStream & {
  readonly typeCode: number;
  readonly name: string;
  /** Where a resident value lies on the disk, in the value's order; null where it is not resident. */
  readonly residentRuns: readonly DiskRun[] | null;
};

export type NtfsFile = {
  readonly record: number;
  readonly sequence: number;
  readonly directory: boolean;
  /** A driver has written its record since the volume was made. */
  readonly written: boolean;
  readonly names: readonly FileNameKey[];
  readonly standard: RecordContent["standard"];
  readonly attributes: readonly NtfsAttribute[];
};

/** `unformatted`: zeros that no driver has used yet. */
type RecordState = "free" | "unformatted" | "in-use" | "broken";

export type NtfsFiles = {
  /** By record. */
  readonly files: ReadonlyMap<number, NtfsFile>;
  readonly states: readonly RecordState[];
  /** By record: a driver has written it. */
  readonly written: readonly boolean[];
  /** Why a record or a file cannot be followed, by record. */
  readonly broken: ReadonlyMap<number, string>;
};

export const attributeOf = (file: NtfsFile, typeCode: number, name = ""): NtfsAttribute | undefined =>
  file.attributes.find((attribute) => attribute.typeCode === typeCode && attribute.name === name);

type Gathered = {
  readonly contents: Map<number, RecordContent>;
  readonly states: RecordState[];
  readonly written: boolean[];
  readonly broken: Map<number, string>;
};

export async function readFiles(read: ReadBytes, geometry: NtfsGeometry, table: MasterFileTable): Promise<NtfsFiles> {
  const gathered = await gather(read, geometry, table);
  const { contents, broken } = gathered;
  const files = new Map<number, NtfsFile>();
  const extensions = new Set<number>();
  for (const content of contents.values()) {
    if (content.base !== null) continue;
    try {
      const pieces = await piecesOf(read, geometry, contents, content);
      for (const { holder } of pieces) extensions.add(holder.record);
      files.set(content.record, fileFrom(content, pieces, geometry, table));
    } catch (error) {
      if (!(error instanceof VolumeFault) || error instanceof VolumeLimit) throw error;
      broken.set(content.record, error.message);
    }
  }
  for (const { record, base } of contents.values()) {
    const lost = base !== null && !extensions.has(record) && !broken.has(base.record);
    if (lost) broken.set(record, `it extends record ${base.record}, which does not know it`);
  }
  return { files, states: gathered.states, written: gathered.written, broken };
}

async function gather(read: ReadBytes, geometry: NtfsGeometry, table: MasterFileTable): Promise<Gathered> {
  const contents = new Map<number, RecordContent>();
  const states: RecordState[] = [];
  const written: boolean[] = [];
  const broken = new Map<number, string>();
  for await (const result of recordsOf(read, geometry, table)) {
    const { number, content } = result;
    // A driver that makes use of the table writes records into it, so that zeros in their place are nobody's.
    written[number] = content?.written ?? false;
    if (content === null) {
      states[number] = result.unformatted ? "unformatted" : "broken";
      if (!result.unformatted) broken.set(number, result.reason);
    } else if (content.inUse) {
      states[number] = "in-use";
      contents.set(number, content);
      if (contents.size > mostFiles) throw new VolumeLimit(`it has more than ${mostFiles} files`);
    } else {
      states[number] = "free";
    }
  }
  return { contents, states, written, broken };
}

type HeldPiece = { readonly piece: AttributePiece; readonly holder: RecordContent };

async function piecesOf(
  read: ReadBytes,
  geometry: NtfsGeometry,
  contents: ReadonlyMap<number, RecordContent>,
  content: RecordContent,
): Promise<HeldPiece[]> {
  const own = content.attributes.map((piece) => ({ piece, holder: content }));
  const list = content.attributes.find(({ typeCode }) => typeCode === attributeTypes.attributeList);
  if (list === undefined) return own;
  const listed = await readAttributeList(read, geometry, list);
  return [{ piece: list, holder: content }, ...listed.map((entry) => listedPiece(contents, content, entry))];
}

function listedPiece(
  contents: ReadonlyMap<number, RecordContent>,
  content: RecordContent,
  { segment: { record, sequence }, instance, typeCode, name, lowestVcn }: ListedAttribute,
): HeldPiece {
  const holder = contents.get(record);
  const belongs = holder === content || holder?.base?.record === content.record;
  const known = holder !== undefined && belongs && holder.sequence === sequence;
  assertVolume(known, `a part of it should be in record ${record}, and is not`);
  const same = (piece: AttributePiece): boolean =>
    piece.instance === instance && piece.typeCode === typeCode && piece.name === name && piece.lowestVcn === lowestVcn;
  const piece = holder.attributes.find(same);
  assertVolume(piece !== undefined, `a part of it should be in record ${record}, and is not`);
  return { piece, holder };
}

function fileFrom(
  content: RecordContent,
  pieces: readonly HeldPiece[],
  geometry: NtfsGeometry,
  table: MasterFileTable,
): NtfsFile {
  const groups = new Map<string, HeldPiece[]>();
  for (const held of pieces) {
    const { typeCode, name, instance, resident } = held.piece;
    // A file has several names, and each is an attribute by itself.
    const single = typeCode === attributeTypes.fileName && resident !== null;
    const key = `${typeCode} ${name}${single ? ` ${held.holder.record} ${instance}` : ""}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [held]);
    else group.push(held);
  }
  const holders = new Set([content, ...pieces.map(({ holder }) => holder)]);
  return {
    record: content.record,
    sequence: content.sequence,
    directory: content.directory,
    written: [...holders].some(({ written }) => written),
    names: [...holders].flatMap(({ names }) => names),
    standard: [...holders].find(({ standard }) => standard !== null)?.standard ?? null,
    attributes: [...groups.values()].map((group) => attributeFrom(group, geometry, table)),
  };
}

function attributeFrom(group: readonly HeldPiece[], { start }: NtfsGeometry, table: MasterFileTable): NtfsAttribute {
  const [{ piece, holder }] = group as [HeldPiece];
  const { typeCode, name, resident } = piece;
  const pieces = group.map((held) => held.piece).toSorted((a, b) => a.lowestVcn - b.lowestVcn);
  const stream = joinPieces(pieces, start);
  if (resident === null) return { ...stream, typeCode, name, residentRuns: null };
  const { offset, length } = resident;
  const at = table.offsetOf(holder.record);
  const parts = protectedPieces(offset, offset + length, holder.updateSequenceArrayOffset);
  assertVolume(offset + length <= fileRecordSize, `a value of ${length} bytes`);
  const residentRuns = parts.map(({ from, to, at: place }) => ({ offset: at + place, length: to - from }));
  return { ...stream, typeCode, name, residentRuns };
}
