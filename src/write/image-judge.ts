/** What a write asks of whoever checks the image while it is written. */
import type { ImageFindings } from "../progress/events.js";

export type ImageJudge = {
  /** Of the whole image, in hexadecimal, when all of it was read; null where it is not taken. */
  sha256(): Promise<string | null>;
  /** Why it must not be made bootable, as soon as that is known. */
  problem(): unknown;
  /** Resolves when all that was to be checked is; rejects with the problem. */
  verdict(): Promise<ImageFindings>;
};
