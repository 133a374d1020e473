/** One image of a WIM with the XML data of Windows 7 Ultimate x86 with Service Pack 1, but for the values given. */
import { directory, file, fixedTime } from "../../fixtures/windows7/nodes.js";
import type { WimImageSource } from "../../fixtures/wim/writer.js";
import type { WindowsElement } from "../../fixtures/wim/xml.js";

export function imageOf(values: Partial<WindowsElement>): WimImageSource {
  const windows: WindowsElement = {
    architecture: 0,
    editionId: "Ultimate",
    installationType: "Client",
    productType: "WinNT",
    languages: ["en-US"],
    defaultLanguage: "en-US",
    major: 6,
    minor: 1,
    build: 7601,
    spBuild: 17514,
    spLevel: 1,
    systemRoot: "WINDOWS",
    ...values,
  };
  return {
    name: "Windows",
    creationTime: fixedTime,
    lastModificationTime: fixedTime,
    windows,
    tree: directory("", [file("a.txt", "a")]),
  };
}
