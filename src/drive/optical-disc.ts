/** What a disc is to this room, on whatever system. */
import { KiB } from "../bytes/units.js";
import { Win7UsbError } from "../errors.js";

/** Bytes of a sector of a data disc (ECMA-119 6.1.2). */
export const discSectorSize = 2 * KiB;

export type Disc = {
  /** As the person named it. */
  readonly path: string;
  /** What is opened. */
  readonly device: string;
  readonly kind: "optical-drive" | "device" | "file";
  /** Bytes: what the drive says, with run-out blocks; null where the system does not tell. */
  readonly capacity: number | null;
  /** Which medium it is, as far as the system counts them: changes with it. Null where it does not. */
  readonly medium: string | null;
  /** Tracks of data, where somebody has counted tracks. */
  readonly dataTracks: number | null;
};

export function noMedium({ path }: { readonly path: string }, cause?: unknown): Win7UsbError {
  return new Win7UsbError("no-medium", `there is no disc in ${path}`, {
    hint: "Insert the disc, wait until the drive has settled, and run the same command again.",
    data: { path },
    cause,
  });
}
