/** A drive in memory that keeps a log of what is done to it and can be told to fail, to lie, or to be slow. */
import type { DriveWriter } from "../../src/drive/drive-writer.js";
import { Win7UsbError } from "../../src/errors.js";

export type Operation =
  | { readonly kind: "write" | "read"; readonly offset: number; readonly length: number }
  | { readonly kind: "flush" | "beginReadBack" | "commit" | "abort" };

export type MemoryDriveOptions = {
  readonly path?: string;
  readonly alignment?: number;
  readonly skipsZeros?: boolean;
  readonly fromMedium?: boolean;
  /** What was on the drive before, or all zeros, which take no memory; default: a pattern that is never zero. */
  readonly before?: Uint8Array | "zeros";
  /** Called before every operation, with its index among those of its kind; may throw or wait. */
  readonly onOperation?: (operation: Operation, index: number) => void | Promise<void>;
  /** What the medium keeps of a write; default: all of it. */
  readonly keep?: (offset: number, bytes: Uint8Array) => Uint8Array;
};

export type MemoryDrive = DriveWriter & {
  readonly bytes: Uint8Array;
  readonly log: Operation[];
  state: "open" | "committed" | "aborted";
  /** The largest number of operations that were in flight at one time. */
  busiest: number;
};

/** Bytes that a used drive holds: never zero, so that a wrongly written or missing zero is seen. */
export function usedBytes(size: number): Uint8Array {
  return Buffer.alloc(
    size,
    Uint8Array.from({ length: 251 }, (_, index) => index + 1),
  );
}

export function ioError(code: string, at: string): Error {
  return Object.assign(new Error(`${code}: i/o error, ${at}`), { code });
}

export function writeFailed(path: string, offset: number): Win7UsbError {
  return new Win7UsbError("write-failed", `writing at byte ${offset} of ${path} failed: EIO`, { data: { offset } });
}

export function memoryDrive(size: number, options: MemoryDriveOptions = {}): MemoryDrive {
  const { path = "memory", alignment = 512, skipsZeros = false, onOperation, keep } = options;
  const { before = skipsZeros ? "zeros" : usedBytes(size) } = options;
  const bytes = before === "zeros" ? new Uint8Array(size) : options.before === before ? new Uint8Array(before) : before;
  const counts = new Map<string, number>();
  let inFlight = 0;

  const perform = async (operation: Operation, step: () => void): Promise<void> => {
    if (drive.state !== "open") throw new Error(`${operation.kind} on a drive that is ${drive.state}`);
    const index = counts.get(operation.kind) ?? 0;
    counts.set(operation.kind, index + 1);
    drive.log.push(operation);
    inFlight += 1;
    drive.busiest = Math.max(drive.busiest, inFlight);
    try {
      await Promise.resolve();
      await onOperation?.(operation, index);
      step();
    } finally {
      inFlight -= 1;
    }
  };
  const checkTransfer = (offset: number, length: number): void => {
    const end = offset + length;
    if (offset % alignment !== 0 || (length % alignment !== 0 && end !== size)) {
      throw new Error(`a transfer of ${length} bytes at ${offset} is not aligned to ${alignment}`);
    }
    if (end > size) throw new Error(`a transfer ends at ${end} of ${size}`);
  };
  const drive: MemoryDrive = {
    path,
    kind: skipsZeros ? "image-file" : "drive",
    size,
    alignment,
    skipsZeros,
    bytes,
    log: [],
    state: "open",
    busiest: 0,
    write(offset, content) {
      checkTransfer(offset, content.length);
      return perform({ kind: "write", offset, length: content.length }, () => {
        bytes.set(keep?.(offset, content) ?? content, offset);
      });
    },
    read(offset, target) {
      checkTransfer(offset, target.length);
      return perform({ kind: "read", offset, length: target.length }, () => {
        target.set(bytes.subarray(offset, offset + target.length));
      });
    },
    flush: () => perform({ kind: "flush" }, () => undefined),
    async beginReadBack() {
      await perform({ kind: "beginReadBack" }, () => undefined);
      return options.fromMedium === false ? { fromMedium: false, reason: "it is memory" } : { fromMedium: true };
    },
    commit: () =>
      perform({ kind: "commit" }, () => {
        drive.state = "committed";
      }),
    async abort() {
      if (inFlight > 0) throw new Error(`aborted with ${inFlight} operations in flight`);
      drive.log.push({ kind: "abort" });
      drive.state = "aborted";
    },
  };
  return drive;
}
