import { describe, expect, it } from "vitest";
import { directory, file } from "../../fixtures/windows7/nodes.js";
import type { Windows7Options } from "../../fixtures/windows7/tree.js";
import { windows7Label, windows7Tree } from "../../fixtures/windows7/tree.js";
import { encodeUtf16 } from "../../fixtures/wim/xml.js";
import { writeWim } from "../../fixtures/wim/writer.js";
import { contentSource } from "../../src/tree/index.js";
import { identify } from "../../src/windows/index.js";
import { replaceFile, withoutNode } from "../support/tree-edits.js";
import { imageOf } from "../support/windows-images.js";
import { expectRejection } from "../support/wim-fixtures.js";

const description = { volumeLabel: windows7Label, applicationIdentifier: "CDIMAGE 2.54 (01/01/2005 TM)" };

async function warningsOf(options: Windows7Options, volumeLabel = windows7Label) {
  return (await identify(await windows7Tree(options), { ...description, volumeLabel })).warnings;
}

describe("a Windows 7 x86 disc with Service Pack 1", () => {
  it("is described by all its images, and agrees with itself", async () => {
    expect(await identify(await windows7Tree(), description)).toMatchObject({
      product: "Windows 7",
      architecture: "x86",
      build: 7601,
      servicePack: 1,
      servicePackBuild: 17514,
      languages: ["en-US"],
      edition: "Professional",
      channel: "Retail",
      editions: [
        { index: 1, id: "Starter", name: "Windows 7 Starter" },
        { index: 2, id: "HomeBasic", name: "Windows 7 Home Basic" },
        { index: 3, id: "HomePremium", name: "Windows 7 Home Premium" },
        { index: 4, id: "Professional", name: "Windows 7 Professional" },
        { index: 5, id: "Ultimate", name: "Windows 7 Ultimate" },
      ],
      installImage: { path: "sources/install.wim", kind: "wim", totalParts: 1, missingParts: [] },
      bootImages: { bootIndex: 2, images: [{ index: 1 }, { index: 2, name: "Microsoft Windows Setup (x86)" }] },
      warnings: [],
    });
  });

  it("is found in upper case, too", async () => {
    const tree = await windows7Tree();
    const sources = tree.children.find((child) => child.name === "sources");
    const upper = directory("", [
      directory(
        "SOURCES",
        (sources?.kind === "directory" ? sources.children : []).map((child) => ({
          ...child,
          name: child.name.toUpperCase(),
        })),
      ),
    ]);
    expect(await identify(upper, description)).toMatchObject({
      product: "Windows 7",
      edition: "Professional",
      warnings: [],
    });
  });

  it.each<[string, Uint8Array | string]>([
    ["UTF-16LE", encodeUtf16("\uFEFF[EditionID]\r\nUltimate\r\n[Channel]\r\nOEM\r\n")],
    ["UTF-8 with a byte order mark", "\uFEFF[EditionID]\nUltimate\n[Channel]\nOEM\n"],
    ["another case, with blanks and comments", "; made by hand\r\n[editionid]\r\n\r\n  Ultimate  \r\n[CHANNEL]\r\noem"],
  ])("has its ei.cfg read as %s", async (_name, content) => {
    const tree = replaceFile(await windows7Tree(), "sources/ei.cfg", content);
    expect(await identify(tree)).toMatchObject({ edition: "Ultimate", channel: "OEM", warnings: [] });
  });

  it("offers a menu where ei.cfg selects nothing, and its one image where there is only one", async () => {
    const empty = replaceFile(await windows7Tree(), "sources/ei.cfg", "[EditionID]\r\n\r\n[Channel]\r\nRetail\r\n");
    expect(await identify(empty, description)).toMatchObject({ edition: null, channel: "Retail", warnings: [] });
    const single = await windows7Tree({ editions: ["Enterprise"], offered: null });
    expect(await identify(single, { volumeLabel: "GSP1RMCENVOL_EN_DVD" })).toMatchObject({
      edition: "Enterprise",
      channel: "Volume",
      warnings: [],
    });
  });
});

