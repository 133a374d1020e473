/**
 * The targets of a write, opened. Under an image file that is work of a file system which may not answer (a network's, or one
 * in user space whose server hangs): that is told of, and an interruption does not wait for it longer than for a drive.
 */
import { abortWriter } from "../drive/caller-writer.js";
import type { DriveWriter } from "../drive/drive-writer.js";
import type { Patience } from "../progress/patience.js";
import { usualPatience } from "../progress/patience.js";
import { nothingWritten } from "./prepare-write.js";

export type Opening = {
  readonly signal?: AbortSignal | undefined;
  /** Called once, where the targets are not open after so many milliseconds. */
  readonly onWait: (elapsedMs: number) => void;
  /** Default: `usualPatience`. */
  readonly patience?: Patience;
};

/**
 * What `open` gives. Rejects with `interrupted` where the signal is aborted meanwhile, at the latest `patience.interruptedMs`
 * after that; what is open by then, or becomes open later, is aborted.
 */
export async function openBounded(
  open: () => Promise<DriveWriter[]>,
  { signal, onWait, patience = usualPatience }: Opening,
): Promise<DriveWriter[]> {
  const { tellAfterMs } = patience.transfer;
  const telling = setTimeout(() => onWait(tellAfterMs), tellAfterMs);
  const over = new AbortController();
  const opening = open();
  try {
    const writers = await Promise.race([opening, interruption(signal, patience.interruptedMs, over.signal)]);
    if (writers !== null && signal?.aborted !== true) return writers;
    const aborting = opening.then((opened) => Promise.all(opened.map(abortWriter)));
    if (writers !== null) await aborting;
    // What cannot be opened after all needs no abort.
    else aborting.catch(() => undefined);
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  } finally {
    clearTimeout(telling);
    over.abort();
  }
  throw nothingWritten();
}

/** Null, `ms` after the signal is aborted. */
function interruption(signal: AbortSignal | undefined, ms: number, over: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    const wait = (): void => {
      const timer = setTimeout(() => resolve(null), ms);
      over.addEventListener("abort", () => clearTimeout(timer), { once: true });
    };
    if (signal?.aborted === true) wait();
    else signal?.addEventListener("abort", wait, { once: true, signal: over });
  });
}
