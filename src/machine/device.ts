/** Devices of a machine, by the ids under which Windows looks for their drivers. */

/** Buses whose devices Windows finds by itself. */
export type DeviceBus = "pci" | "usb" | "acpi" | "hdaudio" | "vmbus";

/** What a device is for, as far as Setup or a person would miss it. */
export type DeviceKind =
  | "usb-controller"
  | "storage"
  | "input"
  | "network"
  | "display"
  | "audio"
  /** Bridges, memory, processors, timers: what makes the board itself. */
  | "system"
  | "other";

/** What the listing does not tell of a device, so that a driver may be missed. */
export type MissingFact = "subsystem" | "interface" | "class";

/** A device as its bus reports it to Windows. */
export type Device = {
  readonly bus: DeviceBus;
  readonly kind: DeviceKind;
  /** As the listing calls it; null where it has ids alone. */
  readonly name: string | null;
  /** `00:14.0` of PCI; otherwise as the listing has it. Null where it says nothing. */
  readonly location: string | null;
  /** In Windows' order, the closest one first; upper case. */
  readonly hardwareIds: readonly string[];
  readonly compatibleIds: readonly string[];
  readonly missing: readonly MissingFact[];
  /** Location of the PCI device that it hangs on; null where the listing does not say. */
  readonly controller: string | null;
};

/** A machine as its listing tells it. */
export type Machine = {
  /** Listings that were found in it, in the order of their first lines. */
  readonly formats: readonly ListingFormat[];
  readonly devices: readonly Device[];
  /** `LENOVO 2325AB1`: what the firmware calls the machine. */
  readonly name: string | null;
  /** What started its present system: null where the listing does not say so of a UEFI. */
  readonly firmware: {
    readonly kind: "uefi";
    /** Of the UEFI's own programs. */
    readonly bits: 32 | 64 | null;
    /** In which it was made. */
    readonly year: number | null;
  } | null;
  /** Bytes that its present system uses, which is a little less than there are; null where the listing does not say. */
  readonly memory: number | null;
};

/** Whose listing it is: `modalias` are lines of /sys, `windows` is pnputil, devcon or WMI. */
export type ListingFormat = "lspci" | "lsusb" | "dmesg" | "modalias" | "windows";

/** A device as a sentence or a column calls it: where it is, and its name or its vendor's number for it. */
export function deviceLabel({
  location,
  name,
  hardwareIds,
}: Pick<Device, "location" | "name" | "hardwareIds">): string {
  const number = (hardwareIds[0] ?? "").replace(/&(?:SUBSYS|REV)_.*$/, "");
  return [location, name ?? (number === "" ? null : number)].filter((text) => text !== null).join(" ");
}
