/** The names of the file system's own files, in the root and in $Extend (NTFS documentation, "NTFS Files", overview). */
import { systemRecords } from "./volume-format.js";

export type SystemName = { readonly record: number; readonly text: string };

/** The root lists itself as `.`. */
export const rootSystemNames: readonly SystemName[] = [
  { record: systemRecords.mft, text: "$MFT" },
  { record: systemRecords.mftMirror, text: "$MFTMirr" },
  { record: systemRecords.logFile, text: "$LogFile" },
  { record: systemRecords.volume, text: "$Volume" },
  { record: systemRecords.attributeDefinitions, text: "$AttrDef" },
  { record: systemRecords.root, text: "." },
  { record: systemRecords.bitmap, text: "$Bitmap" },
  { record: systemRecords.boot, text: "$Boot" },
  { record: systemRecords.badClusters, text: "$BadClus" },
  { record: systemRecords.secure, text: "$Secure" },
  { record: systemRecords.upCase, text: "$UpCase" },
  { record: systemRecords.extend, text: "$Extend" },
];

export const extendSystemNames: readonly SystemName[] = [
  { record: systemRecords.quota, text: "$Quota" },
  { record: systemRecords.objectId, text: "$ObjId" },
  { record: systemRecords.reparse, text: "$Reparse" },
];

/** The name of a system file. */
export function systemName(record: number): string {
  const name = [...rootSystemNames, ...extendSystemNames].find((candidate) => candidate.record === record);
  if (name === undefined) throw new RangeError(`record ${record} is no system file with a name`);
  return name.text;
}
