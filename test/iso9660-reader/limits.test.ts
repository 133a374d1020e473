/** What lies above a bound of `limits.ts` is a limit of this reader, and never told as damage. */
import { describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import {
  maximumDirectoryBytes,
  maximumDirectorySize,
  maximumEntries,
  maximumExtents,
  maximumPathCharacters,
  maximumPathLength,
} from "../../src/iso9660-reader/limits.js";
import type { Reading } from "../../src/iso9660-reader/reading.js";
import {
  countDirectory,
  countEntry,
  countExtent,
  countSystemUse,
  pathBelow,
  startReading,
} from "../../src/iso9660-reader/reading.js";
import type { ByteSource } from "../../src/source/byte-source.js";

const source: ByteSource = {
  size: 512 * MiB,
  readInto: async (_, target) => void target.fill(0),
  read: async (_, length) => new Uint8Array(length),
};

/** A reading that has taken as much as it may. */
function full(): Reading {
  const reading = startReading(source);
  reading.taken.entries = maximumEntries;
  reading.taken.pathCharacters = maximumPathCharacters;
  reading.taken.directoryBytes = maximumDirectoryBytes;
  reading.taken.extents = maximumExtents;
  return reading;
}

describe("a limit of the reader", () => {
  it.each<[string, (reading: Reading) => unknown]>([
    ["an entry more", (reading) => countEntry(reading, "a")],
    ["a path more", (reading) => pathBelow(reading, "a", "b")],
    ["a long path", () => pathBelow(startReading(source), "a".repeat(maximumPathLength), "b")],
    ["a large directory", () => countDirectory(startReading(source), "a", maximumDirectorySize + 1)],
    ["a directory more", (reading) => countDirectory(reading, "a", 1)],
    ["Rock Ridge more", (reading) => countSystemUse(reading, "a", 1)],
    ["an extent more", countExtent],
  ])("%s is told as a limit of win7usb", (_, step) => {
    const isLimit = { code: "image-unsupported", message: expect.stringContaining("a limit of win7usb, not damage") };
    expect(() => step(full())).toThrow(expect.objectContaining(isLimit));
  });

  it("is none where a directory is larger than the image", () => {
    const step = (): void => countDirectory(startReading(source), "a", source.size + 1);
    expect(step).toThrow(expect.objectContaining({ code: "image-damaged" }));
  });
});
