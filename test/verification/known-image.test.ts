/** Images of our own in a table of our own: matches, parts, look-alikes. */
import { describe, expect, it } from "vitest";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import type { KnownImage } from "../../src/windows/known-images/index.js";
import { knownImagesOf, loadKnownImages } from "../../src/windows/known-images/index.js";
import { identify } from "../../src/windows/index.js";
import type { Claim, MeasuredImage } from "../../src/verification/known-image.js";
import {
  findKnown,
  knownImageCheck,
  needsMd5,
  prefixLengths,
  resemblance,
} from "../../src/verification/known-image.js";
import { knownImageRow } from "../support/known-images.js";

const row = (fields: Partial<KnownImage>): KnownImage => knownImageRow({ independentOrigins: 2, ...fields });
const claim: Claim = { size: 1000, volumeLabel: "OWN", volumeEnd: 1000 };
const measured = (sha1: string, prefixes: MeasuredImage["prefixes"] = []): MeasuredImage => ({
  length: 1000,
  sha1,
  sha256: "c2",
  prefixes,
});

describe("a known hash", () => {
  const table = knownImagesOf(
    [row({ sha1: "a1" }), row({ fileName: "by-sha256.iso", sha256: "b2" }), row({ fileName: "by-md5.iso", md5: "d5" })],
    [{ fileName: "fake.iso", sha1: "e1", verdict: "rebuilt" }],
  );

  it.each([
    [measured("a1"), "own.iso", "sha1", 1000],
    [{ ...measured("00"), sha256: "B2" }, "by-sha256.iso", "sha256", 1000],
    [{ ...measured("00"), md5: "d5" }, "by-md5.iso", "md5", 1000],
    [measured("00", [{ length: 900, sha1: "a1" }]), "own.iso", "sha1", 900],
    [measured("a1", [{ length: 900, sha256: "b2" }]), "own.iso", "sha1", 1000],
    [measured("e1"), "fake.iso", "sha1", 1000],
  ] as const)("%j is %s", (hashes, fileName, matchedBy, length) => {
    expect(findKnown(hashes, table)).toMatchObject({ image: { fileName }, matchedBy, length });
  });

  it("that is unknown finds nothing", () => {
    expect(findKnown(measured("00", [{ length: 900, sha1: "01" }]), table)).toBeNull();
  });

  it.each([
    [measured("a1"), "pass", /^it is own.iso, byte for byte; its SHA-1 is confirmed by 2 independent origins$/],
    [measured("00", [{ length: 900, sha1: "a1" }]), "pass", /^its first 900 bytes are own.iso/],
    [measured("e1"), "warn", /not official: fake.iso: rebuilt$/],
    [measured("00"), "skip", /none of the 3 published ones/],
  ] as const)("%j is told as %s", (hashes, status, message) => {
    const check = knownImageCheck(claim, findKnown(hashes, table), null, table);
    expect(check).toMatchObject({ id: "known-image", status });
    expect(check.message).toMatch(message);
  });
});

describe("a look-alike", () => {
  const volumeLabel = "OWN";
  it.each([
    ["label and size", [row({ volumeLabel, size: 1000 })], claim, "fail", /altered or is damaged/],
    ["another size, too", [row({ volumeLabel }), row({ volumeLabel, size: 1000 })], claim, "fail", /altered/],
    [
      "label and the volume's size, padded",
      [row({ volumeLabel, size: 1000 })],
      { ...claim, size: 1500 },
      "fail",
      /alt/,
    ],
    ["label, no size known", [row({ volumeLabel })], claim, "warn", /its hash is another/],
    ["label, another size", [row({ volumeLabel, size: 77 })], claim, "warn", /has 77 bytes, but it has 1000 bytes/],
    [
      "label, cut short",
      [row({ volumeLabel, size: 1000 })],
      { ...claim, size: 600 },
      "warn",
      /of whose 1000 bytes it lacks 400 bytes/,
    ],
    [
      "label, cut short within a padded volume",
      [row({ volumeLabel, size: 1200 })],
      { ...claim, size: 600 },
      "warn",
      /of whose 1.17 KiB \(1200 bytes\) it lacks 600 bytes/,
    ],
    ["size, no volume", [row({ size: 1000 })], { ...claim, volumeLabel: null }, "warn", /has the size of own.iso/],
    ["nothing", [row({ volumeLabel: "OTHER", size: 1000 })], claim, "skip", /none of the 1 published/],
    ["no label", [row({ volumeLabel: "", size: 1000 })], { ...claim, volumeLabel: "" }, "skip", /none of the 1/],
  ] as const)("by %s", (_name, rows, seen, status, message) => {
    const table = knownImagesOf(rows);
    const check = knownImageCheck(seen, null, resemblance(seen, table), table);
    expect(check.status).toBe(status);
    expect(check.message).toMatch(message);
    const allowed = knownImageCheck(seen, null, resemblance(seen, table), table, ["altered"]);
    expect(allowed.status).toBe(status === "fail" ? "warn" : status);
  });
});

describe("what is hashed", () => {
  it("are also the volume and the sizes of images with the label", () => {
    const table = knownImagesOf([row({ volumeLabel: "OWN", size: 800 }), row({ volumeLabel: "OTHER", size: 700 })]);
    expect(prefixLengths({ ...claim, volumeEnd: 900 }, table)).toEqual([900, 800]);
    expect(prefixLengths({ ...claim, volumeLabel: null, volumeEnd: null }, table)).toEqual([]);
    expect(prefixLengths({ ...claim, size: 850, volumeEnd: 900 }, table)).toEqual([800]);
  });

  it("is the MD5 only where nothing else decides", async () => {
    const windows = await identify(await windows7Tree());
    const needs = (fields: Partial<KnownImage>, identity = windows): boolean =>
      needsMd5(claim, identity, knownImagesOf([row({ md5: "d5", ...fields })]));
    expect(needs({})).toBe(true);
    expect(needs({ sha1: "a1" })).toBe(false);
    expect(needs({ size: 999 })).toBe(false);
    expect(needs({ size: 1000, volumeLabel: "OWN" })).toBe(true);
    expect(needs({ volumeLabel: "OTHER" })).toBe(false);
    expect(needs({ architecture: "x64" })).toBe(false);
    expect(needs({ language: "de-DE" })).toBe(false);
    const table = await loadKnownImages();
    expect(needsMd5(claim, windows, table)).toBe(false);
    expect(needsMd5(claim, await identify(await windows7Tree({ architecture: "x64" })), table)).toBe(true);
    expect(needsMd5(claim, null, table)).toBe(true);
  });
});
