/** Verdicts on packages: each row changes one thing of a package that fits, and says all that is found then. */
import { describe, expect, it } from "vitest";
import type { InfSections } from "../../fixtures/drivers/inf.js";
import { changedLines, infText } from "../../fixtures/drivers/inf.js";
import { programFile } from "../../fixtures/drivers/program.js";
import type { DriverArchitecture, DriverPackage } from "../../src/drivers/index.js";
import { judgeDrivers, windows7On } from "../../src/drivers/index.js";
import type { FolderContents } from "./folder.js";
import { memoryFolder } from "./folder.js";

type Row = {
  readonly name: string;
  /** Sections of the INF. */
  readonly inf?: InfSections;
  /** Files beside it; null leaves one out. */
  readonly files?: Readonly<Record<string, string | Uint8Array | null>>;
  readonly architecture?: DriverArchitecture;
  readonly verdict: DriverPackage["verdict"];
  readonly refusals?: readonly unknown[];
  readonly setupRefusals?: readonly unknown[];
  readonly warnings?: readonly unknown[];
};

const models = [String.raw`%Device%=Made_Install,PCI\CC_0C0330`];
const strings = changedLines("Strings");
const unsigned: InfSections = { Version: changedLines("Version").filter((line) => !line.startsWith("CatalogFile")) };
/** A package whose [Manufacturer] has these decorations, each with its models section. */
const decorated = (...decorations: readonly string[]): InfSections => ({
  ...unsigned,
  Manufacturer: [["%Vendor%=Made", ...decorations].join(",")],
  "Made.NTx86.6.1": null,
  ...Object.fromEntries(decorations.map((each) => [`Made.${each}`, models])),
});
const wdf = (kind: "Kmdf" | "Umdf", version: string, more: InfSections = {}): InfSections => ({
  ...unsigned,
  "Made_Install.NT.Wdf": [`${kind}Service=made,Made_Wdf`],
  Made_Wdf: [`${kind}LibraryVersion=${version}`],
  ...more,
});
const coInstaller = (file: string): InfSections => ({
  "Made_Install.NT.CoInstallers": ["AddReg=Made_CoReg", "CopyFiles=Made_CoFiles"],
  Made_CoReg: [`HKR,,CoInstallers32,0x00010000,"${file},Entry"`],
  Made_CoFiles: [file],
  DestinationDirs: ["DefaultDestDir=12", "Made_CoFiles=11"],
  SourceDisksFiles: ["made.sys=1", `${file}=1`],
});

