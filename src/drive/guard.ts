import type { ErrorCode } from "../errors.js";
import type { Drive } from "./drive.js";

/** Refusals that `--allow` lifts; all others stand. */
export const allowableRefusals = ["fixed-disk", "large-disk"] as const;

export type Refusal = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly data: Record<string, unknown>;
};

export type Circumstances = {
  /** Names of refusals that the person lifts; only those in `allowableRefusals` have an effect. */
  readonly allow: readonly string[];
  /** Bytes that the drive must hold; undefined before the plan's needs are known. */
  readonly needed?: number;
  /** Paths of the drives that hold the image (`drivesHolding`). */
  readonly imageDrives?: readonly string[];
  /** The drive as it was when the person chose it. */
  readonly listed?: Drive;
};
