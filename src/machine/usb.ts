/**
 * The ids of a USB device, as "Standard USB identifiers" of Microsoft's documentation has them: vendor and product, and
 * compatible ones by class. Windows takes the class of a device that leaves it to its only interface from there; one with
 * several interfaces is `USB\COMPOSITE`, and each interface a device of its own. Root hubs are Linux' invention
 * (vendor 1D6B): those of Windows come with the driver of the controller.
 */
import type { Device, DeviceKind } from "./device.js";

/** Two hexadecimal digits each: class, subclass, protocol. */
export type UsbClass = readonly [code: string, subclass: string, protocol: string];

/** What listings tell of a USB device: hexadecimal digits, lower case. */
export type UsbFacts = {
  readonly location: string | null;
  readonly controller: string | null;
  readonly name: string | null;
  readonly vendor: string;
  readonly product: string;
  /** bcdDevice, four digits. */
  readonly revision: string | null;
  /** Of the device itself; null where the listing does not say. */
  readonly deviceClass: UsbClass | null;
  /** By their numbers, two digits. */
  readonly interfaces: readonly { readonly number: string; readonly class: UsbClass }[];
};

const linuxRootHub = "1d6b";

/** The device, and where it is a composite one its functions; none for a root hub. */
export function usbDevices(facts: UsbFacts): Device[] {
  if (facts.vendor === linuxRootHub) return [];
  const { deviceClass, interfaces } = facts;
  const [first] = interfaces;
  // bDeviceClass 0: each interface says its own. EF, 2, 1: the same with interfaces in groups.
  const ofInterfaces = deviceClass !== null && ["00", "ef"].includes(deviceClass[0]);
  if (!ofInterfaces || first === undefined) return [usbDevice(facts, "", deviceClass)];
  if (interfaces.length === 1) return [usbDevice(facts, "", first.class)];
  const composite = usbDevice(facts, "", null);
  return [
    { ...composite, kind: "system", compatibleIds: [String.raw`USB\COMPOSITE`], missing: [] },
    ...interfaces.map((each) => usbDevice(facts, `&MI_${each.number}`, each.class)),
  ];
}

function usbDevice(facts: UsbFacts, ending: string, usbClass: UsbClass | null): Device {
  const { location, controller, name, revision } = facts;
  const product = `USB\\VID_${facts.vendor}&PID_${facts.product}`;
  const ids = [...(revision === null ? [] : [`${product}&REV_${revision}${ending}`]), product + ending];
  return {
    bus: "usb",
    kind: usbClass === null ? "other" : usbKind(usbClass[0]),
    name,
    location,
    hardwareIds: ids.map((id) => id.toUpperCase()),
    compatibleIds: usbClass === null ? [] : classIds(usbClass),
    missing: usbClass === null ? ["class"] : [],
    controller,
  };
}

function classIds([code, subclass, protocol]: UsbClass): string[] {
  const byClass = `USB\\CLASS_${code}`.toUpperCase();
  const bySubclass = `${byClass}&SUBCLASS_${subclass}`.toUpperCase();
  return [`${bySubclass}&PROT_${protocol}`.toUpperCase(), bySubclass, byClass];
}

/** Class codes of usb.org, "Defined Class Codes". */
const kinds: Readonly<Record<string, DeviceKind>> = {
  "01": "audio",
  "02": "network",
  "03": "input",
  "08": "storage",
  "09": "system",
  e0: "network",
};

export function usbKind(code: string): DeviceKind {
  return kinds[code.toLowerCase()] ?? "other";
}
