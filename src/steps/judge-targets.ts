/** Inspects the targets of a write and collects every reason to refuse one that does not depend on the plan. */
import { existsSync } from "node:fs";
import { formatByName, isCompressed } from "../containers/index.js";
import { callerWriter } from "../drive/caller-writer.js";
import { requireCompression } from "../drive/compression.js";
import type { StreamTarget, WriteTarget } from "../drive/drive.js";
import type { DriveWriter } from "../drive/drive-writer.js";
import type { Refusal } from "../drive/guard.js";
import { refusals } from "../drive/guard.js";
import { drivesHolding } from "../drive/holding.js";
import { DriveListing, drivesAmong } from "../drive/list.js";
import { requireDriveRights, requireFolderRights } from "../drive/rights.js";
import { imageFileIdentity, requireOtherThanImage, requireOtherThanInputs } from "../drive/same-file.js";
import { inspectTarget } from "../drive/target.js";
import type { Failures } from "../errors.js";
import { Win7UsbError } from "../errors.js";
import { withVolumes } from "./drive-volumes.js";
import { inputPaths } from "./edit-choices.js";
import type { WriteChoices } from "./write-choices.js";

export type JudgedTargets = {
  /** In the order of the choices, without those that could not be inspected. */
  readonly targets: readonly WriteTarget[];
  /** Paths of the drives that hold the image. */
  readonly imageDrives: readonly string[];
};

/** `imagePath`: undefined where the image is no file. What is refused is added to `failures`. */
export async function judgeTargets(
  choices: WriteChoices,
  imagePath: string | undefined,
  failures: Failures,
): Promise<JudgedTargets> {
  const listing = new DriveListing();
  const inspected = await Promise.allSettled(
    choices.targets.map((target) => inspectWriteTarget(target, choices, listing)),
  );
  const targets: WriteTarget[] = [];
  for (const outcome of inspected) {
    if (outcome.status === "fulfilled") targets.push(outcome.value);
    else failures.add(outcome.reason);
  }
  for (const error of [...contradictions(targets, choices), ...(await givenTwice(targets))]) failures.add(error);
  // What is not there is told of where it is read.
  const inputs = inputPaths(choices).filter((path) => existsSync(path));
  for (const target of targets) {
    if (target.kind !== "image-file") continue;
    await failures.attempt(() => requireOtherThanImage(target.path, imagePath));
    await failures.attempt(() => requireOtherThanInputs(target.path, inputs));
    await failures.attempt(() => requireReplaceable(target, choices));
    await failures.attempt(() => requireFolderRights(target.path));
    const { path, format: wrapped } = target;
    if (isCompressed(wrapped)) await failures.attempt(() => requireCompression(wrapped, path));
  }
  const drives = drivesAmong(targets);
  const imageDrives = drives.length === 0 || imagePath === undefined ? [] : await drivesHolding(imagePath, listing);
  const inputDrives = drives.length === 0 ? [] : await drivesHoldingAny(inputs, listing);
  // Refusals for what the drive is; its size is checked later, because nobody needs to know it of a system disk.
  for (const drive of drives) {
    const listed = choices.listed?.find(({ path }) => path === drive.path);
    const circumstances = { allow: choices.allow ?? [], imageDrives, inputDrives, ...(listed && { listed }) };
    for (const refusal of refusals(drive, circumstances)) failures.add(errorOf(refusal));
    await failures.attempt(() => requireDriveRights(drive.path));
  }
  return { targets: await Promise.all(targets.map(withContent)), imageDrives };
}

async function drivesHoldingAny(paths: readonly string[], listing: DriveListing): Promise<string[]> {
  return (await Promise.all(paths.map((path) => drivesHolding(path, listing)))).flat();
}

/** What will be lost is told before the question. */
async function withContent(target: WriteTarget): Promise<WriteTarget> {
  return target.kind === "drive" ? { ...target, drive: await withVolumes(target.drive) } : target;
}

export function errorOf({ code, message, hint, data }: Refusal): Win7UsbError {
  return new Win7UsbError(code, message, { hint, data });
}

async function inspectWriteTarget(
  target: string | DriveWriter | StreamTarget,
  { format = "auto" }: WriteChoices,
  listing: DriveListing,
): Promise<WriteTarget> {
  if (typeof target === "string") {
    const inspected = await inspectTarget(target, listing);
    if (inspected.kind !== "image-file") return inspected;
    const wanted = format === "auto" ? formatByName(target) : format;
    return wanted === "raw" ? inspected : { ...inspected, format: wanted };
  }
  if ("output" in target) return target;
  return { kind: "writer", path: target.path, writer: callerWriter(target) };
}

/** Whether it is as large as is asked for. */
const hasSize = ({ kind }: WriteTarget): boolean => kind === "image-file" || kind === "stream";

/** Choices that exclude each other, and targets that are given twice. */
function contradictions(targets: readonly WriteTarget[], choices: WriteChoices): Win7UsbError[] {
  const found: Win7UsbError[] = [];
  const usage = (message: string, data: Record<string, unknown> = {}): number =>
    found.push(new Win7UsbError("usage", message, { data }));
  if (choices.targets.length === 0) usage("there is no target to write");
  if (targets.length > 1 && targets.some(({ kind }) => kind === "stream")) {
    usage("a stream is the only target of a write", { choice: "stream" });
  }
  if (choices.size !== undefined && !targets.every(hasSize)) {
    usage("a size is that of an image file; a drive has its own", { choice: "size" });
  }
  if (!["auto", "raw"].includes(choices.format ?? "auto") && targets.some(({ kind }) => kind === "stream")) {
    usage("a stream is the disk itself, byte by byte", { choice: "format" });
  } else if ((choices.format ?? "auto") !== "auto" && !targets.every(hasSize)) {
    usage("a format is that of an image file; a drive holds the disk itself", { choice: "format" });
  }
  if (choices.onlyChanged === true && targets.some(hasSize)) {
    usage("writing only what differs is for drives; an image file or a stream is written anew", {
      choice: "onlyChanged",
    });
  }
  return found;
}

/** Targets that are one, by whatever names; each name once. */
async function givenTwice(targets: readonly WriteTarget[]): Promise<Win7UsbError[]> {
  const firsts = new Map<string, string>();
  const told = new Map<string, Win7UsbError>();
  for (const target of targets) {
    const { path } = target;
    const key = target.kind === "image-file" ? await imageFileIdentity(path) : path;
    const first = firsts.get(key);
    if (first === undefined) {
      firsts.set(key, path);
      continue;
    }
    const message = path === first ? `${path} is given twice as a target` : `${first} and ${path} are one file`;
    told.set(path, new Win7UsbError("usage", message, { hint: "Name each target once.", data: { target: path } }));
  }
  return [...told.values()];
}

function requireReplaceable(target: WriteTarget & { kind: "image-file" }, { force }: WriteChoices): void {
  if (!target.exists || force === true) return;
  throw new Win7UsbError("target-exists", `${target.path} exists already`, {
    hint: "Choose another name, or let it be replaced.",
  });
}
