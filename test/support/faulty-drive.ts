/**
 * A drive whose file handle fails when it is told to, under the writer that every platform's drives have. Like a kernel it
 * takes a transfer in pieces: a fault in the middle of one leaves the pieces before it on the medium.
 */
import type { FileHandle } from "node:fs/promises";
import { KiB } from "../../src/bytes/units.js";
import type { DriveWriter } from "../../src/drive/drive-writer.js";
import { handleWriter } from "../../src/drive/handle-writer.js";
import { ioError } from "./memory-drive.js";
import type { SparseMedium } from "./sparse-medium.js";

export type Operation = "read" | "write" | "flush";

/** Counted from 1. `dead` is any operation: from then on nothing works any more. */
export type Fault = {
  readonly operation: Operation | "dead";
  readonly from: number;
  /** The last that is hit; default: all that come. */
  readonly last?: number;
  /** Every so many; default: each. */
  readonly every?: number;
  /** `corrupt` changes a byte of what is written and says nothing; default: EIO. */
  readonly kind?: "EIO" | "ENODEV" | "corrupt";
};

export type FaultyDrive = DriveWriter & {
  /** Operations that came, hit or not; `all` of any kind. */
  readonly counts: Record<Operation | "all", number>;
  /** Operations that were hit, each as its count among all. */
  readonly hits: number[];
  state: "open" | "committed" | "aborted";
};

/** Bytes that the handle takes or gives at once. */
const pieceSize = 512 * KiB;

export function faultyDrive(path: string, medium: SparseMedium, fault?: Fault): FaultyDrive {
  const counts = { read: 0, write: 0, flush: 0, all: 0 };
  const hits: number[] = [];
  let isOpen = true;
  /** Counts an operation; throws where the fault is an error, and returns whether it is to be corrupted. */
  const begin = async (operation: Operation): Promise<boolean> => {
    await Promise.resolve();
    if (!isOpen) throw new Error(`${operation} on a closed handle`);
    counts.all += 1;
    counts[operation] += 1;
    if (fault === undefined || (fault.operation !== "dead" && fault.operation !== operation)) return false;
    const { from, last = Number.POSITIVE_INFINITY, every = 1, kind = "EIO" } = fault;
    const count = fault.operation === "dead" ? counts.all : counts[operation];
    if (count < from || count > last || (count - from) % every !== 0) return false;
    hits.push(counts.all);
    if (kind !== "corrupt") throw ioError(kind, `${operation} ${count}`);
    return true;
  };
  const handle = {
    async write(bytes: Uint8Array, start: number, length: number, position: number) {
      const isCorrupt = await begin("write");
      const piece = new Uint8Array(bytes.subarray(start, start + Math.min(length, pieceSize)));
      if (isCorrupt) piece[piece.length >> 1]! ^= 0x10;
      medium.write(position, piece);
      return { bytesWritten: piece.length, buffer: bytes };
    },
    async read(bytes: Uint8Array, start: number, length: number, position: number) {
      await begin("read");
      const bytesRead = Math.min(length, pieceSize);
      medium.read(position, bytes.subarray(start, start + bytesRead));
      return { bytesRead, buffer: bytes };
    },
    async datasync() {
      await begin("flush");
    },
    async close() {
      isOpen = false;
    },
  };
  const facts = { path, size: medium.size, logicalBlockSize: 512, model: null, serial: null, bus: "usb" } as const;
  const none = { mountpoints: [], partitions: [], holders: [], backingFile: null, sequence: null };
  const writer = handleWriter(
    { ...facts, ...none, removable: true, readOnly: false, system: false },
    handle as unknown as FileHandle,
    async () => {
      drive.state = "committed";
    },
  );
  const drive: FaultyDrive = {
    ...writer,
    counts,
    hits,
    state: "open",
    async abort() {
      await writer.abort();
      drive.state = "aborted";
    },
  };
  return drive;
}
