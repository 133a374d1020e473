import { describe, expect, it } from "vitest";
import { directory, file } from "../../fixtures/windows7/nodes.js";
import type { Windows7Options } from "../../fixtures/windows7/tree.js";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import { wimHeaderRecord } from "../../src/wim/header.js";
import { writeWim, type WimImageSource } from "../../fixtures/wim/writer.js";
import { exitCodeOf, Win7UsbError } from "../../src/errors.js";
import type { FileTree } from "../../src/tree/index.js";
import { assertSuitable, identify, suitabilityRefusals } from "../../src/windows/index.js";
import { replaceFile, withoutNode } from "../support/tree-edits.js";
import { imageOf } from "../support/windows-images.js";

async function refusalsOf(tree: FileTree) {
  return suitabilityRefusals(await identify(tree), tree);
}

async function thrownFor(tree: FileTree, allow: readonly string[]): Promise<unknown> {
  const identity = await identify(tree);
  try {
    assertSuitable(identity, tree, allow);
  } catch (error) {
    return error;
  }
  return undefined;
}

const rtm: Windows7Options = { build: 7600, spBuild: 16385, spLevel: 0 };

describe("refusals", () => {
  it("there is none for Windows 7 x86 with Service Pack 1", async () => {
    expect(await refusalsOf(await windows7Tree())).toEqual([]);
    expect(await thrownFor(await windows7Tree(), [])).toBeUndefined();
  });

  it.each<[string, Windows7Options, string[], RegExp]>([
    ["x64", { architecture: "x64" }, ["x64"], /is x64 \(64-bit\), expected x86/],
    ["RTM", rtm, ["rtm"], /no Service Pack 1: build 7600, service pack 0, expected build 7601/],
    ["RTM for x64", { ...rtm, architecture: "x64" }, ["x64", "rtm"], /./],
    ["build 7601 with SPLEVEL 0", { spLevel: 0 }, ["rtm"], /build 7601, service pack 0/],
    ["build 7600 with SPLEVEL 1", { build: 7600 }, ["rtm"], /build 7600, service pack 1/],
    ["Service Pack 1 Beta", { spBuild: 16562 }, ["pre-release"], /Service Pack 1 Beta \(build 7601\.16562\)/],
    ["Service Pack 1 RC", { spBuild: 17105 }, ["pre-release"], /Service Pack 1 Release Candidate .*expected.*17514/],
    ["a Service Pack 1 without a name", { spBuild: 17077 }, ["pre-release"], /Service Pack 1 Pre-release/],
    ["Windows 7 Beta", { build: 7000, spBuild: 0, spLevel: 0 }, ["rtm", "pre-release"], /no Service Pack 1/],
    ["Windows 7 RC", { build: 7100, spBuild: 0, spLevel: 0 }, ["rtm", "pre-release"], /build 7100/],
  ])("%s is refused by name", async (_name, options, codes, message) => {
    const found = await refusalsOf(await windows7Tree(options));
    expect(found.map((refusal) => refusal.code)).toEqual(codes);
    expect(found[0]?.message).toMatch(message);
    for (const refusal of found) expect(refusal.hint).not.toContain("--");
  });

  it.each([17514, 24214, 1130, 0])("no pre-release is revision %d of build 7601", async (spBuild) => {
    expect(await refusalsOf(await windows7Tree({ spBuild }))).toEqual([]);
  });

  it.each<[string, Parameters<typeof imageOf>[0][], string[], RegExp]>([
    ["Windows 8", [{ minor: 2, build: 9200 }], ["not-windows-7"], /holds Windows 8, expected Windows 7/],
    [
      "Windows 10 x64",
      [{ major: 10, minor: 0, build: 19041, architecture: 9 }],
      ["not-windows-7", "x64"],
      /Windows 10/,
    ],
    ["Windows Server 2008 R2", [{ productType: "ServerNT", architecture: 9 }], ["not-windows-7", "x64"], /2008 R2/],
    ["Windows 7 beside Windows 8", [{}, { minor: 2, build: 9200 }], ["not-windows-7"], /Windows 7 and Windows 8/],
    ["another architecture", [{ architecture: 12 }], ["not-windows-7"], /is for arm64/],
    ["a pre-release as one image of two", [{}, { spBuild: 17105 }], ["pre-release"], /Release Candidate/],
    ["RTM as one image of two", [{}, { build: 7600, spLevel: 0 }], ["rtm"], /\(image 2\)/],
  ])("%s is refused by name", async (_name, images, codes, message) => {
    const installWim = await writeWim(images.map((values) => imageOf(values)));
    const found = await refusalsOf(await windows7Tree({ installWim }));
    expect(found.map((refusal) => refusal.code)).toEqual(codes);
    expect(found[0]?.message).toMatch(message);
  });

  it("an install.wim of Windows PE alone is refused, beside an edition it is not", async () => {
    const pe = imageOf({ editionId: "WindowsPE", installationType: "WindowsPE" });
    const treeWith = async (...images: WimImageSource[]) => windows7Tree({ installWim: await writeWim(images) });
    expect(await refusalsOf(await treeWith(pe, pe))).toMatchObject([
      {
        code: "not-windows-7",
        message: expect.stringMatching(/^sources\/install\.wim holds Windows PE alone/) as string,
      },
    ]);
    expect(await refusalsOf(await treeWith(pe, imageOf({})))).toEqual([]);
  });

  it("an image that does not say its service pack is not taken for one that has it", async () => {
    const installWim = await writeWim([{ ...imageOf({}), windows: { ...imageOf({}).windows!, spLevel: Number.NaN } }]);
    expect(await refusalsOf(await windows7Tree({ installWim }))).toMatchObject([
      { code: "rtm", message: expect.stringContaining("service pack unknown") as string },
    ]);
  });

  it("a mixed set is refused as x64 only where it starts as x64", async () => {
    const installWim = await writeWim([imageOf({}), imageOf({ architecture: 9 })]);
    expect(await refusalsOf(await windows7Tree({ installWim }))).toEqual([]);
    const bootWim = await writeWim([imageOf({ architecture: 9 })], { bootIndex: 1 });
    expect(await refusalsOf(await windows7Tree({ installWim, bootWim }))).toMatchObject([{ code: "x64" }]);
  });

  it("the boot image is the one that is set to boot", async () => {
    const bootWim = await writeWim([imageOf({}), imageOf({ architecture: 9 })], { bootIndex: 1 });
    expect(await refusalsOf(await windows7Tree({ bootWim }))).toEqual([]);
  });
});

