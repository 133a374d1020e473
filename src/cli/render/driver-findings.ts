/** Sentences for what is found of a package of drivers. */
import type { DriverRefusal, DriverWarning, SetupRefusal } from "../../drivers/index.js";
import { count, formatSize } from "../../bytes/amounts.js";

export type DriverFinding = DriverRefusal | SetupRefusal | DriverWarning;
type InfFaultReason = Extract<DriverRefusal, { code: "inf-unreadable" }>["reason"];

const infFaults: Readonly<Record<InfFaultReason, string>> = {
  "too-large": "it is larger than any driver's",
  "too-many-lines": "it has more lines than any driver's",
  "too-many-fields": "a line has more fields than any driver's",
  "field-too-long": "a field is longer than Windows takes",
  "no-section": "there is text in front of the first section",
  "section-name": "a section's name has no closing bracket",
  "no-version": "there is no [Version] in it",
  signature: "its Signature in [Version] is none that Windows knows",
  expansion: "its strings make too much of it",
  "too-many-ids": "it has more ids of devices than any driver's",
  "too-many-files": "it copies more files than any driver does",
};

const frameworkNames = { kmdf: "KMDF", umdf: "UMDF" } as const;

type Sentences = {
  readonly [Code in DriverFinding["code"]]: (
    finding: Extract<DriverFinding, { code: Code }>,
    architecture: string,
  ) => string;
};

const list = (items: readonly string[]): string => items.join(", ");

const sentences: Sentences = {
  "inf-unreadable": ({ reason, line }) =>
    `Windows cannot read the INF: ${infFaults[reason]}${line === 0 ? "" : ` (line ${line})`}`,
  "no-devices": () => "it is for no device, so Setup has no use for it",
  "other-architecture": ({ architectures }, own) => `it is for ${list(architectures)}, not for ${own}`,
  "newer-windows": ({ versions }) => `it is for newer Windows alone (${list(versions)}; Windows 7 is 6.1)`,
  excluded: ({ sections }) => `it excludes Windows 7: nothing is in ${list(sections.map((name) => `[${name}]`))}`,
  "no-install-section": ({ sections }) =>
    `the INF has no section ${list(sections.map((name) => `[${name}]`))} for its devices`,
  "file-missing": ({ files }) => `${count(files.length, "file")} that it copies cannot be found: ${list(files)}`,
  "file-packed": ({ files }) => `it is still packed, unpack it first: ${list(files)}`,
  "file-ambiguous": ({ files }) => `there are two files whose names differ by case alone: ${list(files)}`,
  "path-escapes": ({ files }) => `the INF names files outside of the folder: ${list(files)}`,
  "wrong-machine": ({ file, machine }, own) => `${file} is a program for ${machine}, not for ${own}`,
  "not-a-program": ({ file }) => `${file} is no program that Windows could load`,
  "file-too-large": ({ file, size }) => `${file} is larger than any driver: ${formatSize(size)}`,
  "framework-unsupported": ({ framework, version }) =>
    `it needs ${frameworkNames[framework]} ${version}, and 1.11 is the last there is for Windows 7`,
  "catalog-missing": ({ file }) => `its catalog ${file} cannot be found`,
  "catalog-damaged": ({ file, reason }) =>
    reason === "structure"
      ? `its catalog ${file} cannot be read`
      : `its catalog ${file} is not the one that was signed`,
  "file-changed": ({ file }) => `${file} is not the file that was signed`,
  "file-not-in-catalog": ({ file }) => `the catalog does not know ${file}`,
  "boot-start-signature": ({ service, file, digest }) =>
    `${service} is loaded by the boot manager, which wants ${file} signed with SHA-1; it has ${digest === null ? "no signature in it" : `one with ${digest}`}`,
  "kernel-signature": ({ file }) => `the kernel of a 64-bit Windows 7 loads ${file} only with a signature of SHA-1`,
  "framework-newer": ({ framework, version }) =>
    `Windows PE, in which Setup runs, has ${frameworkNames[framework]} 1.9, and it needs ${version}`,
  unsigned: () => "it is not signed: Windows may ask, or refuse it",
  "sha2-only": () =>
    "it is signed with SHA-2 alone, which Windows 7 knows only with updates (KB4474419): to Setup it is unsigned",
  "co-installer": ({ files }) => `its co-installer does not run in Windows PE: ${list(files)}`,
  "framework-not-included": ({ framework, version }) =>
    `it does not bring ${frameworkNames[framework]} ${version}: Windows needs ${framework === "kmdf" ? "KB2685811" : "KB2685813"} before it works`,
  "windows-files": ({ files }) => `it leaves files to Windows, which Setup may not have: ${list(files)}`,
  "devices-without-section": ({ sections }) =>
    `some of its devices have no install section: ${list(sections.map((name) => `[${name}]`))}`,
  "catalog-newer-windows": ({ versions }) => `its catalog is for newer versions of Windows: ${list(versions)}`,
  "utf8-inf": () => "the INF is UTF-8 with a mark, which Windows 7 may not read: save it as ANSI or Unicode",
};

/** A sentence without its full stop; it may hold texts of the package. `architecture`: of the Windows it was judged for. */
export function findingSentence(finding: DriverFinding, architecture: string): string {
  const sentence = sentences[finding.code] as (finding: DriverFinding, architecture: string) => string;
  return sentence(finding, architecture);
}
