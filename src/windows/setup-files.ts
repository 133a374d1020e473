/**
 * Setup's own text files and catalogue names beside its WIMs, each of which says again what the WIM says. On an untouched
 * disc they agree; where someone rebuilt it, they often do not.
 */
import type { WimArchitecture } from "../wim/index.js";
import type { FileTree } from "../tree/index.js";
import { find } from "../tree/index.js";
import { parseIni, readText } from "./text-file.js";

const fileNames = {
  editionConfig: "ei.cfg",
  productKey: "pid.txt",
  buildInformation: "idwbinfo.txt",
  hostBuild: "cversion.ini",
  languages: "lang.ini",
} as const;

/** `ei.cfg`: which image Setup installs, and which kind of key it accepts. */
export type EditionConfig = {
  /** Null where the section is empty: Setup then offers every image. */
  readonly editionId: string | null;
  readonly channel: string | null;
  readonly volumeLicence: boolean | null;
};

export type SetupFiles = {
  /** Where each of them is, or would be. */
  readonly paths: Readonly<Record<keyof typeof fileNames, string>>;
  /** Null where there is no ei.cfg. */
  readonly editionConfig: EditionConfig | null;
  /** BuildArch of idwbinfo.txt. */
  readonly buildArchitecture: WimArchitecture | null;
  /** BuildBranch of idwbinfo.txt, such as `win7sp1_rtm`. */
  readonly buildBranch: string | null;
  /** MinServer or MinClient of cversion.ini: the oldest build that an upgrade starts from, not the disc's own. */
  readonly hostBuild: number | null;
  /** lang.ini's "Available UI Languages". */
  readonly languages: readonly string[];
  /** Image names of the `install_<name>.clg` catalogues. */
  readonly catalogueNames: readonly string[];
};

/** Of the Setup in `folder`. */
export async function readSetupFiles(tree: FileTree, folder: string): Promise<SetupFiles> {
  const paths = {
    editionConfig: `${folder}/${fileNames.editionConfig}`,
    productKey: `${folder}/${fileNames.productKey}`,
    buildInformation: `${folder}/${fileNames.buildInformation}`,
    hostBuild: `${folder}/${fileNames.hostBuild}`,
    languages: `${folder}/${fileNames.languages}`,
  };
  const [editionConfig, buildInformation, hostBuild, languages] = await Promise.all(
    [paths.editionConfig, paths.buildInformation, paths.hostBuild, paths.languages].map((path) => readText(tree, path)),
  );
  const information = parseIni(buildInformation ?? "");
  const valueOf = (key: string): string | null => {
    for (const section of information.values()) {
      const value = section.values.get(key);
      if (value !== undefined && value !== "") return value;
    }
    return null;
  };
  return {
    paths,
    editionConfig: typeof editionConfig === "string" ? parseEditionConfig(editionConfig) : null,
    buildArchitecture: architectureOf(valueOf("buildarch")),
    buildBranch: valueOf("buildbranch"),
    hostBuild: parseHostBuild(hostBuild ?? ""),
    languages: [
      ...(parseIni(languages ?? "")
        .get("available ui languages")
        ?.values.keys() ?? []),
    ],
    catalogueNames: catalogueNames(tree, folder),
  };
}

function parseEditionConfig(text: string): EditionConfig {
  const sections = parseIni(text);
  const firstLine = (name: string): string | null => sections.get(name)?.lines[0] ?? null;
  const volumeLicence = firstLine("vl");
  return {
    editionId: firstLine("editionid"),
    channel: firstLine("channel"),
    volumeLicence: volumeLicence === null ? null : volumeLicence !== "0",
  };
}

/** The service pack that a build branch's name tells: `win7_rtm`, `win7sp1_gdr`; null for other branches. */
export function servicePackOfBranch(branch: string | null): number | null {
  const match = /^win7(?:sp(\d))?_/i.exec(branch ?? "");
  return match === null ? null : Number(match[1] ?? 0);
}

const buildArchitectures: ReadonlyMap<string, WimArchitecture> = new Map([
  ["x86", "x86"],
  ["i386", "x86"],
  ["amd64", "x64"],
  ["x64", "x64"],
  ["ia64", "ia64"],
  ["arm", "arm"],
  ["arm64", "arm64"],
]);

function architectureOf(text: string | null): WimArchitecture | null {
  return text === null ? null : (buildArchitectures.get(text.toLowerCase()) ?? "unknown");
}

/** Line by line: one pattern for all of the text would begin anew at each of its blank lines. */
function parseHostBuild(text: string): number | null {
  for (const line of text.split(/[\r\n]/)) {
    const match = /^\s*Min(?:Server|Client)\s*=\s*(\d{1,6})/i.exec(line);
    if (match !== null) return Number(match[1]);
  }
  return null;
}

function catalogueNames(tree: FileTree, folder: string): string[] {
  const sources = find(tree, folder);
  if (sources?.kind !== "directory") return [];
  const names: string[] = [];
  for (const child of sources.children) {
    const match = /^install_(.+)\.clg$/i.exec(child.name);
    if (match !== null) names.push(match[1]!);
  }
  return names;
}
