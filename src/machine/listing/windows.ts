/**
 * Devices as Windows lists them: `pnputil /enum-devices /ids`, `devcon hwids`, `Win32_PnPEntity` as a list. Their words are those
 * of Windows' language, so that nothing goes by them: a device begins with its instance id, `PCI\VEN_...\3&...`, which has
 * two backslashes; the first list of ids behind it holds the hardware ids, the second the compatible ones. What Windows' own
 * drivers have made (disks, root hubs, parts of devices) is no device of the machine and is left out.
 */
import type { Device } from "../device.js";
import { deviceIdLimit, idLengthLimit } from "../limits.js";
import { acpiKind } from "../other-buses.js";
import { pciDevice } from "../pci.js";
import { usbKind } from "../usb.js";
import type { ListingParser } from "./parser.js";
import { nameOf } from "./parser.js";

/** A label of any language, then an id; without one an id of the list above goes on. */
const linePattern = /^(?:(?<label>[^\s\\{}&][^\\{}&]{0,60}?)\s{0,40}[:=]\s+|(?<key>[A-Za-z]{4,20})=)?(?<value>\S.*)$/;
const instancePattern = /^(?:PCI|USB|ACPI|HDAUDIO|VMBUS|[A-Z0-9_]{2,20})\\[^\\\s]+\\[^\\\s]+$/i;
const idPattern = /^(?:\*[A-Z0-9]{5,8}|[A-Z][A-Z0-9_]{1,20}\\[^\\\s]+)$/i;

type Listed = {
  readonly instance: string;
  name: string | null;
  readonly lists: string[][];
};

export class WindowsParser implements ListingParser {
  readonly format = "windows";
  readonly #listed: Listed[] = [];
  /** Whether the line before was an id of the last list. */
  #isInList = false;

  get count(): number {
    return this.#listed.length;
  }

  take(line: string): boolean {
    const groups = linePattern.exec(line.trim())?.groups;
    if (groups === undefined) return this.#outside();
    const { value = "", label, key } = groups;
    if (value.startsWith("{")) return this.#takeBraces(value);
    const text = value.trim().slice(0, idLengthLimit);
    if (instancePattern.test(text)) {
      this.#listed.push({ instance: text.toUpperCase(), name: null, lists: [] });
      this.#isInList = false;
      return true;
    }
    const current = this.#listed.at(-1);
    if (current === undefined) return false;
    if (!idPattern.test(text)) {
      if (label !== undefined && current.lists.length === 0) current.name ??= nameOf(value);
      return this.#outside();
    }
    if (label !== undefined || key !== undefined || !this.#isInList) current.lists.push([]);
    this.#isInList = true;
    addId(current, text);
    return true;
  }

  #outside(): boolean {
    this.#isInList = false;
    return false;
  }

  /** `{"PCI\VEN_...","..."}` of WMI, where one device's properties follow one another by the alphabet. */
  #takeBraces(value: string): boolean {
    const current = this.#listed.at(-1);
    const ids = value
      .replaceAll(/[{}"]/g, "")
      .split(",")
      .map((id) => id.trim());
    if (current === undefined || !ids.some((id) => idPattern.test(id))) return this.#outside();
    current.lists.push([]);
    for (const id of ids) if (idPattern.test(id)) addId(current, id);
    return this.#outside() || true;
  }

  devices(): Device[] {
    return this.#listed.flatMap((listed) => deviceOf(listed) ?? []);
  }
}

function addId({ lists }: Listed, id: string): void {
  const list = lists.at(-1)!;
  if (list.length < deviceIdLimit && lists.length <= 2) list.push(id.toUpperCase());
}

function deviceOf({ instance, name, lists }: Listed): Device | null {
  const [bus = ""] = instance.split("\\");
  const [hardwareIds = [], compatibleIds = []] = lists;
  const ids = [instance, ...hardwareIds, ...compatibleIds];
  if (bus === "PCI") return pciOf(ids, name);
  const common = { name, location: instance, hardwareIds, compatibleIds, missing: [], controller: null } as const;
  // What bus drivers of Windows make of a controller is not there before it has a driver.
  if (bus === "USB") return instance.startsWith("USB\\ROOT_HUB") ? null : usbOf(common, instance);
  if (bus === "ACPI") return hardwareIds.length === 0 ? null : { bus: "acpi", kind: acpiKind(ids), ...common };
  if (bus === "HDAUDIO") return { bus: "hdaudio", kind: "audio", ...common, hardwareIds: orInstance(common, instance) };
  return bus === "VMBUS" ? { bus: "vmbus", kind: "other", ...common, hardwareIds: orInstance(common, instance) } : null;
}

type Common = Omit<Device, "bus" | "kind">;

function usbOf(common: Common, instance: string): Device {
  const [, code] = common.compatibleIds.map((id) => /^USB\\CLASS_(..)/.exec(id)).find((found) => found !== null) ?? [];
  return {
    bus: "usb",
    kind: code === undefined ? "other" : usbKind(code),
    ...common,
    hardwareIds: orInstance(common, instance),
    missing: common.compatibleIds.length === 0 ? ["class"] : [],
  };
}

/** Where only the instance is listed: what stands in front of its last part is the device's first id. */
function orInstance({ hardwareIds }: Common, instance: string): readonly string[] {
  return hardwareIds.length > 0 ? hardwareIds : [instance.slice(0, instance.lastIndexOf("\\"))];
}

/** Windows 10 has two of its hardware ids among the compatible ones, so that Windows 7's are made anew. */
function pciOf(ids: readonly string[], name: string | null): Device | null {
  const first = (pattern: RegExp) => ids.map((id) => pattern.exec(id)).find((found) => found !== null);
  const [, vendor, device] = first(/^PCI\\VEN_([0-9A-F]{4})&DEV_([0-9A-F]{4})/) ?? [];
  if (vendor === undefined || device === undefined) return null;
  const [, subsystem, subsystemVendor] = first(/&SUBSYS_([0-9A-F]{4})([0-9A-F]{4})/) ?? [];
  const [, revision = null] = first(/&REV_([0-9A-F]{2})/) ?? [];
  const [, longClass, code = null] = first(/[\\&]CC_([0-9A-F]{4})([0-9A-F]{2})/) ?? [];
  const [, shortClass = null] = first(/[\\&]CC_([0-9A-F]{4})/) ?? [];
  return pciDevice({
    location: ids[0]!,
    name,
    vendor,
    device,
    classCode: (longClass ?? shortClass)?.toLowerCase() ?? null,
    interface: code?.toLowerCase() ?? null,
    revision,
    subsystem: subsystem === undefined ? null : { vendor: subsystemVendor!, device: subsystem },
    linuxDriver: null,
  });
}
