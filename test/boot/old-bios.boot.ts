/** Machines that are worse than QEMU's: a filter in front of INT 13h takes away or spoils what old BIOSes lack. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BiosFilter } from "../../fixtures/boot/bios-filter.js";
import { biosFault, biosFilterFloppy } from "../../fixtures/boot/bios-filter.js";
import { bootmgrProbe } from "../../fixtures/boot/bootmgr-probe.js";
import { MiB } from "../../src/bytes/units.js";
import { judge } from "../support/judges.js";
import { fragmentBootmgr } from "./fat32-volume.js";
import type { HandOver } from "./stick.js";
import { expectBoot, expectMessage, mkfsFat32, mtools, partitionedDisk, scratch } from "./stick.js";

const { noEdd, eddAlwaysFails, spoilsRegisters, everySecondReadFails, singleSectorsOnly } = biosFault;
const missing = ["qemu-system-i386", "mcopy", "fsck.fat"].some((command) => !judge(command));

describe.skipIf(missing)("on an old BIOS", () => {
  const directory = scratch();
  const image = directory.path("usb.img");
  const fragmented = directory.path("fragmented.img");
  const empty = directory.path("empty.img");
  beforeAll(() => {
    const bootmgr = directory.file("bootmgr", bootmgrProbe());
    for (const path of [image, fragmented]) {
      mkfsFat32(path, 100 * MiB, ["-s", "2"]);
      mtools(path, "mcopy", bootmgr, "::BOOTMGR");
    }
    fragmentBootmgr(fragmented, bootmgr, directory);
    partitionedDisk(empty, 8 * MiB, 0x0c);
  });
  afterAll(() => directory.remove());

  const floppy = (filter: BiosFilter): string => directory.file("filter.img", biosFilterFloppy(filter));

  const all = spoilsRegisters + everySecondReadFails + singleSectorsOnly;
  it.each([
    ["that has nothing wrong", 0, "01"],
    ["without EDD", noEdd, "00"],
    ["that announces EDD and fails it", eddAlwaysFails, "01"],
    ["that changes registers", spoilsRegisters, "01"],
    ["that changes registers, without EDD", spoilsRegisters + noEdd, "00"],
    ["whose every second read fails", everySecondReadFails, "01"],
    ["whose every second read fails, without EDD", everySecondReadFails + noEdd, "00"],
    ["that reads single sectors only", singleSectorsOnly, "01"],
    ["that reads single sectors only, without EDD", singleSectorsOnly + noEdd, "00"],
    ["with all of these, with EDD", all, "01"],
    ["with all of these, without EDD", all + noEdd, "00"],
  ])("%s boots", async (_, faults, edd) => {
    for (const path of [image, fragmented]) {
      const options = { bus: "ide", floppy: floppy({ faults }) } as const;
      expect(await expectBoot(path, options)).toMatchObject({ edd, dl: "80" } satisfies HandOver);
    }
  });

  it("without EDD boots from USB", async () => {
    expect(await expectBoot(image, { bus: "ehci", floppy: floppy({ faults: noEdd }) })).toMatchObject({ edd: "00" });
    expect(await expectBoot(image, { bus: "xhci", floppy: floppy({ faults: noEdd }) })).toMatchObject({ edd: "00" });
  });

  it.each([
    "cyls=200,heads=16,secs=63",
    "cyls=500,heads=15,secs=33",
    "cyls=1000,heads=10,secs=20",
    "cyls=900,heads=5,secs=46",
  ])("without EDD uses the BIOS's geometry, not the volume's: %s", async (geometry) => {
    const ideProperties = `${geometry},bios-chs-trans=none`;
    await expectBoot(image, { bus: "ide", ideProperties, floppy: floppy({ faults: noEdd }) });
  });

  it("uses the drive that was handed over", async () => {
    const options = { bus: "ide", extraDrives: [image], floppy: floppy({ faults: 0, disk: 0x81 }) } as const;
    expect(await expectBoot(empty, options)).toMatchObject({ dl: "81" });
  });

  it.each([0x00, 0x01, 0x7f])("takes DL = %i, which is no hard disk, for the first one", async (handedOver) => {
    const filter = floppy({ faults: 0, handedOver });
    expect(await expectBoot(image, { bus: "ide", floppy: filter })).toMatchObject({ dl: "80" });
  });

  it("says so where BOOTMGR lies behind what cylinders can reach", async () => {
    const options = { bus: "ide", ideProperties: "cyls=2,heads=16,secs=63,bios-chs-trans=none" } as const;
    await expectMessage(image, "disk read error", { ...options, floppy: floppy({ faults: noEdd }) });
  });
});
