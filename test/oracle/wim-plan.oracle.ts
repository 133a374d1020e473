/** Planned WIMs, judged by wimlib: one that nothing is changed in is the old one, an edited one has that change alone. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filler } from "../../fixtures/windows7/nodes.js";
import { memorySource } from "../../src/source/byte-source.js";
import { createInlineExecutor, verifyWimParts } from "../../src/verification/wim/index.js";
import { readImageMetadata } from "../../src/wim/compression/read-metadata.js";
import type { ImageEdit } from "../../src/wim/new-contents.js";
import { openWim } from "../../src/wim/index.js";
import { decodeMetadata } from "../../src/wim/metadata-decode.js";
import { encodeMetadata } from "../../src/wim/metadata-encode.js";
import { judge } from "../support/judges.js";
import { makeNtfsVolume } from "../support/ntfs-capture.js";
import { contentOf, createSha1, givenTimes, planned } from "../support/planned-wims.js";
import { makeFolder, removeFolder, wimlib, writeTree } from "../support/wimlib-trees.js";

const canMount = ["mkntfs", "ntfs-3g", "setfattr"].every(judge) && process.getuid?.() === 0;

/** How wimlib makes them; `folder` has `tree1` and `tree2`, and `base.wim` with two images, the second set to boot. */
const made: Readonly<Record<string, (folder: string, wim: string) => readonly (readonly string[])[]>> = {
  none: (folder, wim) => [["capture", `${folder}/tree1`, wim, "First", "--compress=none"]],
  "none with an integrity table": (folder, wim) => [
    ["capture", `${folder}/tree1`, wim, "First", "--compress=none", "--check"],
  ],
  LZX: (folder, wim) => [["capture", `${folder}/tree1`, wim, "First", "--compress=LZX"]],
  "LZX with an integrity table": (folder, wim) => [
    ["capture", `${folder}/tree1`, wim, "First", "--compress=LZX", "--check"],
  ],
  XPRESS: (folder, wim) => [["capture", `${folder}/tree1`, wim, "First", "--compress=XPRESS"]],
  appended: () => [],
  updated: (folder, wim) => [
    ["update", wim, "1", `--command=add ${folder}/driver.inf /Drivers/usb/driver.inf`, "--check"],
    ["update", wim, "2", "--command=delete --recursive /Windows/System32"],
    ["update", wim, "2", "--command=rename /Windows/one.bin /two.bin"],
  ],
  rebuilt: (folder, wim) => [["update", wim, "1", `--command=add ${folder}/driver.inf /a.inf`, "--rebuild", "--check"]],
  exported: (folder, wim) => [
    ["delete", wim, "1", "--soft"],
    ["export", `${folder}/base.wim`, "1", wim, "Again", "--boot"],
  ],
  "one image deleted": (_folder, wim) => [["delete", wim, "2", "--soft"]],
};
/** Nothing but what is referred to, in the order in which a plan has it: the plan is the same to the byte. */
const compact = ["none", "none with an integrity table", "LZX", "LZX with an integrity table", "XPRESS", "rebuilt"];

