/**
 * DriveWriter: the one interface behind which image files and drives of every platform are written. It knows nothing of
 * plans. Offsets, lengths and the addresses of buffers are multiples of `alignment`; transfers may overlap in time, as
 * long as they do not overlap on the drive. Every failure is a Win7UsbError (`write-failed`, `no-space`, ...).
 */

/** The result of `beginReadBack`. */
export type ReadBack = {
  /** False where the platform or file system may answer from its cache; the reason is then a sentence for people. */
  readonly fromMedium: boolean;
  readonly reason?: string;
};

/** A target that is open for writing. Its owner must end it with `commit` or `abort`. */
export type DriveWriter = {
  /** The drive's own path, or the image file's as the person named it; the key of a target in events and results. */
  readonly path: string;
  readonly kind: "image-file" | "drive" | "stream";
  /** Bytes. */
  readonly size: number;
  /** A power of two, in bytes, at least the sector size: the unit of every transfer. */
  readonly alignment: number;
  /** A fresh sparse file: what is never written reads as zeros, so blocks of zeros need not be written. */
  readonly skipsZeros: boolean;
  /**
   * Bytes can only be given in ascending order, the sector at offset 0 first: a stream, a compressed file. What is left out is
   * zeros. `flush` comes once, and ends it; only then it can be read, in ascending order as well, and a stream not at all.
   * Absent: any order.
   */
  readonly sequential?: true;
  /** Writes all of `bytes`; `write-failed` or `no-space` otherwise. */
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Fills all of `target`; `write-failed` when the drive gives an error. */
  read(offset: number, target: Uint8Array): Promise<void>;
  /** Returns when everything written so far is on the medium. */
  flush(): Promise<void>;
  /** From here on reads reach the medium and not a cache, as far as the platform can; call after `flush`. */
  beginReadBack(): Promise<ReadBack>;
  /** Finishes and closes the target: an image file gets its name, a drive's partition table is read again. */
  commit(): Promise<void>;
  /** Discards the target: an image file's temporary file is removed, a drive is closed as it is. Never throws. */
  abort(): Promise<void>;
};

/** `writer` with the members of `layer` in place of its own. */
export function layeredWriter(writer: DriveWriter, layer: Partial<DriveWriter>): DriveWriter {
  const { path, kind, size, alignment, skipsZeros, sequential } = writer;
  return {
    path,
    kind,
    size,
    alignment,
    skipsZeros,
    ...(sequential === undefined ? {} : { sequential }),
    write: (offset, bytes) => writer.write(offset, bytes),
    read: (offset, target) => writer.read(offset, target),
    flush: () => writer.flush(),
    beginReadBack: () => writer.beginReadBack(),
    commit: () => writer.commit(),
    abort: () => writer.abort(),
    ...layer,
  };
}