describe("a contradiction names both values and where they were read", () => {
  it.each<[string, string, string, RegExp]>([
    [
      "GSP1RMCPRXFRER_EN_DVD",
      "x64",
      "architecture-contradiction",
      /install\.wim says x86, but the volume label says x64/,
    ],
    ["GRMCPRFRER_EN_DVD", "RTM", "service-pack-contradiction", /install\.wim says 1, but the volume label says 0/],
    [
      "GSP1RMCULFRER_EN_DVD",
      "Ultimate",
      "edition-contradiction",
      /ei\.cfg says Professional, but the volume label says Ultimate/,
    ],
    ["GSP1RMCPRFREO_EN_DVD", "OEM", "channel-contradiction", /ei\.cfg says Retail, but the volume label says OEM/],
    [
      "GSP1RMCPRFRER_DE_DVD",
      "German",
      "language-contradiction",
      /install\.wim says en-US, but the volume label says de-DE/,
    ],
  ])("label %s (%s)", async (label, _name, code, message) => {
    const warnings = await warningsOf({}, label);
    expect(warnings).toEqual([{ code, message: expect.stringMatching(message) as string }]);
  });

  it.each<[string, string, string, RegExp]>([
    ["idwbinfo.txt", "[BUILDINFO]\r\nBuildArch=amd64\r\n", "architecture-contradiction", /idwbinfo\.txt says x64/],
    [
      "idwbinfo.txt",
      "BuildBranch=win7_rtm\r\n",
      "service-pack-contradiction",
      /says 1, but sources\/idwbinfo\.txt says 0/,
    ],
    [
      "cversion.ini",
      "[HostBuild]\r\nMinServer=9200.0\r\n",
      "product-contradiction",
      /says 7601, but sources\/cversion\.ini says 9200/,
    ],
    ["lang.ini", "[Available UI Languages]\r\nfr-FR = 3\r\n", "language-contradiction", /lang\.ini says fr-fr/],
    [
      "ei.cfg",
      "[EditionID]\r\nEnterprise\r\n",
      "edition-not-in-image",
      /selects Enterprise, but sources\/install\.wim holds Starter/,
    ],
    ["install_Windows 7 ULTIMATEN.clg", "x", "edition-contradiction", /the \.clg files name .*ULTIMATEN/],
  ])("%s: %j", async (name, content, code, message) => {
    const tree = replaceFile(await windows7Tree(), `sources/${name}`, content);
    const { warnings } = await identify(tree, { volumeLabel: "none" });
    expect(warnings).toEqual([{ code, message: expect.stringMatching(message) as string }]);
  });

  it("when ei.cfg was removed from a labelled disc", async () => {
    expect(await warningsOf({ offered: null })).toMatchObject([{ code: "ei-cfg-missing" }]);
  });

  it("when boot.wim is for another architecture", async () => {
    const x64 = await windows7Tree({ architecture: "x64" });
    const sources = x64.children.find((child) => child.name === "sources");
    const bootWim =
      sources?.kind === "directory" ? sources.children.find((child) => child.name === "boot.wim") : undefined;
    const data = await (bootWim?.kind === "file" ? contentSource(bootWim).read(0, bootWim.size) : Promise.reject());
    expect(await warningsOf({ bootWim: data })).toMatchObject([
      { code: "architecture-contradiction", message: expect.stringMatching(/boot\.wim says x64/) as string },
    ]);
  });

  it("when the label is Microsoft's and the mastering tool is not", async () => {
    const identity = await identify(await windows7Tree(), { ...description, applicationIdentifier: "OSCDIMG 2.56" });
    expect(identity.warnings).toMatchObject([
      { code: "rebuilt", message: expect.stringMatching(/OSCDIMG 2\.56/) as string },
    ]);
  });

  it("when build and SPLEVEL disagree", async () => {
    const warnings = await warningsOf({ spLevel: 0 }, "none");
    expect(warnings).toHaveLength(5);
    expect(warnings[0]?.message).toMatch(/image 1 .* build 7601, which is service pack 1, but its SPLEVEL is 0/);
  });
});

