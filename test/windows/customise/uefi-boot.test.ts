/** What UEFI starts, out of the image that Setup installs: when it is added, and why not. */
import { describe, expect, it } from "vitest";
import { programFile } from "../../../fixtures/drivers/program.js";
import { directory, file, filler } from "../../../fixtures/windows7/nodes.js";
import type { Windows7Options } from "../../../fixtures/windows7/tree.js";
import { windows7Tree } from "../../../fixtures/windows7/tree.js";
import { overlay, without } from "../../../src/tree/edits.js";
import type { FileTree } from "../../../src/tree/index.js";
import { contentSource, find } from "../../../src/tree/index.js";
import { addUefiBoot, uefiWarningsOfNtfs } from "../../../src/windows/customise/uefi-boot.js";
import { identify } from "../../../src/windows/index.js";
import { splitInstallImages } from "../../../src/windows/split-install-image.js";
import { replaceFile } from "../../support/tree-edits.js";

const manager = programFile("amd64", { mark: 7, size: 5000 });
const disc = (options: Windows7Options = {}): Promise<FileTree> =>
  windows7Tree({ architecture: "x64", editions: ["Professional"], efiBootManager: manager, ...options });
const starter = "efi/boot/bootx64.efi";

async function made(tree: FileTree) {
  return addUefiBoot(tree, await identify(tree));
}

async function expectAdded(tree: FileTree, from = "sources/install.wim"): Promise<void> {
  const { edit, warnings, tree: edited } = await made(tree);
  expect(warnings).toEqual([]);
  expect(edit).toEqual({
    kind: "uefi-boot",
    value: "",
    changes: [{ path: starter, action: "added", size: manager.length }],
    notes: [{ code: "uefi-boot-source", source: `${from}: Windows/Boot/EFI/bootmgfw.efi` }],
  });
  const node = find(edited, starter);
  expect(node?.kind === "file" && (await contentSource(node).read(0, node.size))).toEqual(new Uint8Array(manager));
}

describe("what UEFI starts", () => {
  it("is added to a 64-bit disc", async () => expectAdded(await disc()));

  it("comes out of a split image", async () => {
    const { tree } = await splitInstallImages(
      await disc({ payloadSize: 600_000, editions: ["Starter", "Professional", "Ultimate"] }),
      {
        file: 10 ** 6,
        part: 10 ** 6,
      },
    );
    expect(find(tree, "sources/install2.swm")).toMatchObject({ kind: "file", size: 606_542 });
    await expectAdded(tree, "sources/install.swm");
  });

  it.each<[string, () => Promise<FileTree>]>([
    ["a 32-bit disc", async () => windows7Tree({ efiBootManager: manager })],
    [
      "a disc that has it",
      async () =>
        overlay(await disc(), directory("", [directory("EFI", [directory("BOOT", [file("BOOTX64.EFI", "x")])])])).tree,
    ],
  ])("is not added to %s", async (_, make) => {
    const tree = await make();
    expect(await made(tree)).toEqual({ tree, edit: null, warnings: [] });
  });

  const install = "sources/install.wim";
  it.each<[string, () => Promise<FileTree>, RegExp]>([
    ["without what it reads", async () => without(await disc(), "efi/microsoft/boot").tree, /no efi\/microsoft\/boot/],
    [
      "without it in the image",
      async () => disc({ efiBootManager: null }),
      /no Windows\/Boot\/EFI\/bootmgfw\.efi in the first image/,
    ],
    ["of another machine", async () => disc({ efiBootManager: programFile("x86") }), /program for x86, expected amd64/],
    ["that is no program", async () => disc({ efiBootManager: filler(4000, 1) }), /is no program/],
    ["that is empty", async () => disc({ efiBootManager: new Uint8Array() }), /there is no Windows/],
    [
      "that is too large",
      async () => disc({ efiBootManager: programFile("amd64", { size: 2 ** 23 + 1 }) }),
      /8388609 bytes, expected at most/,
    ],
    ["with damaged metadata", async () => damaged(await disc()), /cannot be read/],
  ])("is told to be missing from a disc %s", async (_, make, reason) => {
    const tree = await make();
    const result = await made(tree);
    expect(result).toMatchObject({ tree, edit: null });
    expect(result.warnings).toEqual([{ code: "uefi-boot-missing", message: expect.stringMatching(reason) as string }]);
  });

  async function damaged(tree: FileTree): Promise<FileTree> {
    const node = find(tree, install);
    if (node?.kind !== "file") throw new Error("no install.wim");
    const bytes = await contentSource(node).read(0, node.size);
    const at = Buffer.from(bytes).indexOf(Buffer.from("bootmgfw.efi", "utf16le"));
    bytes.fill(0xff, at - 60, at);
    return replaceFile(tree, install, bytes);
  }

  it("is told not to start from NTFS", async () => {
    expect(uefiWarningsOfNtfs(await identify(await disc())).map(({ code }) => code)).toEqual(["uefi-ntfs"]);
    expect(uefiWarningsOfNtfs(await identify(await windows7Tree()))).toEqual([]);
  });
});
