/** What is wrong with a volume's structures: things that no system leaves behind that has unmounted it. */
export type NtfsFault = {
  /** The file whose record, index or place it is; null where it is nobody's. */
  readonly record: number | null;
  /** Of that file, where it is known and the tree does not say it. */
  readonly path: string | null;
  /** Bytes of the disk. */
  readonly offset: number;
  readonly length: number;
  /** Which structure, for people. */
  readonly structure: string;
  readonly reason: string;
};
