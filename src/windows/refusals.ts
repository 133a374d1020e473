/**
 * What win7usb is made for is Windows 7, x86, with Service Pack 1. Whatever an image is instead is refused by a name, and
 * each name can be allowed on its own, save what cannot start at all; nothing is refused for being unknown.
 */
import type { ErrorCode } from "../errors.js";
import { Failures, Win7UsbError } from "../errors.js";
import type { FileTree } from "../tree/index.js";
import { find } from "../tree/index.js";
import { bootArchitecture } from "./cross-check.js";
import type { Edition, UnreadableWim, WindowsIdentity } from "./identity.js";
import { windows7 } from "./product.js";
import { preRelease, preReleaseTitle } from "./pre-release.js";
import { bootImageIn, installImageNames, setupFolderOf } from "./setup-folders.js";

/** Names of what an image can be refused for. */
export type SuitabilityCode = Extract<
  ErrorCode,
  "not-windows-7" | "x64" | "rtm" | "pre-release" | "no-boot-files" | "unreadable-wim" | "unreadable-boot-wim"
>;
/** One reason why an image is not what win7usb is made for. */
export type SuitabilityRefusal = {
  readonly code: SuitabilityCode;
  readonly message: string;
  /** What the person can do about it, as a sentence. */
  readonly hint: string;
};

/** Without these, a BIOS does not get as far as Setup; they are the same on every Windows 7 disc. */
const bootPaths = ["bootmgr", "boot/bcd", "boot/boot.sdi"] as const;

/** Every reason why this image is not what win7usb is made for; the weightiest first, empty where there is none. */
export function suitabilityRefusals(identity: WindowsIdentity, tree: FileTree): SuitabilityRefusal[] {
  return [
    productRefusal(identity),
    architectureRefusal(identity),
    servicePackRefusal(identity),
    preReleaseRefusal(identity),
    bootFileRefusal(identity, tree),
    ...identity.unreadable.map(wimRefusal),
  ].filter((refusal) => refusal !== null);
}

/** Throws the first refusal that `allow` does not name, with the others; `data.refusals` lists all of those. */
export function assertSuitable(identity: WindowsIdentity, tree: FileTree, allow: readonly string[] = []): void {
  const standing = suitabilityRefusals(identity, tree).filter((refusal) => !isAllowed(refusal, allow));
  const failures = new Failures();
  for (const [index, { code, message, hint }] of standing.entries()) {
    failures.add(new Win7UsbError(code, message, { hint, data: index === 0 ? { refusals: standing } : {} }));
  }
  failures.throwAll();
}

/** The name that `allow` lifts the damage of an image by that somebody has changed on purpose. */
export const alteredCode = "altered";
/** The name that `allow` lifts what is found damaged by while an image is written. */
export const damagedCode = "damaged";

/** Refusals of an image that `allow` lifts. */
export const liftableSuitability = [
  "x64",
  "rtm",
  "pre-release",
  "not-windows-7",
  "no-boot-files",
  "unreadable-wim",
] as const;

/** Whether `allow` lifts the refusal: a boot image that cannot be read is no matter of choice. */
export function isAllowed({ code }: Pick<SuitabilityRefusal, "code">, allow: readonly string[]): boolean {
  return code !== "unreadable-boot-wim" && allow.includes(code);
}

function wimRefusal({ path, role, reason }: UnreadableWim): SuitabilityRefusal {
  const hint = "Export all its images to a WIM with LZX compression, or take an untouched image.";
  if (role === "boot") {
    const message = `${path} is ${reason}: the boot manager cannot read it, and no stick made of it starts`;
    return { code: "unreadable-boot-wim", message, hint };
  }
  return { code: "unreadable-wim", message: `${path} is ${reason}: Windows 7's Setup cannot read it`, hint };
}

