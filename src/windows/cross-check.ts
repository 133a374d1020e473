/**
 * The same fact stands at several places of a disc. Where two of them disagree, the disc was rebuilt or damaged, and the
 * warning names both values and where each was read.
 */
import type { Warning } from "../errors.js";
import type { InstallImage, WindowsIdentity } from "./identity.js";
import type { Channel } from "./volume-label.js";
import type { SetupFiles } from "./setup-files.js";
import { servicePackOfBranch } from "./setup-files.js";
import { isNewerSetup, setupBuild } from "./wim-readers.js";

const labelSource = "the volume label";
/** Written by the tool that made Microsoft's discs; other tools write their own name. */
const microsoftMastering = "CDIMAGE";

type Claim = { readonly source: string; readonly value: string | number | null };

export type Described = Omit<WindowsIdentity, "warnings">;

/** Every contradiction and every peculiarity that a person should know of before relying on the image. */
export function crossCheck(
  identity: Described,
  files: SetupFiles,
  applicationIdentifier: string | undefined,
): Warning[] {
  return [
    ...architectureWarnings(identity, files),
    ...servicePackWarnings(identity, files),
    ...editionWarnings(identity, files),
    ...channelWarnings(identity, files),
    ...languageWarnings(identity, files),
    ...productWarnings(identity, files),
    ...folderWarnings(identity),
    ...imageWarnings(identity),
    ...masteringWarnings(identity, applicationIdentifier),
  ];
}

/** One warning for each claim that differs from the first one; claims that say nothing are left out. */
function contradictions(code: string, what: string, claims: readonly Claim[]): Warning[] {
  const [first, ...others] = claims.filter((claim) => claim.value !== null);
  if (first === undefined) return [];
  const wanted = String(first.value).toLowerCase();
  return others
    .filter((claim) => String(claim.value).toLowerCase() !== wanted)
    .map((claim) => ({
      code,
      message: `${what}: ${first.source} says ${first.value}, but ${claim.source} says ${claim.value}`,
    }));
}

const installSource = (image: InstallImage | null): string => image?.path ?? "the install image";

function architectureWarnings(identity: Described, files: SetupFiles): Warning[] {
  const warnings = contradictions("architecture-contradiction", "architecture", [
    {
      source: installSource(identity.installImage),
      value: identity.architecture === "mixed" ? null : identity.architecture,
    },
    { source: files.paths.buildInformation, value: files.buildArchitecture },
    { source: identity.bootImages?.path ?? "boot.wim", value: bootArchitecture(identity) },
    { source: labelSource, value: identity.volumeLabel?.architecture ?? null },
  ]);
  if (identity.architecture !== "mixed") return warnings;
  const list = identity.editions.map((edition) => `${edition.index} ${edition.architecture ?? "unknown"}`).join(", ");
  const message = `${installSource(identity.installImage)} mixes architectures (image: ${list}); Setup starts as ${
    bootArchitecture(identity) ?? "whatever boot.wim holds"
  }`;
  return [{ code: "mixed-architectures", message }, ...warnings];
}

/** Architecture of the boot image that starts; null where there is none or it does not say. */
export function bootArchitecture(identity: Pick<WindowsIdentity, "bootImages">): string | null {
  const { images, bootIndex } = identity.bootImages ?? { images: [], bootIndex: 0 };
  const image = images.find((candidate) => candidate.index === bootIndex) ?? images.at(-1);
  return image?.architecture ?? null;
}

function servicePackWarnings(identity: Described, files: SetupFiles): Warning[] {
  const warnings = contradictions("service-pack-contradiction", "service pack", [
    { source: installSource(identity.installImage), value: identity.servicePack },
    { source: files.paths.buildInformation, value: servicePackOfBranch(files.buildBranch) },
    { source: labelSource, value: identity.volumeLabel?.servicePack ?? null },
  ]);
  for (const edition of identity.editions) {
    const expected = servicePackOfBuild(edition.build);
    if (expected === null || edition.servicePack === null || edition.servicePack === expected) continue;
    const message = `image ${edition.index} (${edition.name}) has build ${edition.build}, which is service pack ${expected}, but its SPLEVEL is ${edition.servicePack}`;
    warnings.push({ code: "service-pack-contradiction", message });
  }
  const builds = [...new Set(identity.editions.map((edition) => edition.build))];
  if (builds.length > 1) {
    const message = `the images have different builds: ${builds.map((build) => build ?? "none").join(", ")}`;
    warnings.push({ code: "mixed-builds", message });
  }
  return warnings;
}

/** Of Windows 7's two released builds; null for any other one. */
function servicePackOfBuild(build: number | null): number | null {
  return build === 7600 ? 0 : build === 7601 ? 1 : null;
}

