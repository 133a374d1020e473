/**
 * One pass over a stick before a byte of it is written: every unit is proved by the manifest's SHA-256, and what the manifest and the
 * content's SHA-256 will be is taken from the same bytes, with those in them that are to be changed. So the stick need not
 * be read while it does not boot.
 */
import type { DriveReader } from "../../drive/drive-reader.js";
import { blocksOf } from "../../extents/blocks.js";
import { sourcePart, type Extent, type Span } from "../../extents/extent.js";
import { piecesIn, windowOf } from "../../extents/layout.js";
import { coalesce, coverage } from "../../extents/spans.js";
import { readLayout } from "../../extents/layout-source.js";
import { encodeManifest, layoutManifest, type ManifestLayout } from "../../manifest/manifest.js";
import type { OwnedSpan } from "../../manifest/hash-units.js";
import type { ProgressEvent, WriteEvent } from "../../progress/events.js";
import { createMeter } from "../../progress/progress-meter.js";
import { runInterruptibly } from "../../source/interruption.js";
import { startWrittenHasher, type WrittenHasher } from "../../threads/index.js";
import { readAhead } from "../../transfer/read-ahead.js";
import { createRing } from "../../transfer/ring.js";
import { MiB } from "../../bytes/units.js";
import { manifestAreaSize } from "../../volumes/mbr.js";
import type { DiskPlan } from "../../volumes/plan.js";
import type { OpenedStick } from "../open-stick.js";
import { damagedStick, requireProved, unreadableStick } from "../open-stick.js";
import { nothingWritten } from "../prepare-write.js";

/** What can be known before the first byte of the changed stick is written. */
export type KnownBefore = {
  /** What lies behind the partition. */
  readonly manifestArea: Extent;
  /** Of `[0, contentEnd)`, in hexadecimal. */
  readonly sha256: string;
};

export type ProveRun = {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: (event: WriteEvent) => void;
  readonly now: () => number;
};

type Readable = Pick<DriveReader, "path" | "size" | "alignment" | "read">;

/** Bytes that are read at a time, and how many such reads there are at once. */
const blockSize = MiB;
const readsInFlight = 2;
/** Two more are hashed meanwhile. */
const slots = readsInFlight + 2;

/**
 * What a stick is to become: `changed` is what of `plan` is not on it yet, the manifest aside. `held`: what of that was read from
 * elsewhere on the stick, where it lies there.
 */
export type Becoming = {
  readonly plan: DiskPlan;
  readonly changed: readonly Extent[];
  readonly held: readonly Extent[];
};

/**
 * Undefined unless it is said what the stick becomes. Throws `stick-damaged` where a unit is not what the manifest says, and
 * `interrupted`; the stick is as it was then.
 */
export async function proveStick(
  stick: OpenedStick,
  reader: Readable,
  becoming: Becoming | null,
  run: ProveRun,
): Promise<KnownBefore | undefined> {
  const { units, spans } = stick.manifest;
  const before = startWrittenHasher({ kind: "units", units }, lengthOf(units));
  const after = becoming === null ? undefined : new HashesAfter(becoming, stick.manifestArea.offset);
  try {
    await Promise.all([before.ready(), after?.ready()]);
    return await runInterruptibly(run.signal, nothingWritten, async () => {
      const all = coalesce([...spans, ...(after?.spans ?? [])]);
      for await (const { offset, bytes, release } of blocks(reader, stick, all, run)) {
        requireHeld(stick, becoming?.held ?? [], offset, bytes);
        await Promise.all([before.update(offset, bytes), after?.update(offset, bytes)]);
        release();
      }
      requireProved(stick, await before.digest());
      return after?.known();
    });
  } finally {
    await Promise.all([before.close(), after?.close()]);
  }
}

/** What was read before is what is proved now. */
function requireHeld({ path }: OpenedStick, held: readonly Extent[], offset: number, bytes: Uint8Array): void {
  for (const { start, end, extent } of piecesIn(held, offset, offset + bytes.length)) {
    const found = bytes.subarray(start - offset, end - offset);
    const part = sourcePart(extent, start - extent.offset, end - start);
    if (part.kind !== "bytes" || Buffer.compare(part.bytes, found) !== 0) throw damagedStick(path, [`byte ${start}`]);
  }
}

