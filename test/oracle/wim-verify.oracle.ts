/** Deep verification of WIMs that wimlib made: all are sound, byte for byte what wimlib extracts, and no damage is missed. */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memorySource } from "../../src/source/byte-source.js";
import { resourceFormat } from "../../src/wim/compression/chunks.js";
import { createResourceReader } from "../../src/wim/compression/resource-reader.js";
import { openWim } from "../../src/wim/index.js";
import { walkMetadata } from "../../src/wim/metadata-walk.js";
import type { WimReport } from "../../src/verification/wim/index.js";
import { createInlineExecutor, verifyWimParts } from "../../src/verification/wim/index.js";
import { readMetadata } from "../../src/wim/compression/read-metadata.js";
import { judge } from "../support/judges.js";
import { makeFolder, removeFolder, wimlib, writeTree } from "../support/wimlib-trees.js";

const createSha1 = () => createHash("sha1");

function verify(...parts: Uint8Array[]): Promise<WimReport> {
  const named = parts.map((data, index) => ({ name: `part ${index + 1}`, source: memorySource(data) }));
  return verifyWimParts(named, (setup) => createInlineExecutor(setup, createSha1), createSha1);
}

/** How wimlib is asked to write, by the name of the WIM. */
const variants: Readonly<Record<string, readonly string[]>> = {
  none: ["--compress=none"],
  "none-check": ["--compress=none", "--check"],
  lzx: ["--compress=LZX"],
  "lzx-check": ["--compress=LZX", "--check"],
  "lzx-slow": ["--compress=LZX:100"],
  "lzx-fast": ["--compress=LZX:10"],
  "lzx-64k": ["--compress=LZX", "--chunk-size=64K"],
  "lzx-2m": ["--compress=LZX", "--chunk-size=2M", "--check"],
  xpress: ["--compress=XPRESS"],
  "xpress-slow": ["--compress=XPRESS:100"],
  "xpress-4k": ["--compress=XPRESS", "--chunk-size=4K", "--check"],
  "xpress-64k": ["--compress=XPRESS", "--chunk-size=64K"],
  pipable: ["--pipable", "--compress=LZX", "--check"],
  "pipable-xpress": ["--pipable", "--compress=XPRESS"],
};
const names = Object.keys(variants);

/** What nothing covers: the GUID, the chunk size without compression, and the XML data's text. A pipable WIM has all twice. */
async function whatIsUncovered(data: Uint8Array): Promise<(at: number) => boolean> {
  const { header } = await openWim(memorySource(data));
  const { offset, size } = header.xmlData;
  if (header.pipable) return () => false;
  const isStored = header.compression === "none";
  return (at) => (at >= 24 && at < 40) || (isStored && at >= 20 && at < 24) || (at >= offset && at < offset + size);
}

