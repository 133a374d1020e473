/** The drives that there are, each with what stands against writing it, before one is chosen. */
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Drive, DriveVolume } from "../drive/drive.js";
import type { Refusal } from "../drive/guard.js";
import { refusals } from "../drive/guard.js";
import { drivesHolding } from "../drive/holding.js";
import { DriveListing } from "../drive/list.js";
import { requireDriveRights } from "../drive/rights.js";
import { Failures, Win7UsbError } from "../errors.js";
import { withVolumes } from "./drive-volumes.js";

export type JudgedDrive = {
  readonly drive: Drive;
  /** The gravest first; empty where it can be written. */
  readonly refusals: readonly Pick<Refusal, "code" | "message" | "data">[];
};

export type JudgeChoices = {
  /** Names of refusals to lift. */
  readonly allow?: readonly string[];
  /** The image; the drive that it lies on is refused. */
  readonly imagePath?: string;
  /** What else is needed while drives are written; the drives that it lies on are refused, too. */
  readonly inputPaths?: readonly string[];
};

/** What is on the drives is not looked at. */
export async function judgeDrives(choices: JudgeChoices = {}): Promise<JudgedDrive[]> {
  const { allow = [], imagePath, inputPaths = [] } = choices;
  const listing = new DriveListing();
  const drives = await listing.drives();
  const holding = async (path: string): Promise<string[]> => (existsSync(path) ? drivesHolding(path, listing) : []);
  const imageDrives = imagePath === undefined ? [] : await holding(imagePath);
  const inputDrives = (await Promise.all(inputPaths.map(holding))).flat();
  return Promise.all(
    drives.map(async (drive) => {
      const failures = new Failures();
      await failures.attempt(() => requireDriveRights(drive.path));
      return { drive, refusals: [...refusals(drive, { allow, imageDrives, inputDrives }), ...failures.found] };
    }),
  );
}

/** The rights can be had; a drive that only lacks them is one to choose. */
export function isChoice({ refusals: reasons }: JudgedDrive): boolean {
  return reasons.every(({ code }) => code === "no-permission");
}

export function lacksRights({ refusals: reasons }: JudgedDrive): boolean {
  return reasons.some(({ code }) => code === "no-permission");
}

/** The same drive, and the same medium in it. */
export function driveKey({ path, size, serial, model, sequence }: Drive): string {
  return JSON.stringify([path, size, serial, model, sequence]);
}

/** Milliseconds from one look at the drives to the next. */
export const lookEvery = 1000;

/**
 * Looks again and again until `signal` aborts, and tells the drives each time; of those that can be written also what is on
 * them, which is read once of each. A look that fails is left out: the next one may not.
 */
export async function watchDrives(
  choices: JudgeChoices,
  onLook: (drives: readonly JudgedDrive[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const known = new Map<string, readonly DriveVolume[]>();
  while (!signal.aborted) {
    try {
      const drives = await lookedAt(await judgeDrives(choices), known);
      if (!signal.aborted) onLook(drives);
    } catch (error) {
      if (!(error instanceof Win7UsbError)) throw error;
    }
    await delay(lookEvery, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** `known`: volumes by the drive that they are on, those of drives that are there; what a drive does not tell is asked again. */
export function lookedAt(
  judged: readonly JudgedDrive[],
  known = new Map<string, readonly DriveVolume[]>(),
): Promise<JudgedDrive[]> {
  return Promise.all(
    judged.map(async (each) => {
      if (!isChoice(each)) return each;
      const key = driveKey(each.drive);
      const volumes = known.get(key) ?? (await withVolumes(each.drive)).volumes ?? [];
      if (volumes.length > 0) known.set(key, volumes);
      return { ...each, drive: { ...each.drive, volumes } };
    }),
  );
}
