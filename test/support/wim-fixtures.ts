/** WIMs and errors that several tests need. */
import { expect } from "vitest";
import { directory, file, filler, fixedTime } from "../../fixtures/windows7/nodes.js";
import type { WimImageSource, WimOptions } from "../../fixtures/wim/writer.js";
import { writeWim } from "../../fixtures/wim/writer.js";
import type { ErrorCode } from "../../src/errors.js";
import { Win7UsbError } from "../../src/errors.js";
import type { ByteSource } from "../../src/source/byte-source.js";
import { memorySource } from "../../src/source/byte-source.js";

/** A WIM with `count` images of three files each, two of which all images share. */
export function smallWim(count: number, options: WimOptions = {}): Promise<Uint8Array> {
  const images = Array.from({ length: count }, (_, index): WimImageSource => {
    const tree = directory("", [
      directory("Windows", [file("shared.bin", filler(3000, 1)), file("own.txt", `image ${index}`)]),
      file("shared.txt", "the same in all"),
    ]);
    return { name: `Image ${index + 1}`, creationTime: fixedTime, lastModificationTime: fixedTime, tree };
  });
  return writeWim(images, options);
}

/** What a promise is rejected with, which must be one of our own errors. */
export async function rejection(promise: Promise<unknown>): Promise<Win7UsbError> {
  const outcome = await promise.then(
    () => new Error("it was fulfilled"),
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(Win7UsbError);
  return outcome as Win7UsbError;
}

export async function expectRejection(promise: Promise<unknown>, code: ErrorCode, message: RegExp): Promise<void> {
  const error = await rejection(promise);
  expect(error.message).toMatch(message);
  expect(error.code).toBe(code);
}

/** A source that counts the bytes read and remembers the largest single read. */
export function countingSource(
  data: Uint8Array,
): ByteSource & { readonly bytesRead: number; readonly largest: number } {
  const source = memorySource(data);
  let bytesRead = 0;
  let largest = 0;
  const count = (length: number): void => {
    bytesRead += length;
    largest = Math.max(largest, length);
  };
  return {
    size: source.size,
    get bytesRead() {
      return bytesRead;
    },
    get largest() {
      return largest;
    },
    read(offset, length) {
      count(length);
      return source.read(offset, length);
    },
    readInto(offset, target) {
      count(target.length);
      return source.readInto(offset, target);
    },
  };
}