describe("images that differ", () => {
  it("in architecture, make it mixed", async () => {
    const installWim = await writeWim([
      imageOf({ editionId: "Ultimate" }),
      imageOf({ editionId: "Ultimate", architecture: 9 }),
    ]);
    const tree = await windows7Tree({ installWim, editions: ["Ultimate"], offered: null });
    const identity = await identify(tree);
    expect(identity.architecture).toBe("mixed");
    expect(identity.warnings).toContainEqual({
      code: "mixed-architectures",
      message: "sources/install.wim mixes architectures (image: 1 x86, 2 x64); Setup starts as x86",
    });
  });

  it("in service pack, count as the lowest", async () => {
    const installWim = await writeWim([imageOf({}), imageOf({ build: 7600, spBuild: 16385, spLevel: 0 })]);
    const identity = await identify(await windows7Tree({ installWim, editions: ["Ultimate"], offered: null }));
    expect(identity).toMatchObject({ build: 7600, servicePack: 0, servicePackBuild: 16385 });
    expect(identity.warnings.map((warning) => warning.code)).toContain("mixed-builds");
  });

  it("in language, are listed with the first one's default in front", async () => {
    const installWim = await writeWim([
      imageOf({ languages: ["fr-FR", "de-DE"], defaultLanguage: "fr-FR" }),
      imageOf({}),
    ]);
    const identity = await identify(await windows7Tree({ installWim }));
    expect(identity.languages).toEqual(["fr-FR", "de-DE", "en-US"]);
  });

  it("from plain files, are no editions", async () => {
    const { windows: _windows, ...plain } = imageOf({});
    const installWim = await writeWim([plain, imageOf({})]);
    const identity = await identify(await windows7Tree({ installWim }));
    expect(identity.editions.map((edition) => edition.index)).toEqual([2]);
  });
});

describe("products", () => {
  it.each<[string, Parameters<typeof imageOf>[0]]>([
    ["Windows 7", {}],
    ["Windows Server 2008 R2", { productType: "ServerNT", editionId: "ServerStandard" }],
    ["Windows Embedded Standard 7", { editionId: "Embedded" }],
    ["Windows Vista", { minor: 0, build: 6002 }],
    ["Windows Server 2008", { minor: 0, build: 6001, productType: "ServerNT" }],
    ["Windows 8", { minor: 2, build: 9200 }],
    ["Windows 8.1", { minor: 3, build: 9600 }],
    ["Windows 10", { major: 10, minor: 0, build: 19041 }],
    ["Windows 11", { major: 10, minor: 0, build: 22631 }],
    ["Windows Server 2022", { major: 10, minor: 0, build: 20348, productType: "ServerNT" }],
    ["Windows NT 7.5", { major: 7, minor: 5 }],
  ])("%s", async (product, values) => {
    const installWim = await writeWim([imageOf(values)]);
    expect((await identify(await windows7Tree({ installWim }))).product).toBe(product);
  });

  it("of several images are joined", async () => {
    const installWim = await writeWim([imageOf({}), imageOf({ minor: 2, build: 9200 })]);
    expect((await identify(await windows7Tree({ installWim }))).product).toBe("Windows 7 and Windows 8");
  });

  it("Windows XP is known by its tag file, and anything else is nothing", async () => {
    expect((await identify(directory("", [file("WIN51", "Windows")]))).product).toBe("Windows XP");
    expect(await identify(directory("", [file("README.TXT", "read me")]))).toMatchObject({
      product: null,
      architecture: null,
      build: null,
      servicePack: null,
      languages: [],
      edition: null,
      channel: null,
      editions: [],
      installImage: null,
      bootImages: null,
      warnings: [],
    });
  });

  it("is told from boot.wim where there is no install image", async () => {
    const identity = await identify(withoutNode(await windows7Tree(), "sources/install.wim"));
    expect(identity).toMatchObject({ product: "Windows 7", architecture: "x86", editions: [], installImage: null });
  });
});

describe("a disc that is damaged", () => {
  it("names the WIM that cannot be read", async () => {
    const tree = replaceFile(await windows7Tree(), "sources/boot.wim", "MSWIM");
    await expectRejection(identify(tree), "wim-damaged", /^sources\/boot\.wim: it has 5 bytes/);
  });

  it("reads the beginning of a text file of absurd size, which is no damage", async () => {
    const config = "[EditionID]\r\nUltimate\r\n".padEnd(100_000, ";");
    const tree = replaceFile(await windows7Tree(), "sources/ei.cfg", config);
    expect((await identify(tree)).edition).toBe("Ultimate");
  });
});