describe.skipIf(!judge("wimlib-imagex"))("a planned WIM", () => {
  let folder: string;
  const pathOf = (name: string): string => join(folder, name);
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(pathOf(name)));
  const run = (...args: string[]): string =>
    execFileSync("wimlib-imagex", args, { encoding: "utf8", stdio: "pipe", maxBuffer: 2 ** 28 });

  beforeAll(() => {
    folder = makeFolder();
    for (const seed of [1, 2]) {
      mkdirSync(pathOf(`tree${seed}`));
      writeTree(pathOf(`tree${seed}`), seed);
    }
    writeFileSync(pathOf("driver.inf"), "[Version]\r\nSignature=$Windows NT$\r\n");
    writeFileSync(pathOf("driver.sys"), filler(70_000, 9));
    wimlib("capture", pathOf("tree1"), pathOf("base.wim"), "First", "--compress=LZX", "--check");
    wimlib("append", pathOf("tree2"), pathOf("base.wim"), "Second", "--boot", "--check");
  });
  afterAll(() => removeFolder(folder));

  /** Every file with all that wimlib tells of it but places and reference counts. */
  const listing = (name: string, image: number): string =>
    run("dir", pathOf(name), `${image}`, "--detailed").replaceAll(/^(?:Offset in WIM|Reference Count) .*$/gm, "");
  const xmlOf = (name: string): string => {
    run("info", pathOf(name), `--extract-xml=${pathOf("info.xml")}`);
    return new TextDecoder("utf-16le").decode(read("info.xml"));
  };
  /** Without the document's own TOTALBYTES, which comes last. */
  const withoutTotal = (xml: string): string => xml.replace(/<TOTALBYTES>\d+<\/TOTALBYTES>(?!.*<TOTALBYTES>)/s, "");
  const extracted = (path: string): string =>
    execFileSync("sh", ["-c", 'cd "$1" && find . -printf "%P %y %n %s %T@ %l\\n" | sort', "sh", path], {
      encoding: "utf8",
    });
  const apply = (name: string, image: number, target: string): string => {
    wimlib("apply", pathOf(name), `${image}`, pathOf(target));
    return pathOf(target);
  };
  const imageCount = (name: string): number => Number(/Image Count: +(\d+)/.exec(run("info", pathOf(name)))![1]);

  async function expectSound(name: string): Promise<void> {
    expect(run("verify", pathOf(name))).toContain("successfully verified");
    const part = { name, source: memorySource(read(name)) };
    const report = await verifyWimParts([part], (setup) => createInlineExecutor(setup, createSha1), createSha1);
    expect(report.failures).toEqual([]);
    // What belongs to nothing is left behind.
    expect(report.checks.filter(({ id, status }) => id === "wim-layout" && status !== "pass")).toEqual([]);
  }

  it.each(Object.keys(made))("that nothing is changed in is the same: %s", async (name) => {
    const steps = made[name]!(folder, pathOf("old.wim"));
    if (steps[0]?.[0] !== "capture") copyFileSync(pathOf("base.wim"), pathOf("old.wim"));
    for (const step of steps) wimlib(...step);
    const old = read("old.wim");
    const { plan, bytes } = await planned(old);
    if (compact.includes(name)) expect(Buffer.compare(bytes, old)).toBe(0);
    expect(plan).toMatchObject({ addedContents: 0, droppedContents: 0 });
    expect(["none", "kept", "recomputed"]).toContain(plan.integrityTable);
    writeFileSync(pathOf("new.wim"), bytes);
    await expectSound("new.wim");
    expect(withoutTotal(xmlOf("new.wim"))).toBe(withoutTotal(xmlOf("old.wim")));
    for (let image = 1; image <= imageCount("old.wim"); image += 1) {
      expect(listing("new.wim", image)).toBe(listing("old.wim", image));
      const [ours, theirs] = [
        apply("new.wim", image, `${name} ours ${image}`),
        apply("old.wim", image, `${name} ${image}`),
      ];
      expect(extracted(ours)).toBe(extracted(theirs));
      execFileSync("diff", ["-r", "--no-dereference", ours, theirs]);
    }
    // Planned once more, it is the same.
    expect(Buffer.compare((await planned(bytes)).bytes, bytes)).toBe(0);
  });

  it.each(Object.keys(made))("has metadata that is the same when decoded and encoded: %s", async (name) => {
    const path = pathOf(`metadata ${name}.wim`);
    const steps = made[name]!(folder, path);
    if (steps[0]?.[0] !== "capture") copyFileSync(pathOf("base.wim"), path);
    for (const step of steps) wimlib(...step);
    const wim = await openWim(memorySource(new Uint8Array(readFileSync(path))));
    for (const { index } of wim.images) {
      const data = await readImageMetadata(wim, index);
      expect(Buffer.compare(encodeMetadata(decodeMetadata(data, wim), wim), data)).toBe(0);
    }
  });

  it.skipIf(!canMount)("of an NTFS volume keeps short names, descriptors, streams, links, reparse points", async () => {
    const volume = await makeNtfsVolume(folder);
    wimlib("capture", volume, pathOf("volume.wim"), "Volume", "--compress=LZX", "--check");
    const old = read("volume.wim");
    const wim = await openWim(memorySource(old));
    const data = await readImageMetadata(wim, 1);
    const tree = decodeMetadata(data, wim);
    expect(Buffer.compare(encodeMetadata(tree, wim), data)).toBe(0);
    expect(tree.security.descriptors.length).toBeGreaterThan(2);
    const entries = tree.root.list!.entries;
    expect(entries.some(({ shortName }) => shortName === "ALONGN~1.TXT")).toBe(true);
    expect(entries.some(({ hardLinkGroup }) => hardLinkGroup !== 0n)).toBe(true);
    expect(entries.some(({ reparse }) => reparse?.tag === 0xa000_000c)).toBe(true);
    expect(entries.flatMap(({ streams }) => streams.map((stream) => stream.name))).toContain("größe");
    const edits: ImageEdit[] = [{ kind: "add", path: "dir/new.txt", content: contentOf("new"), times: givenTimes }];
    writeFileSync(pathOf("volume new.wim"), (await planned(old, { changes: new Map([[1, { edits }]]) })).bytes);
    await expectSound("volume new.wim");
    const blocks = (name: string): string[] => listing(name, 1).split(/^-{76}$/m);
    const before = new Set(blocks("volume.wim"));
    const added = blocks("volume new.wim").filter((block) => !before.has(block));
    expect(added).toEqual([expect.stringContaining('"/dir/new.txt"')]);
    // The descriptor of its directory.
    expect(new Set(blocks("volume new.wim")).size).toBe(before.size + 1);
  });

  describe("that image 2 is edited in", () => {
    let edits: readonly ImageEdit[];
    beforeAll(() => {
      edits = [
        { kind: "add", path: "win7usb/usb/driver.inf", content: contentOf(read("driver.inf")), times: givenTimes },
        { kind: "add", path: "win7usb/usb/driver.sys", content: contentOf(read("driver.sys")), times: givenTimes },
        { kind: "add", path: "win7usb/again.sys", content: contentOf(read("driver.sys")), times: givenTimes },
        { kind: "add", path: "Windows/SYSTEM32/winpeshl.ini", content: contentOf("[LaunchApps]\n"), times: givenTimes },
        { kind: "replace", path: "windows/one.bin", content: contentOf("another content"), times: givenTimes },
        { kind: "remove", path: "Windows/System32/noise.bin" },
        { kind: "remove", path: "linked again.txt" },
        { kind: "remove", path: "empty" },
        { kind: "add-directory", path: "scratch", times: givenTimes },
      ];
      writeFileSync(pathOf("launch.ini"), "[LaunchApps]\n");
      writeFileSync(pathOf("another.bin"), "another content");
      copyFileSync(pathOf("base.wim"), pathOf("theirs.wim"));
      const commands = [
        `add ${pathOf("driver.inf")} /win7usb/usb/driver.inf`,
        `add ${pathOf("driver.sys")} /win7usb/usb/driver.sys`,
        `add ${pathOf("driver.sys")} /win7usb/again.sys`,
        `add ${pathOf("launch.ini")} /Windows/System32/winpeshl.ini`,
        `add ${pathOf("another.bin")} /Windows/one.bin`,
        "delete /Windows/System32/noise.bin",
        `delete "/linked again.txt"`,
        "delete --recursive /empty",
        `add ${pathOf("nothing")} /scratch`,
      ];
      mkdirSync(pathOf("nothing"));
      for (const command of commands) wimlib("update", pathOf("theirs.wim"), "2", `--command=${command}`);
    });

    it("verifies, applies, and is what wimlib's update makes; image 1 is as it was", async () => {
      const old = read("base.wim");
      const { plan, bytes } = await planned(old, { changes: new Map([[2, { edits }]]) });
      expect(plan.integrityTable).toBe("recomputed");
      // Noise, and the contents of the 60 files in `empty`, of which one has none; driver.sys once.
      expect(plan.addedContents).toBe(4);
      writeFileSync(pathOf("ours.wim"), bytes);
      await expectSound("ours.wim");
      expect(listing("ours.wim", 1)).toBe(listing("base.wim", 1));
      const [ours, theirs] = [apply("ours.wim", 2, "edited ours"), apply("theirs.wim", 2, "edited theirs")];
      execFileSync("diff", ["-r", "--no-dereference", ours, theirs]);
      const kept = (name: string): string[] => listing(name, 2).split(/^-{76}$/m);
      const before = new Set(kept("base.wim"));
      const paths = kept("ours.wim").flatMap((block) =>
        before.has(block) ? [] : [/^Full Path += ?"(.*)"$/m.exec(block)?.[1] ?? block],
      );
      expect(paths.toSorted()).toEqual(
        [
          // These two have one link less.
          "/Windows/linked.txt",
          "/Windows/shared.txt",
          "/Windows/System32/winpeshl.ini",
          "/Windows/one.bin",
          "/scratch",
          "/win7usb",
          "/win7usb/again.sys",
          "/win7usb/usb",
          "/win7usb/usb/driver.inf",
          "/win7usb/usb/driver.sys",
        ].toSorted(),
      );
      expect(run("info", pathOf("ours.wim"))).toMatch(/Boot Index: +2/);
    });

    it("has the counts that wimlib tells after update, but for directories that it forgets; all other XML is as it was", async () => {
      const change = { changes: new Map([[2, { edits }]]) };
      writeFileSync(pathOf("ours.wim"), (await planned(read("base.wim"), change)).bytes);
      const count = (name: string, key: string): number =>
        Number(new RegExp(`^${key}: +(\\d+)$`, "m").exec(run("info", pathOf(name), "2"))![1]);
      for (const key of ["File Count", "Total Bytes", "Hard Link Bytes"]) {
        expect([key, count("ours.wim", key)]).toEqual([key, count("theirs.wim", key)]);
      }
      // win7usb, win7usb/usb and scratch come, empty goes.
      expect(count("ours.wim", "Directory Count")).toBe(count("base.wim", "Directory Count") + 2);
      const plain = (name: string): string =>
        withoutTotal(xmlOf(name)).replaceAll(/(?<=<(DIRCOUNT|FILECOUNT|TOTALBYTES|HARDLINKBYTES)>)\d+/g, "");
      expect(plain("ours.wim")).toBe(plain("base.wim"));
    });

    it("is the same whenever it is planned, and is undone by the opposite edits", async () => {
      const old = read("base.wim");
      const change = { changes: new Map([[2, { edits: edits.slice(0, 3) }]]) };
      const { bytes } = await planned(old, change);
      expect(Buffer.compare((await planned(old, change)).bytes, bytes)).toBe(0);
      const undo = new Map([[2, { edits: [{ kind: "remove", path: "win7usb" } as const] }]]);
      const { plan, bytes: undone } = await planned(bytes, { changes: undo });
      expect(plan.droppedContents).toBe(2);
      writeFileSync(pathOf("undone.wim"), undone);
      await expectSound("undone.wim");
      for (const image of [1, 2]) expect(listing("undone.wim", image)).toBe(listing("base.wim", image));
      expect(withoutTotal(xmlOf("undone.wim"))).toBe(withoutTotal(xmlOf("base.wim")));
    });
  });

  it.each([1, 2])("of image %i alone is what wimlib's export has", async (image) => {
    const { bytes } = await planned(read("base.wim"), { images: [image] });
    writeFileSync(pathOf("chosen.wim"), bytes);
    await expectSound("chosen.wim");
    wimlib("export", pathOf("base.wim"), `${image}`, pathOf(`exported ${image}.wim`));
    expect(listing("chosen.wim", 1)).toBe(listing(`exported ${image}.wim`, 1));
    expect(withoutTotal(xmlOf("chosen.wim"))).toBe(withoutTotal(xmlOf(`exported ${image}.wim`)));
    expect(run("info", pathOf("chosen.wim"))).toMatch(new RegExp(`Boot Index: +${image === 2 ? 1 : 0}`));
  });
});
