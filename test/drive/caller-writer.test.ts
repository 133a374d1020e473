/** Writers of the caller's: what they throw, what they say of themselves, and transfers of whole units alone. */
import { describe, expect, it } from "vitest";
import { callerWriter } from "../../src/drive/caller-writer.js";
import type { DriveWriter } from "../../src/drive/drive-writer.js";
import { Win7UsbError } from "../../src/errors.js";
import { memoryDrive } from "../support/memory-drive.js";

const given = (layer: Partial<DriveWriter> = {}): DriveWriter => ({ ...memoryDrive(8192), ...layer });
const bytes = new Uint8Array(512);

const steps: readonly [keyof DriveWriter, RegExp, (writer: DriveWriter) => Promise<unknown>][] = [
  ["write", /^writing 512 bytes at byte 1024 of memory failed: /, (writer) => writer.write(1024, bytes)],
  ["read", /^reading back 512 bytes at byte 1024 of memory failed: /, (writer) => writer.read(1024, bytes)],
  ["flush", /^flushing memory failed: /, (writer) => writer.flush()],
  ["beginReadBack", /^reading back memory failed: /, (writer) => writer.beginReadBack()],
  ["commit", /^closing memory failed: /, (writer) => writer.commit()],
];

describe("a writer of the caller's", () => {
  it.each(steps)("whose %s fails is a write that failed, in the caller's words", async (name, message, step) => {
    const cause = Object.assign(new Error("the network is away"), { code: "EPIPE" });
    const rejecting = given({ [name]: () => Promise.reject(cause) });
    const throwing = given({
      [name]: () => {
        throw cause;
      },
    });
    for (const writer of [rejecting, throwing]) {
      const error = await step(callerWriter(writer)).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Win7UsbError);
      expect(error).toMatchObject({
        code: "write-failed",
        exitCode: 6,
        data: { target: "memory", cause: "EPIPE" },
        cause,
      });
      expect(error).toHaveProperty("message", expect.stringMatching(message));
      expect(error).toHaveProperty("message", expect.stringContaining("the network is away"));
    }
  });

  it.each(steps)("whose %s fails with an error of win7usb's keeps it", async (name, _, step) => {
    const cause = new Win7UsbError("no-space", "full");
    await expect(step(callerWriter(given({ [name]: () => Promise.reject(cause) })))).rejects.toBe(cause);
  });

  it("never rejects when it is given up", async () => {
    const abort = (): never => {
      throw new Error("gone");
    };
    await callerWriter(given({ abort })).abort();
  });

  it.each([
    [512, 8192, 8192],
    [512, 8191, 7680],
    [4096, 8191, 4096],
    [65_536, 65_535, 0],
    [1, 513, 513],
  ])("with units of %i bytes and %i bytes has %i", (alignment, size, usable) => {
    expect(callerWriter(given({ alignment, size })).size).toBe(usable);
  });

  it.each([0, -512, 0.5, 513, 2 ** 17, Number.NaN, Number.POSITIVE_INFINITY])(
    "with units of %d bytes is refused by name",
    (alignment) => {
      expect(() => callerWriter(given({ alignment }))).toThrow(
        expect.objectContaining({ code: "target-unsupported", exitCode: 5 }),
      );
    },
  );

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])("of %d bytes is refused by name", (size) => {
    expect(() => callerWriter(given({ size }))).toThrow(expect.objectContaining({ code: "target-unsupported" }));
  });
});
