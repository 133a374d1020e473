/**
 * Damage or use? A FAT32 volume that was used differs from what was written in its FATs, its directories, the FSInfo sector
 * and the ClnShutBit of FAT[1] (FAT32 specification, "FAT Data Structure", "FAT32 FSInfo Sector Structure"), and is sound
 * all the same. Such differences count as use where the whole volume can be read, both FATs agree, and something shows that
 * a system wrote to it; all others are damage. Trap: a directory of which a part became zeros ends there and can be read all
 * the same; but whoever removes a file through a driver frees its clusters too, and there they are still taken.
 */
import type { PlannedFile } from "../volumes/plan.js";
import { sectorSize } from "../volumes/plan.js";
import { fatTime, noTime } from "../volumes/fat32/records/time.js";
import type { Span } from "../extents/extent.js";
import { noFile } from "../manifest/hash-units.js";
import type { Difference } from "./differences.js";
import { hasZeroPadding, isSectorInUse } from "../volumes/fat32/read/use.js";
import type { FatVolumeEntry, FatVolume } from "../volumes/fat32/read/volume.js";
import type { VolumeFindings } from "./findings.js";
import { isMadeBySystems } from "./made-by-systems.js";
import { mismatchOf, type Mismatch, type MismatchCause } from "./mismatch.js";
import type { ReadBytes } from "../source/byte-source.js";
import { fixedStructureName } from "./structure-names.js";

/**
 * The state of a planned file by its directory entry; `touched`: DIR_WrtTime or DIR_WrtDate differ (FAT32 specification).
 * `lost`: its clusters are taken, and no directory leads to them. `unsure`: it is gone beside others that are lost, and had
 * no clusters.
 */
type FileState = "in-place" | "rewritten" | "touched" | "removed" | "lost" | "unsure";

type Fat32CheckInput = {
  readonly volume: FatVolume;
  readonly read: ReadBytes;
  readonly partition: Span;
  readonly files: readonly PlannedFile[];
  readonly differences: readonly Difference[];
};

export async function classifyFat32(input: Fat32CheckInput): Promise<VolumeFindings> {
  const { volume, files, partition, differences } = input;
  const structures = differences.filter(({ file }) => file === noFile);
  const byPath = new Map(volume.entries.map((entry) => [entry.path.toUpperCase(), entry]));
  const byEntry = files.map((file) => stateOf(file, byPath.get(file.path.toUpperCase()), volume));
  // Without names of files it is all of the volume that tells.
  const anyLost = byEntry.includes("lost") || (files.length === 0 && volume.hasLost(partition));
  const states = byEntry.map((state, index) => {
    return anyLost && state === "removed" && files[index]!.size === 0 ? "unsure" : state;
  });
  const planned = new Set(files.map(({ path }) => path.toUpperCase()));
  const added = volume.entries.filter(({ path, directory }) => !directory && !planned.has(path.toUpperCase()));
  const zeroPadding = await hasZeroPadding(input.read, partition, volume);
  const explained: boolean[] = [];
  for (const each of structures) explained.push(await isExplained(each, input, zeroPadding));
  const used =
    added.length > 0 ||
    states.some((state) => ["rewritten", "touched", "removed"].includes(state)) ||
    latestDateOf(volume) > latestPlannedDate(files) ||
    (!anyLost && structures.some(({ start }, index) => explained[index] === true && start < volume.fats.end));
  const unexplained = structures.filter((_, index) => !used || explained[index] !== true);
  const inStructures = unexplained.map((each) => {
    const structure = fixedStructureName(each, partition, "fat32");
    return mismatchOf(each, files, causeOf(each, "in-place"), { structure });
  });
  const paths = added.map(({ path }) => path);
  return {
    mismatches: [...inStructures, ...fileMismatches(input, states)],
    added: paths.filter((path) => !isMadeBySystems(path)),
    addedBySystem: paths.filter((path) => isMadeBySystems(path)),
    usedSince: unexplained.length < structures.length,
    notes: [],
  };
}

function fileMismatches({ files, differences, volume }: Fat32CheckInput, states: readonly FileState[]): Mismatch[] {
  const inFiles = differences.filter(({ file }) => file !== noFile);
  const differing = new Set(inFiles.map(({ file }) => file));
  const mismatch = (each: Difference): Mismatch => {
    const state = states[each.file]!;
    // A system that was stopped while it wrote leaves such clusters as well.
    const isDoubtful = state === "unsure" || (state === "lost" && !volume.unmounted);
    const cause = isDoubtful ? "undecided" : causeOf(each, state);
    return mismatchOf(each, files, cause, { reason: reasonOf(state, volume) });
  };
  const mismatches = inFiles.map(mismatch);
  for (const [file, state] of states.entries()) {
    if (differing.has(file) || state === "in-place" || state === "touched") continue;
    const { runs, size } = files[file]!;
    const start = runs[0]?.offset ?? 0;
    const whole: Difference = { start, end: start + size, file, kind: "different" };
    mismatches.push(mismatch(whole));
  }
  return mismatches;
}

function reasonOf(state: FileState, { unmounted }: FatVolume): string | null {
  if (state === "unsure") return "no directory has it, and others are lost";
  if (state !== "lost") return null;
  const open = unmounted ? "" : "; the volume was pulled out without being unmounted";
  return `no directory leads to its clusters, which are still taken: nobody removed it through a system${open}`;
}

function causeOf({ kind }: Difference, state: FileState): MismatchCause {
  if (state === "removed") return "removed";
  if (state === "rewritten" || (state === "touched" && kind === "different")) return "changed";
  return kind === "unreadable" ? "unreadable" : "damaged";
}

function stateOf(
  { size, runs, modified }: PlannedFile,
  entry: FatVolumeEntry | undefined,
  { hasLost }: FatVolume,
): FileState {
  const isGone = entry === undefined || entry.directory;
  if (isGone || entry.size !== size || entry.start !== (runs[0]?.offset ?? 0) || !entry.contiguous) {
    const isLost = runs.some(({ offset, length }) => hasLost({ start: offset, end: offset + length }));
    return isLost ? "lost" : isGone ? "removed" : "rewritten";
  }
  const time = modified === undefined ? noTime : fatTime(modified);
  return entry.writeDate === time.date && entry.writeTime === time.time ? "in-place" : "touched";
}

function latestDateOf({ entries, labelDate }: FatVolume): number {
  return entries.reduce((latest, entry) => Math.max(latest, entry.latestDate), labelDate);
}

function latestPlannedDate(files: readonly PlannedFile[]): number {
  const dates = files.map(({ modified }) => (modified === undefined ? noTime.date : fatTime(modified).date));
  return dates.reduce((latest, date) => Math.max(latest, date), noTime.date);
}

/** Whether use explains a difference of the structures. `zeroPadding`: what no system writes is as it was written. */
async function isExplained(
  { start, end, kind }: Difference,
  { read, partition, volume }: Fat32CheckInput,
  zeroPadding: boolean,
): Promise<boolean> {
  if (kind === "unreadable" || start < partition.start || end > partition.end) return false;
  // The FATs, and behind them directories: what is followed to read the volume.
  if (end > volume.fats.start) return zeroPadding || start >= volume.fats.end;
  const first = Math.floor((start - partition.start) / sectorSize);
  const last = Math.floor((end - 1 - partition.start) / sectorSize);
  for (let sector = first; sector <= last; sector += 1) {
    if (!(await isSectorInUse(read, partition, volume, sector))) return false;
  }
  return true;
}
