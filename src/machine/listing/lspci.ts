/**
 * PCI devices as `lspci` lists them, in every form that has numbers (`-n`, `-nn`, `-mm`, `-vmm`, each with `-k`, `-v` or more),
 * and as Linux tells them when it starts (dmesg). Traps: mails break long lines; lists in forums lose their indents; names
 * have brackets of their own; a revision of 0 is not written, nor by `-mm` and `-v` an interface or subsystem of 0; old
 * Linux wrote the class without the programming interface, as `0x000c03`.
 */
import type { Device } from "../device.js";
import type { PciFacts } from "../pci.js";
import { pciDevice } from "../pci.js";
import type { ListingParser } from "./parser.js";
import { nameOf } from "./parser.js";

type Facts = { -readonly [Name in keyof PciFacts]: PciFacts[Name] };

const slotPattern = /(?:^|[\s"'>])((?:[0-9a-f]{4,5}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])(?::\s|\s|$)\s*(.*)$/i;
const idsPattern = /\[([0-9a-f]{4}):([0-9a-f]{4})\]/gi;
const classPattern = /^[^[]*\[([0-9a-f]{4})\]: ?/i;
const plainPattern = /^(?:Class )?([0-9a-f]{4}): ([0-9a-f]{4}):([0-9a-f]{4})\b/i;
const dmesgPattern = /^\[([0-9a-f]{4}):([0-9a-f]{4})\] type ([0-9a-f]{1,2}) .{0,40}?\bclass 0x([0-9a-f]{6})\b/i;
const optionPattern = /(?:^|\s)-([rp])([0-9a-f]{2})\b/gi;
const keyPattern = /^(Slot|Class|Vendor|Device|SVendor|SDevice|Rev|ProgIf|Driver):\s+(.*)$/i;
/** Lines of a mail that one line may have been broken into, besides the first. */
const brokenLines = 2;

export class LspciParser implements ListingParser {
  /** Of the line that was taken last. */
  format: "lspci" | "dmesg" = "lspci";
  /** Whether there were devices without any numbers. */
  isNumberless = false;
  readonly #facts = new Map<string, Facts>();
  #current: Facts | undefined;
  /** The block of `-vmm` that is being read. */
  #block: Map<string, string> | undefined;
  #broken: { readonly slot: string; readonly text: string; readonly lines: number } | undefined;

  get count(): number {
    return this.#facts.size;
  }

  take(line: string): boolean {
    if (this.#takeKey(line)) return true;
    const [, slot, rest] = slotPattern.exec(line) ?? [];
    if (slot === undefined || rest === undefined) return this.#takeBroken(line) || this.#takeDetail(line);
    this.#broken = undefined;
    return this.#takeDevice(slot, rest, 0);
  }

  devices(): Device[] {
    this.#endBlock();
    return [...this.#facts.values()].map(pciDevice);
  }

  #takeDevice(slot: string, text: string, lines: number): boolean {
    const facts = text.startsWith('"') ? fieldFacts(text) : (plainFacts(text) ?? namedFacts(text));
    if (facts !== undefined) {
      this.format = dmesgPattern.test(text) ? "dmesg" : "lspci";
      this.#add(slot, facts);
      return true;
    }
    this.#current = undefined;
    if (classPattern.test(text)) this.#broken = { slot, text, lines };
    else if (/^[A-Z][\w /-]{2,40}: ./.test(text)) this.isNumberless = true;
    return this.#broken !== undefined;
  }

  #takeBroken(line: string): boolean {
    const broken = this.#broken;
    this.#broken = undefined;
    if (broken === undefined || broken.lines === brokenLines) return false;
    return this.#takeDevice(broken.slot, `${broken.text} ${line.trim()}`, broken.lines + 1);
  }

  #takeDetail(line: string): boolean {
    const current = this.#current;
    if (current === undefined) return false;
    const [, subsystem, driver] = /^\s*(?:Subsystem:(.*)|Kernel driver in use: ?(\S+).*)$/.exec(line) ?? [];
    if (driver !== undefined) current.linuxDriver ??= driver;
    if (subsystem !== undefined) current.subsystem ??= subsystemOf(subsystem);
    // Only `-v` has these lines, and leaves out above them what is 0.
    const isVerbose = /^\s*(?:Flags|Control): /.test(line);
    if (isVerbose) {
      current.interface ??= zero;
      current.subsystem ??= { vendor: zero + zero, device: zero + zero };
    }
    return driver !== undefined || subsystem !== undefined || isVerbose;
  }

  #takeKey(line: string): boolean {
    const [, key = "", value = ""] = keyPattern.exec(line) ?? [];
    const name = key.toLowerCase();
    const isSlot = name === "slot" && slotPattern.test(value);
    if (isSlot) {
      this.#endBlock();
      this.#block = new Map();
    }
    if (key === "" || this.#block === undefined) return false;
    this.#block.set(name, value);
    return true;
  }

  #endBlock(): void {
    const block = this.#block;
    this.#block = undefined;
    if (block === undefined) return;
    const number = (key: string): string => numberIn(block.get(key) ?? "");
    const [vendor, device, classCode] = ["vendor", "device", "class"].map(number) as [string, string, string];
    if (vendor === "" || device === "") return;
    this.#add(block.get("slot")!.trim(), {
      name: nameOf(`${nameIn(block.get("vendor"))} ${nameIn(block.get("device"))}`),
      vendor,
      device,
      classCode: classCode === "" ? null : classCode,
      interface: twoDigits(block.get("progif")) ?? zero,
      revision: twoDigits(block.get("rev")) ?? zero,
      subsystem: pair(number("svendor"), number("sdevice")),
      linuxDriver: block.get("driver")?.trim() ?? null,
    });
  }

  /** The same device may be listed twice, by several programs: each adds what the others do not tell. */
  #add(slot: string, facts: Omit<Facts, "location">): void {
    const location = slot.toLowerCase().replace(/^0000:/, "");
    const known = this.#facts.get(location);
    this.#current = { location, ...facts };
    if (known !== undefined && known.vendor === facts.vendor && known.device === facts.device) {
      this.#current = { ...this.#current, ...withoutNulls(known) };
    }
    this.#facts.set(location, this.#current);
  }
}

