/**
 * An image's metadata as a tree that can be edited and encoded again. Decoding keeps everything: what has no meaning here
 * (reserved fields, tagged items behind the names, padding, gaps between lists, the order in which lists lie) is kept as it
 * is, so that `encodeMetadata(decodeMetadata(bytes))` is `bytes`. What cannot be kept is an error, never changed in silence.
 */
/** WIM specification, "SECURITYBLOCK_DISK". */
export type SecurityData = {
  /** Self-relative security descriptors; an entry's `securityId` is an index. */
  readonly descriptors: readonly Uint8Array[];
  /** The whole block as it lies in front of the root entry, lengths and padding included. */
  readonly block: Uint8Array;
};

/** WIM specification, "STREAMENTRY". */
export type StreamEntry = {
  /** Empty: the unnamed stream. */
  readonly name: string;
  /** SHA-1, 20 bytes; zeros = empty. */
  readonly hash: Uint8Array;
  readonly reserved: bigint;
  /** What follows the name, up to the next multiple of 8 bytes: its terminator and padding. */
  readonly rest: Uint8Array;
  /** How many bytes of `rest` the entry's own length leaves out. */
  readonly slack: number;
};

/** WIM specification, "DIRENTRY". Times are FILETIMEs: 100 ns since 1601-01-01. */
export type DirectoryEntry = {
  /** UTF-16 as it is, lone surrogates included; empty for the root. */
  readonly name: string;
  readonly shortName: string;
  /** Bits of FILE_ATTRIBUTE_*. */
  readonly attributes: number;
  /** Index into the security data, or 0xFFFFFFFF. */
  readonly securityId: number;
  readonly creationTime: bigint;
  readonly lastAccessTime: bigint;
  readonly lastWriteTime: bigint;
  /** SHA-1 of the unnamed stream, 20 bytes; zeros = empty, or it stands in a stream entry. */
  readonly hash: Uint8Array;
  /** Names of one file share it; 0 where there is one name, and for reparse points. */
  readonly hardLinkGroup: bigint;
  /** Of a reparse point; null for everything else. */
  readonly reparse: { readonly tag: number; readonly reserved: number; readonly flags: number } | null;
  readonly streams: readonly StreamEntry[];
  /** A directory's children; null where the entry points to no list. */
  readonly list: DirectoryList | null;
  /** Fields without a meaning. */
  readonly unused1: bigint;
  readonly unused2: bigint;
  readonly unknown54: number;
  /** What follows the names, up to the next multiple of 8 bytes: tagged items and padding. */
  readonly rest: Uint8Array;
  /** How many bytes of `rest` the entry's own length leaves out. */
  readonly slack: number;
};

/**
 * WIM specification, "DIRENTRY" `liSubdirOffset`: the list of a directory's children. That of an empty directory has only an
 * end, or is absent.
 */
export type DirectoryList = {
  readonly entries: readonly DirectoryEntry[];
  /** Its place among the lists of the resource, from 0; null for a new one, which lies behind all others. */
  readonly rank: number | null;
  /** Bytes in front of it that belong to nothing; in front of the first list, the end of the root entry's own list. */
  readonly gap: Uint8Array;
  /** The length that the entry which ends the list says: 0 to 8. */
  readonly endLength: number;
};

export type ImageMetadata = {
  readonly security: SecurityData;
  readonly root: DirectoryEntry;
  /** Bytes behind the last list. */
  readonly tail: Uint8Array;
};
