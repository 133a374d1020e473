/**
 * A stick that win7usb made becomes another one in place. Without the image, its own volume and manifest say what it was laid out from;
 * what is asked for is laid out anew, and only the sectors that differ are written, after every part of the stick was proved: it does not
 * boot for as long as those take. What would have to move is not moved, because an interruption would lose it: that takes the image,
 * and is a write that writes only what differs. An image file is made anew beside the old one, whose name it takes at the end.
 */
import type { Container } from "../containers/index.js";
import type { WriteTarget } from "../drive/drive.js";
import type { DriveWriter } from "../drive/drive-writer.js";
import type { Warning } from "../errors.js";
import { Win7UsbError } from "../errors.js";
import type { Extent } from "../extents/extent.js";
import { runInterruptibly } from "../source/interruption.js";
import type { DiskPlan } from "../volumes/plan.js";
import type { PreparedEdit } from "./edit-tree.js";
import type { ImageInput } from "./image-input.js";
import { openImage, type OpenedImage } from "./open-image.js";
import type { OpenedStick } from "./open-stick.js";
import { openStick } from "./open-stick.js";
import { nothingWritten, type PreparedWrite } from "./prepare-write.js";
import type { ChangedPlace } from "./update/changes.js";
import type { UpdateChoices } from "./update/choices.js";
import { requireUpdateChoices } from "./update/choices.js";
import { writeFromImage } from "./update/from-image.js";
import { changesFromStick } from "./update/from-stick.js";
import { writeAnew, writeChanges } from "./update/write-changes.js";
import type { WriteOutcome, WriteRun } from "./write-image.js";
import { finishing, openAll, writePrepared } from "./write-image.js";

/** An update that is ready to begin; nothing has been written or unmounted yet. */
export type PreparedUpdate = {
  /** Open until the update is over; its opener closes it. */
  readonly stick: OpenedStick;
  /** The stick itself. */
  readonly targets: readonly WriteTarget[];
  /** The whole disk, as it will be. */
  readonly plan: DiskPlan;
  readonly containers: ReadonlyMap<string, Container>;
  /** What is changed in the stick's files. */
  readonly edits: readonly PreparedEdit[];
  readonly warnings: readonly Warning[];
  readonly choices: UpdateChoices;
  /** Where what is asked for comes from: the stick itself, or the image. */
  readonly from: FromStick | FromImage;
};

type FromStick = {
  readonly kind: "stick";
  /** The sectors that are written to a drive, without the manifest. */
  readonly changed: readonly Extent[];
  /** What of them was read from elsewhere on the stick, where it lies there. */
  readonly held: readonly Extent[];
  /** What they are of. */
  readonly places: readonly ChangedPlace[];
};
type FromImage = { readonly kind: "image"; readonly image: OpenedImage; readonly write: PreparedWrite };

/** Choices of `prepareUpdate`; `image`: the one that the stick was made of, open until the update is over. */
export type PrepareUpdateOptions = UpdateChoices & {
  readonly image?: OpenedImage | undefined;
  readonly signal?: AbortSignal | undefined;
};

/**
 * Finds out what is to be changed, and checks the stick as the target of a write. Throws the first refusal, with all others in it:
 * `image-needed` for what takes the image, `other-image` for another one, and what preparing a write throws.
 */
export async function prepareUpdate(
  stick: OpenedStick,
  { image, signal, ...choices }: PrepareUpdateOptions,
): Promise<PreparedUpdate> {
  return runInterruptibly(signal, nothingWritten, async () => {
    requireUpdateChoices(choices);
    if (image === undefined) {
      const { changed, held, places, ...laidOut } = await changesFromStick(stick, choices);
      return { stick, choices, ...laidOut, from: { kind: "stick", changed, held, places } };
    }
    const write = await writeFromImage(stick, image, choices);
    const { targets, plan, containers, edits, warnings } = write;
    return { stick, choices, targets, plan, containers, edits, warnings, from: { kind: "image", image, write } };
  });
}

/**
 * Writes what was prepared. Rejects with `stick-damaged` where a part of the stick is not what was written, before a byte of it is
 * changed; otherwise as `writePrepared` does.
 */
export async function updatePrepared(prepared: PreparedUpdate, run: WriteRun = {}): Promise<WriteOutcome> {
  const { from, stick } = prepared;
  try {
    if (from.kind === "image") return await writePrepared(from.write, run);
    return await (stick.reader.kind === "drive" ? changeDrive(prepared, from, run) : makeAnew(prepared, run));
  } catch (error) {
    throw stick.reader.kind === "drive" ? hintingAtWrite(error) : error;
  }
}

/** A stick that is a part of another is none that could be changed again. */
function hintingAtWrite(error: unknown): unknown {
  if (!(error instanceof Win7UsbError) || error.code !== "interrupted" || error.hint === undefined) return error;
  return new Win7UsbError(error.code, error.message, {
    hint: "Write it again from the image; with only what differs that is quick.",
    data: error.data,
    cause: error,
  });
}

/** Opens the stick for writing, which unmounts a drive, and hands it over. */
async function changeDrive(
  prepared: PreparedUpdate,
  { changed, held }: FromStick,
  run: WriteRun,
): Promise<WriteOutcome> {
  const { stick, plan, targets, choices } = prepared;
  // Some systems give a drive to one alone.
  await stick.close();
  const writer = await openOne(prepared, run);
  return finishing(
    targets,
    await writeChanges(stick, { plan, changed, held }, writer, { ...run, verify: choices.verify }),
  );
}

/** A whole file, which takes the name of the old one at the end. */
async function makeAnew(prepared: PreparedUpdate, run: WriteRun): Promise<WriteOutcome> {
  const { stick, plan, targets, choices } = prepared;
  const writer = await openOne(prepared, run);
  return finishing(targets, await writeAnew(stick, plan, writer, { ...run, verify: choices.verify }));
}

async function openOne({ stick, targets, plan, containers }: PreparedUpdate, run: WriteRun): Promise<DriveWriter> {
  const image = { isFile: false, path: stick.path };
  const [writer] = await openAll({ targets, plan, containers, image, choices: { force: true } }, run);
  return writer!;
}

/** Choices of `update`. */
export type UpdateOptions = UpdateChoices &
  WriteRun & {
    /** The image that the stick was made of, where it is needed. */
    readonly image?: ImageInput | undefined;
  };

/**
 * Changes a stick of win7usb's in place: `openStick`, `prepareUpdate` and `updatePrepared` in one, for callers that have nothing to
 * ask in between. `path`: of a drive or an image file. Throws what those three throw.
 */
export async function update(path: string, options: UpdateOptions): Promise<WriteOutcome> {
  const stick = await openStick(path);
  try {
    const { image: input, onEvent, now, signal, ...choices } = options;
    const image = input === undefined ? undefined : await openImage(input, { signal });
    try {
      onEvent?.({ event: "start", image: image?.path ?? path, targets: [path] });
      const prepared = await prepareUpdate(stick, { ...choices, image, signal });
      for (const warning of prepared.warnings) onEvent?.({ event: "warning", ...warning });
      return await updatePrepared(prepared, { onEvent, now, signal });
    } finally {
      await image?.close();
    }
  } finally {
    await stick.close();
  }
}
