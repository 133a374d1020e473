/** Parts of a split install.wim that are missing, cut or of another set: found by write before the question, as by verify. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import { wimHeaderRecord } from "../../src/wim/header.js";
import type { DirectoryNode, FileNode } from "../../src/tree/index.js";
import { contentSource, find } from "../../src/tree/index.js";
import { splitInstallImages } from "../../src/windows/split-install-image.js";
import { writeImageOf } from "../support/demo-image.js";
import { parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";
import { replaceFile, withoutNode } from "../support/tree-edits.js";

type Verified = { verdict: string; checks: { id: string; status: string; code?: string }[] };
type Planned = { error: { code: string; message: string; hint: string; others?: { code: string }[] } };

let folder: string;
let whole: DirectoryNode;
let second: Uint8Array;
let otherSecond: Uint8Array;

async function splitDisc(editions: readonly string[]): Promise<DirectoryNode> {
  const tree = await windows7Tree({ editions });
  const { size } = find(tree, "sources/install.wim") as FileNode;
  const split = await splitInstallImages(tree, { file: size - 1, part: Math.ceil(size * 0.8) });
  expect(split.splits[0]?.parts.length).toBe(2);
  return split.tree;
}

const bytesOf = async (tree: DirectoryNode, path: string): Promise<Uint8Array> => {
  const node = find(tree, path) as FileNode;
  return contentSource(node).read(0, node.size);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-parts-"));
  whole = await splitDisc(["Professional", "Ultimate"]);
  second = await bytesOf(whole, "sources/install2.swm");
  otherSecond = await bytesOf(await splitDisc(["Professional", "Ultimate", "Starter"]), "sources/install2.swm");
});
afterAll(() => rmSync(folder, { recursive: true }));

async function judge(tree: DirectoryNode) {
  const iso = await writeImageOf(tree, join(folder, "parts.iso"));
  const target = join(folder, "never.img");
  const written = runProgram(["write", iso, target, "--dry-run", "--json"]);
  expect(existsSync(target)).toBe(false);
  const verified = runProgram(["verify", iso, "--json"]);
  const { verdict, checks } = parseOutput<Verified>("verify", verified.out);
  const plan = parseOutput<Partial<Planned>>("write-plan", written.out);
  return { write: written.exitCode, error: plan.error, verify: verified.exitCode, verdict, checks };
}

it("a whole set is written", async () => {
  expect(await judge(whole)).toMatchObject({ write: 0, error: undefined, verify: 0, verdict: "intact" });
});

const swapped = (part: Uint8Array): DirectoryNode => replaceFile(whole, "sources/install2.swm", part);

it.each<[string, () => DirectoryNode | Promise<DirectoryNode>, RegExp]>([
  ["cut in its middle", () => swapped(second.subarray(0, second.length / 2)), /install2\.swm: .* ends at byte/],
  ["cut behind its header", () => swapped(second.subarray(0, wimHeaderRecord.size)), /install2\.swm/],
  ["empty", () => swapped(new Uint8Array()), /install2\.swm/],
  ["all zeros", () => swapped(new Uint8Array(second.length)), /install2\.swm: it begins with/],
  ["of another set", () => swapped(otherSecond), /install2\.swm: it belongs to another set/],
  [
    "the first one once more",
    async () => swapped(await bytesOf(whole, "sources/install.swm")),
    /it is part 1 of 2, as/,
  ],
])("a second part that is %s is damage to both", async (_, make, message) => {
  const { write, error, verify, verdict, checks } = await judge(await make());
  expect([write, error?.code, verify, verdict]).toEqual([3, "wim-damaged", 3, "damaged"]);
  expect(error?.message).toMatch(message);
  expect(error?.hint).toMatch(/fetch|Copy/);
  expect(checks).toContainEqual(expect.objectContaining({ status: "fail", code: "wim-damaged" }));
});

it("a second part that is not there is a refusal by name, and nothing else", async () => {
  const { write, error } = await judge(withoutNode(whole, "sources/install2.swm"));
  expect([write, error?.code, error?.others]).toEqual([4, "no-boot-files", undefined]);
  expect(error?.message).toContain("sources/install2.swm");
});

it("tables of a WIM that is in one piece are looked at, too", async () => {
  const tree = await windows7Tree();
  const boot = await bytesOf(tree, "sources/boot.wim");
  const { lookupTable } = wimHeaderRecord.decode(boot);
  // The resource header's first byte: the table's size.
  const damagedTable = lookupTable.map((byte, index) => (index === 0 ? byte ^ 1 : byte));
  wimHeaderRecord.patch(boot, 0, { lookupTable: damagedTable });
  const { write, error, verify } = await judge(replaceFile(tree, "sources/boot.wim", boot));
  expect([write, error?.code, verify]).toEqual([3, "wim-damaged", 3]);
});
