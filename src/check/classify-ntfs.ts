/** What people and systems did to an NTFS volume since it was written, and what is damaged. */
import { attributeTypes } from "../volumes/ntfs/records/attributes.js";
import { systemRecords } from "../volumes/ntfs/records/volume-format.js";
import type { PlannedFile } from "../volumes/plan.js";
import type { Span } from "../extents/extent.js";
import { noFile } from "../manifest/hash-units.js";
import type { Difference } from "./differences.js";
import type { ContentCheck } from "./file-content.js";
import type { VolumeFindings, Note } from "./findings.js";
import { classifyFiles, PathLookup } from "./classify-ntfs-files.js";
import { isInUse, classifyStructures } from "./classify-ntfs-structures.js";
import { isMadeBySystems } from "./made-by-systems.js";
import type { NtfsVolume } from "../volumes/ntfs/read/volume.js";
import type { ReadBytes } from "../source/byte-source.js";

type NtfsCheckInput = {
  readonly volume: NtfsVolume;
  readonly read: ReadBytes;
  readonly partition: Span;
  readonly files: readonly PlannedFile[];
  readonly differences: readonly Difference[];
  readonly contentOf: ContentCheck;
  /** Differences are known to the byte. */
  readonly exact: boolean;
};

export async function classifyNtfs(input: NtfsCheckInput): Promise<VolumeFindings> {
  const { volume, files } = input;
  const lookup = new PathLookup(volume);
  const inFiles = input.differences.filter(({ file }) => file !== noFile);
  const structures = input.differences.filter(({ file }) => file === noFile);
  const mismatches = [
    ...classifyStructures({ ...input, differences: structures }),
    ...(await classifyFiles({ ...input, differences: inFiles }, lookup)),
  ];
  const planned = new Set(files.map(({ path }) => lookup.find(path)));
  const added: string[] = [];
  const addedBySystem: string[] = [];
  for (const entry of volume.tree.entries) {
    const { path, file } = entry;
    // What the volume was made with.
    if (file.record <= systemRecords.reparse) continue;
    const list = isMadeBySystems(path) ? addedBySystem : added;
    const isNew = !planned.has(entry);
    if (isNew && !file.directory) list.push(path);
    if (isNew && !file.directory) continue;
    for (const { typeCode, name } of file.attributes) {
      if (typeCode === attributeTypes.data && name !== "") list.push(`${path}:${name}`);
    }
  }
  return { mismatches, added, addedBySystem, usedSince: isInUse(volume), notes: notesOn(volume) };
}

function notesOn({ log, dirty }: NtfsVolume): Note[] {
  const notes: Note[] = [];
  if (log === "open") {
    const message = "it was pulled out without being unmounted: changes may be in the volume's log alone";
    notes.push({ code: "volume-open", message });
  }
  if (dirty) notes.push({ code: "volume-dirty", message: "a system marked the volume for chkdsk" });
  return notes;
}
