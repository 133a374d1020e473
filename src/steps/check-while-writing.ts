/**
 * The check of an image while it is written: examined as `verify` does, from the bytes that are written. A file is read once,
 * in ascending order, by the threads that hash it, and the bytes are kept until hashes, WIMs and the plan have taken theirs;
 * a small image is held whole. Only a large source of the caller's, which no thread can read, is read a second time; and so
 * is what goes into a stream, which cannot be taken back: its image is checked before the first byte.
 */
import { setTimeout as delay } from "node:timers/promises";
import { MiB } from "../bytes/units.js";
import { Win7UsbError } from "../errors.js";
import type { ImageFindings, WriteEvent } from "../progress/events.js";
import type { ByteSource } from "../source/byte-source.js";
import { filledSource } from "../source/byte-source.js";
import { interruptibleSource } from "../source/interruptible-source.js";
import { Interruption } from "../source/interruption.js";
import type { PassReader } from "../threads/index.js";
import type { MeasuredImage } from "../verification/known-image.js";
import type { Examination } from "../verification/examine.js";
import { examineImage } from "../verification/examine.js";
import { objections } from "../verification/objections.js";
import type { DiskPlan } from "../volumes/plan.js";
import type { ImageJudge } from "../write/image-judge.js";
import { heldRanges } from "./held-ranges.js";
import { readAlready } from "./image-check.js";
import { besidePass, passingPlan, planOfHeld } from "./passing-plan.js";
import type { PreparedWrite } from "./prepare-write.js";
import type { VerifyEvent } from "./verify-passes.js";
import { passRunner } from "./verify-passes.js";

/** Bytes: a smaller image is held in memory, which takes no more than the ring of a pass. */
const heldUpTo = 16 * MiB;
/** Milliseconds to wait for threads that may hang in a read. */
const stopsWithinMs = 500;

export type RunningCheck = {
  /** Its bytes of the image are those that are checked. */
  readonly plan: DiskPlan;
  readonly judge: ImageJudge;
  /** Must always be called, after the write. */
  stop(): Promise<void>;
};

/** Begins the check that was planned; where there is none, the plan is what it was. */
export function startImageCheck(prepared: PreparedWrite, now: () => number): RunningCheck {
  return prepared.imageCheck.check === "none"
    ? nothingToCheck(prepared)
    : startCheck(prepared, { now, isBeside: true });
}

/** The same, done to its end before anything is written. Rejects with what stands against the image, or `interrupted`. */
export async function checkImageFirst(
  prepared: PreparedWrite,
  target: string,
  {
    signal,
    now,
    onEvent,
  }: Pick<PassOptions, "now"> & {
    readonly signal: AbortSignal | undefined;
    readonly onEvent: (event: WriteEvent) => void;
  },
): Promise<RunningCheck> {
  if (prepared.imageCheck.check === "none") return nothingToCheck(prepared);
  onEvent({ event: "phase", phase: "check" });
  const show = (event: VerifyEvent): void => {
    // The pass over the whole image is what takes the time.
    if (event.event === "progress" && event.phase === "hash") onEvent({ ...event, phase: "check", target });
  };
  const check = startCheck(prepared, { now, isBeside: false, onEvent: show, signal });
  try {
    await check.judge.verdict();
    return check;
  } catch (error) {
    await check.stop();
    throw error;
  }
}

function nothingToCheck({ plan }: PreparedWrite): RunningCheck {
  return { plan, judge: noJudge, stop: async () => undefined };
}

type CheckOptions = Omit<PassOptions, "signal"> & {
  readonly signal?: AbortSignal | undefined;
  /** The plan takes its bytes from the pass of the check. */
  readonly isBeside: boolean;
};

function startCheck(prepared: PreparedWrite, options: CheckOptions): RunningCheck {
  const stop = new AbortController();
  const interruption = new Interruption(stop.signal, () => new Win7UsbError("interrupted", "the write has ended"));
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal]);
  const { plan: checked, examination, sha256 } = examining(prepared, { ...options, signal }, interruption);
  const { judge, settled } = judging(prepared, examination, sha256);
  return {
    plan: checked,
    judge,
    async stop() {
      stop.abort();
      await Promise.race([settled, delay(stopsWithinMs, undefined, { ref: false })]);
      interruption.end();
    },
  };
}

const nothingChecked: ImageFindings = {
  check: "none",
  verdict: null,
  hashes: {},
  known: null,
  checked: [],
  unchecked: ["the image: no check of it was asked for"],
};

