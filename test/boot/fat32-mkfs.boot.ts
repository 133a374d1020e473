/** Our FAT32 boot record on volumes that mkfs.vfat made: other BPB values than ours, and every cluster size. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bootmgrProbe, bootmgrProbeSize } from "../../fixtures/boot/bootmgr-probe.js";
import { MiB, roundUp } from "../../src/bytes/units.js";
import { sectorSize } from "../../src/volumes/plan.js";
import { judge } from "../support/judges.js";
import { bootmgrChain, fat32Volume, fragmentBootmgr } from "./fat32-volume.js";
import { expectBoot, expectMessage, mkfsFat32, mtools, partitionStart, readAt, scratch, writeAt } from "./stick.js";

const missing = ["qemu-system-i386", "mcopy", "fsck.fat"].some((command) => !judge(command));

describe.skipIf(missing)("FAT32 boot record on mkfs.vfat's volumes", () => {
  const directory = scratch();
  const image = directory.path("usb.img");
  let bootmgr = "";
  beforeAll(() => {
    bootmgr = directory.file("bootmgr", bootmgrProbe());
  });
  afterAll(() => directory.remove());

  function volume(size: number, ...mkfsArguments: string[]): void {
    mkfsFat32(image, size, mkfsArguments);
    mtools(image, "mcopy", bootmgr, "::BOOTMGR");
  }

  it.each(["ehci", "xhci", "ide"] as const)("boots over %s", async (bus) => {
    volume(300 * MiB);
    expect(await expectBoot(image, { bus })).toMatchObject({ cs: "2000", ip: "0000", dl: "80", edd: "01" });
  });

  it.each([1, 2, 4, 8, 16, 32, 64, 128])(
    "boots with %i sectors a cluster, in a row and in fragments",
    async (sectors) => {
      // mtools takes a volume of fewer clusters for FAT16
      volume(roundUp(sectors * sectorSize * 66_000, MiB) + 2 * MiB, "-s", String(sectors));
      expect(fat32Volume(image).clusterSize).toBe(sectors * sectorSize);
      await expectBoot(image);
      const runs = fragmentBootmgr(image, bootmgr, directory);
      expect(runs).toBe(Math.ceil(bootmgrProbeSize / (sectors * sectorSize)));
      await expectBoot(image);
    },
  );

  it.each([
    ["one FAT", ["-f", "1"]],
    ["three FATs", ["-f", "3"]],
    ["99 reserved sectors", ["-R", "99"]],
    ["a geometry of 240 heads", ["-g", "240/63"]],
    ["a backup boot sector elsewhere", ["-b", "20", "-R", "40"]],
    ["a serial number of zero and a label", ["-i", "0", "-n", "STICK"]],
  ])("boots with %s", async (_, mkfsArguments) => {
    volume(48 * MiB, ...mkfsArguments);
    await expectBoot(image);
  });

  it("uses the FAT that ExtFlags names, where mirroring is off", async () => {
    volume(48 * MiB, "-s", "1");
    const fat = fat32Volume(image);
    for (const cluster of bootmgrChain(fat)) fat.setEntry(cluster, 0, 0);
    await expectMessage(image, "FAT is damaged");
    writeAt(image, partitionStart + 0x28, Uint8Array.of(0x81));
    await expectBoot(image);
  });

  it.each([
    ["1,024 bytes a sector", 0x0b, [0x00, 0x04]],
    ["0 sectors a cluster", 0x0d, [0]],
    ["no FAT", 0x10, [0]],
    ["a FAT16 size", 0x16, [1]],
    ["an unknown version", 0x2a, [1]],
    ["an active FAT that is not there", 0x28, [0x82]],
    ["fewer sectors than its FATs", 0x20, [1, 0, 0, 0]],
  ])("says that a BPB with %s is not usable", async (_, offset, bytes) => {
    volume(48 * MiB);
    writeAt(image, partitionStart + offset, Uint8Array.from(bytes));
    await expectMessage(image, "not a usable FAT32 volume");
  });

  it("says that a root directory outside the volume is damage", async () => {
    volume(48 * MiB);
    writeAt(image, partitionStart + 0x2c, Uint8Array.of(0xff, 0xff, 0xff, 0x0f));
    await expectMessage(image, "FAT is damaged");
  });

  it("says so where its own second stage was overwritten", async () => {
    volume(48 * MiB);
    writeAt(image, partitionStart + 13 * sectorSize, new Uint8Array(sectorSize));
    await expectMessage(image, "boot code damaged");
  });

  it("leaves the volume as it is", async () => {
    volume(48 * MiB);
    const before = readAt(image, 0, 48 * MiB);
    await expectBoot(image);
    expect(readAt(image, 0, 48 * MiB).equals(before)).toBe(true);
  });
});
