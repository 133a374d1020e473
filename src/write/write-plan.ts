/**
 * Writes a plan to one or many targets. The order makes it safe: the boot block is blanked and flushed first, then
 * everything else is written in ascending order, flushed and read back, and only then is the boot block written, flushed
 * and read back. Whatever ends a write before that leaves a target that does not boot and does not look finished. One
 * pass over the image serves all targets; one that fails does not stop the others. What takes its bytes in their order alone
 * is given the boot block first: a compressed file has no name before the end, and nothing holds a stream back.
 */
import type { DriveWriter } from "../drive/drive-writer.js";
import { LayoutBuilder } from "../extents/layout.js";
import { wipedAtEnd } from "../volumes/disk-end.js";
import type { DiskPlan } from "../volumes/plan.js";
import type { WriteEvent, WritePhase } from "../progress/events.js";
import { Interruption } from "../source/interruption.js";
import { concludeWrite, type WriteResult } from "./write-result.js";
import { knownContentHash, startContentHash, type ContentHash } from "./content-hash.js";
import type { ImageJudge } from "./image-judge.js";
import { interruptiblePlan } from "./interruptible-plan.js";
import { startManifestWriter, type ManifestWriter } from "./manifest-writer.js";
import type { Patience } from "../progress/patience.js";
import { prepare, type Prepared } from "./prepare.js";
import { mostSent } from "../transfer/most-sent.js";
import { createMeter } from "../progress/progress-meter.js";
import { readBack, type WrittenBlocks } from "./read-back.js";
import { createRing, type Ring } from "../transfer/ring.js";
import { startRuns, type CurrentPhase } from "./start-runs.js";
import { interruptedError, type TargetRun } from "./target-run.js";
import { writePass } from "./write-pass.js";

export type WritePlanOptions = {
  readonly plan: DiskPlan;
  /** Opened; from here on they belong to `writePlan`, which commits or aborts each of them. At least one. */
  readonly targets: readonly DriveWriter[];
  /** Read everything back and compare. */
  readonly verify: boolean;
  /** Read each block first and write only what differs; the result is the same. Default: false. */
  readonly onlyChanged?: boolean;
  /** The content's SHA-256, where the plan has only those parts of it that are to be changed. Default: taken as it is read back. */
  readonly contentSha256?: string;
  /** Aborting stops cleanly with `interrupted`; the targets are then not bootable. */
  readonly signal?: AbortSignal;
  readonly onEvent: (event: WriteEvent) => void;
  /** Called before the first byte and before the boot block is written; throws where the image has changed. */
  readonly assertUnchanged?: () => Promise<void>;
  /** Whoever checks the image meanwhile, or has done so: without its verdict the boot block is not written. */
  readonly judge?: ImageJudge;
  /** Milliseconds that never go back, such as `performance.now`. */
  readonly now: () => number;
  /** Targets that other writes of this process have meanwhile: each is given less memory then. Default: 0. */
  readonly beside?: number;
  /** How long a target may not answer. Default: `usualPatience`. */
  readonly patience?: Patience;
};

export type { WriteResult } from "./write-result.js";

type Job = WritePlanOptions &
  Prepared & {
    readonly interruption: Interruption;
    /** What the manifest is made of: the plan as it was given. */
    readonly laidOut: DiskPlan;
    readonly runs: readonly TargetRun[];
    readonly current: CurrentPhase;
    readonly ring: Ring;
    /** Targets whose failure has been reported. */
    readonly reported: Set<DriveWriter>;
  };

/**
 * Rejects with a Win7UsbError when no target was finished, when the image cannot be read, and when interrupted. Where a
 * target was abandoned because it does not answer, the system still has its transfers, and a process cannot end before
 * its transfers do.
 */
export async function writePlan(options: WritePlanOptions): Promise<WriteResult> {
  const current: CurrentPhase = { phase: "write", meters: new Map() };
  const runs = startRuns(options, current);
  const interruption = new Interruption(options.signal, () => interruptedError(runs));
  let prepared: Prepared | undefined;
  try {
    const laidOut = interruptiblePlan(options.plan, interruption);
    const plan = options.targets.some(isStream) ? wholeDisk(laidOut) : laidOut;
    prepared = prepare(plan, options.targets, options.beside);
    const ring = createRing(prepared.slotCount, prepared.blockSize);
    const job: Job = { ...options, ...prepared, plan, laidOut, interruption, runs, current, ring, reported: new Set() };
    // SHA-256 is slower than the fastest drives, so that nothing is hashed where nothing is to be verified.
    return await (options.verify ? withHashes(job) : execute(job, undefined));
  } finally {
    interruption.end();
    // This closes the targets that were not committed.
    await Promise.all(runs.map((run) => run.close(prepared?.bootBlock)));
  }
}

type Hashes = { readonly manifest: ManifestWriter | undefined; readonly content: ContentHash };

/** Starts the hashing before the first byte is written: if no thread can be started, nothing is lost yet. */
async function withHashes(job: Job): Promise<WriteResult> {
  const { laidOut, judge } = job;
  const manifest = startManifestWriter(laidOut, judge === undefined ? undefined : () => judge.sha256());
  const { contentSha256 } = job;
  const content = contentSha256 === undefined ? startContentHash(job.plan.contentEnd) : knownContentHash(contentSha256);
  try {
    await Promise.all([manifest?.ready(), content.ready()]);
    return await execute(job, { manifest, content });
  } finally {
    await Promise.all([manifest?.close(), content.close()]);
  }
}

