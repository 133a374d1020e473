/** An INF as far as it concerns one Windows, as plain data. */
import type { DriverTarget } from "../target.js";
import type { InfEncoding } from "./decode-inf.js";
import { Inf } from "./inf.js";
import type { DriverFramework, DriverService, CopiedFile } from "./install.js";
import { installationOf } from "./install.js";
import type { Models } from "./models.js";
import { modelsFor } from "./models.js";
import type { SourcePlace } from "./source-files.js";
import { SourceFiles } from "./source-files.js";

/** A file that an INF copies, and where it lies. */
export type InfFile = CopiedFile & SourcePlace;

/** What an INF says to a Windows. */
export type InfDescription = {
  readonly encoding: InfEncoding;
  readonly class: string | null;
  /** Upper case, in braces. */
  readonly classGuid: string | null;
  readonly provider: string | null;
  /** DriverVer's, as it stands: `mm/dd/yyyy`. */
  readonly date: string | null;
  readonly version: string | null;
  /** The catalog's file name; null where the INF names none. */
  readonly catalog: string | null;
  /** Whether files that it does not list are Windows' own. */
  readonly usesWindowsFiles: boolean;
  /** Whether it has [Manufacturer], and so is for devices at all. */
  readonly hasManufacturer: boolean;
  readonly models: Models;
  readonly installSections: readonly string[];
  /** Install sections that devices name and the INF lacks. */
  readonly missingSections: readonly string[];
  readonly files: readonly InfFile[];
  readonly services: readonly DriverService[];
  readonly frameworks: readonly DriverFramework[];
  readonly coInstallers: readonly string[];
  readonly copiedInfs: readonly string[];
  readonly included: readonly string[];
};

/** Throws InfFault where Windows would not read it, or a limit is passed. */
export function describeInf(data: Uint8Array, target: DriverTarget): InfDescription {
  const inf = new Inf(data);
  const models = modelsFor(inf, target);
  const names = models.devices.map(({ installSection }) => installSection);
  const installation = installationOf(inf, names, target);
  const places = new SourceFiles(inf, target);
  const [date = "", version = ""] = inf.entries("Version", "DriverVer")[0]?.values ?? [];
  return {
    encoding: inf.encoding,
    class: inf.value("Version", "Class") ?? null,
    classGuid: inf.value("Version", "ClassGuid")?.toUpperCase() ?? null,
    provider: inf.value("Version", "Provider") ?? null,
    date: date === "" ? null : date,
    version: version === "" ? null : version,
    catalog: catalogOf(inf, target),
    usesWindowsFiles: inf.value("Version", "LayoutFile") !== undefined,
    hasManufacturer: inf.lines("Manufacturer").length > 0,
    models,
    installSections: installation.sections,
    missingSections: installation.missing,
    files: installation.files.map((file) => ({ ...file, ...places.placeOf(file.source) })),
    services: installation.services,
    frameworks: installation.frameworks,
    coInstallers: installation.coInstallers,
    copiedInfs: installation.copiedInfs,
    included: installation.included,
  };
}

/** The closest of `CatalogFile.ntx86`, `CatalogFile.nt` and `CatalogFile`. */
function catalogOf(inf: Inf, { architecture }: DriverTarget): string | null {
  for (const ending of [`.nt${architecture}`, ".nt", ""]) {
    const name = inf.value("Version", `CatalogFile${ending}`);
    if (name !== undefined) return name;
  }
  return null;
}
