/**
 * USB devices as `lsusb` lists them: vendor and product alone, or with `-v` the descriptors ("USB Specification", 9.6), of
 * which classes and interfaces count. Alternate settings of an interface are the same one.
 */
import type { Device } from "../device.js";
import type { UsbClass } from "../usb.js";
import { usbDevices } from "../usb.js";
import type { ListingParser } from "./parser.js";
import { nameOf } from "./parser.js";

const devicePattern = /\bBus (\d{3}) Device (\d{3}): ID ([0-9a-f]{4}):([0-9a-f]{4})(.*)$/i;
const fieldPattern =
  /^\s*(bcdDevice|bDeviceClass|bDeviceSubClass|bDeviceProtocol|bInterfaceNumber|bAlternateSetting|bInterfaceClass|bInterfaceSubClass|bInterfaceProtocol)\s+(\d+)(?:\.([0-9a-f]{2}))?/;

type Listed = {
  readonly location: string;
  readonly vendor: string;
  readonly product: string;
  readonly name: string | null;
  revision: string | null;
  readonly deviceClass: string[];
  readonly interfaces: { readonly number: string; isAlternate: boolean; readonly class: string[] }[];
};

export class LsusbParser implements ListingParser {
  readonly format = "lsusb";
  readonly #listed: Listed[] = [];
  #interfaces = 0;

  get count(): number {
    return this.#listed.length + this.#interfaces;
  }

  take(line: string): boolean {
    const [, bus, number, vendor = "", product = "", rest] = devicePattern.exec(line) ?? [];
    if (bus === undefined) return this.#takeField(line);
    this.#listed.push({
      location: `bus ${Number(bus)}, device ${Number(number)}`,
      vendor: vendor.toLowerCase(),
      product: product.toLowerCase(),
      name: nameOf(rest),
      revision: null,
      deviceClass: [],
      interfaces: [],
    });
    return true;
  }

  #takeField(line: string): boolean {
    const [, field, value = "", fraction] = fieldPattern.exec(line) ?? [];
    const current = this.#listed.at(-1);
    if (field === undefined || current === undefined) return false;
    const digits = Number(value).toString(16).padStart(2, "0");
    if (field === "bcdDevice") current.revision = value.padStart(2, "0") + (fraction ?? "00");
    else if (field.startsWith("bDevice")) current.deviceClass.push(digits);
    else if (field === "bInterfaceNumber") {
      current.interfaces.push({ number: digits, isAlternate: false, class: [] });
      this.#interfaces += 1;
    } else if (field === "bAlternateSetting") {
      const last = current.interfaces.at(-1);
      if (last !== undefined) last.isAlternate = Number(value) > 0;
    } else current.interfaces.at(-1)?.class.push(digits);
    return true;
  }

  devices(): Device[] {
    return this.#listed.flatMap(({ deviceClass, interfaces, ...facts }) =>
      usbDevices({
        ...facts,
        controller: null,
        deviceClass: classOf(deviceClass),
        interfaces: interfaces.flatMap(({ number, isAlternate, class: digits }) => {
          const interfaceClass = classOf(digits);
          return isAlternate || interfaceClass === null ? [] : [{ number, class: interfaceClass }];
        }),
      }),
    );
  }
}

function classOf([code, subclass, protocol]: readonly string[]): UsbClass | null {
  return code === undefined || subclass === undefined || protocol === undefined ? null : [code, subclass, protocol];
}
