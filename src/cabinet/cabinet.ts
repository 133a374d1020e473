/** A cabinet as its tables describe it. */
import type { ByteSource } from "../source/byte-source.js";

export type CabinetCompression =
  | { readonly kind: "none" | "mszip" | "quantum" }
  /** `windowOrder`: base-2 logarithm of the window's bytes. */
  | { readonly kind: "lzx"; readonly windowOrder: number };

export type CabinetFolder = {
  readonly compression: CabinetCompression;
  /** Where its first block lies in the cabinet. */
  readonly firstBlock: number;
  readonly blocks: number;
};

export type CabinetFile = {
  /** As it stands there, separators and all. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Index among the folders. */
  readonly folder: number;
  /** Bytes of the folder's content in front of it. */
  readonly offset: number;
};

export type Cabinet = {
  readonly source: ByteSource;
  /** Bytes of the cabinet, without a signature behind it. */
  readonly size: number;
  readonly folders: readonly CabinetFolder[];
  readonly files: readonly CabinetFile[];
  /** Bytes that each block leaves free. */
  readonly blockReserve: number;
};
