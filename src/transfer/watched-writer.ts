/**
 * A target that is watched while it is busy: one that does not answer is told of, and in the end given up, which rejects
 * what is under way and refuses all that comes. Trap: the system still has those transfers. Their memory belongs to the
 * drive until it answers or is gone, and closing waits for them: neither may be waited for.
 */
import { setTimeout as delay } from "node:timers/promises";
import { layeredWriter, type DriveWriter } from "../drive/drive-writer.js";
import { Win7UsbError } from "../errors.js";
import type { WarningEvent, WritePhase } from "../progress/events.js";
import type { OperationKind, Patience } from "../progress/patience.js";
import { lookEveryMs, Silence, type Operation } from "./silence.js";

/** Milliseconds for closing what was given up: it succeeds where the drive came back meanwhile. */
const closeWithinMs = 500;

type WatchOptions = {
  readonly patience: Patience;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  readonly phase: () => WritePhase;
  readonly signal: AbortSignal | undefined;
  readonly onWarning: (event: WarningEvent) => void;
  /** Told every second for how long, in milliseconds, the target has not answered; null while it does. */
  readonly onLook: (silentMs: number | null) => void;
};

/** What a transfer's failure is caused by where its memory is still the drive's. */
class StillUnderWay extends Error {
  override readonly name = "StillUnderWay";
}

/** Whether the memory of a transfer that failed may not be used again. */
export function keepsMemory(error: unknown): boolean {
  return error instanceof Win7UsbError && error.cause instanceof StillUnderWay;
}

function transfer(doing: string, offset: number, { length }: Uint8Array): Operation {
  return { kind: "transfer", doing, offset, length };
}

function placeless(doing: string, kind: OperationKind): Operation {
  return { kind, doing, offset: null, length: null };
}

/** Watches until `commit` has succeeded or `abort` was called; one of the two has to be. */
export function watchedWriter(writer: DriveWriter, options: WatchOptions): DriveWriter {
  const watch = new Watch(writer.path, options);
  return layeredWriter(writer, {
    write: (offset, bytes) => watch.run(transfer("writing", offset, bytes), () => writer.write(offset, bytes)),
    read: (offset, target) => watch.run(transfer("reading back", offset, target), () => writer.read(offset, target)),
    flush: () => watch.run(placeless("flushing", "flush"), () => writer.flush()),
    async commit() {
      await watch.run(placeless("closing", "commit"), () => writer.commit());
      watch.end();
    },
    async abort() {
      watch.end();
      const closed = Promise.allSettled([writer.abort()]);
      await (watch.givenUp ? Promise.race([closed, delay(closeWithinMs, undefined, { ref: false })]) : closed);
    },
  });
}

class Watch {
  givenUp = false;
  readonly #path: string;
  readonly #options: WatchOptions;
  readonly #silence: Silence;
  readonly #timer: NodeJS.Timeout;
  readonly #rejections = new Map<Operation, (error: Win7UsbError) => void>();

  constructor(path: string, options: WatchOptions) {
    this.#path = path;
    this.#options = options;
    this.#silence = new Silence(options.patience, options.now());
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  /** Does `work`, or rejects when the target is given up before it has ended. */
  run(operation: Operation, work: () => Promise<void>): Promise<void> {
    if (this.givenUp) return Promise.reject(this.#error(operation, 0));
    this.#silence.begin(operation, this.#options.now());
    return new Promise((resolve, reject) => {
      this.#rejections.set(operation, reject);
      work().then(
        () => {
          this.#ended(operation, true);
          resolve();
        },
        (error: unknown) => {
          this.#ended(operation, false);
          reject(error);
        },
      );
    });
  }

  #ended(operation: Operation, succeeded: boolean): void {
    this.#rejections.delete(operation);
    const silentMs = this.#silence.end(operation, succeeded, this.#options.now());
    if (silentMs === null || this.givenUp) return;
    this.#warn("resumed", operation, silentMs, `${this.#path} answers again after ${inSeconds(silentMs)}`);
  }

  #look(): void {
    const { now, signal, onLook, patience } = this.#options;
    const verdict = this.#silence.look(now(), signal?.aborted === true);
    if (verdict.state === "answering") return onLook(null);
    const { operation, silentMs } = verdict;
    if (verdict.state === "given-up") return this.#giveUp(silentMs);
    if (verdict.first) {
      const limit = inSeconds(patience[operation.kind].giveUpAfterMs);
      const message = `${this.#path} has not answered for ${inSeconds(silentMs)}, ${placeOf(operation)}`;
      this.#warn("stalled", operation, silentMs, `${message}; it is given up after ${limit}`);
    }
    onLook(silentMs);
  }

  #warn(code: "stalled" | "resumed", { offset }: Operation, elapsedMs: number, message: string): void {
    const { onWarning, phase } = this.#options;
    const place = { phase: phase(), offset, elapsedMs: Math.round(elapsedMs) };
    onWarning({ event: "warning", code, message, target: this.#path, ...place });
  }

  #giveUp(silentMs: number): void {
    this.givenUp = true;
    this.end();
    for (const [operation, reject] of this.#rejections) reject(this.#error(operation, silentMs));
  }

  #error(operation: Operation, silentMs: number): Win7UsbError {
    const { offset, length } = operation;
    const since = silentMs > 0 ? ` for ${inSeconds(silentMs)}` : "";
    return new Win7UsbError(
      "write-failed",
      `${this.#path} has not answered${since}: ${placeOf(operation)} was given up`,
      {
        hint: "It is not finished: plug it into another port and write it from the beginning, or use another drive.",
        data: { target: this.#path, ...(offset === null ? {} : { offset, length }), cause: "ETIMEDOUT" },
        cause: new StillUnderWay("the system has not ended the transfer"),
      },
    );
  }
}

function placeOf({ doing, offset, length }: Operation): string {
  return offset === null ? doing : `${doing} ${length} bytes at byte ${offset}`;
}

function inSeconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
