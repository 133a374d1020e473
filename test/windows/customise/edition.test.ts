/** Which edition Setup installs: ei.cfg written, kept or removed, and names that the image does not have. */
import { describe, expect, it } from "vitest";
import { fixedTime } from "../../../fixtures/windows7/nodes.js";
import type { Windows7Options } from "../../../fixtures/windows7/tree.js";
import { windows7Tree } from "../../../fixtures/windows7/tree.js";
import type { FileTree } from "../../../src/tree/index.js";
import { contentSource, find } from "../../../src/tree/index.js";
import { customise } from "../../../src/windows/customise/index.js";
import { identify } from "../../../src/windows/index.js";
import { replaceFile } from "../../support/tree-edits.js";

async function withEdition(name: string, image: Windows7Options | FileTree = {}, volumeLabel = "") {
  const tree = "kind" in image ? image : await windows7Tree(image);
  const windows = await identify(tree, { volumeLabel });
  const customised = await customise({ tree, windows }, [{ kind: "edition", name }]);
  return { before: tree, ...customised, edit: customised.edits[0]!, config: await configOf(customised.tree) };
}

async function configOf(tree: FileTree): Promise<string | null> {
  const node = find(tree, "sources/ei.cfg");
  if (node?.kind !== "file") return null;
  return new TextDecoder().decode(await contentSource(node).read(0, node.size));
}

describe("an edition", () => {
  it.each([
    ["Ultimate", "Ultimate"],
    ["ultimate", "Ultimate"],
    ["ult", "Ultimate"],
    ["Home Premium", "HomePremium"],
    ["Windows 7 Home Basic", "HomeBasic"],
    ["start", "Starter"],
  ])("%s is chosen as people write it", async (name, id) => {
    const { config, edit } = await withEdition(name);
    expect(config).toBe(`[EditionID]\r\n${id}\r\n[Channel]\r\nRetail\r\n[VL]\r\n0\r\n`);
    const [change] = edit.changes;
    expect(edit).toMatchObject({ kind: "edition", value: id });
    expect(change).toEqual({ path: "sources/ei.cfg", action: "replaced", size: config?.length });
    expect(edit.notes).toEqual([{ code: "edition-key", channel: "Retail", edition: id }]);
  });

  it("keeps the image's channel and licence", async () => {
    const { config } = await withEdition("Starter", { offered: { editionId: "Ultimate", channel: "OEM" } });
    expect(config).toBe("[EditionID]\r\nStarter\r\n[Channel]\r\nOEM\r\n[VL]\r\n0\r\n");
    const volume = await withEdition("ent", {
      editions: ["Professional", "Enterprise"],
      offered: { editionId: "Professional", channel: "Volume" },
    });
    expect(volume.config).toBe("[EditionID]\r\nEnterprise\r\n[Channel]\r\nVolume\r\n[VL]\r\n1\r\n");
  });

  it.each([
    ["", "Retail", 0],
    ["GSP1RMCPRFRER_EN_DVD", "Retail", 0],
    ["GSP1RMCPRVOL_EN_DVD", "Volume", 1],
    ["GSP1RMCPRFREO_EN_DVD", "OEM", 0],
  ])("of an image without ei.cfg with the label %j takes %s keys", async (label, channel, licence) => {
    const { config, edit } = await withEdition("pro", { offered: null }, label);
    expect(config).toBe(`[EditionID]\r\nProfessional\r\n[Channel]\r\n${channel}\r\n[VL]\r\n${licence}\r\n`);
    expect(edit.changes).toMatchObject([{ action: "added" }]);
  });

  it("leaves an ei.cfg that has it already", async () => {
    const { tree, edit, before } = await withEdition("professional");
    expect(tree).toBe(before);
    expect(edit.changes).toEqual([]);
    expect(edit.notes.map(({ code }) => code)).toEqual(["edition-as-it-was", "edition-key"]);
  });

  it("is told where a file gives Setup a key", async () => {
    const tree = replaceFile(await windows7Tree(), "sources/pid.txt", "[PID]\r\nValue=AAAAA-BBBBB\r\n");
    const { edit } = await withEdition("starter", tree);
    expect(edit.notes).toContainEqual({ code: "product-key-file", path: "sources/pid.txt" });
    expect(JSON.stringify(edit)).not.toContain("AAAAA");
  });

  it("has the newest time of the image", async () => {
    const { tree } = await withEdition("starter");
    const times = { created: fixedTime, modified: fixedTime, accessed: fixedTime };
    expect(find(tree, "sources/ei.cfg")?.times).toEqual(times);
  });

  it.each(["Enterprise", "home", "ProfessionalN", "Core", "", "..", "nonsense"])(
    "%j, which the image does not have, is refused with those that it has",
    async (name) => {
      await expect(withEdition(name)).rejects.toMatchObject({
        code: "edition-missing",
        exitCode: 4,
        message: expect.stringContaining("Starter, HomeBasic, HomePremium, Professional, Ultimate") as string,
        data: { editions: ["Starter", "HomeBasic", "HomePremium", "Professional", "Ultimate"] },
      });
    },
  );
});

it.each(["Two\r\nlines", "x".repeat(65)])("an EDITIONID that ei.cfg cannot hold is none: %j", async (id) => {
  await expect(withEdition(id, { editions: [id] })).rejects.toMatchObject({ code: "edition-missing" });
});

describe("the menu", () => {
  it("is what Setup shows without ei.cfg", async () => {
    const { config, edit, tree } = await withEdition("Menu", { editions: ["Starter", "Ultimate"] });
    expect(config).toBeNull();
    expect(edit).toMatchObject({ value: "menu", changes: [{ path: "sources/ei.cfg", action: "removed" }] });
    expect(edit.notes).toEqual([{ code: "edition-menu", editions: ["Windows 7 Starter", "Windows 7 Ultimate"] }]);
    expect((await identify(tree)).edition).toBeNull();
  });

  it("changes nothing where there is none", async () => {
    const { edit } = await withEdition("menu", { offered: null });
    expect(edit.changes).toEqual([]);
    expect(edit.notes.map(({ code }) => code)).toEqual(["edition-as-it-was", "edition-menu"]);
  });
});
