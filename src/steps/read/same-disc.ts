/** Whether the disc in the drive is the one that an image is of, and whether it still is the one that it was. */
import { pageMemory } from "../../bytes/page-memory.js";
import { KiB, roundDown } from "../../bytes/units.js";
import { discSectorSize, type Disc } from "../../drive/optical-disc.js";
import { inspectDisc, openDisc, type DiscReader } from "../../drive/optical.js";
import type { DiscImage } from "../../drive/disc-image.js";
import { Win7UsbError } from "../../errors.js";
import { runEnd, type Run } from "../../extents/extent.js";
import type { RescueMap } from "../../read/rescue-map.js";
import { whetherRead } from "../../read/whether-read.js";

/** The volume descriptors of a disc: they have its label, its length and the time at which it was made. */
const descriptors: Run = { offset: 32 * KiB, length: 32 * KiB };
/** Places that are compared besides, of this many bytes. */
const sampleCount = 16;
const sampleLength = 4 * discSectorSize;

export type Compared = {
  /** Places that could be read on both sides. */
  readonly places: number;
};

/**
 * Compares what the image has with the disc, in ascending order; what either lacks is left out. Throws `other-disc` at the
 * first difference.
 */
export async function requireSameDisc(
  disc: Disc,
  reader: DiscReader,
  {
    path,
    image,
    map,
    size,
  }: { readonly path: string; readonly image: Pick<DiscImage, "read">; readonly map: RescueMap; readonly size: number },
): Promise<Compared> {
  let places = 0;
  for (const run of comparedRuns(map, size)) {
    const onDisc = pageMemory(run.length);
    if (!(await whetherRead(() => reader.read(run.offset, onDisc)))) continue;
    const inImage = new Uint8Array(run.length);
    await image.read(run.offset, inImage);
    places += 1;
    const at = onDisc.findIndex((byte, index) => byte !== inImage[index]);
    if (at === -1) continue;
    throw new Win7UsbError(
      "other-disc",
      `${path} is of another disc than the one in ${disc.path}: they differ at byte ${run.offset + at}`,
      {
        hint: "Insert the disc that the image was begun with, or read this one into another file.",
        data: { path, disc: disc.path, offset: run.offset + at },
      },
    );
  }
  return { places };
}

/** Whole sectors that the image has: of the descriptors, and of places that are spread over the disc. */
function comparedRuns(map: RescueMap, size: number): Run[] {
  const wanted = [descriptors];
  for (let index = 1; index <= sampleCount; index += 1) {
    const offset = roundDown((index * size) / (sampleCount + 1), discSectorSize);
    wanted.push({ offset, length: sampleLength });
  }
  const runs: Run[] = [];
  let end = 0;
  for (const { offset, length } of wanted.toSorted((a, b) => a.offset - b.offset)) {
    for (let at = Math.max(end, offset); at < Math.min(offset + length, size); at += discSectorSize) {
      const sector = { offset: at, length: Math.min(discSectorSize, size - at) };
      const found = map.first("finished", at);
      if (found?.offset === at && runEnd(found) >= runEnd(sector)) runs.push(sector);
      end = runEnd(sector);
    }
  }
  return runs;
}

/** The disc in a drive, asked now and then whether it still is there. A handle that was opened before it left says nothing. */
export class WatchedDisc {
  readonly #disc: Disc;
  readonly #first: Uint8Array | null;
  #reader: DiscReader;
  #medium: string | null;

  private constructor(disc: Disc, reader: DiscReader, first: Uint8Array | null) {
    this.#disc = disc;
    this.#reader = reader;
    this.#first = first;
    this.#medium = disc.medium;
  }

  static async open(disc: Disc): Promise<WatchedDisc> {
    const reader = await openDisc(disc);
    return new WatchedDisc(disc, reader, await firstDescriptor(reader));
  }

  get reader(): DiscReader {
    return { read: (offset, target) => this.#reader.read(offset, target), close: () => this.close() };
  }

  /**
   * Throws `disc-changed` or `no-medium`. Unless there is doubt, only what the system counts is asked, which costs the drive
   * nothing.
   */
  async check(isDoubtful: boolean): Promise<void> {
    const medium = await this.#mediumNow();
    if (!isDoubtful && medium === this.#medium) return;
    const reader = await openDisc(this.#disc);
    const now = await firstDescriptor(reader);
    if (this.#first !== null && (now === null || Buffer.compare(now, this.#first) !== 0)) {
      await reader.close();
      throw new Win7UsbError("disc-changed", `${this.#disc.path}: ${changedWords(now)}`, {
        hint: "Insert the disc again, and run the same command again: it goes on where it was.",
        data: { path: this.#disc.path },
      });
    }
    // The same disc may have been taken out and put back: the old handle would give errors alone.
    const old = this.#reader;
    this.#reader = reader;
    this.#medium = medium;
    await old.close();
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  async #mediumNow(): Promise<string | null> {
    return this.#disc.medium === null ? null : (await inspectDisc(this.#disc.path)).medium;
  }
}

const changedWords = (now: Uint8Array | null): string =>
  now === null ? "the drive does not read any more what it has read before" : "there is another disc in it now";

async function firstDescriptor(reader: DiscReader): Promise<Uint8Array | null> {
  const target = pageMemory(discSectorSize);
  return (await whetherRead(() => reader.read(descriptors.offset, target))) ? target : null;
}
