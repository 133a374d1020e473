/**
 * The passes over the whole image: hashing, and in a deep verification the WIMs. The file is read once for both: bytes that
 * were read for hashing are kept until the threads that verify WIMs have copied what they need.
 */
import { Win7UsbError } from "../errors.js";
import type { ImagePass, PassReader } from "../threads/index.js";
import { createImagePass, hashFile, hashSource, verifyWim, wimPart } from "../threads/index.js";
import type { ProgressEvent } from "../progress/events.js";
import type { Meter } from "../progress/progress-meter.js";
import { createMeter } from "../progress/progress-meter.js";
import type { Passes, RunPasses } from "../verification/examine.js";
import type { MeasuredImage } from "../verification/known-image.js";
import type { VerifyWimSet } from "../verification/wims.js";
import type { OpenedInput } from "./image-input.js";

/** `hash` the whole image, look into WIMs (`deep`). Both run at the same time. */
export type VerifyPhase = "hash" | "deep";
/** `plan`, with the targets of all the progress that follows, then `progress`. */
export type VerifyEvent = { readonly event: "plan"; readonly targets: readonly string[] } | ProgressEvent<VerifyPhase>;

type PassOptions = {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: VerifyEvent) => void) | undefined;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /**
   * Called with what the calling thread takes the image's bytes from, for who needs all of them too: bytes are kept until
   * they are released there. Only for an image that threads can open.
   */
  readonly onReader?: ((reader: PassReader) => void) | undefined;
  /** Reads what else is wanted of a disc, in front of the pass over all of it. */
  readonly before?: (() => Promise<void>) | undefined;
  /** Called with the hashes as soon as they are known, which the contents of WIMs may not be yet. */
  readonly onHashed?: ((hashed: MeasuredImage) => void) | undefined;
};

/** The image to read: by its path where it has one, so that threads can open it, and otherwise on the calling thread. */
type PassImage = Pick<OpenedInput, "path" | "isFile" | "source"> & Partial<Pick<OpenedInput, "disc">>;

/** Rejects with `interrupted`, and where the image cannot be read. Where one pass fails, the other is stopped. */
export function passRunner(image: PassImage, options: PassOptions): RunPasses {
  return async (passes) => {
    const { algorithms, deepSets } = passes;
    const stop = new AbortController();
    const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
    options.onEvent?.({ event: "plan", targets: [image.path, ...deepSets.map(({ name }) => name)] });
    // Of a disc, tables of WIMs are read in front of the pass and not in the midst of it: they stand behind gigabytes.
    await options.before?.();
    const tables = isDisc(image) ? await passes.examineTables() : undefined;
    const { onReader } = options;
    const hasReader = onReader !== undefined;
    const pass =
      image.isFile && (deepSets.length > 0 || hasReader)
        ? createImagePass(image.path, image.source.size, algorithms.length, { hasReader })
        : undefined;
    if (deepSets.length === 0) pass?.release(image.source.size);
    if (pass?.reader !== undefined) onReader?.(pass.reader);
    const hashing = hashImage(image, passes, { ...options, signal }, pass);
    // On one thread, doing both at the same time gains nothing, and a medium is better read in order.
    const before = image.isFile ? undefined : hashing;
    const examining = Promise.resolve(before).then(async () => {
      const verify = deepVerifier(image, { ...options, signal }, pass);
      const wims = deepSets.length === 0 && tables !== undefined ? tables : await passes.examineWims(verify);
      pass?.release(image.source.size);
      return wims;
    });
    try {
      const [hashed, wims] = await Promise.all([hashing, examining]);
      return { hashed, wims };
    } catch (error) {
      stop.abort(error);
      pass?.reader?.fail(error);
      await Promise.allSettled([hashing, examining]);
      if (options.signal?.aborted !== true) throw error;
      throw new Win7UsbError("interrupted", `interrupted: ${image.path} was not checked to its end`, { cause: error });
    }
  };
}

const isDisc = ({ disc }: PassImage): boolean => disc !== undefined && disc !== null;

type StoppableOptions = PassOptions & { readonly signal: AbortSignal };

async function hashImage(
  { path, isFile, source }: PassImage,
  { algorithms, prefixes }: Passes,
  options: StoppableOptions,
  pass: ImagePass | undefined,
): Promise<MeasuredImage> {
  const progress = meterFor("hash", path, options);
  const common = { prefixes, signal: options.signal, onProgress: progress.report };
  const shared = pass === undefined ? {} : { pass };
  const hashed = isFile
    ? await hashFile(path, algorithms, { ...common, length: source.size, ...shared })
    : await hashSource(source, algorithms, common);
  progress.end();
  options.onHashed?.(hashed);
  return hashed;
}

function deepVerifier(image: PassImage, options: StoppableOptions, pass: ImagePass | undefined): VerifyWimSet {
  // To read beside the pass costs seeks on a disc, which are dearer than threads.
  const shared = { ...(pass === undefined ? {} : { pass }), ...(isDisc(image) ? { threadsFrom: 0 } : {}) };
  return async (set) => {
    // Bytes before this WIM are not needed any more.
    pass?.release(set.start);
    const progress = meterFor("deep", set.name, options);
    const parts = set.parts.map(({ path, file }) => wimPart(path, file, image));
    const report = await verifyWim(parts, { signal: options.signal, onProgress: progress.report, ...shared });
    progress.end();
    return report;
  };
}

type Report = { readonly bytes: number; readonly totalBytes: number };

/** Turns totals into progress events; the meter starts with the first report, which is the first to know the total. */
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
