/** `win7usb verify` over discs whose install image is a split set, an ESD or a delta, as wimlib makes them. */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filler } from "../../fixtures/windows7/nodes.js";
import type { SourceFiles } from "../support/disc.js";
import { discEditions, writeDisc } from "../support/disc.js";
import { judge } from "../support/judges.js";
import type { Verified } from "../support/verify-command.js";
import { openChecks, verify, verifyText } from "../support/verify-command.js";
import { makeFolder, removeFolder, windowsProperties, wimlib, writeTree } from "../support/wimlib-trees.js";

/** What only the second image has; `split` puts it behind the first part. */
const noise = Buffer.from(filler(400_000, 77));

describe.skipIf(!judge("wimlib-imagex"))("a disc with WIMs by wimlib", () => {
  let folder: string;
  const pathOf = (name: string): string => join(folder, name);
  const read = (name: string): Buffer => readFileSync(pathOf(name));

  beforeAll(() => {
    folder = makeFolder();
    for (const [index, id] of discEditions.entries()) {
      mkdirSync(pathOf(id));
      writeTree(pathOf(id), index + 1);
      if (index === 1) writeFileSync(pathOf(`${id}/noise.bin`), noise);
      const name = `Windows 7 ${id.toUpperCase()}`;
      const options = index === 0 ? ["--compress=LZX"] : ["--rebuild"];
      wimlib(
        index === 0 ? "capture" : "append",
        pathOf(id),
        pathOf("install.wim"),
        name,
        ...options,
        ...windowsProperties(id),
      );
    }
  });
  afterAll(() => {
    removeFolder(folder);
  });

  async function verifyDisc(files: SourceFiles, ...argv: string[]): Promise<Verified> {
    return verify(await writeDisc(folder, files), ...argv);
  }

  describe("as a split set", () => {
    let parts: Record<string, Buffer>;

    beforeAll(() => {
      wimlib("split", pathOf("install.wim"), pathOf("install.swm"), "0.3");
      wimlib("export", pathOf("install.wim"), "2", pathOf("other.wim"));
      wimlib("split", pathOf("other.wim"), pathOf("other.swm"), "0.3");
      const names = readdirSync(folder).filter((name) => /^install\d*\.swm$/.test(name));
      parts = Object.fromEntries(names.map((name) => [name, read(name)]));
      expect(names.length).toBeGreaterThan(2);
    });
    const disc = (changes: SourceFiles): SourceFiles => ({ "install.wim": null, ...parts, ...changes });

    it("is sound, and every part is checked", async () => {
      for (const options of [[], ["--deep"]]) {
        const { exitCode, report } = await verifyDisc(disc({}), ...options, "--require", "edition=Professional");
        expect([exitCode, report.verdict, report.failures]).toEqual([0, "intact", []]);
        expect(openChecks(report, "sources/install.swm")).toEqual(
          options.length === 0 ? [] : ["wim-integrity-table skip"],
        );
      }
    });

    it.each([[["--deep"]], [[]]])("is damaged with a part missing %j", async (options) => {
      const { exitCode, report } = await verifyDisc(disc({ "install2.swm": null }), ...options);
      expect([exitCode, report.verdict]).toEqual([3, "damaged"]);
      const message = report.checks.find(({ status, kind }) => status === "fail" && kind === "soundness")!.message;
      expect(message).toMatch(/^sources\/install\.swm: part 2 of 4 is missing/);
    });

    it.each([[["--deep"]], [[]]])("is damaged with a part of another set %j", async (options) => {
      const { exitCode, report } = await verifyDisc(disc({ "install2.swm": read("other2.swm") }), ...options);
      expect([exitCode, report.verdict]).toEqual([3, "damaged"]);
      expect(JSON.stringify(report.checks)).toMatch(/sources\/install2\.swm: .*another set/);
    });

    it.each([[["--deep"]], [[]]])("is damaged with a part under another's name %j", async (options) => {
      const { exitCode, report } = await verifyDisc(disc({ "install2.swm": parts["install3.swm"]! }), ...options);
      expect([exitCode, report.verdict]).toEqual([3, "damaged"]);
    });

    it("is damaged without its first part", async () => {
      const { exitCode, report } = await verifyDisc(disc({ "install.swm": null }), "--deep");
      expect([exitCode, report.verdict]).toEqual([3, "damaged"]);
      expect(openChecks(report, "sources/install2.swm")[0]).toBe("wim-header fail");
      const lacking = report.checks.find(({ id }) => id === "boot-files");
      expect(lacking).toMatchObject({
        code: "no-boot-files",
        message: expect.stringMatching(/: sources\/install\.swm$/),
      });
      expect(report.scope.unchecked).toContain("the contents of sources/install2.swm, which cannot be opened");
    });

    it("names part, blob, image and file of a changed byte", async () => {
      const name = Object.keys(parts).find((part) => parts[part]!.includes(noise.subarray(0, 64)))!;
      const changed = Buffer.from(parts[name]!);
      changed[changed.indexOf(noise.subarray(0, 64)) + 100_000]! ^= 0x10;
      const { exitCode, report } = await verifyDisc(disc({ [name]: changed }), "--deep");
      expect([exitCode, report.verdict]).toEqual([3, "damaged"]);
      expect(report.failures).toHaveLength(1);
      expect(report.failures[0]).toMatchObject({
        check: "wim-blobs",
        wim: `sources/${name}`,
        places: [{ image: 2, path: "noise.bin" }],
      });
      expect(report.failures[0]!.message).toContain("noise.bin in image 2");
    });
  });

  it.each([
    ["install.esd", ["--solid", "--compress=LZMS"]],
    ["install.wim", ["--solid", "--compress=LZMS"]],
    ["install.wim", ["--compress=LZMS"]],
  ])("as %s by %j is named as not supported, and what was asked for is not met", async (name, options) => {
    const wim = `${name}-${options.length}.wim`;
    wimlib("export", pathOf("install.wim"), "all", pathOf(wim), ...options);
    const disc = await writeDisc(folder, { "install.wim": null, [name]: read(wim) });
    const allowed = ["--allow", "unreadable-wim"] as const;
    const shallow = await verify(disc, ...allowed);
    expect([shallow.exitCode, shallow.report.verdict]).toEqual([0, "intact"]);
    const deep = await verify(disc, "--deep", ...allowed);
    expect([deep.exitCode, deep.report.verdict]).toEqual([4, "unsuitable"]);
    expect(deep.report.unmet).toMatchObject([{ requirement: "deep" }]);
    for (const { report } of [shallow, deep]) {
      expect(openChecks(report, `sources/${name}`).filter((check) => check.endsWith("warn"))).toHaveLength(1);
      expect(report.scope.unchecked.join("; ")).toContain(`sources/${name}, whose compression is not supported`);
    }
    const text = (await verifyText(disc, "--deep", ...allowed)).out.replaceAll(/\s+/g, " ");
    expect(text).toMatch(/^Unsuitable: .* x not met: deep: it cannot be/);
    expect(text).toContain("next step Convert it to an LZX install.wim with a WIM tool, or take an untouched image.");
    expect(text.match(/its solid resources are not supported/g)).toHaveLength(1);
  });

  it.each([
    [["--solid"], /LZMS or solid/],
    [["--compress=LZMS"], /LZMS/],
    [["--pipable", "--compress=LZX"], /pipable/],
    [["--compress=LZX", "--chunk-size=64K"], /chunks of 64 KiB/],
    [["--compress=LZX"], null],
    [["--compress=XPRESS"], null],
    [["--compress=none"], null],
  ])("by %j is refused where the disc's Setup cannot read it", async (options, refused) => {
    const wim = pathOf("format.wim");
    rmSync(wim, { force: true });
    wimlib("export", pathOf("install.wim"), "all", wim, ...options);
    const { exitCode, report } = await verify(await writeDisc(folder, { "install.wim": read("format.wim") }));
    const found = report.checks.filter(({ id }) => id === "install-wim-format");
    expect(exitCode).toBe(refused === null ? 0 : 4);
    expect(found).toHaveLength(refused === null ? 0 : 1);
    if (refused !== null)
      expect(found[0]).toMatchObject({ code: "unreadable-wim", message: expect.stringMatching(refused) });
  });

  it("as a delta without its base is damaged: blobs are missing", async () => {
    wimlib(
      "capture",
      pathOf("Ultimate"),
      pathOf("delta.wim"),
      "Delta",
      `--delta-from=${pathOf("install.wim")}`,
      ...windowsProperties("Ultimate"),
    );
    const disc = await writeDisc(folder, { "install.wim": read("delta.wim") });
    const { exitCode, report } = await verify(disc, "--deep");
    expect([exitCode, report.verdict]).toEqual([3, "damaged"]);
    expect(openChecks(report, "sources/install.wim")).toEqual(["wim-integrity-table skip", "wim-metadata fail"]);
    expect(report.failures.length).toBeGreaterThan(60);
    for (const { check, blob, places } of report.failures) {
      expect([check, places.length, blob?.length]).toEqual(["wim-metadata", 1, 40]);
    }
    const text = (await verifyText(disc, "--deep")).out.replaceAll(/\s+/g, " ");
    expect(text).toMatch(/ x sources\/install\.wim: the content of \S+ in image 1, blob [\da-f]{40}, is missing /);
    expect(text).toContain("next step Where the WIM is a delta of another one, export it together with that one");
  });

  it("without images holds no Windows", async () => {
    writeFileSync(pathOf("none.wim"), read("install.wim"));
    for (const _ of discEditions) wimlib("delete", pathOf("none.wim"), "1");
    const disc = await writeDisc(folder, { "install.wim": read("none.wim") });
    const { exitCode, report } = await verify(disc, "--deep");
    expect([exitCode, report.verdict]).toEqual([4, "unsuitable"]);
    expect(report.checks.find(({ id }) => id === "product")).toMatchObject({ code: "not-windows-7", status: "fail" });
  });
});
