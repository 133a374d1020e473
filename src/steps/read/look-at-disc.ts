/** What is in the drive: which volume, how long it is by itself, and what is no disc for this program. */
import { exactSize } from "../../bytes/amounts.js";
import { roundUp } from "../../bytes/units.js";
import { discSectorSize, noMedium, type Disc } from "../../drive/optical-disc.js";
import { type DiscReader } from "../../drive/optical.js";
import { Win7UsbError, type Warning } from "../../errors.js";
import { hasPath, readVolumeExtent, type VolumeExtent } from "../../iso9660-reader/index.js";
import { namingForeign } from "../foreign/index.js";
import { discSource, type DiscSource } from "./disc-source.js";

export type DiscVolume = {
  readonly volumeLabel: string;
  /** Bytes to read: whole sectors. */
  readonly size: number;
  readonly warnings: readonly Warning[];
};

/** Where the system does not tell a capacity: larger than every disc (BD-R XL has 128 GB). */
const largestDisc = 2 ** 38;

/** Throws `no-medium` and `disc-unsupported` by what the system knows of it, before anything is read. */
export function requireData({ capacity, dataTracks, ...disc }: Disc): void {
  if (capacity === 0 && disc.kind !== "file") throw noMedium(disc);
  if (dataTracks === 0) throw unsupported(disc.path, "an audio disc: it has no track of data");
}

/**
 * Throws `disc-unsupported`, `image-not-iso`, `image-truncated` where the volume is longer than the disc, and
 * `image-unreadable` where its descriptors cannot be read.
 */
export async function lookAtDisc(disc: Disc, reader: DiscReader): Promise<DiscVolume> {
  const { path, capacity } = disc;
  const source = discSource(reader, capacity ?? largestDisc);
  const extent = await readExtent(disc, source);
  const warnings: Warning[] = [];
  if (extent.problem !== null) {
    warnings.push({ code: "volume-descriptors", message: `its length is that of ISO 9660: ${extent.problem}` });
  }
  if (extent.end === 0) {
    const message = "the volume does not say how long it is: all that the drive counts is read";
    warnings.push({ code: "volume-length", message });
  }
  await refuseVideo(path, source);
  const claimed = extent.end === 0 ? (capacity ?? 0) : extent.end;
  if (capacity !== null && claimed > capacity) {
    throw new Win7UsbError(
      "image-truncated",
      `the volume on ${path} has ${exactSize(claimed)}, but the disc has ${exactSize(capacity)}`,
      {
        hint: "The disc was not recorded to its end: take another copy of it.",
        data: { path, volumeEnd: claimed, size: capacity },
      },
    );
  }
  const size = Math.min(roundUp(claimed, discSectorSize), capacity ?? Infinity);
  if (size === 0) throw unsupported(path, "a disc whose length is not known");
  return { volumeLabel: extent.volumeLabel, size, warnings };
}

async function readExtent(disc: Disc, source: DiscSource): Promise<VolumeExtent> {
  try {
    return await namingForeign(source, disc.path, () => readVolumeExtent(source));
  } catch (error) {
    if (!(error instanceof Win7UsbError) || source.unread() === 0 || !error.code.startsWith("image-")) throw error;
    if (!source.isAnyRead() && disc.kind === "optical-drive") {
      throw unsupported(
        disc.path,
        "no disc whose data this drive can read: an audio disc, an empty one, or a broken one",
      );
    }
    throw new Win7UsbError("image-unreadable", `the volume on ${disc.path} cannot be read: ${error.message}`, {
      hint: "The sectors that say what is on the disc are unreadable: clean it, or try another drive.",
      data: { path: disc.path },
      cause: error,
    });
  }
}

/** The films of such a disc are mostly encrypted (CSS), and a drive gives none of these sectors to a program without a key. */
async function refuseVideo(path: string, source: DiscSource): Promise<void> {
  let isVideo: boolean;
  try {
    isVideo = await hasPath(source, "VIDEO_TS/VIDEO_TS.IFO");
  } catch (error) {
    // Directories that cannot be read may be read later.
    if (!(error instanceof Win7UsbError) || !error.code.startsWith("image-")) throw error;
    isVideo = false;
  }
  if (isVideo) throw unsupported(path, "a video disc (VIDEO_TS), whose films are protected against copying as a rule");
}

function unsupported(path: string, what: string): Win7UsbError {
  return new Win7UsbError("disc-unsupported", `in ${path} is ${what}`, {
    hint: "Insert an installation disc.",
    data: { path },
  });
}
