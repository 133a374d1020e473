/** Which files of a disc are parts of one WIM, by their names. */
import { describe, expect, it } from "vitest";
import { wimSets } from "../../src/verification/wims.js";
import { directory, file, tree } from "../support/memory-tree.js";

const namesOf = (...names: readonly string[]): string[][] =>
  wimSets(
    tree(
      directory(
        "sources",
        names.map((name) => file(name, 10)),
      ),
    ),
  ).map(({ parts }) => parts.map(({ path }) => path.replace("sources/", "")));

describe("the WIMs of a disc", () => {
  it.each([
    [["install.swm", "install2.swm", "INSTALL10.SWM"], [["install.swm", "install2.swm", "INSTALL10.SWM"]]],
    [["7.swm", "11.swm"], [["7.swm", "11.swm"]]],
    [
      ["a1b.swm", "a1b2.swm", "a1b.2.swm"],
      [["a1b.swm", "a1b2.swm"], ["a1b.2.swm"]],
    ],
    [
      ["a2.wim", "a.wim", "swm", "a.swm.txt"],
      [["a2.wim"], ["a.wim"]],
    ],
  ])("are %j as %j", (names, sets) => {
    expect(new Set(namesOf(...names))).toEqual(new Set(sets));
  });

  it("are known by names of any length, without trying every place that digits could begin at", () => {
    const long = `${"1".repeat(2_000_000)}x.swm`;
    expect(namesOf(long, `${long.slice(0, -4)}22.swm`).flat()).toHaveLength(2);
  });
});
