/** Amounts in words, and that no room makes its own. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { agreeing, count, exactSize, firstFew, formatSize } from "../../src/bytes/amounts.js";
import { GiB, KiB, MiB } from "../../src/bytes/units.js";

describe("formatSize", () => {
  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [1023, "1023 bytes"],
    [KiB, "1.00 KiB"],
    [17.25 * MiB, "17.3 MiB"],
    [3.6 * GiB, "3.60 GiB"],
    [2048 * GiB, "2.00 TiB"],
  ])("%d bytes are %s", (bytes, text) => expect(formatSize(bytes)).toBe(text));
});

it.each([
  [1, "1 byte"],
  [1023, "1023 bytes"],
  [2_564_476_928, "2.39 GiB (2564476928 bytes)"],
])("%d bytes are exactly %s", (bytes, text) => expect(exactSize(bytes)).toBe(text));

describe("count", () => {
  it.each([
    [1, "file", "1 file"],
    [1234, "file", "1,234 files"],
    [8, "directory", "8 directories"],
  ])("%d %s", (number, noun, text) => expect(count(number, noun)).toBe(text));
});

describe("firstFew", () => {
  it.each([
    [[], ""],
    [["a"], "a"],
    [["a", "b"], "a, b"],
    [["a", "b", "c"], "a, b and 1 more"],
    [["a", "b", "c", "d"], "a, b and 2 more"],
  ])("of two: %j", (items, text) => expect(firstFew(items, 2)).toBe(text));

  it("tells only the first of them, in the form that is asked for", () => {
    const told: number[] = [];
    const text = (item: number): string => `<${told.push(item)}>`;
    expect(firstFew([7, 8, 9], 2, { text, between: "; ", last: ", and" })).toBe("<1>; <2>, and 1 more");
    expect(told).toEqual([7, 8]);
  });
});

it("verbs agree as nouns do", () => {
  expect([agreeing(1, "entry"), agreeing(2, "entry"), agreeing(1, "is", "are"), agreeing(0, "is", "are")]).toEqual([
    "entry",
    "entries",
    "is",
    "are",
  ]);
});

const nouns =
  "files?|images|parts|places|sectors|resources|entries|names|directories|editions|drives|processors|failures|requirements";
/** A number in a template, and behind it a noun that is always or never a plural. A bound has many of them. */
const ownPlural = new RegExp(
  String.raw`\$\{(?!most|maximum|entries|count\(|grouped\(|all|both|total|number\b)[^{}]*\} (?:more )?(?:${nouns})\b`,
);
const choosesPlural = /\? "(?:s|)" : "(?:s|)"/;

it("plurals are made in one place", () => {
  const root = join(import.meta.dirname, "..", "..", "src");
  const found = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith("amounts.ts"))
    .flatMap((path) =>
      readFileSync(join(root, path), "utf8")
        .split("\n")
        .filter((line) => !/^\s*(?:\*|\/)/.test(line) && (ownPlural.test(line) || choosesPlural.test(line)))
        .map((line) => `${path}: ${line.trim()}`),
    );
  expect(found).toEqual([]);
});
