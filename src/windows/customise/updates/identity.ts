/**
 * Which package an update is, for which Windows and which architecture: the assembly identities of `update.mum` in its
 * cabinet, or, of an .msu, of the .xml that wusa.exe goes by (KB934307). Microsoft describes neither; what is read here is
 * what is in all of them. A version tells the Windows: 6.1.x, or 7601.x of rollups.
 */
import type { DocumentElement } from "../xml-document.js";
import { childNamed, elementsIn } from "../xml-document.js";

/** An assembly identity as far as an update has one. */
export type UpdateIdentity = {
  /** `Package_for_KB4474419`; the names of others are Windows' own. */
  readonly name: string;
  readonly version: string;
  /** `x86`, `amd64`, ...; in lower case. */
  readonly architecture: string;
  readonly language: string;
};

/** A package that is installed by itself. */
export type UpdatePackage = {
  readonly identity: UpdateIdentity;
  /** The number of the article that describes it; null where it says none. */
  readonly kb: number | null;
  /** Windows versions that it is for (`6.1`), as far as it tells; empty where it does not. */
  readonly windows: readonly string[];
};

/** The root element of an update.mum, as the package that it is; null where it is none. */
export function packageOfManifest(root: DocumentElement): UpdatePackage | null {
  const identity = identityOf(childNamed(root, "assemblyIdentity"));
  const described = childNamed(root, "package");
  if (root.name !== "assembly" || identity === null || described === undefined) return null;
  const parents = described.children
    .filter(({ name }) => name === "parent")
    .flatMap(({ children }) => children.flatMap((child) => identityOf(child) ?? []));
  const windows = parents.map(({ version }) => windowsOf(version)).filter((version) => version !== null);
  const own = windowsOf(identity.version);
  return {
    identity,
    kb: kbIn(identity.name) ?? kbIn(described.attributes["identifier"] ?? ""),
    windows: [...new Set(windows.length > 0 || own === null ? windows : [own])],
  };
}

/** The packages that an .msu's .xml installs, with the names of their cabinets. */
export function packagesOfInstruction(
  root: DocumentElement,
): { readonly found: UpdatePackage; readonly cabinet: string }[] {
  const packages = [...elementsIn(root)].filter(
    ({ name, parent }) => name === "package" && parent?.name === "servicing",
  );
  return packages.flatMap((each) => {
    const identity = identityOf(childNamed(each, "assemblyIdentity"));
    const location = childNamed(each, "source")?.attributes["location"];
    if (identity === null || location === undefined) return [];
    const cabinet = location.slice(Math.max(location.lastIndexOf("\\"), location.lastIndexOf("/")) + 1);
    const own = windowsOf(identity.version);
    return [
      { found: { identity, kb: kbIn(identity.name) ?? kbIn(cabinet), windows: own === null ? [] : [own] }, cabinet },
    ];
  });
}

function identityOf(element: DocumentElement | undefined): UpdateIdentity | null {
  if (element?.name !== "assemblyIdentity") return null;
  const { name, version, processorArchitecture: architecture, language = "neutral" } = element.attributes;
  if (name === undefined || version === undefined || architecture === undefined) return null;
  return { name, version, architecture: architecture.toLowerCase(), language: language.toLowerCase() };
}

/** The number of an article of Microsoft's Knowledge Base, in a package's or a file's name. */
export function kbIn(name: string): number | null {
  const [, digits] = /kb(\d{5,7})(?!\d)/i.exec(name) ?? [];
  return digits === undefined ? null : Number(digits);
}

/** Builds of Windows by which rollups are numbered; later ones are Windows 10's. */
const builds: ReadonlyMap<number, string> = new Map([
  [6000, "6.0"],
  [6001, "6.0"],
  [6002, "6.0"],
  [6003, "6.0"],
  [7600, "6.1"],
  [7601, "6.1"],
  [9200, "6.2"],
  [9600, "6.3"],
]);
const firstBuildOf10 = 10_240;

/** `6.1` for 6.1.1.0 and for 7601.24545.1.7; null for versions of other things. */
export function windowsOf(version: string): string | null {
  const [major = Number.NaN, minor = Number.NaN] = version.split(".").map(Number);
  if (major === 6 && minor <= 4) return `6.${minor}`;
  if (major === 10 && minor === 0) return "10.0";
  return builds.get(major) ?? (major >= firstBuildOf10 ? "10.0" : null);
}

/** Negative where `one` is older. */
export function compareUpdateVersions(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => version.split(".").map(Number));
  const at = a!.findIndex((part, index) => part !== (b![index] ?? 0));
  return at < 0 ? a!.length - b!.length : a![at]! - (b![at] ?? 0);
}
