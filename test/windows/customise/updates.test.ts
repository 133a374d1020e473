/** Updates: what a file is, what is refused, in which order they are installed, what they need, and where they are put. */
import { describe, expect, it } from "vitest";
import type { UpdateOptions } from "../../../fixtures/updates/updates.js";
import { instructionText, manifestText, updateCab, updateMsu } from "../../../fixtures/updates/updates.js";
import { cabinetFile } from "../../../fixtures/cabinet/cabinet.js";
import { directory, file } from "../../../fixtures/windows7/nodes.js";
import { windows7Tree } from "../../../fixtures/windows7/tree.js";
import { memorySource } from "../../../src/source/byte-source.js";
import type { FileTree, TreeNode } from "../../../src/tree/index.js";
import { contentSource, find } from "../../../src/tree/index.js";
import type { Wish } from "../../../src/windows/customise/index.js";
import { customise } from "../../../src/windows/customise/index.js";
import { chooseUpdates } from "../../../src/windows/customise/updates/choose-updates.js";
import type { ReadUpdate, UpdateRefusal } from "../../../src/windows/customise/updates/read-update.js";
import { readUpdate } from "../../../src/windows/customise/updates/read-update.js";
import { identify } from "../../../src/windows/index.js";

const read = (path: string, bytes: Uint8Array) => readUpdate({ path, source: memorySource(bytes) }, "x86");

async function sound(path: string, options: UpdateOptions = {}): Promise<ReadUpdate> {
  const result = await read(path, path.endsWith(".msu") ? updateMsu(options) : updateCab(options));
  if ("code" in result) throw new Error(`${path}: ${JSON.stringify(result)}`);
  return result;
}

describe("an update", () => {
  const rollup = { kb: 4_534_310, name: "Package_for_RollupFix", version: "7601.24545.1.7" };
  it.each<[string, UpdateOptions, object]>([
    ["a.cab", {}, { kind: "cab", kb: 4_474_419, packages: [{ cabinet: null, windows: ["6.1"] }] }],
    ["a.CAB", { compression: "none" }, { kind: "cab", kb: 4_474_419 }],
    [
      "b.msu",
      {},
      {
        kind: "msu",
        packages: [{ cabinet: "Windows6.1-KB4474419-x86.cab", windows: ["6.1"], identity: { version: "6.1.3.2" } }],
      },
    ],
    ["c.msu", { compression: "mszip", kb: 976_932 }, { kind: "msu", kb: 976_932 }],
    ["a rollup.cab", rollup, { kb: 4_534_310 }],
    ["a rollup without parents.cab", { ...rollup, parents: [] }, { packages: [{ windows: ["6.1"] }] }],
    ["a rollup.msu", rollup, { kb: 4_534_310, packages: [{ windows: ["6.1"] }] }],
    [
      "kb2841134.cab",
      {
        name: "Microsoft-Windows-InternetExplorer-Package-TopLevel",
        version: "11.2.9600.16428",
        identifier: "IE11",
        parents: [],
      },
      { kb: 2_841_134, packages: [{ windows: [] }] },
    ],
    [
      "lp.cab",
      { name: "Microsoft-Windows-Client-LanguagePack-Package", version: "6.1.7601.17514", identifier: "Language" },
      { kb: null },
    ],
    [
      "for Vista and 7.cab",
      { parents: ["6.0.6002.18005", "6.1.7601.17514"] },
      { packages: [{ windows: ["6.0", "6.1"] }] },
    ],
    ["neutral.cab", { architecture: "neutral" }, { kind: "cab" }],
  ])("%s", async (path, options, expected) => {
    expect(await sound(path.replace(".CAB", ".cab"), options)).toMatchObject(expected);
  });

  const cut = updateCab().slice(0, -710);
  const turned = updateCab();
  turned[turned.length - 800]! ^= 1;
  const msuWith = (text: string) => updateMsu({ text });
  it.each<[string, Uint8Array, UpdateRefusal["code"], string]>([
    ["x64.cab", updateCab({ architecture: "amd64" }), "other-architecture", "amd64"],
    ["x64.msu", updateMsu({ architecture: "AMD64" }), "other-architecture", "amd64"],
    ["itanium.msu", updateMsu({ architecture: "ia64" }), "other-architecture", "ia64"],
    ["vista.cab", updateCab({ parents: ["6.0.6001.18000"] }), "other-windows", "6.0"],
    ["8.msu", updateMsu({ version: "6.2.1.0" }), "other-windows", "6.2"],
    ["8.1.msu", updateMsu({ name: "Package_for_RollupFix", version: "9600.19600.1.5" }), "other-windows", "6.3"],
    ["10.cab", updateCab({ version: "10.0.1.2", parents: [] }), "other-windows", "10.0"],
    ["10.msu", updateMsu({ name: "Package_for_RollupFix", version: "17763.1.2" }), "other-windows", "10.0"],
    ["text.msu", Buffer.from("MZ no cabinet"), "not-an-update", "MSCF"],
    ["nothing.cab", new Uint8Array(), "not-an-update", "MSCF"],
    [
      "others.cab",
      cabinetFile([{ compression: "none", files: [{ name: "a.inf", content: new Uint8Array(4) }] }]),
      "not-an-update",
      "no update.mum",
    ],
    ["renamed.cab", updateMsu(), "not-an-update", "may be an .msu"],
    ["renamed.msu", updateCab(), "not-an-update", "no .xml"],
    ["xml.cab", updateCab({ text: "<assembly>" }), "not-an-update", "describes no package"],
    [
      "dtd.cab",
      updateCab({ text: `<!DOCTYPE a [<!ENTITY b "c">]>${manifestText().replace(/^.*\n/, "")}` }),
      "not-an-update",
      "describes no package",
    ],
    [
      "driver.cab",
      updateCab({
        text: '<assembly><assemblyIdentity name="a" version="6.1" processorArchitecture="x86"/></assembly>',
      }),
      "not-an-update",
      "describes no package",
    ],
    ["instruction.msu", msuWith("<unattend/>"), "not-an-update", "describes no package"],
    ["lacking.msu", msuWith(instructionText({}, "other.cab")), "not-an-update", "no other.cab"],
    ["quoting.msu", msuWith(instructionText({}, "a&amp;b.cab")), "not-an-update", "no a&b.cab"],
    ["cut.cab", cut, "damaged", "cut short"],
    ["changed.cab", turned, "damaged", "wrong checksum"],
  ])("that is none: %s", async (path, bytes, code, words) => {
    const refusal = await read(path, bytes);
    expect(refusal).toMatchObject({ code });
    expect(JSON.stringify(refusal)).toContain(words);
  });
});

