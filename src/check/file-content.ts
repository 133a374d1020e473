/** Is a file's content what was written, wherever it lies by now? Asked of the plan, or of the manifest's units. */
import { createHash } from "node:crypto";
import { MiB } from "../bytes/units.js";
import { Win7UsbError } from "../errors.js";
import type { DiskPlan, DiskRun } from "../volumes/plan.js";
import { readLayout } from "../extents/layout-source.js";
import { type Span } from "../extents/extent.js";
import type { Manifest } from "../manifest/manifest.js";
import { digestSize } from "../manifest/unit-hasher.js";
import type { DifferenceKind } from "./differences.js";

/** Reads a part of a file as a driver would; rejects with a Win7UsbError where the target gives an error. */
type ReadContent = (offset: number, length: number) => Promise<Uint8Array>;

/** In bytes of the file. */
export type ContentDifference = Span & { readonly kind: DifferenceKind };

/** From the first to the last byte of file `file` that is otherwise, with a manifest of whole units; undefined: none. */
export type ContentCheck = (file: number, read: ReadContent) => Promise<ContentDifference | undefined>;

/** A piece of the file in one run; `place` is where it was written, in bytes of the disk. */
type Piece = { readonly at: number; readonly place: number; readonly length: number };

function* piecesOfRuns(runs: readonly DiskRun[]): Generator<Piece> {
  let at = 0;
  for (const { offset, length } of runs) {
    for (let done = 0; done < length; done += MiB) {
      yield { at: at + done, place: offset + done, length: Math.min(MiB, length - done) };
    }
    at += length;
  }
}

export function contentByPlan({ extents, files }: DiskPlan): ContentCheck {
  const expected = new Uint8Array(MiB);
  return async (file, read) => {
    const found = new Widening();
    for (const { at, place, length } of piecesOfRuns(files[file]!.runs)) {
      const bytes = await attempt(read, at, length);
      if (bytes === undefined) return { start: at, end: at + length, kind: "unreadable" };
      const wanted = expected.subarray(0, length);
      await readLayout(extents, place, wanted, { gaps: "kept" });
      if (Buffer.compare(bytes, wanted) === 0) continue;
      const differs = (byte: number, index: number): boolean => byte !== wanted[index];
      found.add(at + bytes.findIndex(differs), at + bytes.findLastIndex(differs) + 1);
    }
    return found.difference;
  };
}

export function contentByManifest({ files, units, digests }: Manifest): ContentCheck {
  const unitsOf = new Map<number, number[]>();
  for (const [index, { file }] of units.entries()) {
    const known = unitsOf.get(file);
    if (known === undefined) unitsOf.set(file, [index]);
    else known.push(index);
  }
  return async (file, read) => {
    const found = new Widening();
    const runs = files![file]!.runs;
    for (const index of unitsOf.get(file) ?? []) {
      const { start, end } = units[index]!;
      const piece = pieceAt(runs, start, end);
      const hash = createHash("sha256");
      for (let done = 0; done < piece.length; done += MiB) {
        const length = Math.min(MiB, piece.length - done);
        const bytes = await attempt(read, piece.at + done, length);
        if (bytes === undefined) return { start: piece.at, end: piece.at + piece.length, kind: "unreadable" };
        hash.update(bytes);
      }
      // The rest of the last cluster was written as zeros.
      const digest = hash.update(new Uint8Array(end - start - piece.length)).digest();
      const wanted = digests.subarray(index * digestSize, (index + 1) * digestSize);
      if (Buffer.compare(digest, wanted) !== 0) found.add(piece.at, piece.at + piece.length);
    }
    return found.difference;
  };
}

/** What of the file lies in `[start, end)` of the disk by its runs; a unit lies in one run. */
function pieceAt(runs: readonly DiskRun[], start: number, end: number): Piece {
  let at = 0;
  for (const { offset, length } of runs) {
    if (start >= offset && start < offset + length) {
      return { at: at + start - offset, place: start, length: Math.min(end, offset + length) - start };
    }
    at += length;
  }
  return { at, place: start, length: 0 };
}

async function attempt(read: ReadContent, at: number, length: number): Promise<Uint8Array | undefined> {
  try {
    return await read(at, length);
  } catch (error) {
    if (error instanceof Win7UsbError) return undefined;
    throw error;
  }
}

class Widening {
  #start = Infinity;
  #end = 0;

  add(start: number, end: number): void {
    this.#start = Math.min(this.#start, start);
    this.#end = Math.max(this.#end, end);
  }

  get difference(): ContentDifference | undefined {
    return this.#end === 0 ? undefined : { start: this.#start, end: this.#end, kind: "different" };
  }
}
