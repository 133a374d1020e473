/**
 * The boot configuration store `boot/bcd`: a registry hive whose `Objects` key holds one key per boot object, named by
 * its GUID, each with a type and elements. Install media carry three that matter: the boot manager, the loader of the
 * RAM disk that boot.wim becomes, and the options that tell where boot.sdi is.
 */
import type { HiveKey } from "../registry/hive.js";
import { findKey, openHive } from "../registry/hive.js";

export const bootManagerObject = "{9dea862c-5cdd-4e70-acc1-f32b344d4795}";
export const setupLoaderObject = "{7619dcc9-fafe-11d9-b411-000476eba25f}";
export const ramdiskOptionsObject = "{7619dcc8-fafe-11d9-b411-000476eba25f}";

/** Object types and element types of the BCD WMI provider's documentation. */
export const objectTypes = { bootManager: 0x1010_0002, osLoader: 0x1020_0003, device: 0x3000_0000 } as const;
export const elementTypes = {
  description: "12000004",
  applicationPath: "12000002",
  systemRoot: "22000002",
  defaultObject: "23000003",
  displayOrder: "24000001",
  ramdiskPath: "32000004",
  winPe: "26000022",
} as const;

type BootConfiguration = {
  readonly hasBootManager: boolean;
  /** Path of the Windows loader that is started, such as `\windows\system32\boot\winload.exe`; null where there is none. */
  readonly loaderPath: string | null;
  /** Path of the RAM disk's boot.sdi; null where there are no RAM disk options. */
  readonly ramdiskPath: string | null;
  /** Lists in it are longer than are looked through, so that what was not found may be there. */
  readonly isPartial: boolean;
};

/** What a store says, or a sentence that says why it cannot be read. */
export function readBootConfiguration(data: Uint8Array): BootConfiguration | string {
  const root = openHive(data);
  if (typeof root === "string") return root;
  const objects = findKey(root, "Objects");
  if (objects === undefined) return 'it has no key "Objects"';
  const keys = objects.subkeys();
  const loader =
    keys.find((key) => key.name.toLowerCase() === setupLoaderObject) ??
    keys.find((key) => typeOf(key) === objectTypes.osLoader);
  const options = keys.find((key) => key.name.toLowerCase() === ramdiskOptionsObject);
  const found = {
    hasBootManager: keys.some((key) => key.name.toLowerCase() === bootManagerObject),
    loaderPath: textOf(loader, elementTypes.applicationPath),
    ramdiskPath: textOf(options, elementTypes.ramdiskPath),
  };
  return { ...found, isPartial: root.reading.isPartial };
}

function typeOf(key: HiveKey): number | null {
  const data = findKey(key, "Description")?.value("Type");
  if (data === undefined || data.length < 4) return null;
  return new DataView(data.buffer, data.byteOffset, data.length).getUint32(0, true);
}

function textOf(key: HiveKey | undefined, elementType: string): string | null {
  if (key === undefined) return null;
  const data = findKey(key, "Elements", elementType)?.value("Element");
  if (data === undefined) return null;
  return new TextDecoder("utf-16le").decode(data).split("\0")[0]!;
}
