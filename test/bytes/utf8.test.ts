/** What is UTF-8 and what is not. */
import { expect, it } from "vitest";
import { utf8Text } from "../../src/bytes/utf8.js";

it.each([
  ["", ""],
  ["c3a9", "é"],
  ["efbbbf41", "\ufeffA"],
  ["e9", undefined],
  ["c080", undefined],
  ["eda080", undefined],
  ["41c3", undefined],
])("%s is %j, and the next text is not touched by it", (bytes, text) => {
  expect(utf8Text(Buffer.from(bytes, "hex"))).toBe(text);
  expect(utf8Text(Buffer.from("A"))).toBe("A");
});