describe("boot files", () => {
  it.each(["bootmgr", "boot/bcd", "boot/boot.sdi", "sources/boot.wim"])("without %s it is refused", async (path) => {
    expect(await refusalsOf(withoutNode(await windows7Tree(), path))).toMatchObject([
      { code: "no-boot-files", message: expect.stringMatching(new RegExp(`: ${path}$`)) as string },
    ]);
  });

  it("all that is missing is named at once", async () => {
    const tree = withoutNode(withoutNode(await windows7Tree(), "bootmgr"), "sources/install.wim");
    expect((await refusalsOf(tree))[0]?.message).toMatch(/: bootmgr, sources\/install\.wim$/);
  });

  it("a directory in a file's place is missing, too", async () => {
    const tree = withoutNode(await windows7Tree(), "bootmgr");
    const children = [...tree.children, directory("bootmgr", [])];
    expect(await refusalsOf({ ...tree, children })).toMatchObject([{ code: "no-boot-files" }]);
  });

  it("of a split install image every part is needed", async () => {
    const installWim = await writeWim([imageOf({})]);
    wimHeaderRecord.patch(installWim, 0, { totalParts: 3 });
    const whole = withoutNode(await windows7Tree(), "sources/install.wim");
    const first = replaceFile(whole, "sources/install.swm", installWim);
    expect((await refusalsOf(first))[0]?.message).toMatch(/: sources\/install2\.swm, sources\/install3\.swm$/);
    const all = replaceFile(replaceFile(first, "sources/install2.swm", "x"), "sources/install3.swm", "x");
    expect(await refusalsOf(all)).toEqual([]);
    expect((await identify(all)).installImage).toMatchObject({ kind: "swm", totalParts: 3, missingParts: [] });
  });

  it("a header that claims 65,535 parts is answered briefly", async () => {
    const installWim = await writeWim([imageOf({})]);
    wimHeaderRecord.patch(installWim, 0, { totalParts: 65_535 });
    const { installImage } = await identify(await windows7Tree({ installWim }));
    expect(installImage?.missingParts).toHaveLength(20);
  });

  it("as many parts as a header can claim are found", async () => {
    const installWim = await writeWim([imageOf({})]);
    wimHeaderRecord.patch(installWim, 0, { totalParts: 65_535 });
    const parts = Array.from({ length: 65_534 }, (_, index) => file(`INSTALL${index + 2}.SWM`, ""));
    const tree = directory("", [directory("sources", [file("install.swm", installWim), ...parts])]);
    expect((await identify(tree)).installImage?.missingParts).toEqual([]);
  });

  it("an ESD is named as what it is", async () => {
    const installWim = await writeWim([imageOf({})]);
    const tree = replaceFile(
      withoutNode(await windows7Tree(), "sources/install.wim"),
      "sources/install.esd",
      installWim,
    );
    const { installImage, warnings } = await identify(tree);
    expect(installImage?.kind).toBe("esd");
    expect(warnings.map((warning) => warning.code)).toContain("esd");
  });
});

describe("--allow", () => {
  it("lifts the refusal that it names and no other", async () => {
    const tree = await windows7Tree({ ...rtm, architecture: "x64" });
    expect(await thrownFor(tree, [])).toMatchObject({ code: "x64" });
    expect(await thrownFor(tree, ["x64"])).toMatchObject({ code: "rtm" });
    expect(await thrownFor(tree, ["rtm"])).toMatchObject({ code: "x64" });
    expect(await thrownFor(tree, ["not-windows-7", "no-boot-files"])).toMatchObject({ code: "x64" });
    expect(await thrownFor(tree, ["rtm", "x64"])).toBeUndefined();
  });

  it("the error carries every refusal that stands, and exit code 4", async () => {
    const error = await thrownFor(directory("", [file("README.TXT", "x")]), []);
    expect(error).toBeInstanceOf(Win7UsbError);
    expect(exitCodeOf(error)).toBe(4);
    expect(error).toMatchObject({
      code: "not-windows-7",
      data: { refusals: [{ code: "not-windows-7" }, { code: "no-boot-files" }] },
    });
  });
});
