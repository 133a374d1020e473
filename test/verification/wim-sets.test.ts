/** Which files of a disc are parts of one WIM, by their names. */
import { describe, expect, it } from "vitest";
import { unmetDepth } from "../../src/verification/requirements.js";
import { scopeOf } from "../../src/verification/scope.js";
import type { WimReport } from "../../src/verification/wim/index.js";
import { examineWims, wimSets } from "../../src/verification/wims.js";
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

  it.each([
    [65, "1 further WIM, the first of them sources/w65.wim, is not looked at: at most 64"],
    [70, "6 further WIMs, the first of them sources/w65.wim, are not looked at: at most 64"],
  ])("are %i, of which some are not looked at: that is said, with their number", async (number, message) => {
    const names = Array.from({ length: number }, (_, index) => file(`w${index + 1}.wim`, 10));
    const disc = tree(directory("sources", names));
    const sets = wimSets(disc);
    expect(sets).toHaveLength(65);
    const verified: string[] = [];
    const outcomes = await examineWims(sets, async ({ name }) => {
      verified.push(name);
      return { checks: [], failures: [], failureCount: 0, blobCount: 0, contentBytes: 0 } as unknown as WimReport;
    });
    expect(verified).toHaveLength(64);
    const last = outcomes.at(-1)!;
    expect(last.checks).toMatchObject([
      { status: "warn", code: "wim-unsupported", message: expect.stringContaining(message) },
    ]);
    const others = number === 65 ? "" : " and 5 further WIMs";
    expect(scopeOf(disc, null, outcomes).unchecked[0]!.what).toBe(`sources/w65.wim${others}: a limit of win7usb`);
    expect(unmetDepth(outcomes)).toHaveLength(1);
    // Whoever asks for one of them gets it.
    expect(wimSets(disc, (path) => path.endsWith("w65.wim"))).toMatchObject([{ name: "sources/w65.wim", leftOut: 0 }]);
  });

  it("are known by names of any length, without trying every place that digits could begin at", () => {
    const long = `${"1".repeat(2_000_000)}x.swm`;
    expect(namesOf(long, `${long.slice(0, -4)}22.swm`).flat()).toHaveLength(2);
  });
});
