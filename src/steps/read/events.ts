/** What happens while a disc is read, as plain values: for a terminal, for `--json` and for callers. */
import type { Warning } from "../../errors.js";
import type { ProgressEvent } from "../../progress/events.js";
import type { RescueStatus } from "../../read/rescue.js";

/** What a read is busy with; `hash` where the file has to be hashed once more at the end. */
export type ReadPhase = Exclude<RescueStatus, "finished"> | "hash";

/** The disc and the files are open; reading begins. */
export type ReadStartEvent = {
  readonly event: "start";
  readonly disc: string;
  readonly image: string;
  readonly map: string;
  readonly volumeLabel: string;
  /** Bytes of the volume, and how many of them were read before. */
  readonly size: number;
  readonly bytesRead: number;
};

/** How far the reading is. */
export type ReadProgressEvent = ProgressEvent<ReadPhase> & {
  /** Bytes that were tried and could not be read so far. */
  readonly unreadBytes: number;
};

/** What a person should know, and what does not end the reading. */
export type ReadWarningEvent = { readonly event: "warning" } & Warning;

/** What happens while a disc is read, in order. */
export type ReadEvent = ReadStartEvent | ReadProgressEvent | ReadWarningEvent;
