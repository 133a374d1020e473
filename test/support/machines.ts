/**
 * Machines as people published them, and what becomes of Windows 7 x86 on each: derived by hand from what Windows 7 comes with
 * (usbport.inf: UHCI, OHCI, EHCI; mshdc.inf: IDE and AHCI; nothing for xHCI, NVMe, virtio). The listings are in
 * fixtures/machines: by `lspci`, `lsusb`, Linux' start messages, out of forums, bug reports, mailing lists and wikis; names of
 * people and hosts are out, and devices that repeat others.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { MachineVerdict, NeedState } from "../../src/machine/judge-machine.js";

export type PublishedMachine = {
  readonly file: string;
  readonly what: string;
  readonly verdict: MachineVerdict;
  readonly usb: NeedState;
  readonly storage: NeedState;
  /** Locations of devices that the installed Windows has no driver for, boards' own left out. */
  readonly without: readonly string[];
};

const machine = (
  file: string,
  what: string,
  [verdict, usb, storage]: readonly [MachineVerdict, NeedState, NeedState],
  without: readonly string[] = [],
): PublishedMachine => ({ file: `${file}.txt`, what, verdict, usb, storage, without });

export const publishedMachines: readonly PublishedMachine[] = [
  machine("latitude-gm965", "a laptop of 2008 with AHCI", ["incomplete", "served", "served"], ["09:00.0", "0b:00.0"]),
  machine("thinkpad-t420", "a ThinkPad T420", ["incomplete", "served", "served"], ["00:19.0", "00:16.0"]),
  machine("netbook-atom", "a netbook with an Atom N270", ["ready", "served", "served"]),
  machine("desktop-h110", "a Skylake board with USB 3 alone", ["dead", "none", "served"], ["00:14.0", "00:16.0"]),
  machine(
    "laptop-nvme",
    "a Kaby Lake laptop with NVMe",
    ["dead", "none", "none"],
    ["00:14.0", "39:00.0", "3b:00.0", "3a:00.0"],
  ),
  machine("ryzen-b350", "a Ryzen on AM4", ["dead", "none", "served"], ["01:00.0"]),
  machine("laptop-nnk", "a laptop with USB 3 and AHCI", ["dead", "none", "served"], ["00:14.0", "00:16.0"]),
  machine("virtualbox-dmesg", "VirtualBox with PCnet", ["incomplete", "served", "served"], ["00:03.0"]),
  machine("vmware", "VMware", ["incomplete", "served", "served"], ["02:03.0"]),
  machine(
    "qemu-q35-virtio",
    "QEMU's q35 with virtio and xHCI",
    ["dead", "none", "partly"],
    ["04:00.0", "03:00.0", "05:00.0", "01:00.0", "08:00.0"],
  ),
  machine("hyper-v-dmesg", "Hyper-V, generation 1, which has no USB", ["ready", "absent", "served"]),
  machine("bay-trail-laptop", "a Bay Trail laptop", ["dead", "none", "served"], ["00:14.0", "02:00.0"]),
  machine("bay-trail-emmc", "a Bay Trail tablet with eMMC", ["dead", "none", "absent"], ["00:14.0"]),
  machine("via-km400", "a board with VIA KM400", ["incomplete", "served", "served"], ["00:12.0", "00:11.5", "00:0a.0"]),
  machine("old-kernel-dmesg", "a list without programming interfaces", ["unknown", "unknown", "absent"], ["00:16.0"]),
];

export function publishedListing(file: string): Uint8Array {
  return readFileSync(join(process.cwd(), "fixtures", "machines", file));
}
