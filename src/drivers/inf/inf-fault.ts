/** What ends the reading of an INF. It is no exception for the folder: it becomes a verdict on the package. */

/** Why a file is no INF that Windows would read. */
export type InfFaultReason =
  | "too-large"
  | "too-many-lines"
  | "too-many-fields"
  | "field-too-long"
  /** Text before the first section. */
  | "no-section"
  /** A section's name without its bracket. */
  | "section-name"
  | "no-version"
  /** [Version] has a Signature that no Windows knows. */
  | "signature"
  /** `%strings%` make more of it than the limit. */
  | "expansion"
  | "too-many-ids"
  | "too-many-files";

export class InfFault extends Error {
  readonly reason: InfFaultReason;
  /** Counted from 1; 0 where the whole file is meant. */
  readonly line: number;

  constructor(reason: InfFaultReason, line = 0) {
    super(line === 0 ? reason : `${reason} in line ${line}`);
    this.name = "InfFault";
    this.reason = reason;
    this.line = line;
  }
}
