/** DIRCOUNT against the tree: how tools count is known, and what no tool counts is damage. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { encodeUtf16 } from "../../fixtures/wim/xml.js";
import { memorySource } from "../../src/source/byte-source.js";
import { createInlineExecutor, verifyWimParts } from "../../src/verification/wim/index.js";
import { smallWim } from "../support/wim-fixtures.js";

const createSha1 = () => createHash("sha1");

describe("an image of a root and one directory", () => {
  it.each([
    ["2, as wimlib counts, with the root", 2, "pass"],
    ["1, without the root", 1, "pass"],
    ["0, as where update forgot directories", 0, "warn"],
    ["3, too high", 3, "fail"],
    ["9, far too high", 9, "fail"],
  ])("with DIRCOUNT %s", async (_, count, status) => {
    const wim = Buffer.from(await smallWim(1));
    const wanted = Buffer.from(encodeUtf16("<DIRCOUNT>2<"));
    const at = wim.indexOf(wanted);
    expect(at).toBeGreaterThan(0);
    wim.set(encodeUtf16(`<DIRCOUNT>${count}<`), at);
    const parts = [{ name: "test.wim", source: memorySource(wim) }];
    const report = await verifyWimParts(parts, (setup) => createInlineExecutor(setup, createSha1), createSha1);
    const found = report.checks.find(({ id }) => id === "wim-counts");
    expect(found?.status).toBe(status);
    const told = status === "fail" ? [expect.objectContaining({ check: "wim-counts" })] : [];
    expect(report.failures).toEqual(told);
  });
});
