/**
 * How long a target may keep a write waiting before it is told of, and before it is given up. No drive promises a time, so
 * both are generous: a stick that moves its blocks about says nothing for tens of seconds and is sound.
 */

/** `transfer` reads or writes, `flush` empties caches, `commit` closes and lets the system look at the drive again. */
export type OperationKind = "transfer" | "flush" | "commit";

/** In milliseconds without any operation of the target having succeeded. */
export type Limits = { readonly tellAfterMs: number; readonly giveUpAfterMs: number };

export type Patience = Readonly<Record<OperationKind, Limits>> & {
  /** After Ctrl-C nothing is worth waiting for: the target does not boot, and what is still under way is not needed. */
  readonly interruptedMs: number;
};

const second = 1000;

/**
 * Linux gives a SCSI command 30 s (SD_TIMEOUT), resets the drive and sends it again, up to five times: 120 s are three
 * commands lost in a row with the resets between them. Windows waits 60 s by default (Disk\TimeOutValue), so that is one
 * command lost and the next one answered late. A system that gives up earlier says so itself, with its own error.
 * A flush empties caches of unknown size: a drive's own, with twice the time from Linux (SD_FLUSH_TIMEOUT_MULTIPLIER) and
 * as many attempts, or gigabytes of a system's page cache at a stick's speed under an image file.
 * A commit runs the system's own commands, and one that mounts or ejects takes its time without anything being wrong.
 */
export const usualPatience: Patience = {
  transfer: { tellAfterMs: 5 * second, giveUpAfterMs: 120 * second },
  flush: { tellAfterMs: 5 * second, giveUpAfterMs: 600 * second },
  commit: { tellAfterMs: 30 * second, giveUpAfterMs: 600 * second },
  interruptedMs: 5 * second,
};

const always: Limits = { tellAfterMs: Infinity, giveUpAfterMs: Infinity };

/** Who reads a stream may wait for a person or for a network: that is nobody's fault. Nothing is on a medium of ours. */
export const streamPatience: Patience = { transfer: always, flush: always, commit: always, interruptedMs: second / 2 };
