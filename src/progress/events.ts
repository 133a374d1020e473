/**
 * What happens during a write, as a union of plain values: the same for a terminal, for `--json` and for a script that
 * calls the API. `writePlan` emits everything from `plan` to `done`; `start` (before planning) and `error` (whatever
 * ended the command) are the caller's to emit.
 */

import type { PlannedEdit } from "../volumes/plan.js";

/**
 * `check` the image before the first byte of a stream, `write` the data, `flush` it to the medium, `verify` by reading back,
 * `finish` with the sector that boots.
 */
export type WritePhase = "check" | "write" | "flush" | "verify" | "finish";

/** A target that was finished. */
export type TargetDone = {
  readonly path: string;
  /**
   * Hexadecimal SHA-256 of the first `sha256Bytes` bytes of the target, as read back; of a stream, of all that it was given.
   * Null where nothing was verified.
   */
  readonly sha256: string | null;
  readonly sha256Bytes: number;
  /** Bytes that went to the target; blocks of zeros that a sparse file did not need are not counted. */
  readonly bytesWritten: number;
  /** Where only what differs was written: how much that was, without the sector that boots. */
  readonly bytesDiffering?: number;
  /** Read back and equal. */
  readonly verified: boolean;
};

/** A target that failed while others went on. */
export type TargetFailed = {
  readonly path: string;
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string };
};

/** The image is about to be read. */
export type StartEvent = { readonly event: "start"; readonly image: string; readonly targets: readonly string[] };

/** What will be written. */
export type PlanEvent = {
  readonly event: "plan";
  /** Bytes that are sent to a target at most, of whichever it is the most; `bytesWritten` tells how many it was. */
  readonly bytesToWrite: number;
  /** Bytes of the disk that was planned. */
  readonly totalBytes: number;
  readonly filesystem: string;
  readonly files: number;
  /** What is changed in the image's files. */
  readonly edits: readonly PlannedEdit[];
};

/** A phase begins, for all targets at once. */
export type PhaseEvent = { readonly event: "phase"; readonly phase: WritePhase };

/** How far one target is in a phase. */
export type ProgressEvent<Phase extends string = WritePhase> = {
  readonly event: "progress";
  readonly phase: Phase;
  /** The target's path; for other commands than a write, what the phase is busy with. */
  readonly target: string;
  readonly bytes: number;
  readonly totalBytes: number;
  /** Of what goes to the target or comes from it, without what is skipped; smoothed, 0 until it can be told. */
  readonly bytesPerSecond: number;
  /** Null until it can be told. */
  readonly etaMs: number | null;
  /** Milliseconds for which the target has not answered; only while it does not, and then every second. */
  readonly stalledMs?: number;
};

/**
 * A code of its own (`retried`, `verify-cached`, `stalled`, `resumed`) or, where a target is given up while others go on,
 * that error's code.
 */
export type WarningEvent = {
  readonly event: "warning";
  readonly code: string;
  readonly message: string;
  readonly target?: string;
  /** Of `stalled` and `resumed`: when, where in bytes (null for a flush), and for how long it did not answer. */
  readonly phase?: WritePhase;
  readonly offset?: number | null;
  readonly elapsedMs?: number;
};

/**
 * What of the image is checked while it is written: `hash`, whether its hash is a published one; `deep`, every file in its
 * WIMs as well.
 */
export type ImageCheckName = "none" | "hash" | "deep";

/** What was found of the image while it was written. */
export type ImageFindings = {
  readonly check: ImageCheckName;
  /** As `verify` has it; `damaged` where that was allowed, null where nothing was checked. */
  readonly verdict: "genuine" | "intact" | "damaged" | null;
  /** Of the whole image, in hexadecimal. */
  readonly hashes: { readonly sha1?: string; readonly sha256?: string; readonly md5?: string };
  /** The published image with this hash, by its file name. */
  readonly known: string | null;
  /** What was checked and what was not, as sentences without a full stop. */
  readonly checked: readonly string[];
  readonly unchecked: readonly string[];
};

/** The write is over, and at least one target was finished. */
export type DoneEvent = {
  readonly event: "done";
  readonly targets: readonly (TargetDone | TargetFailed)[];
  /** Absent where a plan was written that is of no image. */
  readonly image?: ImageFindings;
};

/** Whatever ended the command: the last event where there is no `done`. */
export type ErrorEvent = {
  readonly event: "error";
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
};

/** What happens during a write, in order. */
export type WriteEvent = StartEvent | PlanEvent | PhaseEvent | ProgressEvent | WarningEvent | DoneEvent | ErrorEvent;