describe.skipIf(!judge("wimlib-imagex"))("WIMs by wimlib", () => {
  let folder: string;
  const pathOf = (name: string): string => join(folder, name);
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(pathOf(name)));

  beforeAll(() => {
    folder = makeFolder();
    for (const seed of [1, 2]) {
      mkdirSync(pathOf(`tree${seed}`));
      writeTree(pathOf(`tree${seed}`), seed);
    }
    for (const [name, options] of Object.entries(variants)) {
      wimlib("capture", pathOf("tree1"), pathOf(`${name}.wim`), "First", ...options);
      const check = options.includes("--check") ? ["--check"] : [];
      wimlib("append", pathOf("tree2"), pathOf(`${name}.wim`), "Second", "--boot", "--rebuild", ...check);
    }
  });
  afterAll(() => removeFolder(folder));

  it.each(names)("verify: %s", async (name) => {
    const report = await verify(read(`${name}.wim`));
    expect(report.failures).toEqual([]);
    const open = report.checks.filter(({ status }) => status !== "pass").map(({ id, status }) => `${id} ${status}`);
    expect(open).toEqual(variants[name]!.includes("--check") ? [] : ["wim-integrity-table skip"]);
    expect(report.status).toBe("pass");
    expect(report.images).toHaveLength(2);
  });

  it.each(names)("hold what wimlib extracts, byte for byte: %s", async (name) => {
    const data = read(`${name}.wim`);
    const wim = await openWim(memorySource(data));
    const { entries, metadata } = await wim.lookupTable();
    const format = resourceFormat(name, wim.header);
    const reader = createResourceReader(memorySource(data), format);
    const byHash = new Map([...entries].map((entry) => [Buffer.from(entry.hash).toString("hex"), entry.resource]));
    for (const [index, { resource }] of metadata.entries()) {
      const target = pathOf(`${name}-${index}`);
      mkdirSync(target);
      wimlib("apply", pathOf(`${name}.wim`), String(index + 1), target);
      const tree = await readMetadata(reader, resource, format);
      const files: { path: string; hash: string }[] = [];
      walkMetadata(tree, format, (entry) => {
        if (entry.isDirectory || entry.isReparsePoint) return;
        const at = entry.streams[0]?.hashOffset;
        const hash = at === undefined ? "" : Buffer.from(tree.subarray(at, at + 20)).toString("hex");
        files.push({ path: entry.path(), hash });
      });
      for (const { path, hash } of files) {
        const pieces: Uint8Array[] = [];
        if (hash !== "") await reader.read(byHash.get(hash)!, (content) => void pieces.push(content.slice()));
        const same = Buffer.concat(pieces).equals(readFileSync(join(target, path)));
        expect(same, path).toBe(true);
      }
      // What is reached through the symbolic link is listed a second time.
      const extracted = readdirSync(target, { recursive: true, encoding: "utf8" }).filter(
        (path) => !path.startsWith("link to"),
      );
      expect(files).toHaveLength(extracted.filter((path) => statSync(join(target, path)).isFile()).length);
    }
  });

  it("verify as a split set, in any order, and not with a part missing, foreign or twice", async () => {
    wimlib("split", pathOf("lzx.wim"), pathOf("split.swm"), "0.2");
    wimlib("split", pathOf("xpress.wim"), pathOf("other.swm"), "0.2");
    const parts = readdirSync(folder)
      .filter((name) => /^split\d*\.swm$/.test(name))
      .toSorted();
    expect(parts.length).toBeGreaterThan(2);
    const set = parts.map(read);
    for (const order of [set, set.toReversed()]) {
      const report = await verify(...order);
      expect(report.failures).toEqual([]);
      expect(report.status).toBe("pass");
    }
    expect((await verify(...set.slice(1))).status).toBe("fail");
    expect((await verify(...set.slice(0, -1))).status).toBe("fail");
    expect((await verify(...set.slice(0, -1), set[0]!)).status).toBe("fail");
    expect((await verify(...set.slice(0, -1), read("other2.swm"))).status).toBe("fail");
    const last = set.at(-1)!.slice();
    last[300]! ^= 1;
    const damaged = await verify(...set.slice(0, -1), last);
    expect(damaged.status).toBe("fail");
    expect(damaged.failures[0]!.wim).toBe(`part ${set.length}`);
  });

  it("verify after images were deleted, with what that leaves behind", async () => {
    wimlib("export", pathOf("lzx.wim"), "all", pathOf("holes.wim"));
    wimlib("delete", pathOf("holes.wim"), "1", "--soft");
    const report = await verify(read("holes.wim"));
    expect(report.failures).toEqual([]);
    expect(report.checks.find(({ id }) => id === "wim-layout")!.status).toBe("warn");
  });

  it("are named as not supported where they are solid", async () => {
    wimlib("capture", pathOf("tree1"), pathOf("solid.esd"), "Solid", "--solid");
    const report = await verify(read("solid.esd"));
    expect(report.status).toBe("fail");
    expect(report.checks.find(({ status }) => status === "fail")).toMatchObject({ code: "wim-unsupported" });
  });

  describe("with one byte changed", () => {
    it.each(names)("never pass: %s", async (name) => {
      const data = read(`${name}.wim`);
      const isUncovered = await whatIsUncovered(data);
      let state = 12345;
      const random = (below: number): number => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        return Math.floor((state / 2 ** 32) * below);
      };
      const missed: number[] = [];
      for (let round = 0; round < 60; round += 1) {
        // A third in the header and the tables, the rest anywhere.
        const at =
          round % 3 === 0 ? random(208) : round % 3 === 1 ? data.length - 1 - random(9000) : random(data.length);
        if (isUncovered(at)) continue;
        const changed = data.slice();
        changed[at]! ^= at === 16 ? 0x08 : 1 + random(255);
        if ((await verify(changed)).status === "pass") missed.push(at);
      }
      expect(missed).toEqual([]);
    });

    it.each(names)("or cut short never pass: %s", async (name) => {
      const data = read(`${name}.wim`);
      for (let round = 1; round < 12; round += 1) {
        const length = Math.floor((data.length * round) / 12);
        expect((await verify(data.subarray(0, length))).status, `${length} bytes`).toBe("fail");
      }
      expect((await verify(data.subarray(0, data.length - 1))).status).toBe("fail");
    });
  });
});
