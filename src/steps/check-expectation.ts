/** What should be on a target: the plan of the given image, or the content of the target's own manifest. */
import type { Expectation } from "../check/index.js";
import type { FoundManifest } from "../check/locate-manifest.js";
import { otherLayout, type OtherLayout } from "../check/other-image.js";
import type { DriveReader } from "../drive/drive-reader.js";
import { Win7UsbError, type ErrorCode } from "../errors.js";
import { assertWhole, paddingCode } from "../iso9660-reader/index.js";
import { chooseFileSystem, planDisk } from "../volumes/index.js";
import { endOf, manifestAreaSize, partitionTypes } from "../volumes/mbr.js";
import type { DiskPlan, FileSystemName } from "../volumes/plan.js";
import type { EditChoices } from "./edit-choices.js";
import { changing, editTree, ofTheImage } from "./edit-tree.js";
import { liftableEdits } from "../windows/customise/index.js";
import { fitTree } from "./fit-tree.js";
import type { OpenedImage } from "./open-image.js";
import { otherEdits } from "./other-edits.js";

/** How the target was written, where it does not say so itself, and what was changed in the image for it. */
export type ExpectationChoices = EditChoices & {
  readonly label?: string | undefined;
  /** The disk signature that was asked for. */
  readonly signature?: number | undefined;
  readonly bootPrompt?: boolean | undefined;
};

export type Expected = {
  /** Undefined where there is nothing to compare the target with. */
  readonly expectation: Expectation | undefined;
  /** Why the target is not compared with the image that was given; undefined where it is, or none was given. */
  readonly otherwise: OtherLayout | undefined;
};

/** Errors that say that no disk of this size and file system can have been made from the image. */
const unplannable: readonly ErrorCode[] = [
  "too-small",
  "file-too-large",
  "directory-too-large",
  "name-unsupported",
  "name-collision",
  "edition-missing",
  "answer-file-invalid",
  "edit-conflict",
  "setup-image-unknown",
  "setup-image-altered",
  "drivers-too-large",
  "drivers-unfit",
  "updates-unfit",
];

/** Throws what reading the image throws. */
export async function expectationFor(
  found: FoundManifest,
  opened: OpenedImage | undefined,
  reader: DriveReader,
  choices: ExpectationChoices,
): Promise<Expected> {
  const manifest = found.read.kind === "manifest" ? found.read.manifest : undefined;
  const byManifest: Expectation | undefined =
    manifest === undefined ? undefined : { kind: "manifest", manifest, found };
  if (opened === undefined) return { expectation: byManifest, otherwise: undefined };
  const plan = await planAnew(found, opened, reader, choices);
  if (plan instanceof Win7UsbError) {
    return { expectation: byManifest, otherwise: { kind: "other-image", reason: plan.message } };
  }
  const otherwise =
    manifest === undefined
      ? undefined
      : (otherEdits(plan.edits ?? [], manifest.edits) ?? otherLayout(plan, manifest, found.areaStart));
  return { expectation: otherwise === undefined ? { kind: "image", plan, found } : byManifest, otherwise };
}

/**
 * The plan that the target would have been written by: label, size and file system are taken from the target. An error
 * where no such plan can be made.
 */
async function planAnew(
  found: FoundManifest,
  opened: OpenedImage,
  reader: DriveReader,
  { label: wantedLabel, signature: asked, bootPrompt: prompts, ...choices }: ExpectationChoices,
): Promise<DiskPlan | Win7UsbError> {
  assertWhole(opened.image, [paddingCode]);
  const { volumeLabel } = opened.image;
  const manifest = found.read.kind === "manifest" ? found.read.manifest : undefined;
  const label = wantedLabel ?? manifest?.label ?? volumeLabel;
  const signature = asked ?? manifest?.signature ?? undefined;
  const bootPrompt = prompts ?? manifest?.bootPrompt;
  try {
    const { tree: edited, windows, hashed } = await editTree(opened, choices, liftableEdits);
    const fileSystem = manifest?.fileSystem ?? fileSystemOf(found) ?? chooseFileSystem(edited, "auto").fileSystem;
    const { tree, edits } = await fitTree(edited, fileSystem, windows);
    const diskSize = manifest?.diskSize ?? diskSizeOf(found, reader);
    const options = { fileSystem, label, signature, bootPrompt };
    return {
      ...planDisk(tree, { diskSize }, options),
      edits: changing([...(await hashed()), ...edits.map(ofTheImage)]),
    };
  } catch (error) {
    if (error instanceof Win7UsbError && unplannable.includes(error.code)) return error;
    throw error;
  }
}

function fileSystemOf({ partition }: FoundManifest): FileSystemName | undefined {
  return (["fat32", "ntfs"] as const).find((name) => partitionTypes[name] === partition?.osType);
}

/** A stick may be larger than its plan: written beside a smaller one, or copied from an image file. Its partition tells. */
function diskSizeOf({ partition }: FoundManifest, reader: DriveReader): number {
  if (partition === undefined) return reader.size;
  const planned = endOf(partition) + manifestAreaSize;
  return reader.size >= planned && reader.size < planned + manifestAreaSize ? reader.size : planned;
}
