/** WIMs in parts, judged by wimlib: what is in them is what was in the whole, and they are what its own `split` makes. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { layoutSource } from "../../src/extents/layout-source.js";
import { memorySource } from "../../src/source/byte-source.js";
import { wimHeaderRecord } from "../../src/wim/header.js";
import type { Wim } from "../../src/wim/index.js";
import { openWim } from "../../src/wim/index.js";
import type { LookupTableEntry } from "../../src/wim/lookup-table.js";
import { planParts } from "../../src/wim/split.js";
import { createInlineExecutor, verifyWimParts } from "../../src/verification/wim/index.js";
import { judge } from "../support/judges.js";
import { expectRejection } from "../support/wim-fixtures.js";
import { makeFolder, removeFolder, wimlib, writeTree } from "../support/wimlib-trees.js";

const MiB = 2 ** 20;
const hex = (data: Uint8Array): string => Buffer.from(data).toString("hex");

/** How wimlib is asked to write, by the name of the WIM. */
const variants: Readonly<Record<string, readonly string[]>> = {
  none: ["--compress=none"],
  "none-check": ["--compress=none", "--check"],
  lzx: ["--compress=LZX"],
  "lzx-check": ["--compress=LZX", "--check"],
  "lzx-2m": ["--compress=LZX", "--chunk-size=2M"],
  xpress: ["--compress=XPRESS"],
  "xpress-4k": ["--compress=XPRESS", "--chunk-size=4K", "--check"],
};
const names = [...Object.keys(variants), "edited"];

