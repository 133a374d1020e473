/**
 * Are the files that a stick boots from what their names say? Shapes only: bootmgr's first bytes, the boot configuration
 * store's entries, the RAM disk template's signature, and the disc's own El Torito entry. That they are Microsoft's own
 * bytes only a known hash can tell.
 */
import { count, exactSize } from "../bytes/amounts.js";
import { KiB, MiB } from "../bytes/units.js";
import { Win7UsbError } from "../errors.js";
import type { FileNode, FileTree } from "../tree/index.js";
import { contentSource, find, readStart } from "../tree/index.js";
import { readBootConfiguration } from "./boot-configuration.js";

/** How a check ended; `skip` where it could not be done. */
export type CheckStatus = "pass" | "fail" | "warn" | "skip";
export type BootFileCheck = {
  readonly id: string;
  readonly status: CheckStatus;
  readonly message: string;
  /** Of a file whose bytes cannot be read because the image ends before them. */
  readonly code?: "image-truncated";
};

/** The disc's BIOS entry of its El Torito boot catalogue, as far as it is looked at. */
export type BiosBootEntry = {
  readonly bootable: boolean;
  /** El Torito media type; 0 = no emulation. */
  readonly mediaType: number;
  /** 512-byte sectors that the BIOS loads. */
  readonly sectorCount: number;
  /** What the BIOS would load, where the caller has read it. */
  readonly image?: Uint8Array;
};

/** Microsoft's discs load 8 sectors: etfsboot.com has 4,096 bytes. */
const windows7SectorCount = 8;

/** Room between 0x20000 and the extended BIOS data area; a larger bootmgr could not be loaded at all. */
const bootmgrLimit = 500 * KiB;
const bootmgrMinimum = 64 * KiB;
/** A store on install media has some dozen KiB. */
const bcdLimit = 4 * MiB;
const notDamage = "a limit of win7usb, not damage";
const sdiSignature = "$SDI0001";

/** One check for each boot file, and one for the boot entry (`null` where the disc has none). */
export async function checkBootFiles(tree: FileTree, elTorito: BiosBootEntry | null): Promise<BootFileCheck[]> {
  return [
    await checkFile(tree, "bootmgr", checkBootmgr),
    await checkFile(tree, "boot/bcd", checkStore),
    await checkFile(tree, "boot/boot.sdi", checkSdi),
    checkBootEntry(elTorito),
  ];
}

type Finding = { readonly status: CheckStatus; readonly text: string };

async function checkFile(
  tree: FileTree,
  path: string,
  check: (file: FileNode) => Promise<Finding>,
): Promise<BootFileCheck> {
  const node = find(tree, path);
  if (node?.kind !== "file") return { id: path, status: "fail", message: `${path} is missing` };
  try {
    const { status, text } = await check(node);
    return { id: path, status, message: `${path}: ${text}` };
  } catch (error) {
    // Any other failure says nothing of the file.
    if (!(error instanceof Win7UsbError) || error.code !== "image-truncated") throw error;
    return { id: path, status: "fail", code: error.code, message: `${path}: it is cut short: ${error.message}` };
  }
}

/** bootmgr is a 16-bit stub that jumps over its data, followed by a compressed 32-bit program; it has no boot signature. */
async function checkBootmgr(file: FileNode): Promise<Finding> {
  if (file.size < bootmgrMinimum || file.size > bootmgrLimit) {
    return { status: "fail", text: `${exactSize(file.size)}, expected ${bootmgrMinimum} to ${bootmgrLimit}` };
  }
  const head = await contentSource(file).read(0, 4);
  const first = head[0]!;
  if (first !== 0xe9 && first !== 0xeb) {
    return { status: "fail", text: `it begins with 0x${first.toString(16)}, expected a jump (0xe9 or 0xeb)` };
  }
  // Loaders that recognise bootmgr by its shape (GRUB4DOS) look for E9 xx 01: a jump of 256 to 511 bytes.
  if (first === 0xe9 && head[2] !== 0x01) {
    return { status: "warn", text: `its first jump (${hex(head.subarray(0, 3))}) is not that of Microsoft's bootmgr` };
  }
  return { status: "pass", text: `${exactSize(file.size)}, begins with a jump` };
}

async function checkStore(file: FileNode): Promise<Finding> {
  if (file.size > bcdLimit) {
    return {
      status: "warn",
      text: `${exactSize(file.size)}, of which ${exactSize(bcdLimit)} would be read: ${notDamage}`,
    };
  }
  const store = readBootConfiguration(await readStart(file, bcdLimit));
  if (typeof store === "string") return { status: "fail", text: `it is no registry hive that can be read: ${store}` };
  if (store.isPartial && (!store.hasBootManager || store.loaderPath === null)) {
    return { status: "warn", text: `it has longer lists than are looked through: ${notDamage}` };
  }
  if (!store.hasBootManager) return { status: "fail", text: "it has no entry for the boot manager" };
  if (store.loaderPath === null) return { status: "fail", text: "it has no entry that starts Setup from a RAM disk" };
  if (store.ramdiskPath === null) {
    return { status: "warn", text: `it starts ${store.loaderPath}, but has no RAM disk options` };
  }
  return { status: "pass", text: `a registry hive that starts ${store.loaderPath} with ${store.ramdiskPath}` };
}

async function checkSdi(file: FileNode): Promise<Finding> {
  if (file.size < sdiSignature.length) return { status: "fail", text: `it has only ${file.size} bytes` };
  const head = await contentSource(file).read(0, sdiSignature.length);
  const signature = new TextDecoder("windows-1252").decode(head);
  if (signature === sdiSignature) return { status: "pass", text: `${exactSize(file.size)}, a RAM disk template` };
  return { status: "fail", text: `it begins with ${JSON.stringify(signature)}, expected "${sdiSignature}"` };
}

function checkBootEntry(entry: BiosBootEntry | null): BootFileCheck {
  const id = "el-torito";
  if (entry === null) {
    return { id, status: "warn", message: "the disc has no El Torito entry: burnt to a disc it would not boot" };
  }
  const { bootable, mediaType, sectorCount, image } = entry;
  if (!bootable || mediaType !== 0) {
    const message = `the El Torito entry is ${bootable ? "" : "not "}bootable with media type ${mediaType}, expected bootable with 0`;
    return { id, status: "warn", message };
  }
  if (image?.every((value) => value === 0) === true) {
    return {
      id,
      status: "warn",
      message: "the El Torito entry's boot image is empty: burnt to a disc it would not boot",
    };
  }
  if (sectorCount !== windows7SectorCount) {
    const message = `the El Torito entry loads ${count(sectorCount, "sector")}, Microsoft's discs ${windows7SectorCount}: the disc was rebuilt`;
    return { id, status: "warn", message };
  }
  return {
    id,
    status: "pass",
    message: `the El Torito entry loads ${count(sectorCount, "sector")}, as on Microsoft's discs`,
  };
}

function hex(data: Uint8Array): string {
  return [...data].map((value) => value.toString(16).padStart(2, "0")).join(" ");
}
