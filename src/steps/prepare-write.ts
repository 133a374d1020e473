/** Everything that is decided before the first byte is written: suitability, targets, file system, plan, refusals. */
import type { Container } from "../containers/index.js";
import type { Drive, WriteTarget } from "../drive/drive.js";
import type { Circumstances, Refusal } from "../drive/guard.js";
import { refusals } from "../drive/guard.js";
import { requireRoom } from "../drive/free-space.js";
import { drivesAmong } from "../drive/list.js";
import type { Warning } from "../errors.js";
import { Failures, Win7UsbError } from "../errors.js";
import { assertWhole } from "../iso9660-reader/index.js";
import { runInterruptibly } from "../source/interruption.js";
import { blockSizeFor } from "../transfer/block-size.js";
import { faultyNameErrors, leftOutWarnings } from "../volumes/faulty-names.js";
import { chooseFileSystem, planDisk, smallestDisk } from "../volumes/index.js";
import type { DiskPlan, ImageOrigin } from "../volumes/plan.js";
import { plannedDataBytes } from "../volumes/plan.js";
import { blamingAdded } from "../windows/customise/index.js";
import { assertSuitable } from "../windows/index.js";
import type { WindowsIdentity } from "../windows/index.js";
import { damagedCode } from "../windows/refusals.js";
import type { EditedImage, PreparedEdit } from "./edit-tree.js";
import { changing, editTree, emptyFolderWarnings, ofTheImage, withoutLeftOut } from "./edit-tree.js";
import type { FittedTree, SplitImage } from "./fit-tree.js";
import { diskSignature } from "./disk-signature.js";
import { fitTree, labelWarnings, splitWarning } from "./fit-tree.js";
import type { PlannedImageCheck } from "./image-check.js";
import { objectionsBefore, planImageCheck } from "./image-check.js";
import { requireKnownChoices, requireKnownRequirements } from "./known-choices.js";
import type { JudgedTargets } from "./judge-targets.js";
import { errorOf, judgeTargets } from "./judge-targets.js";
import type { OpenedImage } from "./open-image.js";
import { setupWimFailures } from "./setup-wims.js";
import { structureBytes, wrapDisk } from "./wrap-disk.js";
import type { WriteChoices } from "./write-choices.js";

export type { WriteChoices } from "./write-choices.js";

/** A write that is ready to begin; nothing has been written or unmounted yet. */
export type PreparedWrite = {
  /** Open until the write is over; its opener closes it. */
  readonly image: OpenedImage;
  /** In the order of the choices. */
  readonly targets: readonly WriteTarget[];
  readonly plan: DiskPlan;
  /** What image files wrap the disk in, by their paths; those that are the disk itself are not among them. */
  readonly containers: ReadonlyMap<string, Container>;
  /** Why this file system, as a sentence. */
  readonly reason: string;
  /** Of what will be on the targets: the image's own, where none of its WIMs is replaced. */
  readonly windows: WindowsIdentity;
  /** What is changed in the image's files, in the order in which it is. */
  readonly edits: readonly PreparedEdit[];
  /** Files of the image that are split. */
  readonly splits: readonly SplitImage[];
  /** About what is written otherwise than it lies in the image or was asked for. */
  readonly warnings: readonly Warning[];
  readonly imageCheck: PlannedImageCheck;
  readonly choices: WriteChoices;
  /** Throws `image-changed` or `input-changed` where what is written is not what it was when it was planned. */
  assertUnchanged(): Promise<void>;
};

/** What `prepareWrite` takes. */
export type PrepareOptions = WriteChoices & {
  /** Aborting it rejects with `interrupted`. */
  readonly signal?: AbortSignal | undefined;
};

/**
 * Checks the image and every target and plans the disk; nothing is written. Several targets share one plan, made for
 * the smallest of them. Throws the first refusal (exit codes 4 and 5), and `usage` where choices contradict each other;
 * its `others` are all that stands in the way besides.
 */
export async function prepareWrite(image: OpenedImage, { signal, ...choices }: PrepareOptions): Promise<PreparedWrite> {
  return runInterruptibly(signal, nothingWritten, () => prepare(image, choices));
}

export function nothingWritten(): Win7UsbError {
  return new Win7UsbError("interrupted", "interrupted: nothing was written");
}

async function prepare(image: OpenedImage, choices: WriteChoices): Promise<PreparedWrite> {
  requireKnownChoices(choices);
  requireKnownRequirements(choices.requirements);
  const failures = new Failures();
  await failures.attempt(() => assertSuitable(image.windows, image.image.tree, choices.allow));
  const isWhole = await failures.attempt(() => {
    assertWhole(image.image, choices.allow);
    return true;
  });
  if (isWhole) for (const failure of await setupWimFailures(image.image.tree, image.windows)) failures.add(failure);
  const imageCheck = await failures.attempt(() => planImageCheck(image, choices));
  if (isWhole && imageCheck !== undefined) await objectToImage(image, imageCheck, choices, failures);
  const judged = await judgeTargets(choices, image.isFile ? image.path : undefined, failures);
  const signature = await failures.attempt(() => diskSignature(choices.signature, judged.targets));
  // A truncated image cannot be planned.
  const edited = isWhole ? await failures.attempt(() => edit(image, choices, failures)) : undefined;
  const planned =
    edited === undefined
      ? undefined
      : await failures.attempt(() => planFor(image, edited, judged, { ...choices, signature }, failures));
  const origin = await failures.attempt(() => originOf(image, choices));
  failures.throwAll();
  // What is added is read whole for it, and may be large: not before all else is known to be right.
  const made = await edited!.hashed();
  const { faults, edits: fitted, ...layout } = planned!;
  const ofImage = fitted.map(ofTheImage);
  const edits = [...made.map((each) => withoutLeftOut(each, faults)), ...ofImage];
  return {
    image,
    windows: edited!.windows,
    targets: judged.targets,
    ...layout,
    warnings: [...layout.warnings, ...warningsOfOther(image, edited!), ...emptyFolderWarnings(made)],
    plan: { ...layout.plan, origin: origin!, edits: changing([...made, ...ofImage]) },
    edits,
    imageCheck: imageCheck!,
    choices,
    async assertUnchanged() {
      await image.assertUnchanged();
      await edited!.assertUnchanged();
    },
  };
}

