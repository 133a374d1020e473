/** A stream as a target: every byte in its order, at its reader's pace, and nothing behind a failure. */
import { PassThrough, Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { streamWriter } from "../../src/drive/stream-writer.js";
import { Win7UsbError } from "../../src/errors.js";

const path = "-";

function collecting(): { output: Writable; taken: () => Buffer } {
  const chunks: Buffer[] = [];
  const write = (chunk: Buffer, _: string, done: () => void): void => {
    chunks.push(Buffer.from(chunk));
    done();
  };
  return { output: new Writable({ write }), taken: () => Buffer.concat(chunks) };
}

function failing(code: string, behind: number): Writable {
  let taken = 0;
  return new Writable({
    write(chunk: Buffer, _, done) {
      taken += chunk.length;
      done(taken > behind ? Object.assign(new Error(`${code}: gone, write`), { code, syscall: "write" }) : null);
    },
  });
}

describe("a stream", () => {
  it("is given what is written, in order, whatever is under way at once", async () => {
    const { output, taken } = collecting();
    const writer = streamWriter({ kind: "stream", path, output }, 3 * MiB);
    const first = Buffer.alloc(2.5 * MiB, 1);
    const second = Buffer.alloc(0.5 * MiB, 2);
    await Promise.all([writer.write(0, first), writer.write(first.length, second)]);
    await writer.commit();
    expect(Buffer.compare(taken(), Buffer.concat([first, second]))).toBe(0);
    expect(output.writableEnded).toBe(false);
  });

  it("is no place to go back or ahead to", async () => {
    const writer = streamWriter({ kind: "stream", path, output: collecting().output }, MiB);
    await writer.write(0, new Uint8Array(512));
    await expect(writer.write(0, new Uint8Array(512))).rejects.toThrow(RangeError);
    const other = streamWriter({ kind: "stream", path, output: collecting().output }, MiB);
    await expect(other.write(512, new Uint8Array(512))).rejects.toThrow(RangeError);
    await expect(other.read(0, new Uint8Array(512))).rejects.toThrow("cannot be read back");
  });

  it("waits for its reader, and keeps no more than one part of what it was given", async () => {
    const output = new PassThrough({ highWaterMark: 16 });
    const writer = streamWriter({ kind: "stream", path, output }, 8 * MiB);
    let ended = false;
    const writing = writer.write(0, new Uint8Array(8 * MiB)).then(() => (ended = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(ended).toBe(false);
    expect(output.readableLength + output.writableLength).toBeLessThanOrEqual(2 * MiB);
    output.resume();
    await writing;
  });

  it.each([
    ["EPIPE", "whoever reads - went away after 1.00 MiB (1048576 bytes) of 4.00 MiB (4194304 bytes)"],
    ["ENOSPC", "writing 1048576 bytes at byte 1048576 of - failed: ENOSPC: gone"],
  ])("that fails with %s says where, and takes nothing more", async (code, message) => {
    const output = failing(code, MiB);
    const writer = streamWriter({ kind: "stream", path, output }, 4 * MiB);
    const failures = await Promise.allSettled([
      writer.write(0, new Uint8Array(4 * MiB)),
      writer.write(4 * MiB, new Uint8Array(512)),
    ]);
    for (const failure of failures) {
      const { reason } = failure as PromiseRejectedResult;
      expect(reason).toBeInstanceOf(Win7UsbError);
      expect(reason).toMatchObject({ code: "write-failed", exitCode: 6, message });
    }
  });
});
