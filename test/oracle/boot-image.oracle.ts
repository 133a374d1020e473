/** Drivers in boot.wim, judged by wimlib and 7z: the tree is the one that `wimlib-imagex update` makes of the same edit. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peSystemHive, peTree, setupTree } from "../../fixtures/windows7/setup-image.js";
import { layoutSource } from "../../src/extents/layout-source.js";
import { memorySource } from "../../src/source/byte-source.js";
import type { FileTree } from "../../src/tree/index.js";
import { contentSource, walk } from "../../src/tree/index.js";
import { openWim } from "../../src/wim/index.js";
import { readImageMetadata } from "../../src/wim/compression/read-metadata.js";
import { findEntry } from "../../src/wim/image-edit.js";
import { decodeMetadata } from "../../src/wim/metadata-decode.js";
import { readHashedContent } from "../../src/wim/read-content.js";
import { planBootImage } from "../../src/windows/customise/boot-image.js";
import { createInlineExecutor, verifyWimParts } from "../../src/verification/wim/index.js";
import { judge } from "../support/judges.js";
import { usualPackages } from "../support/placed-packages.js";
import { createSha1 } from "../support/planned-wims.js";
import { makeFolder, removeFolder, wimlib, windowsProperties } from "../support/wimlib-trees.js";

const options = { encoding: "utf8", stdio: "pipe", maxBuffer: 2 ** 28 } as const;
/** Large enough that the scratch space grows. */
const packages = usualPackages(5_000_000);
const hivePath = "Windows/System32/config/SYSTEM";

