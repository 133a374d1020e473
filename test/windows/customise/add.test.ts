/** Files laid over an image's: where they go, what they may replace, and what is judged anew. */
import { describe, expect, it } from "vitest";
import { directory, file, fixedTime } from "../../../fixtures/windows7/nodes.js";
import type { Windows7Options } from "../../../fixtures/windows7/tree.js";
import { windows7Tree } from "../../../fixtures/windows7/tree.js";
import type { TreeNode } from "../../../src/tree/index.js";
import { contentSource, find } from "../../../src/tree/index.js";
import { additionTimes, customise, type Wish } from "../../../src/windows/customise/index.js";
import { identify } from "../../../src/windows/index.js";

const disc = await windows7Tree();

const add = (at: string, ...children: TreeNode[]): Wish => ({ kind: "add", at, folder: directory("", children) });

async function made(wishes: readonly Wish[], allow: readonly string[] = []) {
  return customise({ tree: disc, windows: await identify(disc) }, wishes, { allow });
}

describe("a folder that is added", () => {
  it.each([
    ["", "hello.txt"],
    ["tools", "tools/hello.txt"],
    ["tools/", "tools/hello.txt"],
    ["tools\\deep", "tools/deep/hello.txt"],
    ["SOURCES/$OEM$/$1", "sources/$OEM$/$1/hello.txt"],
  ])("comes to %j", async (at, path) => {
    const { tree, edits, windows } = await made([add(at, file("hello.txt", "hello"))]);
    expect(edits[0]!.changes).toEqual([{ path, action: "added", size: 5 }]);
    const node = find(tree, path);
    expect(node?.kind === "file" && (await contentSource(node).read(0, 5))).toEqual(new TextEncoder().encode("hello"));
    expect(windows.edition).toBe("Professional");
  });

  it.each(["/tools", "../tools", "a/../../b", "a//b", ".", "./a", "..", "/", "\\", "C:", "c:\\tools", "a/.."])(
    "comes to no place %j",
    async (at) => {
      await expect(made([add(at, file("a", ""))])).rejects.toMatchObject({ code: "usage", data: { path: at } });
    },
  );

  it("is told where it has what Setup may copy", async () => {
    const { edits } = await made([add("sources", directory("$OEM$", [file("a", "")])), add("x", file("$OEM$", ""))]);
    expect(edits.map(({ notes }) => notes)).toEqual([[{ code: "oem-folder", path: "sources/$OEM$" }], []]);
  });

  it("replaces files of the image where that is allowed", async () => {
    const over = add("sources", file("EI.CFG", "[EditionID]\r\nUltimate\r\n"), file("new.txt", ""));
    const refusal = made([over]);
    await expect(refusal).rejects.toMatchObject({ code: "replace", exitCode: 4, data: { paths: ["sources/ei.cfg"] } });
    const { tree, edits } = await made([over], ["replace"]);
    expect(edits[0]!.changes.map(({ action }) => action)).toEqual(["replaced", "added"]);
    expect((await identify(tree)).edition).toBe("Ultimate");
  });

  it("names a few of many", async () => {
    const names = ["chs_boot.ttf", "cht_boot.ttf", "jpn_boot.ttf", "kor_boot.ttf", "wgl4_boot.ttf"];
    const fonts = names.map((name) => file(name, ""));
    const wishes = [add("boot/fonts", ...fonts), add("", file("setup.exe", ""))];
    await expect(made(wishes)).rejects.toMatchObject({
      message: expect.stringMatching(/boot\/fonts\/wgl4_boot\.ttf and 1 more$/) as string,
      data: { count: 6 },
    });
  });

  it.each<[string, Wish[]]>([
    ["two folders", [add("", file("a.txt", "1")), add("", file("A.TXT", "2"))]],
    ["a folder and the edition", [add("sources", file("ei.cfg", "")), { kind: "edition", name: "starter" }]],
    ["a folder and the menu", [add("sources", file("ei.cfg", "")), { kind: "edition", name: "menu" }]],
    ["a folder and the edition that is there", [add("sources", file("ei.cfg", "")), { kind: "edition", name: "pro" }]],
    ["a file and a directory", [add("a", file("b", "")), add("a/b", file("c", ""))]],
  ])("gives no file twice: %s", async (_name, wishes) => {
    await expect(made(wishes, ["replace"])).rejects.toMatchObject({ code: "edit-conflict" });
  });

  it("is told with what else stands in the way", async () => {
    const wishes = [add("..", file("a", "")), add("", file("bootmgr", "")), { kind: "edition", name: "x" } as const];
    const error: unknown = await made(wishes).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "usage", others: [{ code: "edition-missing" }, { code: "replace" }] });
  });
});

describe("an install.wim that is added", () => {
  async function replaced(options: Windows7Options) {
    const node = find(await windows7Tree(options), "sources/install.wim")!;
    return made([add("sources", node), { kind: "edition", name: "ent" }], ["replace"]);
  }

  it("is what editions are looked for in, and what is said of the stick", async () => {
    const { windows, edits } = await replaced({ editions: ["Enterprise", "Ultimate"], architecture: "x64" });
    expect(windows.architecture).toBe("x64");
    expect(edits.map(({ value }) => value)).toEqual(["sources", "Enterprise"]);
  });

  it("without the edition is refused", async () => {
    await expect(replaced({ editions: ["Starter"] })).rejects.toMatchObject({
      code: "edition-missing",
      data: { editions: ["Starter"] },
    });
  });
});

it("what is added has the image's newest time", () => {
  expect(additionTimes(disc)).toEqual({ created: fixedTime, modified: fixedTime, accessed: fixedTime });
  const later = { ...file("later", ""), times: { modified: fixedTime + 1 } };
  expect(additionTimes(directory("", [later, ...disc.children])).modified).toBe(fixedTime + 1);
  expect(additionTimes(directory("", []))).toEqual({});
});
