/** What is made of the differences of a target, whichever file system it has. */
import type { Mismatch } from "./mismatch.js";

/** What a technician should know beside what differs. */
export type Note = { readonly code: string; readonly message: string };

export type VolumeFindings = {
  readonly mismatches: readonly Mismatch[];
  /** Paths of files that were not written, and `path:name` of streams. */
  readonly added: readonly string[];
  /** The same, of files that systems put on every stick by themselves. */
  readonly addedBySystem: readonly string[];
  /** A system has used the volume since, and its structures are sound. */
  readonly usedSince: boolean;
  readonly notes: readonly Note[];
};
