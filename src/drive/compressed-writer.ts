/**
 * A compressed image file as a target: who writes it sees the disk, from its first byte to its last, and the file gets what
 * the compressor makes of it. It is read back by unpacking it from the beginning. Traps: nothing that was given can be taken
 * back, so a transfer is never tried again; and what unpacks may be shorter than the disk, so it is read to its end.
 */
import type { Transform } from "node:stream";
import { pipeline, Readable } from "node:stream";
import { pageMemory } from "../bytes/page-memory.js";
import { imageFileUnit, MiB } from "../bytes/units.js";
import type { CompressedFormat } from "../containers/index.js";
import { reasonOf, Win7UsbError } from "../errors.js";
import type { Compressing } from "./compression.js";
import { startCompressing, startUnpacking } from "./compression.js";
import type { DriveWriter } from "./drive-writer.js";
import { layeredWriter } from "./drive-writer.js";
import { giveTo } from "./give-to.js";
import { InOrder } from "./in-order.js";
import { stepError } from "./transfer.js";

/** Bytes of a transfer of the file. */
const transfer = MiB;
/** What is left out of a disk. */
const zeros = new Uint8Array(transfer);

/** `size` is the disk's, in bytes. */
export function compressedWriter(file: DriveWriter, format: CompressedFormat, size: number): DriveWriter {
  const packed = new PackedFile(file, startCompressing(format));
  const order = new InOrder();
  let position = 0;
  let unpacked: UnpackedFile | undefined;
  const give = async (bytes: Uint8Array): Promise<void> => {
    await packed.give(bytes);
    position += bytes.length;
  };
  const zerosTo = async (end: number): Promise<void> => {
    for (let left = end - position; left > 0; left -= zeros.length) await give(zeros.subarray(0, left));
  };
  return layeredWriter(file, {
    size,
    // The compressor takes any number of bytes.
    alignment: imageFileUnit,
    skipsZeros: false,
    sequential: true,
    write: (offset, bytes) =>
      order.run(async () => {
        if (offset < position) throw new RangeError(`${file.path} is behind byte ${offset} already`);
        await zerosTo(offset);
        await give(bytes);
      }),
    flush: () =>
      order.run(async () => {
        await zerosTo(size);
        await packed.end();
        await file.flush();
      }),
    read: (offset, target) =>
      order.run(async () => {
        if (unpacked === undefined || unpacked.position > offset) {
          unpacked?.close();
          unpacked = new UnpackedFile(file, format, packed.length);
        }
        await unpacked.skipTo(offset);
        await unpacked.fill(target);
      }),
    commit: () =>
      order.run(async () => {
        await unpacked?.requireEnd(size);
        await file.commit();
      }),
    async abort() {
      packed.close();
      unpacked?.close();
      await file.abort();
    },
  });
}

/** A file that grows by what a compressor makes. */
class PackedFile {
  /** Bytes, once it has ended. */
  length = 0;
  readonly #file: DriveWriter;
  readonly #compressing: Compressing;
  readonly #buffer = pageMemory(transfer);
  #filled = 0;
  /** Ends with the stream; rejects where the file cannot be written. */
  readonly #written: Promise<void>;

  constructor(file: DriveWriter, compressing: Compressing) {
    this.#file = file;
    this.#compressing = compressing;
    this.#written = this.#take(compressing.stream);
    this.#written.catch(() => undefined);
  }

  /** Resolves when the memory of `bytes` may be used again. */
  async give(bytes: Uint8Array): Promise<void> {
    const given = giveTo(this.#compressing.stream, bytes).catch((error: unknown) => {
      throw this.#failure(error);
    });
    // The compressor waits for a file that has failed.
    await Promise.race([given, this.#written]);
    this.#compressing.given(bytes);
  }

  async end(): Promise<void> {
    this.#compressing.stream.end();
    await this.#written;
    await this.#append(this.#compressing.trailer());
    if (this.#filled > 0) await this.#file.write(this.length, this.#buffer.subarray(0, this.#filled));
    this.length += this.#filled;
    this.#filled = 0;
  }

  close(): void {
    this.#compressing.stream.destroy();
  }

  async #take(stream: Transform): Promise<void> {
    await this.#append(this.#compressing.header);
    try {
      for await (const chunk of stream as AsyncIterable<Uint8Array>) await this.#append(chunk);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  async #append(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const part = bytes.subarray(done, done + transfer - this.#filled);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      done += part.length;
      if (this.#filled < transfer) continue;
      await this.#file.write(this.length, this.#buffer);
      this.length += transfer;
      this.#filled = 0;
    }
  }

  #failure(error: unknown): unknown {
    return error instanceof Win7UsbError ? error : stepError("compressing", this.#file.path, error);
  }
}

/** What a compressed file unpacks to, from its beginning on. */
class UnpackedFile {
  /** Of the disk, in bytes: what is read next. */
  position = 0;
  readonly #path: string;
  readonly #stream: Transform;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk = new Uint8Array(0);

  constructor(file: DriveWriter, format: CompressedFormat, length: number) {
    this.#path = file.path;
    this.#stream = startUnpacking(format);
    // A failure of the file is one of the stream.
    pipeline(Readable.from(chunksOf(file, length)), this.#stream, () => undefined);
    this.#chunks = (this.#stream as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  }

  async skipTo(offset: number): Promise<void> {
    while (this.position < offset) this.#taken(Math.min(await this.#available(), offset - this.position));
  }

  async fill(target: Uint8Array): Promise<void> {
    for (let done = 0; done < target.length;) {
      const length = Math.min(await this.#available(), target.length - done);
      target.set(this.#chunk.subarray(0, length), done);
      this.#taken(length);
      done += length;
    }
  }

  /** Unpacks the rest, which proves its checksum. Throws `verify-failed` where there are not `size` bytes in all. */
  async requireEnd(size: number): Promise<void> {
    await this.skipTo(size);
    if ((await this.#next()) !== undefined) throw this.#other(`it goes on behind byte ${size}`);
  }

  close(): void {
    this.#stream.destroy();
  }

  #taken(length: number): void {
    this.#chunk = this.#chunk.subarray(length);
    this.position += length;
  }

  /** Bytes of the chunk, of which there is at least one. */
  async #available(): Promise<number> {
    while (this.#chunk.length === 0) {
      const next = await this.#next();
      if (next === undefined) throw this.#other(`it ends at byte ${this.position}`);
      this.#chunk = next;
    }
    return this.#chunk.length;
  }

  async #next(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      const { done, value } = (await this.#chunks.next()) as IteratorResult<Uint8Array<ArrayBuffer>, undefined>;
      return done === true ? undefined : value;
    } catch (error) {
      throw error instanceof Win7UsbError ? error : this.#other(reasonOf(error));
    }
  }

  #other(what: string): Win7UsbError {
    return new Win7UsbError("verify-failed", `${this.#path} does not unpack to what was written: ${what}`, {
      hint: "Write it again, to another disk: this one returns other bytes than it was given.",
      data: { target: this.#path, offset: this.position },
    });
  }
}

async function* chunksOf(file: DriveWriter, length: number): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < length; offset += transfer) {
    // The stream keeps what it is given until it has unpacked it.
    const chunk = pageMemory(Math.min(transfer, length - offset));
    await file.read(offset, chunk);
    yield chunk;
  }
}