describe.skipIf(!judge("wimlib-imagex"))("a WIM by wimlib in parts", () => {
  let folder: string;
  const pathOf = (name: string): string => join(folder, name);
  const read = (path: string): Uint8Array => new Uint8Array(readFileSync(path));
  const run = (...args: string[]): string => execFileSync("wimlib-imagex", args, { encoding: "utf8", stdio: "pipe" });
  /** Of a WIM or of a set's first part. */
  const references = (path: string): string[] =>
    path.endsWith(".swm") ? [`--ref=${path.replace(/\.swm$/, "*.swm")}`] : [];

  beforeAll(() => {
    folder = makeFolder();
    for (const seed of [1, 2, 3]) {
      mkdirSync(pathOf(`tree${seed}`));
      writeTree(pathOf(`tree${seed}`), seed);
    }
    for (const [name, options] of Object.entries(variants)) {
      const check = options.includes("--check") ? ["--check"] : [];
      wimlib("capture", pathOf("tree1"), pathOf(`${name}.wim`), "First", ...options);
      wimlib("append", pathOf("tree2"), pathOf(`${name}.wim`), "Second", "--boot", ...check);
      wimlib("append", pathOf("tree3"), pathOf(`${name}.wim`), "Third", ...check);
    }
    wimlib("export", pathOf("lzx.wim"), "all", pathOf("edited.wim"));
    wimlib("delete", pathOf("edited.wim"), "1", "--soft");
    for (const name of names) mkdirSync(pathOf(name));
  });
  afterAll(() => removeFolder(folder));

  /** Writes our parts beside one another, `install.swm` first; their paths. */
  async function split(name: string, partLimit: number): Promise<string[]> {
    const data = read(pathOf(`${name}.wim`));
    const parts = await planParts(await openWim(memorySource(data)), partLimit);
    const paths: string[] = [];
    for (const [index, { size, extents }] of parts.entries()) {
      const path = pathOf(`${name}/install${index === 0 ? "" : index + 1}.swm`);
      writeFileSync(path, await layoutSource(extents, size).read(0, size));
      expect(statSync(path).size).toBe(size);
      expect(size).toBeLessThanOrEqual(partLimit);
      paths.push(path);
    }
    return paths;
  }

  /** What wimlib's own `split` makes. */
  function splitByWimlib(name: string, mebibytes: number): string[] {
    wimlib("split", pathOf(`${name}.wim`), pathOf(`${name}/theirs.swm`), `${mebibytes}`);
    const found = readdirSync(pathOf(name)).filter((part) => part.startsWith("theirs"));
    return found.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1)).map((part) => pathOf(`${name}/${part}`));
  }

  /** Every file with all that wimlib tells of it but the place of its content. */
  const listing = (path: string, image: number): string =>
    run("dir", path, `${image}`, "--detailed", ...references(path)).replaceAll(
      /^(?:Offset in WIM|Part Number) .*$/gm,
      "",
    );

  /** Type, links, size, time and target of everything below a folder. */
  const extracted = (path: string): string =>
    execFileSync("sh", ["-c", 'cd "$1" && find . -printf "%P %y %n %s %T@ %l\\n" | sort', "sh", path], {
      encoding: "utf8",
    });

  async function entriesOf(parts: readonly Wim[]): Promise<LookupTableEntry[]> {
    const tables = await Promise.all(parts.map((part) => part.lookupTable()));
    return tables.flatMap(({ entries }) => [...entries]);
  }

  const facts = (entries: readonly LookupTableEntry[]): string[] =>
    entries
      .map(({ hash, referenceCount, resource: { size, originalSize, flags } }) =>
        [hex(hash), referenceCount, size, originalSize, flags].join(" "),
      )
      .toSorted();

  it.each(names)("verifies, lists and extracts as the whole does: %s", async (name) => {
    const whole = pathOf(`${name}.wim`);
    const parts = await split(name, 0.3 * MiB);
    expect(parts.length).toBeGreaterThan(2);
    const first = parts[0]!;
    expect(run("verify", first, ...references(first))).toContain("successfully verified");
    expect(run("info", first)).toMatch(new RegExp(`Part Number: +1/${parts.length}`));
    const images = Number(/Image Count: +(\d+)/.exec(run("info", whole))![1]);
    for (let image = 1; image <= images; image += 1) {
      expect(listing(first, image)).toBe(listing(whole, image));
      const [ours, theirs] = [pathOf(`${name}/ours-${image}`), pathOf(`${name}/whole-${image}`)];
      wimlib("apply", first, `${image}`, ours, ...references(first));
      wimlib("apply", whole, `${image}`, theirs);
      expect(extracted(ours)).toBe(extracted(theirs));
      execFileSync("diff", ["-r", "--no-dereference", ours, theirs]);
    }
  });

  it.each(names)("joins to what the whole is: %s", async (name) => {
    const whole = pathOf(`${name}.wim`);
    const parts = await split(name, 0.3 * MiB);
    const joined = pathOf(`${name}/joined.wim`);
    wimlib("join", joined, ...parts);
    expect(run("verify", joined)).toContain("successfully verified");
    const [before, after] = await Promise.all([whole, joined].map((path) => openWim(memorySource(read(path)))));
    const { guid, imageCount, bootIndex, compression, chunkSize } = before!.header;
    expect(after!.header).toMatchObject({ guid, imageCount, bootIndex, compression, chunkSize, totalParts: 1 });
    expect(facts(await entriesOf([after!]))).toEqual(facts(await entriesOf([before!])));
    for (let image = 1; image <= imageCount; image += 1) expect(listing(joined, image)).toBe(listing(whole, image));
  });

  it.each(names)("is, field by field, what wimlib's split makes, but for what is named here: %s", async (name) => {
    const openAll = (paths: readonly string[]) =>
      Promise.all(paths.map((path) => openWim(memorySource(read(path)), path)));
    const whole = await openWim(memorySource(read(pathOf(`${name}.wim`))));
    const ours = await openAll(await split(name, 0.3 * MiB));
    const theirs = await openAll(splitByWimlib(name, 0.3));
    for (const set of [ours, theirs]) {
      expect(facts(await entriesOf(set))).toEqual(facts(await entriesOf([whole])));
      for (const [index, part] of set.entries()) {
        const { version, chunkSize, compression, imageCount, flags } = theirs[0]!.header;
        expect(part.header).toMatchObject({ version, chunkSize, compression, imageCount, flags });
        expect(part.header).toMatchObject({ partNumber: index + 1, totalParts: set.length, guid: set[0]!.header.guid });
        expect(part.header.lookupTable.flags).toBe(theirs[0]!.header.lookupTable.flags);
        expect(part.header.xmlData.flags).toBe(theirs[0]!.header.xmlData.flags);
        expect(part.xmlData).toEqual(whole.xmlData);
        for (const { partNumber } of (await part.lookupTable()).entries) expect(partNumber).toBe(index + 1);
      }
    }
    const metadata = await Promise.all(
      [ours, theirs].map(async ([part]) => facts((await part!.lookupTable()).metadata)),
    );
    expect(metadata[0]).toEqual(metadata[1]);
    // Raw, where decoding makes two values one: reserved bytes and the chunk size without compression.
    const raw = [ours, theirs].map(([part]) => wimHeaderRecord.decode(read(part!.name)));
    expect(hex(raw[0]!.unused)).toBe(hex(raw[1]!.unused));
    expect(raw[0]!.chunkSize).toBe(raw[1]!.chunkSize);

    // wimlib draws a GUID for the set; ours is the whole's, so that the same image gives the same bytes.
    expect(ours[0]!.header.guid).toBe(whole.header.guid);
    expect(theirs[0]!.header.guid).not.toBe(whole.header.guid);
    // wimlib forgets which image is set to boot.
    expect(ours.map(({ header }) => header.bootIndex)).toEqual([whole.header.bootIndex, ...ours.slice(1).map(() => 0)]);
    expect(theirs.map(({ header }) => header.bootIndex)).toEqual(theirs.map(() => 0));
    // wimlib keeps an integrity table; ours would cost reading everything beforehand.
    const had = whole.header.integrityTable.size > 0;
    expect(ours.map(({ header }) => header.integrityTable.size > 0)).toEqual(ours.map(() => false));
    expect(theirs.map(({ header }) => header.integrityTable.size > 0)).toEqual(theirs.map(() => had));
    // wimlib does not count tables and XML data: its parts may be larger than asked for.
    expect(ours.length).toBeGreaterThanOrEqual(theirs.length);
  });

  it.each(names)("verifies by our own deep verification: %s", async (name) => {
    const createSha1 = () => createHash("sha1");
    const parts = await split(name, 0.3 * MiB);
    const sources = parts.map((path) => ({ name: path, source: memorySource(read(path)) }));
    const report = await verifyWimParts(sources, (setup) => createInlineExecutor(setup, createSha1), createSha1);
    expect(report.failures).toEqual([]);
    const open = report.checks.filter(({ status }) => status !== "pass").map(({ id, status }) => `${id} ${status}`);
    expect(open.filter((check) => check !== "wim-references warn")).toEqual(["wim-integrity-table skip"]);
  });

  it.each([
    ["pipable", ["--pipable", "--compress=LZX"], /pipable/],
    ["solid", ["--solid"], /solid resources/],
  ] as const)("is refused where it is %s", async (name, options, message) => {
    wimlib("capture", pathOf("tree1"), pathOf(`${name}.wim`), "First", ...options);
    await expectRejection(split(name, 0.3 * MiB), "wim-unsupported", message);
  });

  it("is refused as part of a set already", async () => {
    wimlib("split", pathOf("lzx.wim"), pathOf("set.swm"), "0.3");
    writeFileSync(pathOf("set.wim"), read(pathOf("set.swm")));
    await expectRejection(split("set", 0.3 * MiB), "wim-unsupported", /part 1 of \d already/);
  });
});
