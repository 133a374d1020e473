import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { KnownImagesFile } from "../../fixtures/known-images/compact.js";
import { compactModule } from "../../fixtures/known-images/compact.js";
import { knownImagesOf, loadKnownImages, lookAlike } from "../../src/windows/known-images/index.js";

const file = JSON.parse(readFileSync("data/known-images.json", "utf8")) as KnownImagesFile;
const sha1 = "d89937df3a9bc2ec1a1486195fd308cd3dade928";

describe("the table of known images", () => {
  it("is what the checked-in script makes of the data", () => {
    expect(readFileSync("src/windows/known-images/rows.ts", "utf8")).toBe(compactModule(file));
  });

  it("holds all 1,297 rows, equal in every field", async () => {
    const { images, notOfficial } = await loadKnownImages();
    expect(images).toHaveLength(1297);
    const byName = new Map(images.map((image) => [image.fileName, image]));
    expect(byName.size).toBe(1297);
    for (const image of file.images) expect(byName.get(image.fileName)).toEqual(image);
    expect(notOfficial).toEqual(file.notOfficial);
  });

  it("finds every row by each of its hashes, in either case", async () => {
    const table = await loadKnownImages();
    for (const image of file.images) {
      const match = { official: true, image };
      if (image.sha1 !== undefined) expect(table.bySha1(image.sha1.toUpperCase())).toEqual(match);
      if (image.sha256 !== undefined) expect(table.bySha256(image.sha256)).toEqual(match);
      if (image.md5 !== undefined) expect(table.byMd5(image.md5)).toEqual(match);
    }
    expect(table.bySha1("0".repeat(40))).toBeNull();
    expect(table.byMd5(sha1)).toBeNull();
  });

  it("tells what is not official as what it is", async () => {
    const table = await loadKnownImages();
    const match = table.bySha256("99f3369c90160816be07093dbb0ac053e0a84e52d6ed1395c92ae208ccdf67e5");
    expect(match).toMatchObject({ official: false, image: { fileName: "en_windows_7_with_sp1_x86.iso" } });
    expect(table.bySha1("bc10f09b86dcbaf35b31b0e6fba7d006acaad28d")).toMatchObject({ official: false });
  });

  it("finds rows by size and by label", async () => {
    const table = await loadKnownImages();
    expect(table.bySize(2564476928)).toHaveLength(5);
    expect(table.bySize(1)).toEqual([]);
    expect(table.byLabel("gsp1rmcprfrer_en_dvd ")).toMatchObject([{ sha1 }]);
    expect(table.byLabel("GRMCCHK_EN_DVD")).toHaveLength(2);
  });
});

describe("a look-alike", () => {
  it.each([
    ["GSP1RMCPRFRER_EN_DVD", 2564476928, { sha1, matchedBy: "label and size" }],
    ["GRMCCHK_EN_DVD", 2443468800, { release: "SP1", matchedBy: "label and size" }],
    ["GRMCCHK_EN_DVD", 2435917824, { release: "RTM", matchedBy: "label and size" }],
    ["GSP1RMCENVOL_IT_DVD", 1234, { language: "it-IT", edition: "Enterprise", matchedBy: "label" }],
  ])("of label %s and %i bytes is named", async (label, size, expected) => {
    expect(await lookAlike(size, label)).toMatchObject(expected);
  });

  it.each([
    ["with another size than the row's", "GSP1RMCPRFRER_EN_DVD", 2564476927],
    ["that could be either of two", "GRMCCHK_EN_DVD", 1],
    ["without a known label", "MY_DISC", 2564476928],
    ["without a label", "", 2564476928],
  ])("%s is not named", async (_name, label, size) => {
    expect(await lookAlike(size, label)).toBeNull();
  });

  it("is looked for in a table of one's own, too", async () => {
    const image = { ...file.images[0]!, size: 7, volumeLabel: "MINE" };
    const table = knownImagesOf([image], [{ fileName: "x.iso", sha1: "ab", verdict: "not it" }]);
    expect(await lookAlike(7, "mine", table)).toEqual({ ...image, matchedBy: "label and size" });
    expect(table.bySha1("AB")).toMatchObject({ official: false });
  });
});
