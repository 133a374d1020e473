/** What a person should know of a machine beside its devices, and the one sentence that answers. */
import { agreeing, count, firstFew, formatSize } from "../bytes/amounts.js";
import { GiB } from "../bytes/units.js";
import type { Warning } from "../errors.js";
import type { Machine } from "../machine/device.js";
import { deviceLabel } from "../machine/device.js";
import type { JudgedDevice, MachineJudgement, SetupNeed } from "../machine/judge-machine.js";
import { serves } from "../machine/judge-machine.js";
import { editionFacts } from "../windows/editions.js";
import type { WindowsIdentity } from "../windows/index.js";
import type { FoundSystem } from "./machine-systems.js";

/** Devices that a sentence names one by one. */
const namedDevices = 3;

const needWords: Readonly<Record<SetupNeed, { readonly one: string; readonly consequence: string }>> = {
  usb: { one: "USB controller", consequence: "the stick, keyboard and mouse are gone once Setup has started" },
  storage: { one: "storage controller", consequence: "Setup finds no disk to install on" },
  input: { one: "keyboard or mouse", consequence: "nothing can be typed into Setup" },
};

/** `Setup would be dead on this machine: it has no driver for ...`. */
export function machineSummary({ verdict, needs, devices }: MachineJudgement): string {
  if (verdict === "dead") {
    const lacking = needs.filter(({ need, state }) => state === "none" && need !== "input");
    const reasons = lacking.map(({ need }) => {
      const { one, consequence } = needWords[need];
      const without = unserved(need, devices);
      return `no driver for the ${agreeing(without.length, one)} ${namesOf(without)}, so that ${consequence}`;
    });
    return `Setup would be dead on this machine: ${reasons.join("; ")}.`;
  }
  if (verdict === "unknown") {
    return "Whether Setup runs on this machine cannot be said: the listing or the image does not tell what decides.";
  }
  const without = devices.filter(({ kind, windows }) => kind !== "system" && windows.state !== "served");
  if (without.length === 0)
    return "Setup runs on this machine, and Windows has a driver for each device that needs one.";
  const none = without.filter(({ windows }) => windows.state === "none").length;
  const unknown = without.length - none;
  const left = [
    ...(none === 0 ? [] : [`has no driver for ${count(none, "device")}`]),
    ...(unknown === 0
      ? []
      : [`may have ${none === 0 ? "no driver" : "none"} for ${count(unknown, "device")}${none === 0 ? "" : " more"}`]),
  ];
  return `Setup runs on this machine; Windows ${left.join(" and ")}.`;
}

type Noted = {
  readonly machine: Machine;
  readonly judgement: MachineJudgement;
  readonly identity: WindowsIdentity;
  readonly setup: FoundSystem;
  readonly installed: FoundSystem;
};

export function machineWarnings(noted: Noted): Warning[] {
  const { judgement, setup, installed, machine } = noted;
  return [
    ...(setup.system === null
      ? [note("setup-drivers-unknown", `What Setup has drivers for is not known: ${setup.reason}.`)]
      : []),
    ...(installed.system === null
      ? [note("windows-drivers-unknown", `What Windows has drivers for is not known: ${installed.reason}.`)]
      : []),
    ...judgement.needs.flatMap((each) => needWarning(each, judgement.devices)),
    ...firmwareWarning(noted),
    ...memoryWarning(noted),
    ...listingWarning(machine),
  ];
}

const note = (code: string, message: string): Warning => ({ code, message });

function needWarning({ need, state }: MachineJudgement["needs"][number], devices: readonly JudgedDevice[]): Warning[] {
  if (state === "absent" && need === "usb") {
    return [
      note(
        "no-usb-controller",
        "The listing has no USB controller: a stick is of no use there, or the listing is not whole.",
      ),
    ];
  }
  if (state === "absent" && need === "storage") {
    return [note("no-storage", "The listing has no storage that Windows 7 is installed on, or is not whole.")];
  }
  if (state !== "partly") return [];
  const names = namesOf(unserved(need, devices));
  if (need === "usb")
    return [note("usb-ports", `Use other USB ports than those of ${names}: Setup has no driver for them.`)];
  if (need === "storage")
    return [note("hidden-disks", `Setup does not see the disks of ${names}: it has no driver for them.`)];
  return [];
}

function unserved(need: SetupNeed, devices: readonly JudgedDevice[]): JudgedDevice[] {
  return devices.filter((device) => serves(need, device) && device.setup.state !== "served");
}

function namesOf(devices: readonly JudgedDevice[]): string {
  return firstFew(devices, namedDevices, { text: deviceLabel, between: " and " });
}

/** Intel's makers of boards were to leave it out by then ("Last Mile Barriers to Removing Legacy BIOS", UEFI Plugfest 2017). */
const withoutCsm = 2020;

/** x86 alone: Windows 7 for x64 starts by UEFI, too, where it has a CSM. */
function firmwareWarning({ machine: { firmware }, identity }: Noted): Warning[] {
  if (firmware === null || identity.architecture === "x64") return [];
  const { bits: width, year } = firmware;
  const bits = width === 32 ? " Machines with a UEFI of 32 bits seldom have one." : "";
  const age =
    year !== null && year >= withoutCsm ? ` Its firmware is of ${year}: since ${withoutCsm} few have one.` : "";
  const message = `UEFI has started it. Windows 7 for x86 starts through BIOS or CSM alone: look for CSM or Legacy in the firmware's settings.${bits}${age}`;
  return [note("uefi", message)];
}

function memoryWarning({ machine: { memory }, identity }: Noted): Warning[] {
  const limit = memoryLimit(identity);
  if (memory === null || limit === null || memory <= limit) return [];
  const system = identity.architecture === "x64" ? "this edition" : "a 32-bit Windows 7";
  return [
    note(
      "memory",
      `It has ${formatSize(memory)} of memory or more, of which ${system} uses ${limit / GiB} GiB at most.`,
    ),
  ];
}

/** Bytes; null where the edition is not known and they differ. */
export function memoryLimit({ architecture, edition, editions }: WindowsIdentity): number | null {
  const isX64 = architecture === "x64";
  const ids = edition === null ? editions.map(({ id }) => id) : [edition];
  const limits = ids.map((id) => {
    const facts = id === null ? null : editionFacts(id);
    return facts === null ? null : isX64 ? facts.memoryLimitGiB.x64 : facts.memoryLimitGiB.x86;
  });
  const known = limits.filter((limit) => limit !== null);
  const largest = known.length === 0 ? null : known.reduce((a, b) => Math.max(a, b));
  return largest === null ? null : largest * GiB;
}

/** Which listing would tell what this one does not. */
function listingWarning({ devices, formats }: Machine): Warning[] {
  const vague = devices.filter(({ missing }) => missing.includes("class") || missing.includes("interface"));
  const usb = vague.filter(({ bus }) => bus === "usb").length;
  const others = vague.length - usb;
  const isWindows = formats.includes("windows");
  return [
    ...(usb === 0
      ? []
      : [
          note(
            "listing-usb",
            `${count(usb, "USB device")} ${agreeing(usb, "is", "are")} listed without a class; ${isWindows ? "pnputil with /ids" : "lsusb -v"} tells it.`,
          ),
        ]),
    ...(others === 0
      ? []
      : [
          note(
            "listing-pci",
            `${count(others, "PCI device")} ${agreeing(others, "is", "are")} listed without all of a class; ${isWindows ? "pnputil with /ids" : "lspci -nnv"} tells it.`,
          ),
        ]),
  ];
}
