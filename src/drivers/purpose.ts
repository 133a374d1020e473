/** What a package is for, as far as Setup needs it: nothing can be typed or found without the first three. */
import type { DriverDevice } from "./inf/models.js";

/** What a package is for; the first three are what Setup cannot do without. */
export type DriverPurpose = "usb" | "storage" | "input" | "network" | "other";

/** Setup classes: "System-Defined Device Setup Classes Available to Vendors" of Microsoft's documentation. */
const classes: Readonly<Record<string, DriverPurpose>> = {
  "{36FC9E60-C465-11CF-8056-444553540000}": "usb",
  "{88BAE032-5A81-49F0-BC3D-A4FF138216D6}": "usb",
  "{4D36E96A-E325-11CE-BFC1-08002BE10318}": "storage",
  "{4D36E97B-E325-11CE-BFC1-08002BE10318}": "storage",
  "{4D36E967-E325-11CE-BFC1-08002BE10318}": "storage",
  "{745A17A0-74D3-11D0-B6FE-00A0C90F57DA}": "input",
  "{4D36E96B-E325-11CE-BFC1-08002BE10318}": "input",
  "{4D36E96F-E325-11CE-BFC1-08002BE10318}": "input",
  "{4D36E972-E325-11CE-BFC1-08002BE10318}": "network",
};

/** Class codes of PCI in ids: base classes 01 and 02, 0C03 is USB. A vendor's own setup class says nothing. */
const ids: readonly (readonly [RegExp, DriverPurpose])[] = [
  [/^(?:pci\\.*&?cc_0c03|usb\\root_hub|iusb3\\)/i, "usb"],
  [/^pci\\.*&?cc_01/i, "storage"],
  [/^pci\\.*&?cc_02/i, "network"],
];

export function purposeOf(classGuid: string | null, devices: readonly DriverDevice[]): DriverPurpose {
  const byClass = classGuid === null ? undefined : classes[classGuid];
  if (byClass !== undefined) return byClass;
  const named = devices.flatMap(({ hardwareId, compatibleIds }) => [hardwareId ?? "", ...compatibleIds]);
  return ids.find(([pattern]) => named.some((id) => pattern.test(id)))?.[1] ?? "other";
}