const noJudge: ImageJudge = {
  sha256: async () => null,
  problem: () => undefined,
  verdict: async () => nothingChecked,
};

type PassOptions = {
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly onEvent?: (event: VerifyEvent) => void;
};
type Examining = {
  readonly plan: DiskPlan;
  readonly examination: Promise<Examination>;
  /** Of the whole image; rejects where it cannot be read to its end. */
  readonly sha256: Promise<string | null>;
};

/** Which bytes the plan and the examination take, and the examination. */
function examining(
  { image, plan, imageCheck, choices }: PreparedWrite,
  { isBeside, ...options }: PassOptions & Pick<CheckOptions, "isBeside">,
  interruption: Interruption,
): Examining {
  const { allow = [], requirements = [] } = choices;
  const { check, knownImages } = imageCheck;
  const asked = { deep: check === "deep", md5: false, allow, requirements, knownImages };
  const reader = deferred<PassReader>();
  const sha256 = deferred<string | null>();
  const common = { ...options, onHashed: (hashed: MeasuredImage) => sha256.resolve(hashed.sha256 ?? null) };
  // What the examination does not come to does not come.
  const started = (examination: Promise<Examination>): Promise<Examination> => {
    for (const { reject } of [reader, sha256]) examination.catch(reject);
    return examination;
  };
  if (image.size <= heldUpTo) {
    const held = heldSource(image.source);
    const source = interruptibleSource(held, interruption);
    const passes = passRunner({ path: image.path, isFile: false, source }, common);
    const examination = started(examineImage(source, asked, passes));
    return { plan: planOfHeld(plan, image.source, held), examination, sha256: sha256.promise };
  }
  const isShared = isBeside && image.isFile;
  const held = isShared && image.disc !== null ? heldRanges(image.source, besidePass(plan, image.source)) : undefined;
  const shared = { onReader: reader.resolve, ...(held === undefined ? {} : { before: () => held.hold() }) };
  const passes = passRunner(image, isShared ? { ...common, ...shared } : common);
  const examination = started(examineImage(image.source, asked, passes, readAlready(image)));
  const checked = isShared ? passingPlan(plan, image.source, reader.promise, held?.source) : plan;
  return { plan: checked, examination, sha256: sha256.promise };
}

type Deferred<T> = {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
};

/** A promise that is settled from outside; nobody need wait for it. */
function deferred<T>(): Deferred<T> {
  let settle: Omit<Deferred<T>, "promise"> | undefined;
  const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }));
  promise.catch(() => undefined);
  return { promise, ...settle! };
}

/** All of `source`, read at once when its first byte is asked for. */
function heldSource(source: ByteSource): ByteSource {
  let bytes: Promise<Uint8Array> | undefined;
  return filledSource(source.size, async (offset, target) => {
    bytes ??= source.read(0, source.size);
    target.set((await bytes).subarray(offset, offset + target.length));
  });
}

type Judging = { readonly judge: ImageJudge; readonly settled: Promise<void> };

function judging(
  { image, imageCheck, choices }: PreparedWrite,
  examination: Promise<Examination>,
  sha256: Promise<string | null>,
): Judging {
  let problem: unknown;
  const verdict = examination.then((found) => {
    const against = objections(withoutUnaskedDepth(found, choices.imageCheck === "deep"), {
      path: image.path,
      allow: choices.allow ?? [],
    });
    const [first] = against;
    if (first !== undefined) throw first;
    return findingsOf(found, imageCheck.check);
  });
  const settled = verdict.then(
    () => undefined,
    (error: unknown) => {
      problem = error;
    },
  );
  return { judge: { sha256: () => sha256, problem: () => problem, verdict: () => verdict }, settled };
}

/** Only who asks for it is refused a WIM that cannot be verified in depth. */
function withoutUnaskedDepth(found: Examination, isAsked: boolean): Examination {
  return isAsked ? found : { ...found, unmet: found.unmet.filter(({ requirement }) => requirement !== "deep") };
}

function findingsOf(found: Examination, check: ImageFindings["check"]): ImageFindings {
  const { verdict, hashes, known, scope } = found;
  return {
    check,
    verdict: verdict === "unsuitable" ? "intact" : verdict,
    hashes,
    known: known?.official === true ? known.image.fileName : null,
    checked: scope.checked,
    unchecked: scope.unchecked.map(({ what }) => what),
  };
}