function productRefusal({ product, architecture, installImage, editions }: WindowsIdentity): SuitabilityRefusal | null {
  const code = "not-windows-7";
  if (product === null) {
    const message = "the image holds no Windows that is known: no WIM with a Windows version was found";
    return { code, message, hint: "Take a Windows 7 installation ISO." };
  }
  if (product !== windows7) {
    const message = `the image holds ${product}, expected ${windows7}`;
    return { code, message, hint: "Take a Windows 7 installation ISO." };
  }
  if (installImage !== null && editions.length > 0 && editions.every(isWindowsPe)) {
    const message = `${installImage.path} holds Windows PE alone, as a boot.wim does: Setup finds nothing to install in it`;
    return { code, message, hint: "Take a Windows 7 installation ISO with its own install image." };
  }
  if (architecture === null || ["x86", "x64", "mixed"].includes(architecture)) return null;
  const message = `the image is for ${architecture}; Windows 7 was made for x86 and x64 only`;
  return {
    code,
    message,
    hint: "The image was altered: take an untouched one.",
  };
}

/** EDITIONID of what starts Setup; no edition that can be installed has it. */
function isWindowsPe({ id }: Edition): boolean {
  return id?.toLowerCase() === "windowspe";
}

function architectureRefusal(identity: WindowsIdentity): SuitabilityRefusal | null {
  const { architecture, installImage, bootImages } = identity;
  const starts = bootArchitecture(identity);
  const hint = "Take the x86 (32-bit) image.";
  if (architecture === "x64") {
    return { code: "x64", message: "the image is x64 (64-bit), expected x86 (32-bit)", hint };
  }
  // Setup of an x86 boot image can install the x86 images of a mixed set, so such a set is only warned about.
  if (starts !== "x64") return null;
  const message = `${bootImages?.path} starts as x64 (64-bit), expected x86 (32-bit), while ${installImage?.path ?? "the install image"} is ${architecture ?? "missing"}`;
  return { code: "x64", message, hint };
}

function servicePackRefusal({ product, build, servicePack, editions }: WindowsIdentity): SuitabilityRefusal | null {
  if (product !== windows7) return null;
  const sound = servicePack !== null && servicePack >= 1 && build !== null && build >= sp1Build;
  if (sound) return null;
  const hint = "Take the image with Service Pack 1 (build 7601).";
  const seen = `build ${build ?? "unknown"}, service pack ${servicePack ?? "unknown"}`;
  const without = editions.filter((edition) => (edition.servicePack ?? 0) < 1 || (edition.build ?? 0) < sp1Build);
  const which =
    without.length < editions.length ? ` (image ${without.map((edition) => edition.index).join(", ")})` : "";
  return {
    code: "rtm",
    message: `the image has no Service Pack 1: ${seen}${which}, expected build 7601, service pack 1`,
    hint,
  };
}

const sp1Build = 7601;

function preReleaseRefusal(identity: WindowsIdentity): SuitabilityRefusal | null {
  const found = preRelease(identity);
  if (found === null) return null;
  return {
    code: "pre-release",
    message: `the image is a pre-release, ${preReleaseTitle(found)} (build ${found.build}), expected the released build 7601.17514`,
    hint: "Take the released image with Service Pack 1: a pre-release stops working at a date that has passed.",
  };
}

function bootFileRefusal(identity: WindowsIdentity, tree: FileTree): SuitabilityRefusal | null {
  const isFile = (path: string): boolean => find(tree, path)?.kind === "file";
  const folder = setupFolderOf(tree);
  const missing: string[] = [...bootPaths, bootImageIn(folder)].filter((path) => !isFile(path));
  // A second part alone says that the first is missing.
  const install = isFile(`${folder}/install2.swm`) ? "install.swm" : "install.wim";
  if (!installImageNames.some(({ name }) => isFile(`${folder}/${name}`))) missing.push(`${folder}/${install}`);
  missing.push(...(identity.installImage?.missingParts ?? []));
  if (missing.length === 0) return null;
  return {
    code: "no-boot-files",
    message: `the image lacks what a stick needs to boot and install: ${missing.join(", ")}`,
    hint: "Take a whole installation ISO.",
  };
}
