/** The sentence that answers, and what a person should know besides: of machines that a listing would tell. */
import { describe, expect, it } from "vitest";
import type { Machine } from "../../src/machine/device.js";
import { DriverFinder } from "../../src/machine/find-drivers.js";
import { judgeMachine } from "../../src/machine/judge-machine.js";
import { readListing } from "../../src/machine/listing/index.js";
import { windows7On } from "../../src/drivers/index.js";
import { machineSummary, machineWarnings, memoryLimit } from "../../src/steps/machine-notes.js";
import type { WindowsIdentity } from "../../src/windows/index.js";

const edition = (id: string) =>
  ({ index: 1, id, name: id, architecture: "x86" }) as WindowsIdentity["editions"][number];
const identity = (changes: Partial<WindowsIdentity> = {}): WindowsIdentity =>
  ({
    architecture: "x86",
    edition: "Professional",
    editions: [edition("Professional")],
    ...changes,
  }) as WindowsIdentity;

const lines = {
  ehci: "00:1a.0 0c03: 8086:1c2d (rev 04) (prog-if 20 [EHCI])",
  xhci: "00:14.0 0c03: 8086:1e31 (rev 04) (prog-if 30 [XHCI])",
  usb: "00:15.0 0c03: 8086:0001",
  ahci: "00:1f.2 0106: 8086:1c03 (rev 04) (prog-if 01 [AHCI])",
  nvme: "01:00.0 0108: 1c5c:1284",
  network: "03:00.0 0200: 10ec:8168",
  keyboard: "acpi:PNP0303:",
  mouse: "Bus 001 Device 002: ID 046d:c077 A mouse",
} as const;
type Line = keyof typeof lines;
const services: Partial<Record<string, string>> = { "00:1a.0": "usbehci", "00:1f.2": "msahci" };

function judged(listed: readonly Line[], served: readonly string[] = Object.keys(services), more: string[] = []) {
  const text = [...listed.map((name) => lines[name]), ...more].join("\n");
  const machine: Machine = readListing(new TextEncoder().encode(text), "x");
  const drivers = machine.devices.map(({ location, bus }) =>
    served.includes(location ?? "") || bus === "acpi" ? ({ service: "x" } as never) : null,
  );
  const system = { isKnown: true, drivers, mayHaveOne: () => false };
  return { machine, judgement: judgeMachine(machine, system, system) };
}

describe("the sentence", () => {
  it.each<[readonly Line[], string]>([
    [
      ["ehci", "ahci", "keyboard"],
      "Setup runs on this machine, and Windows has a driver for each device that needs one.",
    ],
    [["ehci", "ahci", "network"], "Setup runs on this machine; Windows has no driver for 1 device."],
    [
      ["ehci", "ahci", "network", "mouse"],
      "Setup runs on this machine; Windows has no driver for 1 device and may have none for 1 device more.",
    ],
    [["ehci", "ahci", "mouse"], "Setup runs on this machine; Windows may have no driver for 1 device."],
    [
      ["xhci", "ahci"],
      String.raw`Setup would be dead on this machine: no driver for the USB controller 00:14.0 PCI\VEN_8086&DEV_1E31, so that the stick, keyboard and mouse are gone once Setup has started.`,
    ],
    [
      ["ehci", "nvme"],
      String.raw`Setup would be dead on this machine: no driver for the storage controller 01:00.0 PCI\VEN_1C5C&DEV_1284, so that Setup finds no disk to install on.`,
    ],
    [
      ["usb", "ahci"],
      "Whether Setup runs on this machine cannot be said: the listing or the image does not tell what decides.",
    ],
  ])("of %j", (listed, sentence) => {
    expect(machineSummary(judged(listed).judgement)).toBe(sentence);
  });
});

describe("warnings", () => {
  const finder = new DriverFinder([], windows7On("x86"));
  const system = { path: "sources/boot.wim", index: 2, name: "Setup", infs: 1 };
  const codesOf = (listed: readonly Line[], more: string[] = [], windows = identity()): string[] => {
    const found = { finder, system };
    const noted = { ...judged(listed, undefined, more), identity: windows, setup: found, installed: found };
    return machineWarnings(noted).map(({ code }) => code);
  };

  it.each<[string, readonly Line[], string[], string[]]>([
    ["of nothing", ["ehci", "ahci"], [], []],
    ["of ports without a driver", ["ehci", "xhci", "ahci"], [], ["usb-ports"]],
    ["of disks that Setup does not see", ["ehci", "ahci", "nvme"], [], ["hidden-disks"]],
    ["of a machine without USB and storage", ["network"], [], ["no-usb-controller", "no-storage"]],
    ["of lists that lack classes", ["ehci", "usb", "ahci", "mouse"], [], ["usb-ports", "listing-usb", "listing-pci"]],
    ["of UEFI", ["ehci", "ahci"], ["/sys/firmware/efi/fw_platform_size:64"], ["uefi"]],
    ["of memory above the limit", ["ehci", "ahci"], ["MemTotal: 8019552 kB"], ["memory"]],
    ["of no memory below it", ["ehci", "ahci"], ["MemTotal: 4019552 kB"], []],
  ])("%s", (_name, listed, more, codes) => {
    expect(codesOf(listed, more)).toEqual(codes);
  });

  it("of x64 speak of its own limit, and of no UEFI", () => {
    const more = ["MemTotal: 18019552 kB", "/sys/firmware/efi/fw_platform_size:64"];
    expect(codesOf(["ehci", "ahci"], more, identity({ architecture: "x64" }))).toEqual([]);
    expect(codesOf(["ehci", "ahci"], more, identity({ architecture: "x64", edition: "HomePremium" }))).toEqual([
      "memory",
    ]);
  });

  it.each([
    ["x86", "Starter", 2],
    ["x86", "Ultimate", 4],
    ["x64", "HomeBasic", 8],
    ["x64", "Unknown", null],
  ] as const)("know the memory of %s %s", (architecture, id, gibibytes) => {
    const limit = memoryLimit(identity({ architecture, edition: id }));
    expect(limit).toBe(gibibytes === null ? null : gibibytes * 2 ** 30);
  });
});