function withoutNulls(facts: Facts): Partial<Facts> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null));
}

/** Of a revision or interface that is not written. */
const zero = "00";
const unsaid = { name: null, classCode: null, interface: null, revision: null, subsystem: null, linuxDriver: null };

/** `0c03: 8086:1e31 (rev 04)`, and what Linux says when it starts. */
function plainFacts(text: string): Omit<Facts, "location"> | undefined {
  const [, classCode, vendor = "", device = ""] = plainPattern.exec(text) ?? [];
  if (classCode !== undefined) return lowerCase({ ...unsaid, ...inParentheses(text), vendor, device, classCode });
  const [, startVendor = "", startDevice = "", type, code = ""] = dmesgPattern.exec(text) ?? [];
  if (type === undefined) return undefined;
  const isOld = type.length === 1;
  return lowerCase({
    ...unsaid,
    vendor: startVendor,
    device: startDevice,
    classCode: isOld ? code.slice(2) : code.slice(0, 4),
    interface: isOld ? null : code.slice(4),
  });
}

/** `USB controller [0c03]: Intel Corporation ... [8086:1e31] (rev 04) (prog-if 30 [XHCI])` */
function namedFacts(text: string): Omit<Facts, "location"> | undefined {
  const [head, classCode] = classPattern.exec(text) ?? [];
  const ids = [...text.matchAll(idsPattern)].at(-1);
  if (head === undefined || classCode === undefined || ids === undefined) return undefined;
  const [, vendor = "", device = ""] = ids;
  const name = nameOf(text.slice(head.length, ids.index));
  return lowerCase({ ...unsaid, ...inParentheses(text.slice(ids.index)), name, vendor, device, classCode });
}

/** `"USB controller [0c03]" "Intel Corporation [8086]" "... [1e31]" -r04 -p30 "Lenovo [17aa]" "Device [21f3]"` */
function fieldFacts(text: string): Omit<Facts, "location"> | undefined {
  const fields: string[] = [];
  let [revision, code]: [string, string] = [zero, zero];
  // What lspci puts a backslash before is a quote within a name.
  for (const [at, part] of text.replaceAll(/\\./g, "'").split('"').entries()) {
    if (at % 2 === 1) fields.push(part);
    for (const [, option, value] of at % 2 === 1 ? [] : part.matchAll(optionPattern)) {
      if (option === "r") revision = value!;
      else code = value!;
    }
  }
  const [classCode = "", vendor = "", device = "", subsystemVendor = "", subsystem = ""] = fields.map(numberIn);
  if (vendor === "" || device === "") return undefined;
  return lowerCase({
    name: nameOf(`${nameIn(fields[1])} ${nameIn(fields[2])}`),
    vendor,
    device,
    classCode: classCode === "" ? null : classCode,
    interface: code,
    revision,
    subsystem: pair(subsystemVendor, subsystem),
    linuxDriver: null,
  });
}

function inParentheses(text: string): { readonly revision: string; readonly interface: string | null } {
  const [, revision = zero] = /\(rev ([0-9a-f]{2})/i.exec(text) ?? [];
  const [, code = null] = /\(prog-if ([0-9a-f]{2})/i.exec(text) ?? [];
  return { revision, interface: code };
}

/** The four digits that a field ends with in brackets, or is. */
function numberIn(field: string): string {
  return (/(?:^|\[)([0-9a-f]{4})\]?\s*$/i.exec(field)?.[1] ?? "").toLowerCase();
}

function nameIn(field = ""): string {
  return field.replace(/\s*(?:\[[0-9a-f]{4}\]|^[0-9a-f]{4})\s*$/i, "");
}

function twoDigits(text: string | undefined): string | null {
  return /^\s*([0-9a-f]{2})\b/i.exec(text ?? "")?.[1]?.toLowerCase() ?? null;
}

function pair(vendor: string, device: string): Facts["subsystem"] {
  return vendor === "" || device === "" ? null : { vendor, device };
}

/** `Lenovo ThinkPad [17aa:21f3]`, or the numbers alone. */
function subsystemOf(text: string): Facts["subsystem"] {
  const ids = [...text.matchAll(idsPattern)].at(-1) ?? /^\s*([0-9a-f]{4}):([0-9a-f]{4})\s*$/i.exec(text);
  return ids === null ? null : pair(ids[1]!.toLowerCase(), ids[2]!.toLowerCase());
}

function lowerCase(facts: Omit<Facts, "location">): Omit<Facts, "location"> {
  const { vendor, device, classCode, interface: code, revision } = facts;
  return {
    ...facts,
    vendor: vendor.toLowerCase(),
    device: device.toLowerCase(),
    classCode: classCode?.toLowerCase() ?? null,
    interface: code?.toLowerCase() ?? null,
    revision: revision?.toLowerCase() ?? null,
  };
}
