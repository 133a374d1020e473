/** The alignments of drives that are supported. */
import { isPowerOfTwo } from "../bytes/units.js";
import { Win7UsbError } from "../errors.js";
import { largestUnit } from "../extents/blocks.js";

/** Throws `target-unsupported` for an alignment that no drive has. */
export function requireTransferUnit({ path, alignment }: { readonly path: string; readonly alignment: number }): void {
  if (alignment >= 1 && alignment <= largestUnit && isPowerOfTwo(alignment)) return;
  throw new Win7UsbError("target-unsupported", `${path} wants transfers in units of ${alignment} bytes`, {
    hint: `Units are powers of two up to ${largestUnit} bytes: use another drive.`,
    data: { target: path, alignment },
  });
}
