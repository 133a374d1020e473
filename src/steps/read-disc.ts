/**
 * A disc becomes an ISO: as long as its volume says, read once from its beginning, with its hashes taken on the way, and
 * judged at the end. What could not be read is left out, read again in smaller pieces, and in the end named by its files; a
 * map beside the image says what is there, so that another run, or GNU ddrescue, goes on.
 */
import { mapPathOf } from "../drive/disc-image.js";
import { inspectDisc } from "../drive/optical.js";
import { requireOtherThanImage } from "../drive/same-file.js";
import { Win7UsbError } from "../errors.js";
import type { Run } from "../extents/extent.js";
import { coverage } from "../extents/spans.js";
import type { Rescue } from "../read/rescue.js";
import { runRescue } from "../read/run-rescue.js";
import type { RescueMap } from "../read/rescue-map.js";
import type { UnreadFile } from "../read/unread-files.js";
import { Interruption } from "../source/interruption.js";
import { PrefixHasher } from "../threads/index.js";
import { prefixLengths, type MeasuredImage } from "../verification/known-image.js";
import { loadKnownImages, type KnownImages } from "../windows/known-images/index.js";
import { requireRetries } from "./known-choices.js";
import { throwIfInterrupted } from "./image-input.js";
import type { SplitOverDiscs } from "./read/disc-set.js";
import { judgeImage, nameGaps, type Judged } from "./read/judge-image.js";
import { lookAtDisc, requireData, type DiscVolume } from "./read/look-at-disc.js";
import { largeRead, openOutput, type Output } from "./read/output.js";
import type { ReadEvent } from "./read/events.js";
import { discReadProgress } from "./read/progress.js";
import { requireSameDisc, WatchedDisc } from "./read/same-disc.js";
import type { VerifyResult } from "./verify-image.js";
import type { VerifyEvent } from "./verify-passes.js";

/** Choices of `readDisc`. */
export type ReadOptions = {
  /** Replace an image that is there. Default: false. */
  readonly force?: boolean | undefined;
  /** Fill the gaps of an image with another copy of its disc. Default: false. */
  readonly fill?: boolean | undefined;
  /** How often what is bad is tried again: 0 to 100. Default: 2. */
  readonly retries?: number | undefined;
  /** Aborting it ends the reading, keeps what was read, and rejects with `interrupted`. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: ReadEvent) => void) | undefined;
  /** Milliseconds of a clock that never goes back. Default: `performance.now`. */
  readonly now?: (() => number) | undefined;
  /** Milliseconds between two saves of the map. Default: 10,000. */
  readonly saveEveryMs?: number | undefined;
  /** Published images. Default: the package's own table. */
  readonly knownImages?: KnownImages | undefined;
};

/** What could not be read. */
export type Unread = {
  readonly bytes: number;
  /** Of the disc, or of the image: those places are zeros in it. */
  readonly runs: readonly Run[];
  /** Null where the image's structures cannot be followed; `problem` says why. */
  readonly files: readonly UnreadFile[] | null;
  /** Bytes of no file. */
  readonly otherBytes: number;
  readonly problem: string | null;
};

/** What became of a disc: the image, its map, and what could not be read. */
export type ReadResult = {
  readonly disc: string;
  readonly image: string;
  readonly map: string;
  readonly volumeLabel: string;
  /** Bytes of the image. */
  readonly size: number;
  /** Reads that failed in this run, whatever was read of these places later. */
  readonly failedReads: number;
  /** Null where all was read, and where the image is a published one without what could not be. */
  readonly unread: Unread | null;
  /** Null where something is missing. */
  readonly verification: VerifyResult | null;
  /** WIMs of which this disc has some parts. */
  readonly splitOverDiscs: readonly SplitOverDiscs[];
};

/** The default of `retries`: once upwards and once downwards. */
export const usualRetries = 2;
const usualSaveEveryMs = 10_000;

/**
 * Reads the disc in the drive, device or file `path` into `imagePath`, or goes on with it. Unreadable sectors are in the
 * result. Throws `no-medium`, `disc-unsupported`, `disc-changed`, `image-not-iso`, `image-truncated`, `image-unreadable`;
 * `target-exists`, `other-disc`, `map-unusable`, `no-space` and the like; `interrupted`.
 */
export async function readDisc(path: string, imagePath: string, options: ReadOptions = {}): Promise<ReadResult> {
  const { signal, retries = usualRetries, onEvent = () => undefined } = options;
  requireRetries(retries);
  throwIfInterrupted(path, signal);
  const knownImages = options.knownImages ?? (await loadKnownImages());
  const disc = await inspectDisc(path);
  for (const target of [imagePath, mapPathOf(imagePath)]) await requireOtherThanImage(target, path);
  requireData(disc);
  let rescue: Rescue | undefined;
  const interruption = new Interruption(signal, () => interrupted(path, imagePath, rescue));
  const watched = await WatchedDisc.open(disc);
  try {
    const volume = await interruption.run(() => lookAtDisc(disc, watched.reader));
    for (const warning of volume.warnings) onEvent({ event: "warning", ...warning });
    const { force = false, fill = false } = options;
    const output = await openOutput(imagePath, { path, size: volume.size }, { force, fill, retries });
    rescue = output.rescue;
    try {
      await requireSame(watched, output, { disc, imagePath, fill, size: volume.size });
      await output.begin();
      const job = { path, imagePath, volume, knownImages, options };
      return await conclude(await copy(watched, output, interruption, job), output, job);
    } finally {
      await output.image.close();
    }
  } finally {
    interruption.end();
    // A read that does not come back must not hold whoever asked for the end.
    await interruption.close(() => watched.close());
  }
}

