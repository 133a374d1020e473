/**
 * A stick becomes others, without the image: what the manifest names is read once, in ascending order, each unit is proved by its
 * SHA-256 on the way, and no target boots before all of them were. The bytes are the same, and so is the disk signature.
 */
import type { Container } from "../containers/index.js";
import { requireRoom } from "../drive/free-space.js";
import { InOrder } from "../drive/in-order.js";
import type { WriteTarget } from "../drive/drive.js";
import { drivesAmong } from "../drive/list.js";
import { Failures, Win7UsbError } from "../errors.js";
import type { ByteSource } from "../source/byte-source.js";
import { filledSource } from "../source/byte-source.js";
import { runInterruptibly } from "../source/interruption.js";
import { startWrittenHasher, type WrittenHasher } from "../threads/index.js";
import { blockSizeFor } from "../transfer/block-size.js";
import type { DiskPlan } from "../volumes/plan.js";
import { plannedDataBytes } from "../volumes/plan.js";
import { writePlan } from "../write/write-plan.js";
import { createReadBytes } from "../check/read-bytes.js";
import { requireKnownChoices } from "./known-choices.js";
import { errorOf, judgeTargets } from "./judge-targets.js";
import type { OpenedStick } from "./open-stick.js";
import { openStick, planOfStick, provingJudge, requireProved, unreadableStick } from "./open-stick.js";
import type { TargetInput } from "./open-target.js";
import { structureBytes, wrapDisk } from "./wrap-disk.js";
import type { WriteChoices } from "./write-choices.js";
import type { WriteOutcome, WriteRun } from "./write-image.js";
import { nothingWritten, tooSmall } from "./prepare-write.js";
import { finishing, openAll } from "./write-image.js";

/** What is to be made of a stick, and where; as a write has it. */
export type CloneChoices = Pick<
  WriteChoices,
  "targets" | "listed" | "format" | "allow" | "force" | "onlyChanged" | "verify"
>;

/** A clone that is ready to begin; nothing has been written or unmounted yet. */
export type PreparedClone = {
  /** Open until the clone is over; its opener closes it. */
  readonly stick: OpenedStick;
  readonly targets: readonly WriteTarget[];
  readonly plan: DiskPlan;
  readonly containers: ReadonlyMap<string, Container>;
  readonly choices: CloneChoices;
  /** Proves what the plan has read. */
  readonly proof: Proof;
};

type Proof = {
  readonly source: ByteSource;
  ready(): Promise<void>;
  digests(): Promise<Uint8Array>;
  close(): Promise<void>;
};

/** Choices of `prepareClone`, and what ends it. */
export type PrepareCloneOptions = CloneChoices & { readonly signal?: AbortSignal | undefined };

/** Checks every target. Throws the first refusal; its `others` are all that stands in the way besides. */
export async function prepareClone(
  stick: OpenedStick,
  { signal, ...choices }: PrepareCloneOptions,
): Promise<PreparedClone> {
  return runInterruptibly(signal, nothingWritten, () => prepare(stick, choices));
}

async function prepare(stick: OpenedStick, choices: CloneChoices): Promise<PreparedClone> {
  requireKnownChoices(choices);
  const failures = new Failures();
  const { targets, imageDrives } = await judgeTargets(choices, stick.isFile ? stick.path : undefined, failures);
  const needed = stick.manifest.diskSize;
  for (const drive of drivesAmong(targets)) {
    const circumstances = { allow: choices.allow ?? [], imageDrives, needed };
    for (const refusal of tooSmall(drive, circumstances)) failures.add(errorOf(refusal));
  }
  if (targets.some(({ kind }) => kind === "stream")) {
    // What has gone out before its proof cannot be taken back.
    failures.add(new Win7UsbError("usage", "a stream cannot be a clone", { data: { choice: "stream" } }));
  }
  const proof = proving(stick);
  const plan = planOfStick(stick, proof.source);
  const containers = (await failures.attempt(() => wrapDisk(plan, targets))) ?? new Map<string, Container>();
  const files = targets.flatMap((target) => (target.kind === "image-file" ? [target.path] : []));
  const room = plannedDataBytes(plan, blockSizeFor(targets.length)) + structureBytes(containers);
  await failures.attempt(() => requireRoom(files, room));
  failures.throwAll();
  return { stick, targets, plan, containers, choices, proof };
}

/** The stick's bytes behind its first sector; those that are read for the first time, which is in ascending order, are hashed. */
function proving({ reader, path, manifest, firstSector }: OpenedStick): Proof {
  const order = new InOrder();
  const read = createReadBytes(reader);
  let hasher: WrittenHasher | undefined;
  const started = (): WrittenHasher => {
    const length = manifest.units.reduce((sum, { start, end }) => sum + end - start, 0);
    return (hasher ??= startWrittenHasher({ kind: "units", units: manifest.units }, length));
  };
  let position = firstSector.length;
  const source = filledSource(manifest.diskSize, (offset, target) =>
    order.run(async () => {
      try {
        // Through memory of its own: what is wanted may begin anywhere, and reads past the cache take whole pages.
        target.set(await read(offset, target.length));
      } catch (error) {
        throw unreadableStick(path, offset, error);
      }
      if (offset < position) return;
      await started().update(offset, target);
      position = offset + target.length;
    }),
  );
  return {
    source,
    async ready() {
      await started().ready();
      await started().update(0, firstSector);
    },
    digests: () => started().digest(),
    close: async () => hasher?.close(),
  };
}

/** Writes what was prepared, as `writePrepared` does. Rejects with `stick-damaged` where a part of the stick is not what was written. */
export async function clonePrepared(prepared: PreparedClone, run: WriteRun = {}): Promise<WriteOutcome> {
  const { stick, plan, choices, proof } = prepared;
  const { signal, onEvent = () => undefined, now = () => performance.now() } = run;
  const writers = await openAll({ ...prepared, image: stick }, { signal, onEvent });
  try {
    await proof.ready();
    const result = await writePlan({
      plan,
      targets: writers,
      verify: choices.verify ?? true,
      onlyChanged: choices.onlyChanged === true,
      onEvent,
      now,
      judge: provingJudge(async () => requireProved(stick, await proof.digests())),
      ...(signal === undefined ? {} : { signal }),
    });
    return await finishing(prepared.targets, result);
  } finally {
    await proof.close();
  }
}

/** Choices of `clone`. */
export type CloneOptions = CloneChoices & WriteRun & { readonly name?: string | undefined };

/**
 * Makes others of a stick of win7usb's: `openStick`, `prepareClone` and `clonePrepared` in one, for callers that have nothing to
 * ask in between. Throws what those three throw.
 */
export async function clone(input: TargetInput, options: CloneOptions): Promise<WriteOutcome> {
  const stick = await openStick(input, options.name);
  try {
    const targets = options.targets.map((target) => (typeof target === "string" ? target : target.path));
    options.onEvent?.({ event: "start", image: stick.path, targets });
    const { onEvent, now, signal } = options;
    return await clonePrepared(await prepareClone(stick, options), { onEvent, now, signal });
  } finally {
    await stick.close();
  }
}
