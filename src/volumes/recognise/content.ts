/** What is told of a file system that lies somewhere, and how what cannot be read of it is passed over. */
import { Win7UsbError } from "../../errors.js";
import { VolumeFault, VolumeLimit } from "../volume-fault.js";

/** A file system as it is found. */
export type VolumeContent = {
  /** `fat32`, `ntfs`, `exfat`, `ext4`, `iso9660`, ...; null where the system does not say. */
  readonly fileSystem: string | null;
  /** Null where it has none, or where it cannot be told. */
  readonly label: string | null;
  /** Bytes in use; null where it cannot be told. */
  readonly used: number | null;
};

/** Null where something cannot be read, or is not what it should be. */
export async function quietly<T>(work: () => Promise<T | null>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    const isForeseen = [Win7UsbError, VolumeFault, VolumeLimit, RangeError].some((kind) => error instanceof kind);
    if (!isForeseen) throw error;
    return null;
  }
}

/** A label without what it is filled up with; null where nothing is left. */
export function labelOf(text: string): string | null {
  const label = text.replace(/\0.*$/s, "").trim();
  return label === "" ? null : label;
}

export function utf8Label(bytes: Uint8Array): string | null {
  return labelOf(new TextDecoder().decode(bytes));
}