describe.skipIf(!["wimlib-imagex", "7z"].every(judge))("boot.wim with drivers", () => {
  let folder: string;
  const pathOf = (name: string): string => join(folder, name);
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(pathOf(name)));
  const run = (...args: string[]): string => execFileSync("wimlib-imagex", args, options);

  async function writeFolder(name: string, tree: FileTree): Promise<void> {
    mkdirSync(pathOf(name));
    for (const { path, node } of walk(tree)) {
      const target = join(pathOf(name), path);
      if (node.kind === "directory") mkdirSync(target, { recursive: true });
      else writeFileSync(target, await contentSource(node).read(0, node.size));
    }
  }

  beforeAll(async () => {
    folder = makeFolder();
    const environment = peTree(peSystemHive(32));
    await writeFolder("pe", environment);
    await writeFolder("setup", setupTree(environment));
    const pe = [...windowsProperties("WindowsPE"), "--compress=LZX"];
    wimlib("capture", pathOf("pe"), pathOf("old.wim"), "Microsoft Windows PE (x86)", ...pe, "--no-acls");
    wimlib("append", pathOf("setup"), pathOf("old.wim"), "Microsoft Windows Setup (x86)", "--boot", "--no-acls");
    const wim = await openWim(memorySource(read("old.wim")), "boot.wim");
    const plan = await planBootImage(wim, packages, createSha1);
    expect(plan.scratchSpace).toEqual({ before: 32, after: 64 });
    writeFileSync(pathOf("ours.wim"), await layoutSource(plan.extents, plan.size).read(0, plan.size));
    await updateTheirs(plan.added);
  });
  afterAll(() => removeFolder(folder));

  /** The same edit by wimlib: what is added comes from our own WIM, so that only trees are compared. */
  async function updateTheirs(added: readonly string[]): Promise<void> {
    const ours = await openWim(memorySource(read("ours.wim")));
    const tree = decodeMetadata(await readImageMetadata(ours, 2), ours);
    copyFileSync(pathOf("old.wim"), pathOf("theirs.wim"));
    for (const path of [...added, hivePath]) {
      const { hash } = findEntry(tree, path)!;
      const isEmpty = hash.every((byte) => byte === 0);
      const content = isEmpty ? new Uint8Array() : await readHashedContent([ours], hash, 2 ** 28, path);
      mkdirSync(dirname(pathOf(`added/${path}`)), { recursive: true });
      writeFileSync(pathOf(`added/${path}`), content);
    }
    wimlib("update", pathOf("theirs.wim"), "2", `--command=add ${pathOf("added")} / --no-acls`);
  }

  it("is sound to wimlib, to 7z and here", async () => {
    expect(run("verify", pathOf("ours.wim"))).toContain("successfully verified");
    expect(execFileSync("7z", ["t", pathOf("ours.wim")], options)).toContain("Everything is Ok");
    const part = { name: "boot.wim", source: memorySource(read("ours.wim")) };
    const report = await verifyWimParts([part], (setup) => createInlineExecutor(setup, createSha1), createSha1);
    expect(report.failures).toEqual([]);
    expect(report.checks.filter(({ status }) => status === "warn")).toEqual([]);
    expect(run("info", pathOf("ours.wim"))).toMatch(/Boot Index: +2\n/);
  });

  it.each([1, 2])("has the tree in image %i that wimlib makes of the same edit", (image) => {
    const listing = (name: string): string[] => run("dir", pathOf(name), `${image}`).split("\n").toSorted();
    expect(listing("ours.wim")).toEqual(listing("theirs.wim"));
    for (const name of ["ours", "theirs"])
      wimlib("apply", pathOf(`${name}.wim`), `${image}`, pathOf(`${name} ${image}`));
    execFileSync("diff", ["-r", pathOf(`ours ${image}`), pathOf(`theirs ${image}`)]);
    execFileSync("7z", ["x", `-o${pathOf(`7z ${image}`)}`, pathOf("ours.wim"), `${image}/`], options);
    execFileSync("diff", ["-r", join(pathOf(`7z ${image}`), `${image}`), pathOf(`theirs ${image}`)]);
  });

  it("has everything else of both images as it was", () => {
    const blocks = (name: string, image: number): Map<string, string> => {
      const text = run("dir", pathOf(name), `${image}`, "--detailed");
      const plain = text.replaceAll(/^(?:Offset in WIM|Reference Count) .*$/gm, "");
      return new Map(plain.split(/^-{76}$/m).map((block) => [/^Full Path .*$/m.exec(block)?.[0] ?? "", block]));
    };
    expect(blocks("ours.wim", 1)).toEqual(blocks("old.wim", 1));
    const [before, after] = [blocks("old.wim", 2), blocks("ours.wim", 2)];
    const changed = [...before].flatMap(([path, block]) => (after.get(path) === block ? [] : [path]));
    expect(changed.map((path) => path.replaceAll("\\", "/"))).toEqual([`Full Path           = "/${hivePath}"`]);
  });

  it("says of its images what wimlib says of theirs, and of the first what it said", () => {
    const xmlOf = (name: string): string => {
      run("info", pathOf(name), `--extract-xml=${pathOf("info.xml")}`);
      return new TextDecoder("utf-16le").decode(read("info.xml"));
    };
    const imageOf = (name: string, index: number): string =>
      new RegExp(`<IMAGE INDEX="${index}">.*?</IMAGE>`, "s").exec(xmlOf(name))![0];
    expect(imageOf("ours.wim", 1)).toBe(imageOf("old.wim", 1));
    const withoutTime = (xml: string): string => xml.replace(/<LASTMODIFICATIONTIME>.*?<\/LASTMODIFICATIONTIME>/s, "");
    expect(withoutTime(imageOf("ours.wim", 2))).toBe(withoutTime(imageOf("theirs.wim", 2)));
  });

  it.skipIf(!judge("hivexsh"))("has a SYSTEM hive that says its scratch space to hivex", () => {
    run("extract", pathOf("ours.wim"), "2", `/${hivePath}`, `--dest-dir=${folder}`);
    const lookup = "cd ControlSet001\\Services\\FBWF\nlsval WinPECacheThreshold\n";
    const said = execFileSync("hivexsh", [pathOf("SYSTEM")], { ...options, input: lookup });
    expect(said.trim()).toBe("64");
  });
});
