/**
 * The passes over the whole image: hashes, and in a deep verification the WIMs. The file is read once for both: what is read to be
 * hashed is held until the WIMs' threads have taken theirs of it.
 */
import { Win7UsbError } from "../errors.js";
import type { HashAlgorithm, HashedFile, ImagePass } from "../threads/index.js";
import { createImagePass, hashFile, hashSource, verifyWim, wimPart } from "../threads/index.js";
import type { ProgressEvent } from "../progress/events.js";
import type { Meter } from "../progress/progress-meter.js";
import { createMeter } from "../progress/progress-meter.js";
import type { WimOutcome, WimSet } from "../verification/wims.js";
import { checkTables, contentOutcome } from "../verification/wims.js";
import type { OpenedInput } from "./image-input.js";

/** `hash` the whole image, look into WIMs (`deep`). Both run at the same time. */
export type VerifyPhase = "hash" | "deep";
/** `plan`, with the targets of all the progress that follows, then `progress`. */
export type VerifyEvent = { readonly event: "plan"; readonly targets: readonly string[] } | ProgressEvent<VerifyPhase>;

export type PassOptions = {
  readonly algorithms: readonly HashAlgorithm[];
  readonly prefixes: readonly number[];
  readonly sets: readonly WimSet[];
  readonly deep: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: VerifyEvent) => void) | undefined;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
};

export type PassResults = { readonly hashed: HashedFile; readonly wims: readonly WimOutcome[] };

/** What is read: by its path where it has one, so that threads can read it, and otherwise on the calling thread. */
export type PassImage = Pick<OpenedInput, "path" | "isFile" | "source">;

/** Rejects with `interrupted`, and where the image cannot be read. Where one pass fails, the other is stopped. */
export async function runPasses(image: PassImage, options: PassOptions): Promise<PassResults> {
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  options.onEvent?.({
    event: "plan",
    targets: [image.path, ...(options.deep ? options.sets.map(({ name }) => name) : [])],
  });
  const pass =
    options.deep && image.isFile
      ? createImagePass(image.path, image.source.size, options.algorithms.length)
      : undefined;
  const hashing = hashImage(image, options, signal, pass);
  // On one thread nothing is won by doing both at once, and a medium is read in order.
  const checking = image.isFile ? undefined : hashing;
  const passes = [hashing, Promise.resolve(checking).then(() => checkWims(image, options, signal, pass))] as const;
  try {
    const [hashed, wims] = await Promise.all(passes);
    return { hashed, wims };
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(passes);
    if (options.signal?.aborted !== true) throw error;
    throw new Win7UsbError("interrupted", `interrupted: ${image.path} was not checked to its end`, { cause: error });
  }
}

async function hashImage(
  { path, isFile, source }: PassImage,
  { algorithms, prefixes, ...options }: PassOptions,
  signal: AbortSignal,
  pass: ImagePass | undefined,
): Promise<HashedFile> {
  const progress = meterFor("hash", path, options);
  const common = { prefixes, signal, onProgress: progress.report };
  const hashed = isFile
    ? await hashFile(path, algorithms, {
        ...common,
        length: source.size,
        ...(pass === undefined ? {} : { pass }),
      })
    : await hashSource(source, algorithms, common);
  progress.end();
  return hashed;
}

async function checkWims(
  image: PassImage,
  { sets, ...options }: PassOptions,
  signal: AbortSignal,
  pass: ImagePass | undefined,
): Promise<WimOutcome[]> {
  const outcomes: WimOutcome[] = [];
  for (const set of sets) {
    if (!options.deep) {
      outcomes.push(await checkTables(set));
      continue;
    }
    // What lies before this one is nobody's any more, and from its beginning on nothing is let go of yet.
    pass?.release(set.start);
    const progress = meterFor("deep", set.name, options);
    const parts = set.parts.map(({ path, file }) => wimPart(path, file, image));
    const report = await verifyWim(parts, {
      signal,
      onProgress: progress.report,
      ...(pass === undefined ? {} : { pass }),
    });
    outcomes.push(contentOutcome(set, report));
    progress.end();
  }
  pass?.release(image.source.size);
  return outcomes;
}

type Report = { readonly bytes: number; readonly totalBytes: number };

/** Turns totals into events; the meter begins with the first total, because only then it is known. */
function meterFor(
  phase: VerifyPhase,
  target: string,
  { onEvent, now }: Pick<PassOptions, "onEvent" | "now">,
): { report: (report: Report) => void; end: () => void } {
  let meter: Meter | undefined;
  let told = 0;
  return {
    report({ bytes, totalBytes }) {
      if (onEvent === undefined) return;
      meter ??= createMeter({ phase, target, totalBytes, now, onEvent });
      meter.advance(bytes - told);
      told = bytes;
    },
    end: () => meter?.end(),
  };
}