function editionWarnings(identity: Described, files: SetupFiles): Warning[] {
  const configured = files.editionConfig?.editionId ?? null;
  const labelled = identity.volumeLabel?.editionId ?? null;
  const warnings = contradictions("edition-contradiction", "edition", [
    { source: files.paths.editionConfig, value: configured },
    { source: labelSource, value: configured === null ? null : labelled },
  ]);
  const ids = identity.editions.map((edition) => edition.id ?? edition.name);
  if (configured !== null && ids.length > 0 && !ids.some((id) => id.toLowerCase() === configured.toLowerCase())) {
    const message = `${files.paths.editionConfig} selects ${configured}, but ${installSource(identity.installImage)} holds ${ids.join(", ")}`;
    warnings.push({ code: "edition-not-in-image", message });
  }
  if (files.editionConfig === null && labelled !== null && ids.length > 1) {
    const message = `${files.paths.editionConfig} is missing: Setup offers all of ${ids.join(", ")}, although the volume label says ${labelled}`;
    warnings.push({ code: "ei-cfg-missing", message });
  }
  return [...warnings, ...catalogueWarnings(identity, files)];
}

/** The catalogues are named after the images: `install_Windows 7 ULTIMATE.clg` beside the image `Windows 7 ULTIMATE`. */
function catalogueWarnings(identity: Described, files: SetupFiles): Warning[] {
  if (files.catalogueNames.length === 0 || identity.editions.length === 0) return [];
  const catalogues = sorted(files.catalogueNames.map((name) => name.replace(/^Windows 7 /i, "")));
  const images = sorted(identity.editions.map((edition) => edition.id ?? edition.name));
  if (catalogues === images) return [];
  const message = `editions: ${installSource(identity.installImage)} holds ${images}, but the .clg files name ${catalogues}`;
  return [{ code: "edition-contradiction", message }];
}

/** Names without case and blanks, each once, in order. */
function sorted(names: readonly string[]): string {
  return [...new Set(names.map((name) => name.toUpperCase().replaceAll(" ", "")))].toSorted().join(", ");
}

/** The label's channels that ei.cfg can name; evaluation and checked discs have no value of their own there. */
const configurable: readonly (Channel | undefined)[] = ["Retail", "OEM", "Volume"];

function channelWarnings(identity: Described, files: SetupFiles): Warning[] {
  const labelled = identity.volumeLabel?.channel;
  return contradictions("channel-contradiction", "channel", [
    { source: files.paths.editionConfig, value: files.editionConfig?.channel ?? null },
    { source: labelSource, value: labelled !== undefined && configurable.includes(labelled) ? labelled : null },
  ]);
}

function languageWarnings(identity: Described, files: SetupFiles): Warning[] {
  const held = identity.languages;
  if (held.length === 0) return [];
  const holds = (language: string) => held.some((candidate) => candidate.toLowerCase() === language.toLowerCase());
  const warnings: Warning[] = [];
  const complain = (source: string, value: string): void => {
    const message = `language: ${installSource(identity.installImage)} says ${held.join(", ")}, but ${source} says ${value}`;
    warnings.push({ code: "language-contradiction", message });
  };
  const labelled = identity.volumeLabel?.language ?? null;
  if (labelled !== null && !holds(labelled)) complain(labelSource, labelled);
  if (files.languages.length > 0 && !files.languages.some(holds)) {
    complain(files.paths.languages, files.languages.join(", "));
  }
  return warnings;
}

function productWarnings(identity: Described, files: SetupFiles): Warning[] {
  const { hostBuild } = files;
  // Windows 7's own discs name a build of its development, 7xxx, as the oldest one that they upgrade.
  if (identity.build === null || hostBuild === null || identity.product !== "Windows 7") return [];
  if (hostBuild >= 7000 && hostBuild <= 7999) return [];
  const message = `build: ${installSource(identity.installImage)} says ${identity.build}, but ${files.paths.hostBuild} says ${hostBuild}`;
  return [{ code: "product-contradiction", message }];
}

function folderWarnings({ setupFolders }: Described): Warning[] {
  const [first, ...others] = setupFolders;
  if (others.length === 0) return [];
  const message = `the disc has Setup in ${setupFolders.join(" and ")}: what is said of it is of ${first}, and nothing is judged of ${others.join(" and ")} but its WIMs`;
  return [{ code: "several-setups", message }];
}

function imageWarnings(identity: Described): Warning[] {
  const warnings: Warning[] = [];
  const { installImage, bootImages } = identity;
  if (installImage?.kind === "esd" && !isNewerSetup(setupBuild(bootImages))) {
    const message = `${installImage.path}: Windows 7's Setup looks for install.wim and install.swm only`;
    warnings.push({ code: "esd", message });
  }
  if (bootImages !== null && bootImages.bootIndex === 0) {
    warnings.push({
      code: "boot-index-missing",
      message: `no image of ${bootImages.path} is set to boot: a stick made of it does not start`,
    });
  }
  return warnings;
}

function masteringWarnings(identity: Described, applicationIdentifier: string | undefined): Warning[] {
  const application = applicationIdentifier?.trim();
  if (identity.volumeLabel === null || application === undefined || application === "") return [];
  if (application.toUpperCase().startsWith(microsoftMastering)) return [];
  const message = `the volume label is one of Microsoft's, but the disc was made by "${application}": it was rebuilt`;
  return [{ code: "rebuilt", message }];
}
