/** Sticks as win7usb lays them out boot, stay bootable when people edit them, and say what is wrong when they cannot. */
import { copyFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bootmgrProbe, bootmgrProbeSize } from "../../fixtures/boot/bootmgr-probe.js";
import { GiB, MiB } from "../../src/bytes/units.js";
import { planFat32 } from "../../src/volumes/fat32/plan/index.js";
import { sectorSize } from "../../src/volumes/plan.js";
import { executePlan } from "../support/execute-plan.js";
import { judge } from "../support/judges.js";
import { bootmgrChain, bootmgrName, fat32Volume, fragmentBootmgr } from "./fat32-volume.js";
import { file, paddedProbe, windowsTree } from "./windows-tree.js";
import { expectBoot, expectMessage, mtools, readAt, scratch, writeAt } from "./stick.js";

async function plan(path: string, size: number, tree = windowsTree()): Promise<void> {
  await executePlan(planFat32(tree, { diskSize: size }, { label: "WIN7" }), path);
}

const missing = ["qemu-system-i386", "mcopy"].some((command) => !judge(command));

describe.skipIf(missing)("a FAT32 stick", () => {
  const directory = scratch();
  const image = directory.path("usb.img");
  const fresh = directory.path("fresh.img");
  let bootmgr = "";

  beforeAll(async () => {
    bootmgr = directory.file("bootmgr", bootmgrProbe());
    await plan(fresh, 64 * MiB);
  });
  afterAll(() => directory.remove());

  const restart = (): void => copyFileSync(fresh, image);

  describe("boots", () => {
    it.each(["ehci", "xhci", "ide"] as const)("over %s", async (bus) => {
      expect(await expectBoot(fresh, { bus })).toMatchObject({
        cs: "2000",
        ip: "0000",
        dl: "80",
        edd: "01",
        sector: "ok",
        checksum: "ok",
        ss: "0000",
        ds: "0000",
        es: "0000",
        bp: "7c00",
      });
    });

    it.each([512 * MiB, 4 * GiB, 32 * GiB, 128 * GiB, 2047 * GiB])("from a drive of %i bytes", async (size) => {
      const path = directory.path(`${size}.img`);
      await plan(path, size);
      await expectBoot(path, { bus: "xhci" });
      await expectBoot(path, { bus: "ide" });
    });

    it("with BOOTMGR in fragments", async () => {
      const edited = directory.path("edited.img");
      await plan(edited, 512 * MiB);
      const { clusterSize } = fat32Volume(edited);
      expect(fragmentBootmgr(edited, bootmgr, directory)).toBe(Math.ceil(bootmgrProbeSize / clusterSize));
      await expectBoot(edited);
      await expectBoot(edited, { bus: "ide" });
    });

    it("with BOOTMGR as the last of 300 names in a root directory in fragments", async () => {
      restart();
      mtools(image, "mdel", "::BOOTMGR");
      const names = Array.from({ length: 300 }, (_, index) => `A somewhat longer name ${index}.txt`);
      mtools(image, "mcopy", ...names.map((name) => directory.file(name, new Uint8Array(700))), "::");
      mtools(image, "mcopy", bootmgr, "::BOOTMGR");
      // mcopy takes the first free slot: put the entry where the directory ends instead
      const volume = fat32Volume(image);
      const from = volume.entryOffset(bootmgrName);
      const entry = readAt(image, from, 32);
      const chain = volume.chain(volume.rootCluster);
      const last = volume.clusterOffset(chain.at(-1)!);
      const slots = readAt(image, last, volume.clusterSize);
      const free = Array.from({ length: volume.clusterSize / 32 }, (_, index) => index * 32).find(
        (at) => slots[at] === 0,
      );
      writeAt(image, from, Uint8Array.of(0xe5));
      writeAt(image, last + free!, entry);
      expect(chain.some((cluster, index) => index > 0 && cluster !== chain[index - 1]! + 1)).toBe(true);
      expect(chain.length * volume.clusterSize).toBeGreaterThan(names.length * 4 * 32);
      await expectBoot(image);
    });

    it("with the largest BOOTMGR that fits below the BIOS's data", async () => {
      // SeaBIOS leaves 639 KiB; the file begins at 128 KiB.
      const room = 511 * 1024;
      const largest = directory.path("largest.img");
      await plan(largest, 64 * MiB, windowsTree([file("bootmgr", paddedProbe(room))]));
      await expectBoot(largest);
      const larger = directory.path("larger.img");
      await plan(larger, 64 * MiB, windowsTree([file("bootmgr", paddedProbe(room + 1))]));
      await expectMessage(larger, "BOOTMGR is too large");
    });
  });

  describe("without a usable BOOTMGR says so:", () => {
    it("deleted", async () => {
      restart();
      mtools(image, "mdel", "::BOOTMGR");
      await expectMessage(image, "BOOTMGR is missing");
      await expectMessage(image, "BOOTMGR is missing", { bus: "ide" });
    });

    it("a label, a directory and a long name's part called BOOTMGR are not the file", async () => {
      for (const attributes of [0x08, 0x10, 0x0f, 0x28, 0x30]) {
        restart();
        writeAt(image, fat32Volume(image).entryOffset(bootmgrName) + 0x0b, Uint8Array.of(attributes));
        await expectMessage(image, "BOOTMGR is missing");
      }
    });

    it("a label BOOTMGR before the file does not hide it", async () => {
      restart();
      const label = fat32Volume(image).entryOffset("WIN7       ");
      expect(label).toBeLessThan(fat32Volume(image).entryOffset(bootmgrName));
      writeAt(image, label, Buffer.from(bootmgrName));
      await expectBoot(image);
    });

    it.each(["system and hidden", "read-only"])("%s is no obstacle", async (kind) => {
      restart();
      mtools(image, "mattrib", ...(kind === "read-only" ? ["+r"] : ["+s", "+h"]), "::BOOTMGR");
      await expectBoot(image);
    });

    it("names that only begin alike", async () => {
      restart();
      mtools(image, "mren", "::BOOTMGR", "BOOTMGR.EFI");
      await expectMessage(image, "BOOTMGR is missing");
    });

    it("empty", async () => {
      restart();
      mtools(image, "mdel", "::BOOTMGR");
      mtools(image, "mcopy", directory.file("empty", new Uint8Array(0)), "::BOOTMGR");
      await expectMessage(image, "BOOTMGR is empty");
    });

    it("of 4 GiB - 1", async () => {
      restart();
      writeAt(image, fat32Volume(image).entryOffset(bootmgrName) + 0x1c, Uint8Array.of(255, 255, 255, 255));
      await expectMessage(image, "BOOTMGR is too large");
    });
  });

  describe("with a damaged FAT says so:", () => {
    const endOfChain = 0x0fffffff;
    it.each<[string, (chain: number[], end: number) => [cluster: number, value: number]]>([
      ["a free cluster in the chain", (chain) => [chain[40]!, 0]],
      ["cluster 1", (chain) => [chain[40]!, 1]],
      ["a bad cluster", (chain) => [chain[40]!, 0x0ffffff7]],
      ["a cluster behind the volume", (chain, end) => [chain[40]!, end]],
      ["a chain that is too short", (chain) => [chain[40]!, endOfChain]],
      ["a chain without an end", (chain) => [chain.at(-1)!, 0]],
      ["a loop", (chain) => [chain.at(-1)!, chain[0]!]],
      ["a cluster that follows itself", (chain) => [chain[40]!, chain[40]!]],
    ])("%s", async (_, damage) => {
      restart();
      const volume = fat32Volume(image);
      volume.setEntry(...damage(bootmgrChain(volume), volume.clusterEnd));
      await expectMessage(image, "FAT is damaged");
    });

    it("the reserved four bits are not part of a cluster's number", async () => {
      restart();
      const volume = fat32Volume(image);
      const chain = bootmgrChain(volume);
      for (const [index, cluster] of chain.entries()) {
        const next = chain[index + 1] ?? endOfChain;
        if (index % 37 === 0 || next === endOfChain) volume.setEntry(cluster, next + 0xa0000000);
      }
      await expectBoot(image);
    });

    it("a chain a little longer than the file is followed to its end", async () => {
      restart();
      const volume = fat32Volume(image);
      const last = bootmgrChain(volume).at(-1)!;
      const spare = volume.clusterEnd - 1;
      volume.setEntry(last, spare);
      volume.setEntry(spare, endOfChain);
      await expectBoot(image);
    });

    it.each([
      ["a first cluster of 0", 0],
      ["a first cluster behind the volume", 0x00ffffff],
    ])("%s", async (_, cluster) => {
      restart();
      const entry = fat32Volume(image).entryOffset(bootmgrName);
      writeAt(image, entry + 0x1a, Uint8Array.of(cluster & 255, (cluster >> 8) & 255));
      writeAt(image, entry + 0x14, Uint8Array.of((cluster >> 16) & 255, cluster >> 24));
      await expectMessage(image, "FAT is damaged");
    });

    it("a root directory that loops", async () => {
      restart();
      const volume = fat32Volume(image);
      const root = volume.clusterOffset(volume.rootCluster);
      const entries = volume.clusterSize / 32;
      for (let index = 0; index < entries; index += 1) writeAt(image, root + index * 32, Uint8Array.of(0xe5));
      volume.setEntry(volume.rootCluster, volume.rootCluster);
      await expectMessage(image, "FAT is damaged", { bus: "ide" });
    });

    it("a root directory that leaves the volume", async () => {
      restart();
      const volume = fat32Volume(image);
      const root = volume.clusterOffset(volume.rootCluster);
      for (let at = 0; at < volume.clusterSize; at += 32) writeAt(image, root + at, Uint8Array.of(0xe5));
      volume.setEntry(volume.rootCluster, 0x0ffffff0);
      await expectMessage(image, "FAT is damaged");
    });
  });

  it("says that a disk which ends before its BOOTMGR cannot be read", async () => {
    restart();
    const volume = fat32Volume(image);
    const first = volume.clusterOffset(bootmgrChain(volume)[0]!);
    const cut = directory.file("cut.img", readAt(image, 0, first + 10 * sectorSize));
    await expectMessage(cut, "disk read error");
    await expectMessage(cut, "disk read error", { bus: "ide" });
  });
});