const lengthOf = (units: readonly OwnedSpan[]): number => units.reduce((sum, { start, end }) => sum + end - start, 0);

type ReadBlock = { readonly offset: number; readonly bytes: Uint8Array; readonly release: () => void };

/** Ascending; progress is told as each is asked for. */
async function* blocks(
  reader: Readable,
  { path, manifest }: OpenedStick,
  spans: readonly Span[],
  { signal, onEvent, now }: ProveRun,
): AsyncGenerator<ReadBlock> {
  const extents = spans.map(({ start, end }): Extent => ({
    offset: start,
    length: end - start,
    source: { kind: "zeros" },
  }));
  const diskEnd = Math.max(reader.size, manifest.diskSize);
  const all = blocksOf(extents, { unit: reader.alignment, blockSize, diskEnd });
  const totalBytes = all.reduce((sum, { length }) => sum + length, 0);
  const tell = (event: ProgressEvent<"check">): void => onEvent(event);
  const meter = createMeter({ phase: "check", target: path, totalBytes, now, onEvent: tell });
  const fill = async ({ offset }: Extent | { offset: number }, bytes: Uint8Array): Promise<void> => {
    try {
      await reader.read(offset, bytes);
    } catch (error) {
      throw unreadableStick(path, offset, error);
    }
  };
  for await (const { block, bytes, slot } of readAhead(all, createRing(slots, blockSize), readsInFlight, fill)) {
    if (signal?.aborted === true) throw nothingWritten();
    yield { offset: block.offset, bytes, release: () => slot.release() };
    meter.advance(block.length);
  }
  meter.end();
}

/** Hashes of what the stick becomes, from the bytes of what it is, which come in ascending order. */
class HashesAfter {
  /** What has to be read for them. */
  readonly spans: readonly Span[];
  readonly #changed: readonly Extent[];
  readonly #shape: ManifestLayout;
  readonly #areaStart: number;
  readonly #units: WrittenHasher;
  readonly #content: WrittenHasher;
  #area: Promise<Extent> | undefined;

  constructor({ plan, changed }: Becoming, areaStart: number) {
    this.#changed = changed;
    this.#areaStart = areaStart;
    this.#shape = layoutManifest(plan, areaStart);
    const { units } = this.#shape;
    this.#units = startWrittenHasher({ kind: "units", units }, lengthOf(units));
    this.#content = startWrittenHasher({ kind: "content", end: plan.contentEnd }, plan.contentEnd);
    const behind = { start: areaStart, end: Math.max(areaStart, plan.contentEnd) };
    this.spans = [...coverage(plan.extents, areaStart), behind];
  }

  async ready(): Promise<void> {
    await Promise.all([this.#units.ready(), this.#content.ready()]);
  }

  async update(offset: number, bytes: Uint8Array): Promise<void> {
    const patched = await this.#patched(offset, bytes);
    await Promise.all([this.#units.update(offset, patched), this.#content.update(offset, patched)]);
  }

  async known(): Promise<KnownBefore> {
    const sha256 = Buffer.from(await this.#content.digest()).toString("hex");
    return { manifestArea: await this.#manifestArea(), sha256 };
  }

  async close(): Promise<void> {
    await Promise.all([this.#units.close(), this.#content.close()]);
  }

  /** The same memory where nothing in it is to be changed. */
  async #patched(offset: number, bytes: Uint8Array): Promise<Uint8Array> {
    const end = offset + bytes.length;
    const { length } = windowOf(this.#changed, { offset, length: bytes.length });
    const isManifest = offset < this.#areaStart + manifestAreaSize && end > this.#areaStart;
    if (length === 0 && !isManifest) return bytes;
    const patched = new Uint8Array(bytes);
    await readLayout(this.#changed, offset, patched, { gaps: "kept" });
    if (isManifest) await readLayout([await this.#manifestArea()], offset, patched, { gaps: "kept" });
    return patched;
  }

  /** To be asked for when all before it was hashed. */
  #manifestArea(): Promise<Extent> {
    this.#area ??= this.#units.digest().then((digests) => {
      const bytes = new Uint8Array(manifestAreaSize);
      bytes.set(encodeManifest(this.#shape, digests));
      return { offset: this.#areaStart, length: bytes.length, source: { kind: "bytes", bytes } };
    });
    return this.#area;
  }
}
