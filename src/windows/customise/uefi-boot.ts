/**
 * How a stick of a 64-bit disc starts through UEFI, which looks for `\EFI\BOOT\BOOTX64.EFI` on FAT (UEFI specification 3.5.1.1).
 * Windows 7's discs have what that program reads (`efi/microsoft/boot/bcd`), but not the program: a disc starts from an image
 * that El Torito names. It is the boot manager that Windows has in `Windows\Boot\EFI`, and so it is taken out of the first image
 * that Setup installs, as other makers of sticks do.
 */
import { MiB } from "../../bytes/units.js";
import { readPortableExecutable } from "../../drivers/portable-executable.js";
import type { Warning } from "../../errors.js";
import { reasonBehind, Win7UsbError } from "../../errors.js";
import { overlay, treeWith } from "../../tree/edits.js";
import type { FileTree } from "../../tree/index.js";
import { find } from "../../tree/index.js";
import { readImageMetadata } from "../../wim/compression/read-metadata.js";
import type { Wim } from "../../wim/index.js";
import { unnamedStreamHash } from "../../wim/image-counts.js";
import { walkMetadata } from "../../wim/metadata-walk.js";
import { readHashedContent } from "../../wim/read-content.js";
import type { WindowsIdentity } from "../identity.js";
import { openWimParts } from "../setup-images.js";
import { addedFile, additionTimes } from "./added-file.js";
import type { Edit } from "./edit.js";

export type UefiBoot = {
  readonly tree: FileTree;
  /** Null where nothing was added. */
  readonly edit: Edit | null;
  readonly warnings: readonly Warning[];
};

const starterPath = "efi/boot/bootx64.efi";
const configurationFolder = "efi/microsoft/boot";
const managerPath = "Windows/Boot/EFI/bootmgfw.efi";
/** That of Windows 7 has some 650 KiB. */
const managerLimit = 8 * MiB;

/** The tree for a stick of FAT32, with what UEFI starts. What keeps it away is a warning: a BIOS starts the stick as ever. */
export async function addUefiBoot(tree: FileTree, windows: WindowsIdentity): Promise<UefiBoot> {
  if (windows.architecture !== "x64" || find(tree, starterPath) !== undefined)
    return { tree, edit: null, warnings: [] };
  const manager = await bootManager(tree, windows);
  if (typeof manager === "string") {
    const message = `UEFI does not start the stick, a BIOS does: ${manager}`;
    return { tree, edit: null, warnings: [{ code: "uefi-boot-missing", message }] };
  }
  const times = additionTimes(tree);
  const name = starterPath.slice(starterPath.lastIndexOf("/") + 1);
  const added = overlay(tree, treeWith(starterPath, addedFile(name, manager, times), times));
  const source = `${windows.installImage!.path}: ${managerPath}`;
  const notes = [{ code: "uefi-boot-source", source }] as const;
  return { tree: added.tree, edit: { kind: "uefi-boot", value: "", changes: added.changes, notes }, warnings: [] };
}

/** UEFI has no driver for NTFS that it must have. */
export function uefiWarningsOfNtfs({ architecture }: WindowsIdentity): Warning[] {
  if (architecture !== "x64") return [];
  const message =
    "UEFI does not start from NTFS: a BIOS starts this stick, or a UEFI in its legacy mode; from FAT32 both would";
  return [{ code: "uefi-ntfs", message }];
}

/** Its bytes, or why there is none. */
async function bootManager(tree: FileTree, { installImage }: WindowsIdentity): Promise<Uint8Array | string> {
  if (find(tree, configurationFolder)?.kind !== "directory") return `the image has no ${configurationFolder}`;
  if (installImage === null) return "the image has no Windows to take its boot manager from";
  const { path, missingParts } = installImage;
  const where = `${path}: ${managerPath}`;
  if (missingParts.length > 0) return `${missingParts[0]} is missing`;
  try {
    const parts = await openWimParts(tree, installImage);
    const hash = await hashOf(parts[0]!);
    if (hash === null) return `there is no ${managerPath} in the first image of ${path}`;
    const data = await readHashedContent(parts, hash, managerLimit, managerPath);
    const machine = (await readPortableExecutable(data))?.machine;
    if (machine === "amd64") return data;
    return machine === undefined ? `${where} is no program` : `${where} is a program for ${machine}, expected amd64`;
  } catch (error) {
    if (!(error instanceof Win7UsbError) || !["wim-damaged", "wim-unsupported"].includes(error.code)) throw error;
    return `${where} cannot be read: ${reasonBehind(error, path)}`;
  }
}

/** SHA-1 of the boot manager in the first image. */
async function hashOf(wim: Wim): Promise<Uint8Array | null> {
  const metadata = await readImageMetadata(wim, 1);
  const [wanted, depthWanted] = [managerPath.toUpperCase(), managerPath.split("/").length];
  let found: Uint8Array | null = null;
  walkMetadata(metadata, wim, (visited) => {
    const { depth, isDirectory, isReparsePoint, streams } = visited;
    // Paths cost more than the walk.
    if (depth !== depthWanted || isDirectory || isReparsePoint || visited.path().toUpperCase() !== wanted) return;
    found = unnamedStreamHash(metadata, streams) ?? found;
  });
  return found;
}
