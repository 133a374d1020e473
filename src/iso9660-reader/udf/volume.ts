/** A logical volume while it is read: its blocks are addressed by partition reference number and block. */
import type { ByteSource } from "../../source/byte-source.js";
import { damaged } from "../failures.js";
import type { Reading } from "../reading.js";

/** Bytes of the image, or bytes that were never recorded and read as zeros (`offset: null`). */
export type ByteRun = { readonly offset: number | null; readonly length: number };

export type PartitionKind = "plain" | "sparable" | "virtual" | "metadata";

/** A partition that is on a drive. */
export type UdfPartition = {
  readonly kind: PartitionKind;
  /** For messages: `"partition 0"`, `"metadata partition 1"`. */
  readonly name: string;
  /** Where `length` bytes from the start of `block` lie, in order; `image-damaged` where they leave the partition. */
  locate(block: number, length: number): readonly ByteRun[];
};

export type Volume = {
  readonly reading: Reading;
  readonly source: ByteSource;
  readonly blockSize: number;
  /** By partition reference number: the order of the partition maps (ECMA-167 3/10.6.13). */
  readonly partitions: readonly (UdfPartition | undefined)[];
};

/** lb_addr (ECMA-167 4/7.1). */
export type BlockAddress = { readonly partitionReference: number; readonly block: number };

export function referencedPartition(volume: Volume, reference: number, what: string): UdfPartition {
  const partition = volume.partitions[reference];
  if (partition !== undefined) return partition;
  throw damaged(
    `${what} lies in the partition reference number ${reference}, expected less than ${volume.partitions.length}`,
  );
}

/** The offset in the image of one logical block; `image-damaged` where it was never recorded. */
export function offsetOfBlock(volume: Volume, address: BlockAddress, what: string): number {
  const partition = referencedPartition(volume, address.partitionReference, what);
  const [run] = partition.locate(address.block, volume.blockSize);
  if (run !== undefined && run.offset !== null && run.length === volume.blockSize) return run.offset;
  throw damaged(`${what} lies in block ${address.block} of ${partition.name}, which was never recorded`);
}

/** The bytes of one logical block. */
export async function readBlock(volume: Volume, address: BlockAddress, what: string): Promise<Uint8Array> {
  return volume.reading.metadata.read(offsetOfBlock(volume, address, what), volume.blockSize, what);
}
