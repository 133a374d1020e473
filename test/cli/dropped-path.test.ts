/** Paths as file managers drop them. */
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { meantPaths } from "../../src/cli/dropped-path.js";

describe("a path that was dropped", () => {
  it.each([
    ["/a/win7.iso ", "/a/win7.iso"],
    ["'/a b/win7.iso'", "/a b/win7.iso"],
    [String.raw`'/it'\''s/win7.iso'`, "/it's/win7.iso"],
    [String.raw`/a\ b/\(1\).iso`, "/a b/(1).iso"],
    [String.raw`"/a \"b\".iso"`, '/a "b".iso'],
    ["~/win7.iso", join(homedir(), "win7.iso")],
  ])("by a terminal of Linux as %s", (text, path) => {
    expect(meantPaths(text, "linux")).toContain(path);
  });

  it.skipIf(process.platform === "win32")("as an address, escapes of its own among it", () => {
    expect(meantPaths("file:///a%20b/win7.iso", "linux")).toContain("/a b/win7.iso");
  });

  it.each([
    [String.raw`"C:\a b\win7.iso"`, String.raw`C:\a b\win7.iso`],
    [String.raw`C:\a\win7.iso`, String.raw`C:\a\win7.iso`],
    [String.raw`& 'C:\it''s\win7.iso'`, String.raw`C:\it's\win7.iso`],
  ])("by Windows as %s", (text, path) => {
    expect(meantPaths(text, "win32").at(-1)).toBe(path);
  });

  it.each(["it's.iso", "a\\", '"half', "C:\\it's.iso"])(
    "is what was typed where that is no quoted word: %s",
    (text) => {
      expect(meantPaths(text, "linux")[0]).toBe(text);
      expect(meantPaths(text, "linux").length).toBeLessThan(3);
    },
  );

  it("is nothing where nothing was typed", () => expect(meantPaths("  ", "linux")).toEqual([]));
});
