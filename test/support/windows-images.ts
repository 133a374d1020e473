/** One image of a WIM with the XML data of Windows 7 Ultimate x86 with Service Pack 1, but for the values given. */
import { directory, file, fixedTime } from "../../fixtures/windows7/nodes.js";
import { windowsElement } from "../../fixtures/windows7/windows-element.js";
import type { WimImageSource } from "../../fixtures/wim/writer.js";
import type { WindowsElement } from "../../fixtures/wim/xml.js";

export function imageOf(values: Partial<WindowsElement>): WimImageSource {
  const windows = windowsElement({ editionId: "Ultimate", ...values });
  return {
    name: "Windows",
    creationTime: fixedTime,
    lastModificationTime: fixedTime,
    windows,
    tree: directory("", [file("a.txt", "a")]),
  };
}