const kbs = async (...numbers: readonly number[]): Promise<ReadUpdate[]> =>
  Promise.all(numbers.map((kb) => sound(`${kb}.msu`, { kb })));

describe("the order of updates", () => {
  it.each<[string, readonly number[], readonly number[], readonly (readonly number[])[]]>([
    ["one alone", [2_990_941], [2_990_941], []],
    ["a technician's", [3_125_574, 4_536_952, 4_474_419, 4_490_628], [4_490_628, 4_474_419, 4_536_952, 3_125_574], []],
    ["by number", [4_534_310, 3_033_929, 4_474_419, 4_490_628], [4_490_628, 4_474_419, 3_033_929, 4_534_310], []],
    ["SHA-2 without its servicing stack", [4_474_419], [4_474_419], [[4_490_628]]],
    ["a servicing stack of 2020 alone", [4_536_952], [4_536_952], [[4_490_628], [4_474_419]]],
    ["a rollup of 2020 without SHA-2", [4_534_310, 4_490_628], [4_490_628, 4_534_310], [[4_474_419]]],
    [
      "the rollup of 2016 alone",
      [3_125_574],
      [3_125_574],
      [[3_020_369, 3_177_467, 4_490_628, 4_516_655, 4_523_206, 4_531_786, 4_536_952]],
    ],
    ["the rollup of 2016 with its servicing stack", [3_125_574, 3_020_369], [3_020_369, 3_125_574], []],
    ["NVMe", [3_087_873, 2_990_941], [2_990_941, 3_087_873], []],
    ["NVMe's second alone", [3_087_873], [3_087_873], [[2_990_941]]],
  ])("%s", async (_, given, order, lacking) => {
    const chosen = chooseUpdates(await kbs(...given));
    expect(chosen.ordered.map(({ kb }) => kb)).toEqual(order);
    expect(chosen.lacking.map((each) => each.kbs)).toEqual(lacking);
  });

  it("has one of each package, in its latest version", async () => {
    const given = [
      await sound("a.cab", {}),
      await sound("b.msu"),
      await sound("v4.cab", { version: "6.1.4.10" }),
      await sound("v3.cab", { version: "6.1.4.9" }),
    ];
    const { ordered, duplicates } = chooseUpdates(given);
    expect(ordered.map(({ path }) => path)).toEqual(["v4.cab"]);
    expect(duplicates).toEqual([
      { path: "b.msu", of: "a.cab" },
      { path: "a.cab", of: "v4.cab" },
      { path: "v3.cab", of: "v4.cab" },
    ]);
  });
});