const rows: readonly Row[] = [
  { name: "what is for Windows 7 x86", inf: unsigned, verdict: "fits" },
  { name: "an undecorated models section", inf: { ...decorated(), Made: models }, verdict: "fits" },
  { name: "NT alone", inf: decorated("NT"), verdict: "fits" },
  { name: "NT with a version", inf: decorated("NT.6.0"), verdict: "fits" },
  { name: "NTx86 without a version", inf: decorated("NTx86"), verdict: "fits" },
  { name: "an older Windows", inf: decorated("NTx86.5.1"), verdict: "fits" },
  { name: "x86 beside amd64", inf: decorated("NTx86.6.0", "NTamd64.6.0"), verdict: "fits" },
  { name: "an old version beside a newer one", inf: decorated("NTx86.6.1", "NTx86.10.0"), verdict: "fits" },
  { name: "a workstation's section", inf: decorated("NTx86.6.1.1"), verdict: "fits" },
  {
    name: "amd64 alone",
    inf: decorated("NTamd64"),
    verdict: "refused",
    refusals: [{ code: "other-architecture", architectures: ["amd64"] }],
  },
  {
    name: "amd64 and arm64",
    inf: decorated("NTamd64.6.1", "NTARM64.10.0"),
    verdict: "refused",
    refusals: [{ code: "other-architecture", architectures: ["amd64", "arm64"] }],
  },
  {
    name: "Windows 10 alone",
    inf: decorated("NTx86.10.0...14393", "NTamd64.10.0"),
    verdict: "refused",
    refusals: [{ code: "newer-windows", versions: ["10.0"] }],
  },
  {
    name: "Windows 8 and 8.1",
    inf: decorated("NTx86.6.2", "NTx86.6.3"),
    verdict: "refused",
    refusals: [{ code: "newer-windows", versions: ["6.2", "6.3"] }],
  },
  {
    name: "a server's section",
    inf: decorated("NTx86.6.1.3"),
    verdict: "refused",
    refusals: [{ code: "no-devices" }],
  },
  {
    name: "an empty section for Windows 7",
    inf: { ...decorated("NTx86.5.1", "NTx86.6.1"), "Made.NTx86.6.1": [] },
    verdict: "refused",
    refusals: [{ code: "excluded", sections: ["Made.NTx86.6.1"] }],
  },
  {
    name: "a section for Windows 7 that is not there",
    inf: { ...decorated("NTx86.5.1", "NTx86.6.1"), "Made.NTx86.6.1": null },
    verdict: "refused",
    refusals: [{ code: "excluded", sections: ["Made.NTx86.6.1"] }],
  },
  {
    name: "an empty undecorated section",
    inf: { ...decorated(), Made: [] },
    verdict: "refused",
    refusals: [{ code: "excluded", sections: ["Made"] }],
  },
  {
    name: "an empty section of an older Windows",
    inf: { ...decorated("NT.5.1", "NT.6.1"), "Made.NT.5.1": [] },
    verdict: "fits",
  },
  {
    name: "no [Manufacturer]",
    inf: { ...unsigned, Manufacturer: null },
    verdict: "refused",
    refusals: [{ code: "no-devices" }],
  },
  {
    name: "an empty [Manufacturer]",
    inf: { ...unsigned, Manufacturer: [] },
    verdict: "refused",
    refusals: [{ code: "no-devices" }],
  },
  {
    name: "no install section",
    inf: { ...unsigned, "Made_Install.NT": null },
    verdict: "refused",
    refusals: [{ code: "no-install-section", sections: ["Made_Install"] }],
  },
  {
    name: "an install section for amd64 alone",
    inf: { ...unsigned, "Made_Install.NT": null, "Made_Install.NTamd64": ["CopyFiles=Made_Files"] },
    verdict: "refused",
    refusals: [{ code: "no-install-section", sections: ["Made_Install"] }],
  },
  {
    name: "an install section of one device of two",
    inf: { ...unsigned, "Made.NTx86.6.1": [...models, "%Device%=Lost,PCI\\VEN_1"] },
    verdict: "fits",
    warnings: [{ code: "devices-without-section", sections: ["Lost"] }],
  },
  {
    name: "an install section for x86, which wins",
    inf: { ...unsigned, "Made_Install.NTx86": ["CopyFiles=@lost.sys"], SourceDisksFiles: ["lost.sys=1"] },
    verdict: "refused",
    refusals: [{ code: "file-missing", files: ["lost.sys"] }],
  },
  {
    name: "a file that is not there",
    inf: unsigned,
    files: { "made.sys": null },
    verdict: "refused",
    refusals: [{ code: "file-missing", files: ["made.sys"] }],
  },
  {
    name: "a file in another case",
    inf: unsigned,
    files: { "made.sys": null, "MADE.Sys": programFile("x86") },
    verdict: "fits",
  },
  {
    name: "two files that differ by their case",
    inf: unsigned,
    files: { "made.sys": null, "MADE.SYS": programFile("x86"), "Made.sys": programFile("x86") },
    verdict: "refused",
    refusals: [{ code: "file-ambiguous", files: ["made.sys"] }],
  },
  {
    name: "a compressed file",
    inf: unsigned,
    files: { "made.sys": null, "made.sy_": "SZDD" },
    verdict: "refused",
    refusals: [{ code: "file-packed", files: ["made.sys"] }],
  },
  {
    name: "files in a cabinet",
    inf: { ...unsigned, SourceDisksNames: ["1=%Disk%,made.cab,,"] },
    files: { "made.sys": null, "made.cab": "MSCF" },
    verdict: "refused",
    refusals: [{ code: "file-packed", files: ["made.sys"] }],
  },
  {
    name: "a folder of the disk and of the file",
    inf: { ...unsigned, SourceDisksNames: [String.raw`1=%Disk%,,,\w7`], SourceDisksFiles: ["made.sys=1,x86"] },
    files: { "made.sys": null, "w7/x86/made.sys": programFile("x86") },
    verdict: "fits",
  },
  {
    name: "a folder for x86",
    inf: { ...unsigned, "SourceDisksNames.x86": ["1=%Disk%,,,i386"], "SourceDisksNames.amd64": ["1=%Disk%,,,x64"] },
    files: { "made.sys": null, "i386/made.sys": programFile("x86"), "x64/made.sys": programFile("amd64") },
    verdict: "fits",
  },
  {
    name: "a folder outside",
    inf: { ...unsigned, SourceDisksFiles: [String.raw`made.sys=1,..\..\etc`] },
    verdict: "refused",
    refusals: [{ code: "path-escapes", files: ["../../etc/made.sys"] }],
  },
  {
    name: "a file that only Windows has",
    inf: {
      Version: [...unsigned["Version"]!, "LayoutFile=layout.inf"],
      Made_Files: ["made.sys", "usbd.sys"],
    },
    verdict: "fits",
    warnings: [{ code: "windows-files", files: ["usbd.sys"] }],
  },
  {
    name: "a file that nothing lists and that is there",
    inf: { ...unsigned, SourceDisksFiles: null, SourceDisksNames: null },
    verdict: "fits",
  },
  {
    name: "a driver of Windows' own",
    inf: { ...unsigned, Made_Service: changedLines("Made_Service", String.raw`ServiceBinary=%12%\usbstor.sys`) },
    verdict: "fits",
    warnings: [{ code: "windows-files", files: ["usbstor.sys"] }],
  },
  {
    name: "a driver for another processor",
    inf: unsigned,
    files: { "made.sys": programFile("amd64") },
    verdict: "refused",
    refusals: [{ code: "wrong-machine", file: "made.sys", machine: "amd64" }],
  },
  {
    name: "a driver that is no program",
    inf: unsigned,
    files: { "made.sys": "made of text" },
    verdict: "refused",
    refusals: [{ code: "not-a-program", file: "made.sys" }],
  },
  { name: "KMDF 1.9", inf: wdf("Kmdf", "1.9"), verdict: "fits" },
  {
    name: "KMDF 1.11 without its co-installer",
    inf: wdf("Kmdf", "1.11"),
    verdict: "installed-only",
    setupRefusals: [{ code: "framework-newer", framework: "kmdf", version: "1.11" }],
    warnings: [{ code: "framework-not-included", framework: "kmdf", version: "1.11" }],
  },
  {
    name: "KMDF 1.11 with its co-installer",
    inf: wdf("Kmdf", "1.11", coInstaller("WdfCoInstaller01011.dll")),
    files: { "WdfCoInstaller01011.dll": programFile("x86") },
    verdict: "installed-only",
    setupRefusals: [{ code: "framework-newer", framework: "kmdf", version: "1.11" }],
    warnings: [{ code: "co-installer", files: ["WdfCoInstaller01011.dll"] }],
  },
  {
    name: "KMDF 1.15",
    inf: wdf("Kmdf", "%KmdfVersion%", { Strings: [...strings, "KmdfVersion=1.15"] }),
    verdict: "refused",
    refusals: [{ code: "framework-unsupported", framework: "kmdf", version: "1.15" }],
  },
  {
    name: "UMDF 2.0",
    inf: wdf("Umdf", "2.0.0"),
    verdict: "refused",
    refusals: [{ code: "framework-unsupported", framework: "umdf", version: "2.0.0" }],
  },
  {
    name: "a co-installer",
    inf: { ...unsigned, ...coInstaller("made.dll") },
    files: { "made.dll": programFile("x86") },
    verdict: "fits",
    warnings: [{ code: "co-installer", files: ["made.dll"] }],
  },
  {
    name: "a co-installer for another processor",
    inf: { ...unsigned, ...coInstaller("made.dll") },
    files: { "made.dll": programFile("amd64") },
    verdict: "refused",
    refusals: [{ code: "wrong-machine", file: "made.dll", machine: "amd64" }],
    warnings: [{ code: "co-installer", files: ["made.dll"] }],
  },
  {
    name: "a library for another processor",
    inf: { ...unsigned, Made_Files: ["made.sys", "other.dll"], SourceDisksFiles: ["made.sys=1", "other.dll=1"] },
    files: { "other.dll": programFile("amd64") },
    verdict: "fits",
  },
  {
    name: "a catalog that is not there",
    files: { "made.cat": null },
    verdict: "refused",
    refusals: [{ code: "catalog-missing", file: "made.cat" }],
  },
  {
    name: "an INF of another kind",
    inf: { Version: ['Signature="$Windows 11$"'] },
    verdict: "refused",
    refusals: [{ code: "inf-unreadable", reason: "signature", line: 0 }],
  },
  {
    name: "amd64 on amd64, where a driver must be signed",
    inf: decorated("NTamd64.6.1"),
    files: { "made.sys": programFile("amd64") },
    architecture: "amd64",
    verdict: "refused",
    refusals: [{ code: "kernel-signature", file: "made.sys" }],
  },
  {
    name: "x86 on amd64",
    inf: unsigned,
    architecture: "amd64",
    verdict: "refused",
    refusals: [{ code: "other-architecture", architectures: ["x86"] }],
  },
  {
    name: "an undecorated section on amd64",
    inf: { ...decorated(), Made: models },
    architecture: "amd64",
    verdict: "refused",
    refusals: [{ code: "other-architecture", architectures: ["x86"] }],
  },
];

