/** What a person is told to do, by what failed. */
import { describe, expect, it } from "vitest";
import { nextSteps } from "../../src/cli/render/next-steps.js";
import type { VerificationReport } from "../../src/cli/render/verification.js";

type Check = VerificationReport["checks"][number];

const check = (fields: Partial<Check>): Check => ({
  id: "x",
  kind: "soundness",
  status: "fail",
  message: "seen",
  ...fields,
});
const fetchAgain = /^Do not write it: fetch the image/;

function steps(failed: readonly Check[], fields: Partial<VerificationReport> = {}): string[] {
  const report = { verdict: "damaged", failures: [], unmet: [], ...fields } as unknown as VerificationReport;
  return nextSteps(failed, report);
}

describe("the next step", () => {
  it("is that of the check, each once and in their order", () => {
    const failed = ["second", "first", "second"].map((hint) => check({ hint }));
    expect(steps(failed)).toEqual(["second", "first"]);
  });

  it("of damage without a hint is to fetch the image again, once", () => {
    expect(steps([check({}), check({ kind: "origin" })])).toEqual([expect.stringMatching(fetchAgain)]);
    // What failed may all be told elsewhere, blob by blob.
    expect(steps([])).toEqual([expect.stringMatching(fetchAgain)]);
  });

  it("of another image than is wanted is the refusal's alone", () => {
    const failed = [check({ kind: "suitability", hint: "take another" }), check({ kind: "suitability" })];
    expect(steps(failed, { verdict: "unsuitable" })).toEqual(["take another"]);
  });

  it("of missing contents asks for the base of a delta", () => {
    const failure = { check: "wim-metadata", blob: "aa", wim: "install.wim", message: "", places: [] } as const;
    const failed = [check({ id: "wim-metadata" })];
    expect(steps(failed, { failures: [failure] })[0]).toMatch(/^Where the WIM is a delta/);
    expect(steps(failed)[0]).toMatch(fetchAgain);
  });

  it("of what was asked for comes last, and a sound image needs none", () => {
    const unmet = [
      { requirement: "genuine", message: "", hint: "compare" },
      { requirement: "sp=1", message: "" },
    ];
    expect(steps([], { verdict: "intact", unmet })).toEqual(["compare"]);
    expect(steps([], { verdict: "intact" })).toEqual([]);
  });
});
