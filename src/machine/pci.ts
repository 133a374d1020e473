/**
 * A PCI device's ids, as "Identifiers for PCI devices" of Microsoft's documentation lists them and Windows 7 reports them:
 * six hardware ids, of which Windows 10 has moved two, and compatible ids down to the bare class. Traps: SUBSYS has the
 * subsystem's device in front of its vendor; the class code of a plain `lspci -nn` lacks the programming interface, which
 * alone tells xHCI from EHCI and AHCI from other SATA, and is then taken from the Linux driver or the name.
 */
import type { Device, DeviceKind, MissingFact } from "./device.js";

/** What listings tell of a PCI device: hexadecimal digits without a prefix, lower case; null where one does not say. */
export type PciFacts = {
  /** `00:14.0`, with the domain in front where that is not 0. */
  readonly location: string;
  readonly name: string | null;
  readonly vendor: string;
  readonly device: string;
  /** Four digits: base class and subclass. */
  readonly classCode: string | null;
  /** Two digits: the programming interface. */
  readonly interface: string | null;
  readonly revision: string | null;
  readonly subsystem: { readonly vendor: string; readonly device: string } | null;
  /** Of Linux, as `lspci -k` names it. */
  readonly linuxDriver: string | null;
};

export function pciDevice(facts: PciFacts): Device {
  const { classCode, location, name, subsystem } = facts;
  const programming = interfaceOf(facts);
  const missing: MissingFact[] = [];
  if (subsystem === null) missing.push("subsystem");
  if (classCode === null) missing.push("class");
  else if (programming === null && isTold(classCode)) missing.push("interface");
  return {
    bus: "pci",
    kind: classCode === null ? "other" : pciKind(classCode),
    name,
    location,
    ...pciIds({ ...facts, interface: programming }),
    missing,
    controller: null,
  };
}

export function pciIds(facts: PciFacts): Pick<Device, "hardwareIds" | "compatibleIds"> {
  const { revision, classCode, subsystem } = facts;
  const vendor = `PCI\\VEN_${facts.vendor}`;
  const device = `${vendor}&DEV_${facts.device}`;
  const revisions = revision === null ? [] : [`&REV_${revision}`];
  const classes = [...(facts.interface === null ? [] : [`${classCode}${facts.interface}`]), classCode ?? []].flat();
  const subsystems = subsystem === null ? [] : [`${device}&SUBSYS_${subsystem.device}${subsystem.vendor}`];
  return {
    hardwareIds: upperCase([
      ...subsystems.flatMap((id) => [...revisions.map((text) => id + text), id]),
      ...revisions.map((text) => device + text),
      device,
      ...classes.map((code) => `${device}&CC_${code}`),
    ]),
    compatibleIds: upperCase([
      ...revisions.map((text) => device + text),
      device,
      ...classes.map((code) => `${vendor}&CC_${code}`),
      vendor,
      ...classes.map((code) => `PCI\\CC_${code}`),
    ]),
  };
}

const upperCase = (ids: readonly string[]): string[] => ids.map((id) => id.toUpperCase());

/** Classes whose drivers are chosen by their programming interface: SATA, NVMe, FireWire, USB. */
const isTold = (classCode: string): boolean => ["0106", "0108", "0c00", "0c03"].includes(classCode);

/** PCI Code and ID Assignment Specification, 1.2 and 1.13: what Linux' drivers and the names of lists say. */
const interfaces: readonly (readonly [classCode: string, code: string, driver: RegExp, name: RegExp])[] = [
  ["0c03", "30", /^xhci/, /xHCI|\bUSB ?3\.|SuperSpeed/i],
  ["0c03", "20", /^ehci/, /EHCI|\bUSB ?2\.0|\bUSB2\b|Enhanced Host/i],
  ["0c03", "10", /^ohci/, /OHCI/i],
  ["0c03", "00", /^uhci/, /UHCI/i],
  ["0106", "01", /^ahci/, /AHCI|SATA/i],
  ["0108", "02", /^nvme/, /NVM/i],
  ["0c00", "10", /^(?:firewire_)?ohci/, /1394|FireWire/i],
];

function interfaceOf({ interface: told, classCode, linuxDriver, name }: PciFacts): string | null {
  if (told !== null || classCode === null) return told;
  const ofClass = interfaces.filter(([code]) => code === classCode);
  const byDriver = ofClass.find(([, , driver]) => linuxDriver !== null && driver.test(linuxDriver));
  // AHCI and NVMe are the only ones of their classes that PCs have; names of new devices are not in old lists.
  const byName = ofClass.find(([code, , , words]) => code.startsWith("01") || (name !== null && words.test(name)));
  return (byDriver ?? byName)?.[1] ?? null;
}

/**
 * Base classes of the PCI Code and ID Assignment Specification; 05, 06, 08, 0B, 10, 11 and 13 make the board or serve it. Hosts
 * of SD cards (0805) are among them: Windows 7 is not installed on what they have.
 */
const kinds: readonly (readonly [RegExp, DeviceKind])[] = [
  [/^0c03/i, "usb-controller"],
  [/^01/, "storage"],
  [/^(?:02|0d)/i, "network"],
  [/^03/, "display"],
  [/^0401|^0403/, "audio"],
  [/^09/, "input"],
  [/^(?:0[568b]|0c05|1[013])/i, "system"],
];

/** `classCode`: four digits or more. */
export function pciKind(classCode: string): DeviceKind {
  return kinds.find(([pattern]) => pattern.test(classCode))?.[1] ?? "other";
}
