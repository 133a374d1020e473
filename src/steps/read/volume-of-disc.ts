/** The volume on a disc as a source: what a drive counts besides lies behind it. */
import { roundUp } from "../../bytes/units.js";
import { discSectorSize } from "../../drive/optical-disc.js";
import { Win7UsbError } from "../../errors.js";
import { readVolumeExtent } from "../../iso9660-reader/index.js";
import { sliceSource, type ByteSource } from "../../source/byte-source.js";
import { discSource } from "./disc-source.js";

/**
 * Whole sectors of `disc`, as many as the volume claims, as of what `readDisc` reads; all of it where that cannot be told.
 * Rejects where reading does with anything but `image-unreadable`.
 */
export async function volumeOf(disc: ByteSource): Promise<ByteSource> {
  const end = roundUp(await claimedEnd(disc), discSectorSize);
  return end > 0 && end < disc.size ? sliceSource(disc, 0, end) : disc;
}

/** 0 where the volume does not say, or is none: whoever reads it next fails in the same way. */
async function claimedEnd(disc: ByteSource): Promise<number> {
  const reader = { read: (offset: number, target: Uint8Array) => disc.readInto(offset, target) };
  try {
    return (await readVolumeExtent(discSource(reader, disc.size))).end;
  } catch (error) {
    if (error instanceof Win7UsbError && error.code.startsWith("image-")) return 0;
    throw error;
  }
}