const disc = await windows7Tree();
const scripts = "sources/$OEM$/$$/Setup/Scripts";
const folder = "sources/$OEM$/$1/win7usb/updates";

async function placed(updates: readonly ReadUpdate[], ...others: Wish[]) {
  const wish: Wish = { kind: "updates", chosen: chooseUpdates(updates), passedOver: ["readme.txt"] };
  return customise({ tree: disc, windows: await identify(disc) }, [...others, wish]);
}

async function textOf(tree: FileTree, path: string): Promise<string> {
  const node = find(tree, path);
  return node?.kind === "file" ? Buffer.from(await contentSource(node).read(0, node.size)).toString("latin1") : "";
}

const call = '@call "%SystemDrive%\\win7usb\\updates\\install.cmd"\r\n';
const addScript = (...nodes: TreeNode[]): Wish => ({ kind: "add", at: scripts, folder: directory("", nodes) });

describe("updates on the stick", () => {
  it("are where Setup copies them, with what installs them in order", async () => {
    const language = await sound("LP.cab", { name: "Made Pack %x%", identifier: "Language" });
    const { tree, edits } = await placed([...(await kbs(4_474_419, 4_490_628)), language]);
    expect(edits[0]!.changes.map(({ path, action }) => [path, action])).toEqual([
      [`${folder}/01-KB4490628.msu`, "added"],
      [`${folder}/02-KB4474419.msu`, "added"],
      [`${folder}/03-Made-Pack-x-.cab`, "added"],
      [`${folder}/install.cmd`, "added"],
      [`${scripts}/SetupComplete.cmd`, "added"],
    ]);
    expect(await textOf(tree, `${scripts}/SetupComplete.cmd`)).toBe(call);
    const script = await textOf(tree, `${folder}/install.cmd`);
    expect(script.match(/^call :install .*(?=\r$)/gm)).toEqual([
      "call :install 01-KB4490628.msu Windows6.1-KB4490628-x86.cab",
      "call :install 02-KB4474419.msu Windows6.1-KB4474419-x86.cab",
      "call :install 03-Made-Pack-x-.cab",
    ]);
    expect(edits[0]!.notes).toEqual([
      { code: "updates-installed", files: ["4490628.msu", "4474419.msu", "LP.cab"] },
      { code: "updates-passed-over", files: ["readme.txt"] },
      { code: "oem-folder", path: "sources/$OEM$" },
      { code: "setup-complete-keys" },
    ]);
    expect(await textOf(tree, `${folder}/01-KB4490628.msu`)).toBe(
      Buffer.from(updateMsu({ kb: 4_490_628 })).toString("latin1"),
    );
  });

  it("leave what a SetupComplete.cmd did before", async () => {
    const own = "@echo off\r\necho mine\r\n";
    const { tree, edits } = await placed(await kbs(2_990_941), addScript(file("setupcomplete.CMD", own)));
    expect(await textOf(tree, `${scripts}/SetupComplete.cmd`)).toBe(call + own);
    expect(edits[1]!.notes).toContainEqual({ code: "setup-complete-kept", path: `${scripts}/SetupComplete.cmd` });
  });

  it.each([
    ["in UTF-16", file("SetupComplete.cmd", "\u00ff\u00fee"), /no script of plain text/],
    ["that is a folder", directory("SetupComplete.cmd", [file("a", "")]), /is a directory/],
  ])("refuse a SetupComplete.cmd %s", async (_, node, message) => {
    const bytes = node.kind === "file" ? { ...node, ...fileOf([0xff, 0xfe, 0x65, 0]) } : node;
    await expect(placed(await kbs(2_990_941), addScript(bytes))).rejects.toMatchObject({
      code: "edit-conflict",
      message: expect.stringMatching(message) as string,
    });
  });

  it("refuse another file of the same name", async () => {
    const other: Wish = { kind: "add", at: folder, folder: directory("", [file("install.cmd", "")]) };
    await expect(placed(await kbs(2_990_941), other)).rejects.toMatchObject({ code: "edit-conflict" });
  });
});

function fileOf(bytes: readonly number[]) {
  const source = memorySource(Uint8Array.from(bytes));
  return {
    size: bytes.length,
    content: [{ offset: 0, length: bytes.length, source: { kind: "range", source, offset: 0 } }],
  } as const;
}