async function execute(job: Job, hashes: Hashes | undefined): Promise<WriteResult> {
  const { plan, bootBlock, onEvent } = job;
  const checkpoint = (): void => throwIfStopped(job);
  const assertUnchanged = () => job.interruption.run(async () => job.assertUnchanged?.());
  await assertUnchanged();
  onEvent({
    event: "plan",
    bytesToWrite: mostSent(plan, job.targets, job.onlyChanged === true),
    totalBytes: plan.diskSize,
    filesystem: plan.fileSystem,
    files: plan.files.length,
    edits: (plan.edits ?? []).map(({ kind, value, sha256 }) => ({ kind, value, sha256 })),
  });
  beginPhase(job, "write");
  await onEach(job, async (run) => {
    if (run.writer.sequential === true) return;
    await run.blankBootBlock(bootBlock);
    // A drive that only gets changes has been written and read back before.
    if (run.writer.kind === "drive" && job.onlyChanged !== true) await run.probeCapacity();
    await run.wipeEnd(plan.diskSize, wipedAtEnd);
  });
  const streams = job.targets.some(isStream);
  const content = streams ? hashes?.content : undefined;
  const written = await metered(job, "write", () =>
    writePass({ ...job, manifest: hashes?.manifest, content, checkpoint }),
  );
  // Nothing is known of where a stream ends.
  if (!streams) beginPhase(job, "flush");
  await onEach(job, (run) => run.writer.flush());
  if (!streams) await onEach(job, (run) => beginReadBack(job, run));
  const sha256 = await (content?.digest() ?? (hashes === undefined ? null : verify(job, written, hashes.content)));
  const image = await job.interruption.run(async () => job.judge?.verdict());
  await assertUnchanged();
  if (!streams) beginPhase(job, "finish");
  await onEach(job, async (run) => {
    if (run.writer.sequential !== true) await run.writeBootBlock(bootBlock, written.bootBytes);
    await run.commit();
  });
  // Closing a failed target may report warnings, and no event may follow the last one.
  const failed = job.runs.filter((run) => run.failure !== undefined);
  await Promise.all(failed.map((run) => run.close(bootBlock)));
  return concludeWrite(job, sha256, image);
}

const isStream = ({ kind }: DriveWriter): boolean => kind === "stream";

/** What no extent covers is zeros to who reads a stream, and is hashed with the rest. */
function wholeDisk(plan: DiskPlan): DiskPlan {
  const layout = new LayoutBuilder();
  layout.layout(0, plan.extents);
  layout.zerosTo(plan.diskSize);
  return { ...plan, extents: layout.extents, contentEnd: plan.diskSize };
}

function beginPhase({ current, onEvent }: Job, phase: WritePhase): void {
  current.phase = phase;
  onEvent({ event: "phase", phase });
}

/**
 * Runs `step` for every target that has not failed, all at the same time. A failure is reported as a warning while other
 * targets are left; when none is left, the first failure is thrown.
 */
async function onEach(job: Job, step: (run: TargetRun) => Promise<void>): Promise<void> {
  await Promise.all(
    job.runs.map(async (run) => {
      if (run.failure !== undefined) return;
      try {
        await step(run);
      } catch (error) {
        run.fail(error);
      }
    }),
  );
  requireLive(job);
}

/** Reports the targets that failed since the last call; throws when none is left. */
function requireLive(job: Job): void {
  const { runs } = job;
  const first = runs.find((run) => run.failure !== undefined)?.failure;
  if (first !== undefined && runs.every((run) => run.failure !== undefined)) {
    // After an interruption, how the drive then failed does not matter.
    throwIfStopped(job);
    throw first;
  }
  for (const { failure, writer } of runs) {
    if (failure === undefined || job.reported.has(writer)) continue;
    job.reported.add(writer);
    job.onEvent({ event: "warning", code: failure.code, message: failure.message, target: writer.path });
  }
}

/** Runs a phase with a meter for each target. */
async function metered<T>(job: Job, phase: WritePhase, step: () => Promise<T>): Promise<T> {
  const totalBytes = job.blocks.reduce((total, block) => total + block.length, 0);
  for (const { writer, failure } of job.runs) {
    if (failure !== undefined) continue;
    const { onEvent, now } = job;
    job.current.meters.set(writer.path, createMeter({ phase, target: writer.path, totalBytes, now, onEvent }));
  }
  const result = await step();
  requireLive(job);
  for (const { writer, failure } of job.runs) if (failure === undefined) job.current.meters.get(writer.path)?.end();
  return result;
}

async function beginReadBack(job: Job, run: TargetRun): Promise<void> {
  const { fromMedium, reason } = await run.writer.beginReadBack();
  if (fromMedium || !job.verify) return;
  job.onEvent({
    event: "warning",
    code: "verify-cached",
    message: `${run.writer.path} is read back through the system's cache${reason === undefined ? "" : `: ${reason}`}`,
    target: run.writer.path,
  });
}

/** Reads every target back; returns the content's SHA-256 in hexadecimal. */
async function verify(job: Job, written: WrittenBlocks, hash: ContentHash): Promise<string> {
  const { ring, bootBlock } = job;
  beginPhase(job, "verify");
  // It is not on the targets yet: it is written when everything else has been verified.
  await hash.offer(bootBlock, written.bootBytes);
  const verifyOne = async (run: TargetRun): Promise<void> => {
    const advanced = (bytes: number): void => {
      throwIfStopped(job);
      job.current.meters.get(run.writer.path)?.advance(bytes);
    };
    if (run.writer.sequential === true) await run.compareBootBlock(bootBlock, written.bootBytes);
    await readBack({ writer: run.writer, written, ring, hash, advanced });
    run.verified = true;
  };
  await metered(job, "verify", () => onEach(job, verifyOne));
  return hash.digest();
}

function throwIfStopped({ signal, runs, judge }: Job): void {
  if (signal?.aborted === true) throw interruptedError(runs);
  const problem = judge?.problem();
  if (problem !== undefined) throw problem;
}
