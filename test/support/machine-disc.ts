/** A disc whose Setup and Windows come with INFs, in the shape of Windows 7's. */
import { withInboxInfs } from "../../fixtures/windows7/inbox-infs.js";
import { directory, file, fixedTime } from "../../fixtures/windows7/nodes.js";
import { windowsElement } from "../../fixtures/windows7/windows-element.js";
import { peBootWim, peTree } from "../../fixtures/windows7/setup-image.js";
import { writeWim } from "../../fixtures/wim/writer.js";
import { writeDisc } from "./disc.js";

/** Professional alone, for x86; the ISO's path. */
export async function writeMachineDisc(folder: string): Promise<string> {
  const bootWim = await peBootWim({ environment: withInboxInfs(peTree(), "setup") });
  const tree = directory("", [directory("Windows", [file("explorer.exe", "MZ")])]);
  const installWim = await writeWim([
    {
      name: "Windows 7 PROFESSIONAL",
      description: "Windows 7 PROFESSIONAL",
      flags: "Professional",
      displayName: "Windows 7 Professional",
      displayDescription: "Windows 7 Professional",
      creationTime: fixedTime,
      lastModificationTime: fixedTime,
      windows: windowsElement({ editionId: "Professional" }),
      tree: withInboxInfs(tree, "windows"),
    },
  ]);
  return writeDisc(folder, { "boot.wim": bootWim, "install.wim": installWim }, "machine.iso");
}
