/** Sticks that ask for a key where the machine has another disk that starts: which disk it is then, and how it is started. */
import { copyFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { biosFault, biosFilterFloppy, type BiosFilter } from "../../fixtures/boot/bios-filter.js";
import { diskProbe } from "../../fixtures/boot/disk-probe.js";
import { MiB } from "../../src/bytes/units.js";
import { planDisk } from "../../src/volumes/index.js";
import { executePlan } from "../support/execute-plan.js";
import { judge } from "../support/judges.js";
import { bootImage, probeSucceeded, type QemuOptions } from "../support/qemu.js";
import { sample } from "../support/sample.js";
import { expectBoot, expectMessage, partitionStart, readAt, scratch, writeAt, type HandOver } from "./stick.js";
import { windowsTree } from "./windows-tree.js";

const { noEdd, eddAlwaysFails, spoilsRegisters, everySecondReadFails } = biosFault;
const { otherDisksUnreadable, noDiskType, typedAhead } = biosFault;
const ide = { bus: "ide", skipsWaiting: true } as const;
const asks = /win7usb: press a key to start from the USB stick\./;

describe.skipIf(!judge("qemu-system-i386"))("a stick that asks for a key", () => {
  const directory = scratch();
  afterAll(() => directory.remove());
  const path = (name: string): string => directory.path(`${name}.img`);
  const stick = path("fat32");
  const changed = path("changed");

  beforeAll(async () => {
    for (const fileSystem of ["fat32", "ntfs"] as const) {
      for (const bootPrompt of [true, false]) {
        const plan = planDisk(windowsTree(), { diskSize: 64 * MiB }, { fileSystem, label: "WIN7", bootPrompt });
        await executePlan(plan, path(bootPrompt ? fileSystem : `${fileSystem}-usual`));
      }
    }
    const disk = (name: string, flags?: readonly number[], change?: (sector: Uint8Array) => void): void => {
      const bytes = new Uint8Array(MiB);
      bytes.set(diskProbe(flags));
      change?.(bytes);
      directory.file(`${name}.img`, bytes);
    };
    disk("other");
    disk("fourth active", [0, 0, 0, 0x80]);
    disk("two active", [0x80, 0x80, 0, 0]);
    disk("none active", [0, 0, 0, 0]);
    disk("unsigned", undefined, (sector) => sector.fill(0, 0x1fe, 0x200));
    disk("no table", [0x80, 0x1f, 0, 0]);
    disk("GPT", [0, 0, 0, 0], (sector) => (sector[0x1be + 4] = 0xee));
    disk("empty", undefined, (sector) => sector.fill(0));
    // INT 10h AH=0Eh with "X"; then it halts, so that the screen stays.
    disk("X", undefined, (sector) => sector.set([0xb4, 0x0e, 0xb0, 0x58, 0xbb, 7, 0, 0xcd, 0x10, 0xf4, 0xeb, 0xfd]));
  });

  const filter = (options: Partial<BiosFilter>): Pick<QemuOptions, "floppy"> => ({
    floppy: directory.file("filter.img", biosFilterFloppy({ faults: 0, ...options })),
  });

  /** What the other disk says that it was handed. */
  async function expectOther(first: string, others: readonly string[], options: Partial<QemuOptions> = {}) {
    const { serial, screen, exitCode } = await bootImage(first, {
      ...ide,
      extraDrives: others.map(path),
      ...options,
    });
    expect(serial, screen).toMatch(/^DISK-PROBE cs=0000 ip=7c00 .* end\r\n$/);
    expect(exitCode).toBe(probeSucceeded);
    return Object.fromEntries([...serial.matchAll(/(\w+)=(\w+)/g)].map(([, name, value]) => [name!, value!]));
  }

  it("hands over to the other disk as the BIOS itself would, where no key is pressed", async () => {
    const byBios = await expectOther(path("other"), []);
    const byStick = await expectOther(stick, ["other"]);
    expect(byStick).toEqual({ ...byBios, dx: "0081", ss: "0000", flags: byStick["flags"] });
    const ofInterest = 0x700;
    const [bios, own] = [byBios, byStick].map((each) => Number.parseInt(each["flags"]!, 16) & ofInterest);
    expect(own, "interrupts, direction, trap").toBe(bios);
  });

  const machines: readonly [string, readonly string[], Partial<BiosFilter>, string][] = [
    ["without EDD", ["other"], { faults: noEdd }, "81"],
    ["that announces EDD and fails it", ["other"], { faults: eddAlwaysFails }, "81"],
    ["that changes registers", ["other"], { faults: spoilsRegisters }, "81"],
    ["whose every second read fails", ["other"], { faults: everySecondReadFails }, "81"],
    ["with all of these", ["other"], { faults: spoilsRegisters + everySecondReadFails + noEdd }, "81"],
    ["without AH=15h", ["other"], { faults: noDiskType }, "81"],
    ["on which keys were typed before", ["other"], { faults: typedAhead }, "81"],
    ["that has a number without a disk", ["none active", "other"], { absent: 0x81 }, "82"],
    ["whose fourth partition is active", ["fourth active"], {}, "81"],
    ["that has two active partitions, which is that disk's affair", ["two active"], {}, "81"],
    ["whose first disk has no active partition", ["none active", "other"], {}, "82"],
    ["whose first disk has a GPT", ["GPT", "other"], {}, "82"],
    ["whose first disk is another stick of ours", ["fat32-usual", "other"], {}, "82"],
    ["whose first disk is another stick that asks", ["ntfs", "other"], {}, "82"],
  ];
  it.each(sample(machines, 5, ([, , { faults }]) => faults === typedAhead))(
    "starts the other disk on a machine %s",
    async (_, others, faults, dl) => {
      expect(await expectOther(stick, others, filter(faults))).toMatchObject({ dx: `00${dl}`, ds: "0000", es: "0000" });
    },
  );

  it("starts the other disk where that is the BIOS' first, and the stick the second", async () => {
    const options = { extraDrives: [path("ntfs")], ...filter({ disk: 0x81 }) };
    expect(await expectOther(path("other"), [], options)).toMatchObject({ dx: "0080" });
  });

  const alone: readonly [string, readonly string[], Partial<BiosFilter>][] = [
    ["there is no other disk", [], {}],
    ["the other disk has a GPT", ["GPT"], {}],
    ["the other disk has no active partition", ["none active"], {}],
    ["the other disk has no signature", ["unsigned"], {}],
    ["the other disk has no partition table", ["no table"], {}],
    ["the other disk is empty", ["empty"], {}],
    ["the other disk is a stick of ours", ["fat32-usual"], {}],
    ["the other disk is a stick that asks", ["fat32"], {}],
    ["the other disk cannot be read", ["other"], { faults: otherDisksUnreadable }],
    ["the other disk cannot be read without EDD", ["other"], { faults: otherDisksUnreadable + noEdd }],
    ["no disk's number has a disk", ["other"], { absent: 0x81, faults: spoilsRegisters }],
  ];
  it.each(sample(alone, 3, ([, , { faults }]) => faults === otherDisksUnreadable))(
    "starts at once where %s",
    async (_, others, faults) => {
      const options = { ...ide, extraDrives: others.map(path), ...filter(faults) };
      const { serial, screen } = await bootImage(stick, options);
      expect(serial, screen).toMatch(/^BOOTMGR-PROBE .* dl=80 .* result=ok\r\n$/);
      expect(screen).not.toMatch(asks);
    },
  );

  const pressed: readonly [string, string, Partial<QemuOptions>, Partial<BiosFilter> | null, HandOver][] = [
    ["FAT32 on USB 2", "fat32", { bus: "ehci" }, null, { dl: "80", edd: "01" }],
    ["NTFS on USB 3", "ntfs", { bus: "xhci" }, null, { dl: "80" }],
    ["FAT32 without EDD", "fat32", { bus: "ide" }, { faults: noEdd }, { dl: "80", edd: "00" }],
    ["NTFS without EDD", "ntfs", { bus: "ide" }, { faults: noEdd }, { dl: "80", edd: "00" }],
    ["FAT32, keys typed before", "fat32", { bus: "ide" }, { faults: typedAhead + spoilsRegisters }, { dl: "80" }],
  ];
  it.each(sample(pressed, 2, ([, name]) => name))("starts at a key: %s", async (_, name, options, faults, expected) => {
    const machine = faults === null ? options : { ...options, ...filter(faults) };
    const handed = await expectBoot(path(name), { ...machine, extraDrives: [path("other")], pressReturnAt: asks });
    expect(handed).toMatchObject(expected);
  });

  it("waits for five dots, and leaves the other disk a line of its own", async () => {
    const { screen } = await bootImage(stick, { ...ide, extraDrives: [path("X")], until: /^X$/m });
    expect(screen).toMatch(/^win7usb: press a key to start from the USB stick\.{5}\nX$/m);
  });

  const damages: readonly [string, (sector: Buffer) => void, string][] = [
    ["its second part is gone", () => writeAt(changed, 512, new Uint8Array(512)), "boot code damaged"],
    ["no partition is active", (sector) => (sector[0x1be] = 0), "no active partition"],
    ["two partitions are active", (sector) => (sector[0x1ce] = 0x80), "partition table damaged"],
    ["the partition lies behind the end", (sector) => sector.writeUInt32LE(0x7fff_ffff, 0x1c6), "disk read error"],
    ["there is no boot sector", () => writeAt(changed, partitionStart + 0x1fe, new Uint8Array(2)), "no boot sector"],
  ];
  it.each(sample(damages, 2))("says so where %s", async (_, change, message) => {
    copyFileSync(stick, changed);
    const sector = readAt(changed, 0, 512);
    change(sector);
    writeAt(changed, 0, sector);
    await expectMessage(changed, message, ide);
  });
});
