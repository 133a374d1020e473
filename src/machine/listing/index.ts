/**
 * A listing of a machine's devices, of whatever program: each line is offered to every parser, because people put several
 * listings into one file. All of it is hostile: sizes and numbers are bounded, names are kept as they are and only shown
 * escaped.
 */
import { count, exactSize } from "../../bytes/amounts.js";
import { decodeInf } from "../../drivers/inf/decode-inf.js";
import { Win7UsbError } from "../../errors.js";
import type { Device, ListingFormat, Machine } from "../device.js";
import { listingLineLimit, listingSizeLimit, machineDeviceLimit } from "../limits.js";
import { LspciParser } from "./lspci.js";
import { LsusbParser } from "./lsusb.js";
import { ModaliasParser } from "./modalias.js";
import { WindowsParser } from "./windows.js";

const understood =
  "Linux: lspci -nnv > machine.txt; lsusb -v >> machine.txt. Windows: pnputil /enum-devices /connected /ids > machine.txt.";

/** Throws `input-unsupported` for what is too large, `no-devices` for what lists none. `name` is how messages call it. */
export function readListing(data: Uint8Array, name: string): Machine {
  if (data.length > listingSizeLimit) throw listingTooLarge(name, data.length);
  const { text } = decodeInf(data);
  const [lspci, lsusb, modalias, windows] = [
    new LspciParser(),
    new LsusbParser(),
    new ModaliasParser(),
    new WindowsParser(),
  ];
  const parsers = [modalias, lspci, lsusb, windows];
  const formats = new Set<ListingFormat>();
  for (const line of linesOf(text)) {
    const parser = parsers.find((each) => each.take(line));
    if (parser === undefined) continue;
    formats.add(parser.format);
    const found = parsers.reduce((sum, each) => sum + each.count, 0);
    if (found > machineDeviceLimit)
      throw tooLarge(name, `more than ${machineDeviceLimit} devices`, `${machineDeviceLimit}`);
  }
  const devices = distinct(parsers.flatMap((parser) => parser.devices()));
  if (devices.length === 0) throw noDevices(name, lspci.isNumberless, data.length);
  const { firmware, memory } = modalias;
  return { formats: [...formats], devices, name: modalias.name, firmware, memory };
}

function* linesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length;) {
    const found = text.indexOf("\n", at);
    const end = found === -1 ? text.length : found;
    yield text.slice(at, Math.min(end, at + listingLineLimit)).replace(/\r$/, "");
    at = end + 1;
  }
}

/** Several programs list the same device: the listing that tells most of it stands. */
function distinct(devices: readonly Device[]): Device[] {
  const known = new Map<string, Device>();
  for (const device of devices) {
    const key = keyOf(device);
    const other = known.get(key);
    if (other === undefined || device.missing.length < other.missing.length) known.set(key, device);
  }
  const classed = new Set(devices.filter(({ missing }) => missing.length === 0).map(usbName));
  return [...known.values()].filter(
    (device) => device.bus !== "usb" || device.missing.length === 0 || !classed.has(usbName(device)),
  );
}

function keyOf({ bus, location, hardwareIds }: Device): string {
  return bus === "pci" ? `${location}\0${hardwareIds.at(-1)}` : `${bus}\0${location}\0${hardwareIds[0]}`;
}

/** Vendor and product. */
function usbName({ hardwareIds: [first = ""] }: Device): string {
  return /^USB\\VID_....&PID_..../.exec(first)?.[0] ?? "";
}

/** `size`: bytes. */
export function listingTooLarge(name: string, size: number): Win7UsbError {
  return tooLarge(name, exactSize(size), exactSize(listingSizeLimit));
}

function tooLarge(name: string, seen: string, expected: string): Win7UsbError {
  return new Win7UsbError("input-unsupported", `${name} has ${seen}, expected at most ${expected}`, {
    hint: "Name a listing of one machine's devices.",
    data: { path: name },
  });
}

function noDevices(name: string, isNumberless: boolean, size: number): Win7UsbError {
  const why = isNumberless
    ? "its devices have no numbers, which Windows goes by"
    : `nothing of its ${count(size, "byte")} is one`;
  return new Win7UsbError("no-devices", `${name} lists no devices that are understood: ${why}`, {
    hint: `What is understood: ${understood}`,
    data: { path: name },
  });
}
