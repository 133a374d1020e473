/** The steps that write: unmount drives, open every target, write the plan, ask the system where the drives are. */
import { afterWrite } from "../drive/after-write.js";
import { abortWriter } from "../drive/caller-writer.js";
import type { WriteTarget } from "../drive/drive.js";
import type { DriveWriter } from "../drive/drive-writer.js";
import { openTargets, unmount } from "../drive/index.js";
import { drivesAmong } from "../drive/list.js";
import type { WriteEvent } from "../progress/events.js";
import type { WriteResult } from "../write/write-plan.js";
import { writePlan } from "../write/write-plan.js";
import { checkImageFirst, startImageCheck } from "./check-while-writing.js";
import type { ImageInput, InputOptions } from "./image-input.js";
import { openBounded } from "./open-bounded.js";
import { openImage } from "./open-image.js";
import type { PreparedWrite, WriteChoices } from "./prepare-write.js";
import { nothingWritten, prepareWrite } from "./prepare-write.js";

/** Events, signal and clock of a write. */
export type WriteRun = {
  /** Aborting it rejects with `interrupted`, as soon as the transfers that have begun are over. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: WriteEvent) => void) | undefined;
  /** Milliseconds of a clock that never goes back. Default: `performance.now`. */
  readonly now?: (() => number) | undefined;
  /** Targets that other writes of this process have meanwhile: each is given less memory then. Default: 0. */
  readonly beside?: number | undefined;
};

/** The result for each target, and what the system did with the drives afterwards. */
export type WriteOutcome = WriteResult & {
  /** Sentences for people: that a drive still has to be ejected (macOS), or its new drive letter (Windows). */
  readonly notes: readonly string[];
};

/** Choices of `write`. */
export type WriteOptions = InputOptions & WriteChoices & WriteRun;

/**
 * Opens an image, checks it and every target, and writes: `openImage`, `prepareWrite` and `writePrepared` in one, for
 * callers that have nothing to ask in between. Events are `start`, a `warning` for what is written otherwise than it lies in
 * the image or was asked for, then those of `writePrepared`. Writers among the targets are committed or aborted in any case. Throws what
 * those three throw.
 */
export async function write(input: ImageInput, options: WriteOptions): Promise<WriteOutcome> {
  const targets = options.targets.map((target) => (typeof target === "string" ? target : target.path));
  let notBegun = options.targets.filter(isWriter);
  try {
    const opened = await openImage(input, options);
    try {
      options.onEvent?.({ event: "start", image: opened.path, targets });
      const prepared = await prepareWrite(opened, options);
      for (const warning of prepared.warnings) options.onEvent?.({ event: "warning", ...warning });
      notBegun = [];
      return await writePrepared(prepared, options);
    } finally {
      await opened.close();
    }
  } catch (error) {
    await abortAll(notBegun);
    throw error;
  }
}

/**
 * Writes what was prepared: drives are unmounted and opened for this process alone, and all is read back unless `verify` is
 * false. Writers among the targets are committed or aborted in any case. Rejects with a Win7UsbError where no target was
 * finished; one that fails while another is finished is in the outcome.
 */
export async function writePrepared(prepared: PreparedWrite, run: WriteRun = {}): Promise<WriteOutcome> {
  const writers = await openAll(prepared, run);
  return finishing(prepared.targets, await writeChecked(prepared, writers, run));
}

/** Asks the system about the targets that were finished. */
export async function finishing(targets: readonly WriteTarget[], result: WriteResult): Promise<WriteOutcome> {
  const finished = targets.filter(({ path }) => result.done.some((done) => done.path === path));
  return { ...result, notes: await afterWrite(finished) };
}

/** Executes the plan while the image is checked, or afterwards where nothing could be taken back. */
async function writeChecked(
  prepared: PreparedWrite,
  targets: readonly DriveWriter[],
  { signal, onEvent = () => undefined, now = () => performance.now(), beside = 0 }: WriteRun,
): Promise<WriteResult> {
  const { choices } = prepared;
  const stream = prepared.targets.find(({ kind }) => kind === "stream");
  const check =
    stream === undefined
      ? startImageCheck(prepared, now)
      : await checkImageFirst(prepared, stream.path, { signal, onEvent, now });
  try {
    return await writePlan({
      plan: check.plan,
      targets,
      verify: choices.verify ?? true,
      onlyChanged: choices.onlyChanged === true,
      onEvent,
      now,
      assertUnchanged: () => prepared.assertUnchanged(),
      judge: check.judge,
      beside,
      ...(signal === undefined ? {} : { signal }),
    });
  } finally {
    await check.stop();
  }
}

/** What is opened for a write, whatever it is made of. */
type Opening = Pick<PreparedWrite, "targets" | "plan" | "containers"> & {
  readonly image: Pick<PreparedWrite["image"], "isFile" | "path">;
  readonly choices: Pick<WriteChoices, "force">;
};

/** Frees the drives and opens every target. */
export async function openAll(
  { image, targets, plan, containers, choices }: Opening,
  { signal, onEvent }: WriteRun,
): Promise<DriveWriter[]> {
  try {
    if (signal?.aborted === true) throw nothingWritten();
    await unmount(drivesAmong(targets));
  } catch (error) {
    await abortAll(targets.flatMap((target) => (target.kind === "writer" ? [target.writer] : [])));
    throw error;
  }
  const options = {
    size: plan.diskSize,
    containers,
    force: choices.force === true,
    ...(image.isFile ? { imagePath: image.path } : {}),
  };
  const onWait = (elapsedMs: number): void => {
    const paths = targets.map(({ path }) => path).join(", ");
    const message = `opening ${paths} has taken ${elapsedMs / 1000} s: the system does not answer`;
    onEvent?.({ event: "warning", code: "stalled", message, phase: "write", offset: null, elapsedMs });
  };
  return openBounded(() => openTargets(targets, options), { signal, onWait });
}

function isWriter(target: WriteChoices["targets"][number]): target is DriveWriter {
  return typeof target !== "string" && !("output" in target);
}

/** Aborts each writer once, even if it was given twice. */
async function abortAll(writers: readonly DriveWriter[]): Promise<void> {
  await Promise.all([...new Set(writers)].map(abortWriter));
}
