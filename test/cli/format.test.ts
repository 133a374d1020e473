import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { abbreviated, printable } from "../../src/cli/escape.js";
import { formatDriveSize } from "../../src/bytes/amounts.js";
import { formatDuration, parseSize, wrap } from "../../src/cli/format.js";
import { GiB, KiB, MiB } from "../../src/bytes/units.js";

describe("formatDriveSize", () => {
  it.each([
    [8e9, "8.00 GB"],
    [275e9, "275 GB"],
    [2e12, "2.00 TB"],
    [67_108_864, "67.1 MB"],
  ])("%d bytes are %s", (bytes, text) => expect(formatDriveSize(bytes)).toBe(text));
});

describe("formatDuration", () => {
  it.each([
    [400, "0 s"],
    [59_400, "59 s"],
    [59_600, "1:00"],
    [67_000, "1:07"],
    [3_729_000, "1:02:09"],
  ])("%d ms are %s", (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe("parseSize", () => {
  it.each([
    ["8G", 8 * GiB],
    ["512m", 512 * MiB],
    ["1.5GiB", 1.5 * GiB],
    ["4096", 4096],
    ["1 K", KiB],
    ["8G", 2 ** 33],
    ["8GiB", 2 ** 33],
    ["8GB", 8_000_000_000],
    ["8 gb", 8_000_000_000],
    ["1.1MB", 1_100_000],
    ["512B", 512],
  ])("%s", (text, bytes) => expect(parseSize(text)).toBe(bytes));
  it.each(["", "G", "-1", "1X", "1iB", "1i", "0", "1e9", "99999999999999999999", "0.3"])("refuses %j", (text) =>
    expect(parseSize(text)).toBeUndefined(),
  );
});

describe("wrap", () => {
  it("breaks at blanks, and only longer words leave the width", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }), (words) => {
        const lines = wrap(words.join(" "), 20).split("\n");
        expect(lines.join(" ")).toBe(words.join(" "));
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(20);
      }),
    );
  });
});

describe("printable", () => {
  it("escapes what steers a terminal", () => {
    expect(printable("a\u001b[31mb\u0007\u009bc\u202ed\n")).toBe("a\\u001b[31mb\\u0007\\u009bc\\u202ed\\u000a");
    expect(printable("Übung 安装.txt")).toBe("Übung 安装.txt");
  });
});

it.each([
  ["short", 20, "short"],
  ["exactly twenty chars", 20, "exactly twenty chars"],
  ["a/very/long/path/to/a/file.txt", 21, "a/very/l ... file.txt"],
])("%s in %i characters", (text, limit, expected) => {
  const seen = abbreviated(text, limit);
  expect(seen).toBe(expected);
  expect(seen.length).toBeLessThanOrEqual(limit);
});
