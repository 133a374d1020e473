/**
 * Does a drive hold as much as it reports? Sticks are sold that report many times their capacity: writes beyond it are
 * lost, or land at the beginning. Reading everything back finds that after minutes or hours; this probe needs a few
 * sectors: markers at widely spaced offsets are written, flushed and read back past the cache, and the old content is
 * restored. Two kinds are known: `limbo` (writes beyond the capacity are dropped) and `wraparound` (addresses lose their
 * upper bits). The markers lie at one offset and at that offset plus every power of two, so that with wraparound at a
 * power of two, the only kind that hardware has, they overwrite each other; the last sector finds limbo of any size.
 * Their key is made for each write, so that a marker of an earlier write is never taken for one of this.
 */
import { exactSize } from "../bytes/amounts.js";
import { createCipheriv, randomBytes } from "node:crypto";
import { pageMemory } from "../bytes/page-memory.js";
import { KiB, MiB, roundDown } from "../bytes/units.js";
import type { DriveWriter } from "../drive/drive-writer.js";
import { Win7UsbError } from "../errors.js";
import { leastProbedSize, markerPlaces } from "../transfer/most-sent.js";

/** Bytes: how exactly the capacity is determined where it lies between two markers. */
const precision = MiB;
/** A multiple of every alignment that a target may have. */
const anyUnit = 64 * KiB;

type Marker = { readonly offset: number; readonly expected: Uint8Array };

/** Throws `fake-capacity` where the drive keeps less than its size. Returns the number of bytes that were written. */
export async function probeCapacity(writer: DriveWriter): Promise<number> {
  if (writer.size < leastProbedSize) return 0;
  const probe = new Probe(writer);
  const markers = markerPlaces(writer).map((offset) => probe.marker(offset));
  const before: Uint8Array[] = [];
  for (const { offset } of markers) before.push(await probe.read(offset));
  for (const { offset, expected } of markers) await probe.write(offset, expected);
  await writer.flush();
  const found: Uint8Array[] = [];
  for (const { offset } of markers) found.push(await probe.read(offset));
  const kept = markers.map(({ expected }, index) => Buffer.compare(expected, found[index]!) === 0);
  if (kept.every(Boolean)) {
    for (const [index, { offset }] of markers.entries()) await probe.write(offset, before[index]!);
    return probe.bytesWritten;
  }
  const wrapped = wraparound(markers, found, kept);
  throw fakeCapacity(writer, wrapped ?? (await limbo(probe, markers, kept)));
}

/** One unit at a time. */
class Probe {
  bytesWritten = 0;
  readonly #writer: DriveWriter;
  readonly #key = randomBytes(16);
  readonly #unit: Uint8Array;

  constructor(writer: DriveWriter) {
    this.#writer = writer;
    this.#unit = pageMemory(writer.alignment);
  }

  /** Bytes that depend on the offset and the key, so that they cannot be there by chance. */
  marker(offset: number): Marker {
    const counter = Buffer.alloc(16);
    counter.writeBigUInt64BE(BigInt(offset));
    const cipher = createCipheriv("aes-128-ctr", this.#key, counter);
    return { offset, expected: cipher.update(new Uint8Array(this.#writer.alignment)) };
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#unit.set(bytes);
    await this.#writer.write(offset, this.#unit);
    this.bytesWritten += bytes.length;
  }

  async read(offset: number): Promise<Uint8Array> {
    await this.#writer.read(offset, this.#unit);
    return new Uint8Array(this.#unit);
  }

  /** Whether the drive keeps a marker there. */
  async keeps(offset: number): Promise<boolean> {
    const { expected } = this.marker(offset);
    await this.write(offset, expected);
    await this.#writer.flush();
    return Buffer.compare(await this.read(offset), expected) === 0;
  }
}

/** The capacity where one marker was found in place of another: the distance of the nearest two that are the same. */
function wraparound(
  markers: readonly Marker[],
  found: readonly Uint8Array[],
  kept: readonly boolean[],
): number | undefined {
  const [first] = markers;
  const met = markers.find(({ expected }, index) => index > 0 && Buffer.compare(expected, found[0]!) === 0);
  if (kept[0] === true || met === undefined) return undefined;
  // All addresses that mean the same place show the marker that was written there last.
  const nearest = markers.find((_, index) => index > 0 && Buffer.compare(found[index]!, found[0]!) === 0);
  return (nearest ?? met).offset - first!.offset;
}

/** The capacity of a drive that drops later writes: between the last marker that it kept and the first that it lost. */
async function limbo(probe: Probe, markers: readonly Marker[], kept: readonly boolean[]): Promise<number> {
  const lost = kept.indexOf(false);
  let low = lost === 0 ? 0 : markers[lost - 1]!.offset;
  let high = markers[lost]!.offset;
  while (high - low > precision) {
    const middle = roundDown((low + high) / 2, anyUnit);
    if (await probe.keeps(middle)) low = middle;
    else high = middle;
  }
  return high;
}

function fakeCapacity({ path, size }: DriveWriter, capacity: number): Win7UsbError {
  const message = `${path} says that it holds ${exactSize(size)}, but keeps only about ${exactSize(capacity)}: its size is faked`;
  return new Win7UsbError("fake-capacity", message, {
    hint: "Whatever is written behind that is lost, by any program. Use another drive, and take this one back.",
    data: { target: path, size, capacity },
  });
}
