/**
 * Devices as Linux names them for its own drivers (Documentation/ABI, `modalias`; scripts/mod/file2alias.c has the forms), each
 * line with the path of the file in front, as `grep` prints it, or by itself. What else tells of the machine is taken from the
 * same kind of lines: revisions, whether a device of ACPI is there, the memory, and whether UEFI started this Linux.
 */
import type { Device, Machine } from "../device.js";
import { acpiDevice, audioDevice, vmbusDevice } from "../other-buses.js";
import type { PciFacts } from "../pci.js";
import { pciDevice } from "../pci.js";
import type { UsbFacts } from "../usb.js";
import { usbDevices } from "../usb.js";
import type { ListingParser } from "./parser.js";
import { nameOf } from "./parser.js";

const pciPattern = /^pci:v0000(.{4})d0000(.{4})sv0000(.{4})sd0000(.{4})bc(..)sc(..)i(..)$/;
const usbPattern = /^usb:v(.{4})p(.{4})d(.{4})dc(..)dsc(..)dp(..)ic(..)isc(..)ip(..)in(..)$/;
const audioPattern = /^hdaudio:v([0-9a-f]{8})r([0-9a-f]{8})a01$/i;
const vmbusPattern = /^vmbus:([0-9a-f]{32})$/i;
/** Of the firmware's tables, as modalias and as Linux' start message. */
const dmiPattern = /:svn([^:]*):pn([^:]*):pvr([^:]*):/;
const startPattern = /^DMI: (.{1,200}?), BIOS [^/]{1,60}\/\d\d\/(\d{4})$/;
const slotPattern = /^(?:[0-9a-f]{4,5}:)[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/i;
/** A file of sysfs or procfs with what is in it. */
const filePattern =
  /^(?<folder>\/?(?:sys|proc)\/\S*?)\/?(?<file>modalias|revision|status|fw_platform_size|meminfo):(?<value>.*)$/;

type Alias = { readonly folder: string; readonly text: string };
type Usb = { -readonly [Name in keyof UsbFacts]: UsbFacts[Name] };

export class ModaliasParser implements ListingParser {
  readonly format = "modalias";
  memory: number | null = null;
  name: string | null = null;
  #uefi: { readonly bits: 32 | 64 | null } | null = null;
  #year: number | null = null;
  readonly #aliases: Alias[] = [];
  readonly #revisions = new Map<string, string>();
  readonly #absent = new Set<string>();

  get count(): number {
    return this.#aliases.length;
  }

  get firmware(): Machine["firmware"] {
    return this.#uefi === null ? null : { kind: "uefi", ...this.#uefi, year: this.#year };
  }

  take(line: string): boolean {
    const groups = filePattern.exec(line)?.groups;
    const value = (groups?.["value"] ?? line).trim();
    this.#readMachine(groups?.["file"], value);
    if (groups === undefined || groups["file"] === "modalias") return this.#takeAlias(groups?.["folder"] ?? "", value);
    const { folder = "", file } = groups;
    if (file === "revision") this.#revisions.set(folder, value.replace(/^0x/, ""));
    // ACPI Specification, _STA: bit 0 is set where the device is present.
    if (file === "status" && (Number(value) & 1) === 0) this.#absent.add(folder);
    return true;
  }

  #takeAlias(folder: string, value: string): boolean {
    const text = value.replace(/^MODALIAS=/, "");
    if (!/^(?:pci|usb|acpi|hdaudio|vmbus):\S+$/.test(text)) return false;
    this.#aliases.push({ folder, text });
    return true;
  }

  /** Lines of other programs, too: people put several listings into one file. */
  #readMachine(file: string | undefined, value: string): void {
    const [, kilobytes] = /\bMemTotal:\s+(\d{1,12}) kB/.exec(value) ?? [];
    if (kilobytes !== undefined) this.memory ??= Number(kilobytes) * 1024;
    if (file === "fw_platform_size") this.#uefi = { bits: value === "32" ? 32 : 64 };
    else if (/^(?:\[[\s\d.]+\] )?efi: EFI v\d/.test(value)) this.#uefi ??= { bits: null };
    const told = from(value, "dmi:bvn");
    const [, vendor = "", product = "", version = ""] = dmiPattern.exec(told) ?? [];
    const started = startPattern.exec(from(value, "DMI: "));
    this.name ??= nameOf([vendor, product, version].filter((word) => word !== "").join(" ")) ?? nameOf(started?.[1]);
    const year = /:bd\d\d\/\d\d\/(\d{4}):/.exec(told)?.[1] ?? started?.[2];
    if (year !== undefined) this.#year ??= Number(year);
  }

  devices(): Device[] {
    const devices: Device[] = [];
    const usb = new Map<string, Usb>();
    for (const alias of this.#aliases) {
      if (this.#absent.has(alias.folder)) continue;
      const device = this.#pci(alias) ?? otherDevice(alias);
      if (device !== null) devices.push(device);
      else addInterface(usb, alias);
    }
    return [...devices, ...[...usb.values()].flatMap(usbDevices)];
  }

  #pci({ folder, text }: Alias): Device | null {
    const found = pciPattern.exec(text)?.slice(1);
    if (found === undefined) return null;
    const [vendor, device, subsystemVendor, subsystem, base, sub, code] = found.map((each) => each.toLowerCase());
    const facts: PciFacts = {
      location: lastOf(folder).replace(/^0000:/, ""),
      name: null,
      vendor: vendor!,
      device: device!,
      classCode: base! + sub!,
      interface: code!,
      revision: this.#revisions.get(folder) ?? null,
      subsystem: { vendor: subsystemVendor!, device: subsystem! },
      linuxDriver: null,
    };
    return pciDevice(facts);
  }
}

