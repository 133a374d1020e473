/**
 * One target during a write: it takes blocks as they are filled, writes them at its own pace with a few in flight, and
 * fails without stopping the others. Its first unit (the boot sector) is blanked and marked before everything else and
 * written after everything else, so that an unfinished target never looks finished.
 */
import { pageMemory } from "../bytes/page-memory.js";
import { roundUp } from "../bytes/units.js";
import type { DriveWriter } from "../drive/drive-writer.js";
import { Win7UsbError } from "../errors.js";
import type { Extent } from "../extents/extent.js";
import { largestUnit, isPlannedZeros, piecesOf, type Block } from "../extents/blocks.js";
import { isAllZeros } from "../bytes/zeros.js";
import { encodeUnfinishedMark } from "../manifest/unfinished-mark.js";
import { probeCapacity } from "./capacity-probe.js";
import type { ChangedWriter } from "../transfer/changed-writer.js";
import { createRing } from "../transfer/ring.js";
import { keepsMemory } from "../transfer/watched-writer.js";

/** Two keep a drive busy between calls; more would only lengthen the queue that an interruption has to wait for. */
export const writesInFlight = 2;

/**
 * A filled block. Each run that it is offered to calls `release` exactly once, unless the drive never ends the transfer:
 * that keeps at most `writesInFlight` slots, which leaves enough of the ring for the other targets.
 */
export type Transfer = { readonly block: Block; readonly bytes: Uint8Array; readonly release: () => void };

export class TargetRun {
  readonly writer: DriveWriter;
  /** Why nothing more is written to this target. */
  failure: Win7UsbError | undefined;
  bytesWritten = 0;
  /** Those that the target did not hold already; undefined unless only changes are written. */
  bytesDiffering: number | undefined;
  /** Read back and equal. */
  verified = false;
  /** A write to it was at least attempted. */
  touched = false;
  readonly #extents: readonly Extent[];
  readonly #advanced: (bytes: number, sent: number) => void;
  readonly #changed: ChangedWriter | undefined;
  readonly #scratch = createRing(1, largestUnit);
  readonly #queue: Transfer[] = [];
  readonly #waiting: (() => void)[] = [];
  #inFlight = 0;
  #bootBlockTouched = false;
  #closed = false;

  /** `advanced` is called with the length of each block that is done; with `changed` only what differs is written. */
  constructor(
    writer: DriveWriter,
    extents: readonly Extent[],
    advanced: (bytes: number, sent: number) => void,
    changed?: ChangedWriter,
  ) {
    this.writer = writer;
    this.#extents = extents;
    this.#advanced = advanced;
    this.#changed = changed;
    this.bytesDiffering = changed === undefined ? undefined : 0;
  }

  /** Queues a block; after a failure it is released at once. */
  offer(transfer: Transfer): void {
    if (this.failure === undefined) this.#queue.push(transfer);
    else transfer.release();
    this.#startNext();
  }

