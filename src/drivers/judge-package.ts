/**
 * The verdict on one package, an INF with what it copies: does it serve a Windows 7 of this architecture, as installed and
 * in the Windows PE of Setup?
 */
import type { DriverRefusal, DriverWarning, SetupRefusal } from "./findings.js";
import type { FolderFile, FolderFiles } from "./folder-files.js";
import { judgeFrameworks } from "./frameworks.js";
import type { InfDescription } from "./inf/describe-inf.js";
import { describeInf } from "./inf/describe-inf.js";
import { InfFault } from "./inf/inf-fault.js";
import type { DriverFramework, DriverService } from "./inf/install.js";
import type { DriverDevice } from "./inf/models.js";
import { judgeContents } from "./judge-contents.js";
import { infSizeLimit } from "./limits.js";
import type { PackageFile, TakenFiles } from "./package-files.js";
import { takeFiles } from "./package-files.js";
import type { DriverPurpose } from "./purpose.js";
import { purposeOf } from "./purpose.js";
import type { PackageSignature } from "./signatures/judge-signatures.js";
import type { DriverTarget } from "./target.js";

/** `installed-only`: the installed Windows can use it, Windows PE cannot. */
export type DriverVerdict = "fits" | "installed-only" | "refused";

/** An INF of a folder and what was found of it. */
export type DriverPackage = {
  /** Path of the INF below the folder. */
  readonly inf: string;
  readonly verdict: DriverVerdict;
  /** Empty where it fits. */
  readonly refusals: readonly DriverRefusal[];
  /** Why Windows PE cannot load it. */
  readonly setupRefusals: readonly SetupRefusal[];
  readonly warnings: readonly DriverWarning[];
  readonly purpose: DriverPurpose;
  readonly class: string | null;
  readonly classGuid: string | null;
  readonly provider: string | null;
  /** As the INF has it: `mm/dd/yyyy`. */
  readonly date: string | null;
  readonly version: string | null;
  /** Path of the catalog below the folder; null where the INF names none, or it is not there. */
  readonly catalog: string | null;
  /** Those that it serves on this Windows. */
  readonly devices: readonly DriverDevice[];
  readonly services: readonly DriverService[];
  readonly frameworks: readonly DriverFramework[];
  readonly coInstallers: readonly string[];
  readonly signature: PackageSignature;
  readonly files: readonly PackageFile[];
  /** Bytes of all files, INF and catalog included. */
  readonly size: number;
};

const unsigned: PackageSignature = { digest: "none", signer: null };

type Findings = {
  readonly refusals: DriverRefusal[];
  readonly setupRefusals: SetupRefusal[];
  readonly warnings: DriverWarning[];
};

export async function judgePackage(inf: FolderFile, folder: FolderFiles, target: DriverTarget): Promise<DriverPackage> {
  let description: InfDescription;
  try {
    if (inf.size > infSizeLimit) throw new InfFault("too-large");
    description = describeInf(await inf.read(), target);
  } catch (error) {
    if (!(error instanceof InfFault)) throw error;
    return unreadable(inf, error);
  }
  const findings: Findings = { refusals: [], setupRefusals: [], warnings: [] };
  const taken = takeFiles(inf.path, description, folder);
  if (description.encoding === "utf-8-mark") findings.warnings.push({ code: "utf8-inf" });
  const misfit = modelsRefusal(description, target);
  if (misfit !== null) {
    findings.refusals.push(misfit);
    return packageOf(inf, description, taken, findings, unsigned);
  }
  judgeInstallation(description, taken, findings);
  const { signature, refusals, warnings } = await judgeContents(inf, description, taken, target);
  findings.refusals.push(...refusals);
  findings.warnings.push(...warnings);
  return packageOf(inf, description, taken, findings, signature);
}

/** Why no device of it is served on the target; null where one is. */
function modelsRefusal({ models, hasManufacturer }: InfDescription, target: DriverTarget): DriverRefusal | null {
  if (models.devices.length > 0) return null;
  const { excluded, architectures, newerVersions } = models;
  if (!hasManufacturer || (architectures.length === 0 && excluded.length === 0)) return { code: "no-devices" };
  if (newerVersions.length > 0) return { code: "newer-windows", versions: newerVersions };
  if (excluded.length > 0) return { code: "excluded", sections: excluded };
  const others = architectures.filter((each) => each !== target.architecture);
  return others.length > 0 ? { code: "other-architecture", architectures: others } : { code: "no-devices" };
}

function judgeInstallation(
  inf: InfDescription,
  taken: TakenFiles,
  { refusals, setupRefusals, warnings }: Findings,
): void {
  const { missingSections: sections, coInstallers } = inf;
  if (inf.installSections.length === 0) refusals.push({ code: "no-install-section", sections });
  else if (sections.length > 0) warnings.push({ code: "devices-without-section", sections });
  refusals.push(...taken.refusals);
  const frameworks = judgeFrameworks(inf.frameworks, coInstallers);
  refusals.push(...frameworks.refusals);
  setupRefusals.push(...frameworks.setupRefusals);
  if (coInstallers.length > 0) warnings.push({ code: "co-installer", files: coInstallers });
  warnings.push(...frameworks.warnings, ...taken.warnings);
}

function packageOf(
  inf: FolderFile,
  description: InfDescription,
  taken: TakenFiles,
  findings: Findings,
  signature: PackageSignature,
): DriverPackage {
  const { devices } = description.models;
  const distinct = new Map(
    [inf, taken.catalog, ...taken.files.map(({ file }) => file)].map((file) => [file?.path, file]),
  );
  return {
    inf: inf.path,
    verdict: verdictOf(findings),
    ...findings,
    purpose: purposeOf(description.classGuid, devices),
    class: description.class,
    classGuid: description.classGuid,
    provider: description.provider,
    date: description.date,
    version: description.version,
    catalog: taken.catalog?.path ?? null,
    devices,
    services: description.services,
    frameworks: description.frameworks,
    coInstallers: description.coInstallers,
    signature,
    files: taken.files.map(({ path, size, name, directory }) => ({ path, size, name, directory })),
    size: [...distinct.values()].reduce((sum, file) => sum + (file?.size ?? 0), 0),
  };
}

function verdictOf({ refusals, setupRefusals }: Findings): DriverVerdict {
  if (refusals.length > 0) return "refused";
  return setupRefusals.length > 0 ? "installed-only" : "fits";
}

function unreadable({ path, size }: FolderFile, { reason, line }: InfFault): DriverPackage {
  return {
    inf: path,
    verdict: "refused",
    refusals: [{ code: "inf-unreadable", reason, line }],
    setupRefusals: [],
    warnings: [],
    purpose: "other",
    class: null,
    classGuid: null,
    provider: null,
    date: null,
    version: null,
    catalog: null,
    devices: [],
    services: [],
    frameworks: [],
    coInstallers: [],
    signature: unsigned,
    files: [],
    size,
  };
}