function otherDevice({ folder, text }: Alias): Device | null {
  const location = folder === "" ? null : lastOf(folder);
  if (text.startsWith("acpi:"))
    return acpiDevice(
      text
        .split(":")
        .slice(1)
        .filter((name) => name !== ""),
      location,
    );
  const [, channel] = vmbusPattern.exec(text) ?? [];
  if (channel !== undefined) return vmbusDevice(channel, location);
  const [, codec, revision] = audioPattern.exec(text) ?? [];
  if (codec === undefined || revision === undefined) return null;
  return audioDevice({ codec, revision, location, controller: controllerOf(folder) });
}

/** Each alias of USB is one of an interface. */
function addInterface(devices: Map<string, Usb>, { folder, text }: Alias): void {
  const found = usbPattern.exec(text)?.slice(1);
  if (found === undefined) return;
  const [vendor, product, revision, c, s, p, interfaceClass, subclass, protocol, number] = found.map((each) =>
    each.toLowerCase(),
  ) as [string, string, string, string, string, string, string, string, string, string];
  const parent = folder.slice(0, Math.max(0, folder.lastIndexOf("/")));
  const key = parent === "" ? `${vendor}:${product}:${revision}` : parent;
  const device = devices.get(key) ?? {
    location: parent === "" ? null : lastOf(parent),
    controller: controllerOf(folder),
    name: null,
    vendor,
    product,
    revision,
    deviceClass: [c, s, p] as const,
    interfaces: [],
  };
  device.interfaces = [...device.interfaces, { number, class: [interfaceClass, subclass, protocol] }];
  devices.set(key, device);
}

/** What begins with `mark`, looked for once: a pattern would look again from each place where it stands. */
function from(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return at === -1 ? "" : text.slice(at);
}

function lastOf(folder: string): string {
  return folder.slice(folder.lastIndexOf("/") + 1);
}

/** The closest PCI device above it, by the path in /sys/devices. */
function controllerOf(folder: string): string | null {
  const slot = folder.split("/").findLast((part) => slotPattern.test(part));
  return slot?.replace(/^0000:/, "") ?? null;
}
