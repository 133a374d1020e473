/** One row of the table of known images. */

export type KnownImage = {
  readonly fileName: string;
  /** Other names under which the same bytes were published. */
  readonly aliases?: readonly string[];
  readonly language: string;
  readonly edition: string;
  readonly channel: string;
  readonly architecture: string;
  /** `RTM`, `SP1`, `SP1 media refresh (U)`. */
  readonly release: string;
  readonly build: string;
  /** Bytes. */
  readonly size?: number;
  /** Hashes in lower-case hexadecimal. SHA-1 is what Microsoft published; the others were measured by third parties. */
  readonly sha1?: string;
  readonly md5?: string;
  readonly sha256?: string;
  readonly volumeLabel?: string;
  /** False where the label was derived from its grammar and not seen on a disc. */
  readonly volumeLabelObserved?: boolean;
  /** Sources of the hash that do not depend on each other. */
  readonly independentOrigins: number;
};

/** An image that goes around under an official-looking name and is not one. */
export type NotOfficialImage = {
  readonly fileName: string;
  readonly size?: number;
  readonly sha1?: string;
  readonly sha256?: string;
  /** What it is instead, as a sentence. */
  readonly verdict: string;
};
