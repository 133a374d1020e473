/**
 * Ids of devices of other buses, from the names that Linux gives them. ACPI: `ACPI\PNP0303`, and `*PNP0303` as Windows has
 * had it since it knew Plug and Play; the names behind the first one are compatible ones ("Identifiers for ACPI devices" of
 * the ACPI specification, _HID and _CID). HDAUDIO: "Identifiers for HDAUDIO devices" of Microsoft's documentation. VMBus:
 * the class of a channel is a GUID, of which Linux writes the bytes as they lie.
 */
import type { Device, DeviceKind } from "./device.js";

/** _HID in front, then _CIDs. Null for what is Linux' own invention. */
export function acpiDevice(names: readonly string[], location: string | null): Device | null {
  const [first, ...others] = names.map((name) => name.toUpperCase());
  if (first === undefined || first.startsWith("LNX")) return null;
  return {
    bus: "acpi",
    kind: acpiKind([first, ...others]),
    name: null,
    location,
    hardwareIds: idsOf(first),
    compatibleIds: others.flatMap(idsOf),
    missing: [],
    controller: null,
  };
}

const idsOf = (name: string): string[] => [`ACPI\\${name}`, `*${name}`];

/** PNP03xx are keyboards, PNP0Fxx pointing devices (Microsoft's "Plug and Play Device IDs"). */
export function acpiKind(names: readonly string[]): DeviceKind {
  return names.some((name) => /PNP0[3F]/i.test(name)) ? "input" : "system";
}

export type AudioFunction = {
  /** Eight digits: vendor and device. */
  readonly codec: string;
  /** Eight digits: four of them the revision, the last two its stepping. */
  readonly revision: string;
  readonly location: string | null;
  readonly controller: string | null;
};

export function audioDevice({ codec, revision, location, controller }: AudioFunction): Device {
  const device = `HDAUDIO\\FUNC_01&VEN_${codec.slice(0, 4)}&DEV_${codec.slice(4)}`.toUpperCase();
  const shortRevision = revision.slice(2, 6);
  return {
    bus: "hdaudio",
    kind: "audio",
    name: null,
    location,
    hardwareIds: [`${device}&REV_${shortRevision}`.toUpperCase(), device],
    compatibleIds: [device.replace(/&DEV_.*/, ""), String.raw`HDAUDIO\FUNC_01`],
    missing: ["subsystem"],
    controller,
  };
}

/** Channels of Hyper-V, by "Virtual Machine Bus" of Linux' include/linux/hyperv.h. */
const channels: Readonly<Record<string, DeviceKind>> = {
  "{BA6163D9-04A1-4D29-B605-72E2FFB1DC7F}": "storage",
  "{32412632-86CB-44A2-9B5C-50D1417354F5}": "storage",
  "{F8615163-DF3E-46C5-913F-F2D2F965ED0E}": "network",
  "{F912AD6D-2B17-48EA-BD65-F927A61C7684}": "input",
  "{CFA8B69E-5B4A-4CC0-B98B-8BA1A1F3F95A}": "input",
  "{DA0A7802-E377-4AAC-8E77-0558EB1073F8}": "display",
};

/** `bytes`: 32 digits of a GUID as it lies in memory. */
export function vmbusDevice(bytes: string, location: string | null): Device {
  const byte = (index: number): string => bytes.slice(index * 2, index * 2 + 2);
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map(byte).join("").toUpperCase();
  const guid = `{${order.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")}}`;
  return {
    bus: "vmbus",
    kind: channels[guid] ?? "system",
    name: null,
    location,
    hardwareIds: [`VMBUS\\${guid}`],
    compatibleIds: [],
    missing: [],
    controller: null,
  };
}
