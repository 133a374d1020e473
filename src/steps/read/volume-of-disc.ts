/** The volume on a disc as a source: what a drive counts besides lies behind it. */
import { roundUp } from "../../bytes/units.js";
import { discSectorSize } from "../../drive/optical-disc.js";
import { Win7UsbError } from "../../errors.js";
import { readVolumeExtent } from "../../iso9660-reader/index.js";
import { sliceSource, type ByteSource } from "../../source/byte-source.js";

/** Whole sectors of `disc`, as many as the volume claims; all of it where that cannot be told. Throws `interrupted`. */
export async function volumeOf(disc: ByteSource): Promise<ByteSource> {
  const end = roundUp(await claimedEnd(disc), discSectorSize);
  return end > 0 && end < disc.size ? sliceSource(disc, 0, end) : disc;
}

/** 0 where the volume does not say, or cannot be read: whoever reads it next fails in the same way. */
async function claimedEnd(disc: ByteSource): Promise<number> {
  try {
    return (await readVolumeExtent(disc)).end;
  } catch (error) {
    if (error instanceof Win7UsbError && error.code.startsWith("image-")) return 0;
    throw error;
  }
}