type Job = {
  readonly path: string;
  readonly imagePath: string;
  readonly volume: DiscVolume;
  readonly knownImages: KnownImages;
  readonly options: ReadOptions;
};

async function requireSame(
  watched: WatchedDisc,
  { image, rescue, isResumed }: Output,
  {
    disc,
    imagePath,
    fill,
    size,
  }: { disc: Parameters<typeof requireSameDisc>[0]; imagePath: string; fill: boolean; size: number },
): Promise<void> {
  if (!isResumed) return;
  const { places } = await requireSameDisc(disc, watched.reader, { path: imagePath, image, map: rescue.map, size });
  if (places > 0 || !fill) return;
  throw new Win7UsbError(
    "other-disc",
    `nothing that ${imagePath} has can be read from ${disc.path}, to tell whether it is the same disc`,
    {
      hint: "Clean the disc, or read it into another file.",
      data: { path: imagePath, disc: disc.path },
    },
  );
}

type Copied = { readonly failedReads: number; readonly hasher: PrefixHasher };

async function copy(watched: WatchedDisc, output: Output, interruption: Interruption, job: Job): Promise<Copied> {
  const { path, imagePath, volume, knownImages, options } = job;
  const { now = () => performance.now(), onEvent = () => undefined, saveEveryMs = usualSaveEveryMs } = options;
  const { rescue, image } = output;
  const { volumeLabel, size } = volume;
  const bytesRead = rescue.map.bytes("finished");
  onEvent({ event: "start", disc: path, image: imagePath, map: mapPathOf(imagePath), volumeLabel, size, bytesRead });
  const hasher = new PrefixHasher(
    size,
    ["sha1", "sha256", "md5"],
    prefixLengths({ size, volumeLabel, volumeEnd: size }, knownImages),
  );
  const progress = discReadProgress(rescue, { target: path, now, onEvent });
  const failedReads = await runRescue(
    rescue,
    {
      read: (offset, target) => watched.reader.read(offset, target),
      write: (offset, bytes) => image.write(offset, bytes),
      save: () => output.save(),
      checkDisc: (isDoubtful) => watched.check(isDoubtful),
    },
    {
      interruption,
      now,
      saveEveryMs,
      clusterSize: largeRead,
      onRead(run, bytes, state) {
        if (bytes !== null && run.offset === hasher.length) hasher.update(bytes);
        progress.advance(run, bytes !== null, state);
      },
    },
  );
  progress.end();
  return { failedReads, hasher };
}

async function conclude({ failedReads, hasher }: Copied, { rescue }: Output, job: Job): Promise<ReadResult> {
  const { path, imagePath, volume, options } = job;
  const { size, volumeLabel } = volume;
  const bytes = size - rescue.map.bytes("finished");
  const judged = await judgeRead(bytes, hasher.length === size ? hasher.measured() : null, job);
  // Zeros in the place of what could not be read may be what stands there: the hash of a published image proves it.
  const isWhole = bytes === 0 || judged?.verification.known?.official === true;
  const read = { disc: path, image: imagePath, map: mapPathOf(imagePath), volumeLabel, size, failedReads };
  const split = judged?.splitOverDiscs ?? [];
  if (isWhole) return { ...read, unread: null, verification: judged?.verification ?? null, splitOverDiscs: split };
  const runs = unfinished(rescue.map);
  const { places, problem } = await nameGaps(imagePath, runs, options.signal);
  const unread = { bytes, runs, files: places?.files ?? null, otherBytes: places?.otherBytes ?? 0, problem };
  return { ...read, unread, verification: null, splitOverDiscs: split };
}

/** Null where something is missing and what is left cannot be judged. */
async function judgeRead(unreadBytes: number, hashed: MeasuredImage | null, job: Job): Promise<Judged | null> {
  const { imagePath, knownImages, options } = job;
  const { now = () => performance.now(), signal, onEvent } = options;
  const tell = (event: VerifyEvent): void => {
    if (event.event === "progress") onEvent?.({ ...event, phase: "hash", unreadBytes });
  };
  try {
    return await judgeImage(imagePath, { knownImages, hashed, signal, now, onEvent: tell });
  } catch (error) {
    const isOfImage = error instanceof Win7UsbError && error.code.startsWith("image-");
    if (unreadBytes === 0 || !isOfImage) throw error;
    return null;
  }
}

/** What is not finished, whatever its status. */
function unfinished({ blocks }: RescueMap): Run[] {
  const spans = coverage(blocks.filter(({ status }) => status !== "finished"));
  return spans.map(({ start, end }) => ({ offset: start, length: end - start }));
}

function interrupted(path: string, imagePath: string, rescue: Rescue | undefined): Win7UsbError {
  const part = rescue === undefined ? 0 : rescue.map.bytes("finished") / rescue.map.size;
  const percent = Math.floor(part * 100);
  return new Win7UsbError("interrupted", `interrupted: ${percent}% of ${path} is in ${imagePath}`, {
    hint: "Run the same command again: it goes on where it was.",
    data: { disc: path, image: imagePath, map: mapPathOf(imagePath) },
  });
}
