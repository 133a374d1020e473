/** Text in lines: nothing is lost, and nothing is longer than it has to be. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wordWrapped } from "../../src/bytes/word-wrap.js";

describe("wrapping at words", () => {
  it.each([
    ["one two three", { first: 7, later: 7 }, ["one two", "three"]],
    ["one two three", { first: 3, later: 9 }, ["one", "two three"]],
    ["a0123456789 b", { first: 5, later: 5 }, ["a0123456789", "b"]],
    ["a0123456789 b", { first: 5, later: 5, breaksWords: true }, ["a0123", "45678", "9 b"]],
    ["", { first: 5, later: 5 }, [""]],
  ])("of %j with %j", (text, options, lines) => {
    expect(wordWrapped(text, options)).toEqual(lines);
  });

  const texts = fc.array(fc.string({ unit: "grapheme-ascii", maxLength: 12 })).map((words) => words.join(" "));
  const widths = fc.record({ first: fc.integer({ min: 1, max: 30 }), later: fc.integer({ min: 1, max: 30 }) });

  it("keeps all of a text, and breaks only where the next word does not fit", () => {
    fc.assert(
      fc.property(texts, widths, (text, { first, later }) => {
        const lines = wordWrapped(text, { first, later });
        expect(lines.join(" ")).toBe(text);
        for (const [index, line] of lines.entries()) {
          const room = index === 0 ? first : later;
          if (line.includes(" ")) expect(line.length).toBeLessThanOrEqual(room);
          const next = lines[index + 1]?.split(" ")[0];
          if (next !== undefined) expect(`${line} ${next}`.length).toBeGreaterThan(room);
        }
      }),
    );
  });

  it("has no longer line where it breaks words", () => {
    fc.assert(
      fc.property(texts, widths, (text, { first, later }) => {
        const lines = wordWrapped(text, { first, later, breaksWords: true });
        expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
        for (const [index, line] of lines.entries()) {
          expect(line.length).toBeLessThanOrEqual(index === 0 ? first : later);
        }
      }),
    );
  });
});