  /** Resolves when nothing is queued or in flight any more. */
  drained(): Promise<void> {
    if (this.#inFlight === 0 && this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Stops writing; the first cause is kept. Writes in flight still have to drain. */
  fail(cause: unknown): void {
    this.failure ??= asFailure(cause, this.writer.path);
    for (const transfer of this.#queue.splice(0)) transfer.release();
  }

  /** Replaces the boot block by zeros and the mark of an unfinished write, and flushes it. */
  async blankBootBlock(block: Block): Promise<void> {
    this.touched = true;
    const content = new Uint8Array(block.length);
    content.set(encodeUnfinishedMark());
    await this.#writeSmall(block, content);
    await this.writer.flush();
  }

  /** Throws `fake-capacity` where the drive keeps less than it reports. */
  async probeCapacity(): Promise<void> {
    this.bytesWritten += await probeCapacity(this.writer);
  }

  /** Zeros the last `length` bytes of a drive that is larger than the planned disk: a backup GPT may be there. */
  async wipeEnd(plannedSize: number, length: number): Promise<void> {
    const { size, alignment } = this.writer;
    const zeros = pageMemory(largestUnit);
    let offset = roundUp(Math.max(plannedSize, size - length), alignment);
    while (offset < size) {
      const part = zeros.subarray(0, Math.min(zeros.length, size - offset));
      await this.#put(offset, part);
      offset += part.length;
    }
  }

  /** Writes the boot block, flushes it, and compares what the medium gives back. */
  async writeBootBlock(block: Block, content: Uint8Array): Promise<void> {
    this.#bootBlockTouched = true;
    await this.#writeSmall(block, content);
    await this.writer.flush();
    await this.compareBootBlock(block, content);
  }

  async commit(): Promise<void> {
    await this.writer.commit();
    this.#closed = true;
  }

  /**
   * Closes a target that was not committed. A drive whose boot block may have been written is blanked again where that is
   * possible. An image file is removed, unless it is complete and only its name could not be given (image-folder.ts).
   */
  async close(bootBlock: Block | undefined): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      const mayBoot = this.#bootBlockTouched && this.writer.kind === "drive";
      if (mayBoot && bootBlock !== undefined) await this.blankBootBlock(bootBlock);
    } catch (error) {
      // The first failure is the one that is reported; this one goes with it.
      if (this.failure !== undefined) this.failure.data["blanking"] = String(error);
    } finally {
      await this.writer.abort();
    }
  }

  #startNext(): void {
    while (this.#inFlight < writesInFlight && this.#queue.length > 0) {
      this.#inFlight += 1;
      void this.#run(this.#queue.shift()!);
    }
    if (this.#inFlight === 0) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #run(transfer: Transfer): Promise<void> {
    let reusable = true;
    try {
      const sent = await this.#write(transfer.block, transfer.bytes);
      // The unit that boots is not counted: it is written apart from the others, or with them.
      if (transfer.block.offset > 0) this.#advanced(transfer.block.length, sent);
    } catch (error) {
      reusable = !keepsMemory(error);
      this.fail(error);
    } finally {
      if (reusable) transfer.release();
      this.#inFlight -= 1;
      this.#startNext();
    }
  }

  /** Returns the bytes that went to the target. */
  async #write(block: Block, bytes: Uint8Array): Promise<number> {
    if (block.partial) return this.#writeSmall(block, bytes);
    if (this.writer.skipsZeros && (isPlannedZeros(this.#extents, block) || isAllZeros(bytes))) return 0;
    return this.#put(block.offset, bytes);
  }

  async #put(offset: number, bytes: Uint8Array): Promise<number> {
    if (this.#changed === undefined) return this.#putAlways(offset, bytes);
    const written = await this.#changed.write(offset, bytes);
    this.bytesWritten += written;
    this.bytesDiffering = (this.bytesDiffering ?? 0) + written;
    return written;
  }

  /** Without comparing first: for the boot block, whatever the drive says that it holds. */
  async #putAlways(offset: number, bytes: Uint8Array): Promise<number> {
    await this.writer.write(offset, bytes);
    this.bytesWritten += bytes.length;
    return bytes.length;
  }

  /** Writes a block of at most one unit through its own buffer, keeping the bytes that the plan does not cover. */
  async #writeSmall(block: Block, content: Uint8Array): Promise<number> {
    const slot = await this.#scratch.acquire();
    try {
      const bytes = slot.bytes.subarray(0, block.length);
      if (this.writer.sequential === true) bytes.fill(0);
      else if (block.partial) await this.writer.read(block.offset, bytes);
      for (const { start, end } of piecesOf(this.#extents, block)) {
        bytes.set(content.subarray(start - block.offset, end - block.offset), start - block.offset);
      }
      return await (block.offset > 0 ? this.#put(block.offset, bytes) : this.#putAlways(block.offset, bytes));
    } finally {
      slot.release();
    }
  }

  async compareBootBlock(block: Block, content: Uint8Array): Promise<void> {
    const slot = await this.#scratch.acquire();
    try {
      const bytes = slot.bytes.subarray(0, block.length);
      await this.writer.read(block.offset, bytes);
      for (const { start, end } of piecesOf(this.#extents, block)) {
        const part = (from: Uint8Array): Uint8Array => from.subarray(start - block.offset, end - block.offset);
        if (Buffer.compare(part(bytes), part(content)) === 0) continue;
        throw new Win7UsbError(
          "verify-failed",
          `the sector that makes ${this.writer.path} bootable reads back differently than it was written`,
          {
            hint: "The drive does not keep what is written to it: use another one.",
            data: { target: this.writer.path, path: null, offset: start, length: end - start },
          },
        );
      }
    } finally {
      slot.release();
    }
  }
}

/** `interrupted`, with what is left on each target. */
export function interruptedError(runs: readonly TargetRun[]): Win7UsbError {
  const left = runs.map(({ writer, touched, bytesWritten }) => {
    if (writer.kind === "image-file") return `${writer.path} was not created`;
    if (writer.kind === "stream" && bytesWritten > 0) return `what ${writer.path} was given is no whole disk`;
    if (writer.kind === "stream") return `${writer.path} was given nothing`;
    return touched ? `${writer.path} holds a part of the image and is not bootable` : `${writer.path} is as it was`;
  });
  return new Win7UsbError("interrupted", `interrupted: ${left.join(", ")}`, {
    hint: "Run the same command again to write it from the beginning.",
  });
}

function asFailure(cause: unknown, path: string): Win7UsbError {
  if (cause instanceof Win7UsbError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Win7UsbError("internal", `writing ${path} failed unexpectedly: ${reason}`, { cause });
}
