/** Parts of split WIMs, by what their headers say. */
import { describe, expect, it } from "vitest";
import type { SetPart } from "../../src/wim/part-set.js";
import { partSetProblem } from "../../src/wim/part-set.js";

function part(partNumber: number, totalParts: number, header: Partial<SetPart["header"]> = {}): SetPart {
  const usual = { guid: "aa", partNumber, totalParts, compression: "lzx", chunkSize: 32768 } as const;
  return { name: `install${partNumber}.swm`, header: { ...usual, ...header } };
}

describe("parts of a split WIM", () => {
  it.each([
    ["one WIM", [part(1, 1)], null],
    ["all", [part(1, 3), part(2, 3), part(3, 3)], null],
    ["all, in another order", [part(3, 3), part(1, 3), part(2, 3)], null],
    ["one missing", [part(1, 3), part(3, 3)], "install1.swm: part 2 of 3 is missing"],
    ["the first missing", [part(2, 3), part(3, 3)], "install2.swm: part 1 of 3 is missing"],
    ["several missing", [part(3, 5)], "install3.swm: parts 1, 2, 4, 5 of 5 are missing"],
    ["the rest of a set", [part(1, 2)], "install1.swm: part 2 of 2 is missing"],
    ["one twice", [part(1, 2), { ...part(1, 2), name: "copy.swm" }], "copy.swm: it is part 1 of 2, as install1.swm is"],
    [
      "one of another set",
      [part(1, 2), part(2, 2, { guid: "bb" })],
      "install2.swm: it belongs to another set (GUID bb) than install1.swm (aa)",
    ],
    [
      "sets of other lengths",
      [part(1, 2), part(2, 3)],
      "install2.swm: it belongs to a set of 3 parts, install1.swm to one of 2",
    ],
    [
      "another chunk size",
      [part(1, 2), part(2, 2, { chunkSize: 65536 })],
      "install2.swm: its compression is another one than that of install1.swm",
    ],
  ])("%s", (_, parts, expected) => {
    const problem = partSetProblem(parts);
    expect(problem === null ? null : `${problem.name}: ${problem.text}`).toBe(expected);
  });

  it("names some of very many missing ones", () => {
    const { text } = partSetProblem([part(1, 65_535)])!;
    expect(text).toMatch(/^parts 2, 3, .*, 21 and 65514 more of 65535 are missing$/);
  });
});
