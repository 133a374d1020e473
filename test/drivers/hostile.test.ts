/** Packages whose bytes were changed anywhere: each has a verdict, and nothing is thrown. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { catalogContent, catalogFile } from "../../fixtures/drivers/catalog.js";
import { infText } from "../../fixtures/drivers/inf.js";
import { programFile } from "../../fixtures/drivers/program.js";
import { programDigest, signProgram } from "../../fixtures/drivers/program-signature.js";
import { hashWith, makeSigner } from "../../fixtures/drivers/signing.js";
import { judgeDrivers, windows7On } from "../../src/drivers/index.js";
import { parseCatalog } from "../../src/drivers/signatures/catalog.js";
import { packageFileLimit } from "../../src/drivers/limits.js";
import { rounds } from "../support/sample.js";
import type { FolderContents } from "./folder.js";
import { memoryFolder } from "./folder.js";

const signer = makeSigner("Maker", "sha1");
const plain = programFile("x86", { mark: 3 });
const inf = Buffer.from(infText());
const members = [
  { name: "made.inf", digest: hashWith("sha1", inf) },
  { name: "made.sys", digest: programDigest(plain, "sha1") },
];
const sound: Readonly<Record<string, Uint8Array>> = {
  "made.inf": inf,
  "made.sys": signProgram(plain, "sha1", signer),
  "made.cat": catalogFile(catalogContent(members, "sha1"), "sha1", signer),
};
const judge = (contents: FolderContents) => judgeDrivers(memoryFolder(contents), windows7On("x86"));

/** A place and what is done there: a byte changed, bytes removed or doubled, all behind it cut off. */
const change = fc.record({
  file: fc.constantFrom(...Object.keys(sound)),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  value: fc.integer({ min: 0, max: 255 }),
  count: fc.integer({ min: 1, max: 12 }),
  kind: fc.constantFrom("set", "remove", "double", "cut"),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function changed(bytes: Uint8Array, { at: part, value, count, kind }: Change): Uint8Array {
  const at = Math.floor(part * bytes.length);
  const before = bytes.subarray(0, at);
  if (kind === "cut") return before;
  if (kind === "remove") return Buffer.concat([before, bytes.subarray(at + count)]);
  if (kind === "double") return Buffer.concat([before, bytes.subarray(at, at + count), bytes.subarray(at)]);
  return Buffer.concat([before, Buffer.alloc(Math.min(count, bytes.length - at), value), bytes.subarray(at + count)]);
}

describe("hostile packages", () => {
  it("have a sound one to begin with", async () => {
    expect(await judge(sound)).toMatchObject([{ verdict: "fits", signature: { digest: "sha1", signer: "Maker" } }]);
  });

  it("have a verdict, whatever was changed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const contents: Record<string, Uint8Array> = { ...sound };
        for (const each of changes) contents[each.file] = changed(contents[each.file]!, each);
        const packages = await judge(contents);
        expect(packages.map(({ verdict }) => typeof verdict)).toEqual(["string"]);
      }),
      { numRuns: rounds(5000, 300), seed: 12 },
    );
  });

  it("copy no more files than the limit", async () => {
    const files = Array.from({ length: packageFileLimit + 1 }, (_, at) => `f${at}.dat`);
    const [judged] = await judge({ "made.inf": infText({ Made_Files: files }) });
    expect(judged!.refusals).toMatchObject([{ code: "inf-unreadable", reason: "too-many-files" }]);
  });

  it("have catalogs whose texts are NULs almost to their end, which are read once", async () => {
    const systems = `${"\0".repeat(2_000_000)}x`;
    const catalog = await parseCatalog(catalogFile(catalogContent(members, "sha1", systems), "sha1", null));
    expect(catalog.systems).toEqual([systems]);
  });

  it.each([
    [
      "sections that need each other",
      { "Made_Install.NT": ["Needs=Other", "CopyFiles=Made_Files"], Other: ["Needs=Made_Install.NT"] },
    ],
    ["a file list that lists itself", { Made_Files: ["Made_Files", "made.sys"] }],
    ["a models section that is its own install section", { "Made.NTx86.6.1": [String.raw`%Device%=Made,PCI\A`] }],
    [
      "a manufacturer named a hundred thousand times",
      { Manufacturer: Array.from({ length: 100_000 }, () => "%Vendor%=Made,NTx86.6.1") },
    ],
    ["numbers that are none", { Made_Service: ["StartType=0xfffffffff", "ServiceType=-1", "ServiceBinary=\\"] }],
  ])("with %s end in a verdict", async (_name, sections) => {
    const packages = await judge({ ...sound, "made.inf": infText(sections) });
    expect(packages).toHaveLength(1);
  });
});
