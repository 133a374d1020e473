/**
 * Reads a disc in the order of a rescue. What is claimed is saved now and then; before that, the disc is looked at, because a
 * drive whose disc was taken out says nothing but that it cannot read. What came since the last time that this was known to
 * be the disc is claimed by nobody, and read again by the next run.
 */
import { pageMemory } from "../bytes/page-memory.js";
import { Win7UsbError } from "../errors.js";
import type { Run } from "../extents/extent.js";
import type { Interruption } from "../source/interruption.js";
import type { Rescue, RescueState } from "./rescue.js";
import { whetherRead } from "./whether-read.js";

/** Where the bytes come from and go to. */
export type RescueMedia = {
  /** Fills `target`; `image-unreadable` where that is not possible, anything else ends the rescue. */
  read(offset: number, target: Uint8Array): Promise<void>;
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Makes the map as it is now, and what it claims, last. */
  save(): Promise<void>;
  /** Throws where this is not the disc any more. `isDoubtful`: reads fail, so that the disc itself must be asked. */
  checkDisc(isDoubtful: boolean): Promise<void>;
};

export type RescueRunOptions = {
  readonly interruption: Interruption;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Milliseconds between two saves. */
  readonly saveEveryMs: number;
  /** Bytes of the largest read. */
  readonly clusterSize: number;
  /** Behind each read. `bytes` are null where it failed; they are valid only during the call. */
  readonly onRead: (run: Run, bytes: Uint8Array | null, state: RescueState) => void;
};

/** Failures in a row, after which the disc is asked whether it is there. */
const doubtfulAfter = 8;

/**
 * Ends when nothing is left to be tried; resolves to the number of reads that failed. Rejects as the media do; where it was
 * interrupted, the map was saved first.
 */
export async function runRescue(rescue: Rescue, media: RescueMedia, options: RescueRunOptions): Promise<number> {
  const { interruption, now } = options;
  const memory = pageMemory(options.clusterSize);
  let failures = 0;
  let failedInARow = 0;
  let savedAt = now();
  let { status, pass } = rescue.state;
  const save = async (isDoubtful: boolean): Promise<void> => {
    await media.checkDisc(isDoubtful);
    await media.save();
    failedInARow = 0;
    savedAt = now();
  };
  for (let run = rescue.next(); run !== null; run = rescue.next()) {
    const { state } = rescue;
    if (state.status !== status || state.pass !== pass) {
      ({ status, pass } = state);
      await save(failures > 0);
    }
    const target = memory.subarray(0, run.length);
    const read = (): Promise<void> => interruption.run(() => media.read(run.offset, target));
    const isRead = await whetherRead(read).catch(async (error: unknown) => {
      if (error instanceof Win7UsbError && error.code === "interrupted" && failedInARow === 0) await media.save();
      throw error;
    });
    if (isRead) {
      await media.write(run.offset, target);
      rescue.succeeded(run);
      failedInARow = 0;
    } else {
      rescue.failed(run);
      failures += 1;
      failedInARow += 1;
    }
    options.onRead(run, isRead ? target : null, state);
    const isDoubtful = failedInARow >= doubtfulAfter;
    if (isDoubtful || (failedInARow === 0 && now() - savedAt >= options.saveEveryMs)) await save(isDoubtful);
  }
  await save(failedInARow > 0);
  return failures;
}