/** Damage is told where nothing else is against the image: a missing part, say, has a name of its own. */
async function objectToImage(
  image: OpenedImage,
  planned: PlannedImageCheck,
  choices: WriteChoices,
  failures: Failures,
): Promise<void> {
  const isRefused = failures.found.length > 0;
  for (const failure of await objectionsBefore(image, planned, choices)) {
    if (!isRefused || failure.code !== damagedCode) failures.add(failure);
  }
}

/** Other WIMs than the image's own are judged as those are. */
async function edit(image: OpenedImage, choices: WriteChoices, failures: Failures): Promise<EditedImage> {
  const edited = await editTree(image, choices, choices.allow);
  if (edited.windows === image.windows) return edited;
  await failures.attempt(() => assertSuitable(edited.windows, edited.tree, choices.allow));
  for (const failure of await setupWimFailures(edited.tree, edited.windows)) {
    failures.add(blamingAdded(failure, edited.edits));
  }
  return edited;
}

/** What is odd about WIMs that were replaced, and was not about the image's own. */
function warningsOfOther({ windows }: OpenedImage, edited: EditedImage): Warning[] {
  const known = new Set(windows.warnings.map(({ message }) => message));
  return edited.windows.warnings.filter(({ message }) => !known.has(message));
}

type PlanChoices = Omit<WriteChoices, "signature"> & { readonly signature: number | undefined };
type Planned = Pick<PreparedWrite, "plan" | "containers" | "reason" | "splits" | "warnings"> &
  Pick<FittedTree, "faults" | "edits">;

/** Undefined where a target is too small for the smallest disk, which is among the failures then. */
async function planFor(
  { image }: OpenedImage,
  { tree: editedTree, windows }: EditedImage,
  { targets, imageDrives }: JudgedTargets,
  choices: PlanChoices,
  failures: Failures,
): Promise<Planned | undefined> {
  const { fileSystem, reason } = chooseFileSystem(editedTree, choices.fileSystem ?? "auto");
  const { signature, bootPrompt } = choices;
  const options = { fileSystem, label: choices.label ?? image.volumeLabel, signature, bootPrompt };
  const { tree, splits, faults, ...fitted } = await fitTree(editedTree, fileSystem, windows);
  const allow = choices.allow ?? [];
  for (const error of faultyNameErrors(faults)) if (!allow.includes(error.code)) failures.add(error);
  const needed = smallestDisk(tree, options);
  const small = drivesAmong(targets).flatMap((drive) => tooSmall(drive, { allow, imageDrives, needed }));
  for (const refusal of small) failures.add(errorOf(refusal));
  if (small.length > 0) return undefined;
  const imageFileSize = choices.size ?? needed;
  const sizes = targets.map((target) => sizeOf(target, imageFileSize));
  // With no target left, this still finds out whether the requested size is large enough.
  const diskSize = sizes.length === 0 ? imageFileSize : Math.min(...sizes);
  const plan = planDisk(tree, { diskSize }, options);
  const files = targets.flatMap((target) => (target.kind === "image-file" ? [target.path] : []));
  const containers = (await failures.attempt(() => wrapDisk(plan, targets))) ?? new Map<string, Container>();
  const room = plannedDataBytes(plan, blockSizeFor(targets.length)) + structureBytes(containers);
  await failures.attempt(() => requireRoom(files, room));
  // No warning for the image's own label, which nobody chose and which is often too long.
  const labels = choices.label === undefined ? [] : labelWarnings(choices.label, plan.label, fileSystem);
  const warnings = [...leftOutWarnings(faults), ...fitted.warnings, ...splits.map(splitWarning), ...labels];
  return { plan, containers, reason, splits, faults, edits: fitted.edits, warnings };
}

/** Throws `usage` where `imageSha256` is no SHA-256. */
function originOf({ size, image }: OpenedImage, { imageSha256 }: WriteChoices): ImageOrigin {
  if (imageSha256 !== undefined && !/^[0-9a-f]{64}$/.test(imageSha256)) {
    throw new Win7UsbError("usage", "the image's SHA-256 is 64 hexadecimal digits, in lower case");
  }
  return { size, volumeLabel: image.volumeLabel, sha256: imageSha256 ?? null };
}

/** That the drive does not hold what was planned. */
export function tooSmall(drive: Drive, circumstances: Circumstances): Refusal[] {
  return refusals(drive, circumstances).filter(({ code }) => code === "too-small");
}

function sizeOf(target: WriteTarget, imageFileSize: number): number {
  if (target.kind === "image-file" || target.kind === "stream") return imageFileSize;
  return target.kind === "drive" ? target.drive.size : target.writer.size;
}