/** What is found of signatures has a table of its own. */
const isOfSignatures = (finding: { readonly code: string }): boolean => ["unsigned"].includes(finding.code);

async function judge({ inf = {}, files = {}, architecture = "x86" }: Row): Promise<DriverPackage> {
  const contents: Record<string, string | Uint8Array | null> = {
    "made.inf": infText(inf),
    "made.sys": programFile("x86"),
    ...files,
  };
  const there = Object.entries(contents).filter((entry) => entry[1] !== null);
  const packages = await judgeDrivers(
    memoryFolder(Object.fromEntries(there) as FolderContents),
    windows7On(architecture),
  );
  expect(packages.map(({ inf: path }) => path)).toEqual(["made.inf"]);
  return packages[0]!;
}

describe("a package", () => {
  it("has at least forty rows", () => {
    expect(rows.length).toBeGreaterThanOrEqual(40);
  });

  it.each(rows)("with $name", async (row) => {
    const judged = await judge(row);
    const { verdict, refusals, setupRefusals } = judged;
    const warnings = judged.warnings.filter((each) => !isOfSignatures(each));
    expect({ verdict, refusals, setupRefusals, warnings }).toEqual({
      verdict: row.verdict,
      refusals: row.refusals ?? [],
      setupRefusals: row.setupRefusals ?? [],
      warnings: row.warnings ?? [],
    });
  });

  it("is told with all that it is and does", async () => {
    const judged = await judge({ name: "", verdict: "fits", inf: unsigned });
    expect(judged).toMatchObject({
      purpose: "usb",
      class: "USB",
      classGuid: "{36FC9E60-C465-11CF-8056-444553540000}",
      provider: "Made by a test",
      date: "06/21/2009",
      version: "6.1.1.0",
      catalog: null,
      devices: [
        {
          description: "A controller",
          hardwareId: String.raw`PCI\VEN_1B21&DEV_1142`,
          compatibleIds: [String.raw`PCI\CC_0C0330`],
          installSection: "Made_Install",
        },
      ],
      services: [
        {
          name: "made",
          isFunctionDriver: true,
          flags: 2,
          startType: 3,
          serviceType: 1,
          binary: "made.sys",
          loadOrderGroup: "Base",
        },
      ],
      files: [{ path: "made.sys", size: 0x400, name: "made.sys", directory: "12" }],
      size: 0x400 + infText(unsigned).length,
    });
  });
});
