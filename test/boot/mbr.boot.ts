/** The MBR's refusals: each its message, and never another disk. */
import { copyFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bootmgrProbe } from "../../fixtures/boot/bootmgr-probe.js";
import { MiB } from "../../src/bytes/units.js";
import { judge } from "../support/judges.js";
import { bootImage } from "../support/qemu.js";
import { expectBoot, expectMessage, mkfsFat32, mtools, partitionStart, readAt, scratch, writeAt } from "./stick.js";

const missing = ["qemu-system-i386", "mcopy", "fsck.fat"].some((command) => !judge(command));
const table = 0x1be;
const entrySize = 16;

describe.skipIf(missing)("the MBR", () => {
  const directory = scratch();
  const good = directory.path("good.img");
  const image = directory.path("usb.img");
  beforeAll(() => {
    mkfsFat32(good, 48 * MiB);
    mtools(good, "mcopy", directory.file("bootmgr", bootmgrProbe()), "::BOOTMGR");
  });
  afterAll(() => directory.remove());

  /** The first sector with its four entries as given, before it is written. */
  function withSector(change: (sector: Buffer) => void): void {
    copyFileSync(good, image);
    const sector = readAt(image, 0, 512);
    change(sector);
    writeAt(image, 0, sector);
  }

  // A disk that would boot is attached behind: nothing may fall through to it.
  const refuses = (message: string): Promise<void> =>
    expectMessage(image, message, { bus: "ide", extraDrives: [good] });

  it.each([0, 1, 2, 3])("starts the active partition in entry %i", async (entry) => {
    withSector((sector) => {
      const own = Buffer.from(sector.subarray(table, table + entrySize));
      for (let other = 0; other < 4; other += 1) {
        const place = sector.subarray(table + other * entrySize, table + (other + 1) * entrySize);
        own.copy(place);
        place[0] = other === entry ? 0x80 : 0;
        if (other !== entry) place.writeUInt32LE(1, 8);
      }
    });
    await expectBoot(image);
  });

  it("does not trust the entry's CHS values", async () => {
    withSector((sector) => {
      sector.fill(0xff, table + 1, table + 4);
      sector.fill(0xff, table + 5, table + 8);
    });
    await expectBoot(image);
  });

  it("says that no partition is active", async () => {
    withSector((sector) => (sector[table] = 0));
    await refuses("no active partition");
    await expectMessage(image, "no active partition");
  });

  it("starts the BIOS's boot over when a key is pressed, and arrives at the same disk", async () => {
    withSector((sector) => (sector[table] = 0));
    const once = /no active partition\nPress any key/;
    const twice = new RegExp(`${once.source}[^]*${once.source}`);
    const result = await bootImage(image, { bus: "ide", extraDrives: [good], pressReturnAt: once, until: twice });
    expect(result).toMatchObject({ serial: "", exitCode: null, timedOut: false });
  });

  it("says that the table is damaged where two are active, or a flag is neither 00 nor 80", async () => {
    withSector((sector) => (sector[table + entrySize] = 0x80));
    await refuses("partition table damaged");
    withSector((sector) => (sector[table + 3 * entrySize] = 0x01));
    await refuses("partition table damaged");
    withSector((sector) => (sector[table] = 0x81));
    await refuses("partition table damaged");
  });

  it("says that there is no boot sector", async () => {
    withSector(() => undefined);
    writeAt(image, partitionStart + 0x1fe, Uint8Array.of(0, 0));
    await refuses("no boot sector");
  });

  it.each([
    ["EDD", 0x7fff_ffff],
    ["the largest LBA", 0xffff_ffff],
  ])("says that a partition behind the disk's end cannot be read: %s", async (_, lba) => {
    withSector((sector) => sector.writeUInt32LE(lba, table + 8));
    await refuses("disk read error");
  });

  it("fits in front of the disk signature and leaves it alone", () => {
    expect(readAt(good, 0x1b8, 4).readUInt32LE()).toBe(0x37554237);
  });
});
