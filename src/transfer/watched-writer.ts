/**
 * A target that is watched while it is busy. One that does not answer is reported, and in the end abandoned: its pending
 * operations reject, and so does every later one. Trap: the system still has those transfers. Their memory belongs to the
 * drive until it answers or is gone, and closing waits for them, so neither may be awaited.
 */
import { setTimeout as delay } from "node:timers/promises";
import { layeredWriter, type DriveWriter } from "../drive/drive-writer.js";
import { Win7UsbError } from "../errors.js";
import type { WarningEvent, WritePhase } from "../progress/events.js";
import type { OperationKind, Patience } from "../progress/patience.js";
import { lookEveryMs, Silence, type Operation } from "./silence.js";

/** Milliseconds that closing an abandoned drive may take; it succeeds where the drive answers again. */
const closeWithinMs = 500;

type WatchOptions = {
  readonly patience: Patience;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  readonly phase: () => WritePhase;
  readonly signal: AbortSignal | undefined;
  readonly onWarning: (event: WarningEvent) => void;
  /** Called every second with how long the target has not answered, in milliseconds; null while it answers. */
  readonly onLook: (silentMs: number | null) => void;
};

/** The cause of a failure where the transfer's memory is still the drive's. */
class StillUnderWay extends Error {
  override readonly name = "StillUnderWay";
}

/** Whether a failed transfer still owns its memory, which must not be reused. */
export function keepsMemory(error: unknown): boolean {
  return error instanceof Win7UsbError && error.cause instanceof StillUnderWay;
}

function transfer(doing: string, offset: number, { length }: Uint8Array): Operation {
  return { kind: "transfer", doing, offset, length };
}

function withoutPlace(doing: string, kind: OperationKind): Operation {
  return { kind, doing, offset: null, length: null };
}

/** Watches until `commit` has succeeded or `abort` was called; one of the two has to be. */
export function watchedWriter(writer: DriveWriter, options: WatchOptions): DriveWriter {
  const watch = new Watch(writer.path, options);
  return layeredWriter(writer, {
    write: (offset, bytes) => watch.run(transfer("writing", offset, bytes), () => writer.write(offset, bytes)),
    read: (offset, target) => watch.run(transfer("reading back", offset, target), () => writer.read(offset, target)),
    flush: () => watch.run(withoutPlace("flushing", "flush"), () => writer.flush()),
    async commit() {
      await watch.run(withoutPlace("closing", "commit"), () => writer.commit());
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

  /** Runs `work`; rejects when the target is abandoned before it ends. */
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
    const answer = this.#silence.look(now(), signal?.aborted === true);
    if (answer.state === "answering") return onLook(null);
    const { operation, silentMs } = answer;
    if (answer.state === "given-up") return this.#giveUp(silentMs);
    if (answer.first) {
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
