/** NTFS sticks as win7usb lays them out boot, stay bootable when people edit them, and say what is wrong with them. */
import { copyFileSync, mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { biosFault, biosFilterFloppy } from "../../fixtures/boot/bios-filter.js";
import { bootmgrProbe } from "../../fixtures/boot/bootmgr-probe.js";
import { GiB, MiB } from "../../src/bytes/units.js";
import { planNtfs } from "../../src/volumes/ntfs/plan/index.js";
import { sectorSize } from "../../src/volumes/plan.js";
import { executePlan } from "../support/execute-plan.js";
import { judge } from "../support/judges.js";
import { checkNtfsMetadata } from "../support/ntfs-judges.js";
import {
  attributeOffset,
  canMountNtfs,
  editNtfs,
  fill,
  makeHoles,
  recordOffset,
  runsOf,
  volumeOf,
} from "./ntfs-volume.js";
import { expectBoot, expectMessage, partitionStart, readAt, scratch, writeAt } from "./stick.js";
import { file, paddedProbe, windowsTree } from "./windows-tree.js";

async function plan(path: string, size: number, tree = windowsTree()): Promise<void> {
  const planned = planNtfs(tree, { diskSize: size }, { label: "WIN7" });
  await executePlan(planned, path);
  const volume = `${path}.volume`;
  await executePlan(planned, volume, MiB);
  checkNtfsMetadata(volume);
  rmSync(volume);
}

const dataType = 0x80;
const indexRootType = 0x90;
const recordSize = 1024;

/** Changes the record of a file and writes it back. */
function inRecord(image: string, name: string | number, change: (record: Buffer, data: number) => void): void {
  const offset = recordOffset(image, name);
  const record = readAt(image, offset, recordSize);
  change(record, attributeOffset(record, name === 5 ? indexRootType : dataType));
  writeAt(image, offset, record);
}

describe.skipIf(!judge("qemu-system-i386"))("an NTFS stick", () => {
  const directory = scratch();
  const image = directory.path("usb.img");
  const fresh = directory.path("fresh.img");
  beforeAll(async () => {
    await plan(fresh, 64 * MiB);
  });
  afterAll(() => directory.remove());
  const restart = (): void => copyFileSync(fresh, image);

  it.each(["ehci", "xhci", "ide"] as const)("boots over %s", async (bus) => {
    expect(await expectBoot(fresh, { bus })).toMatchObject({
      cs: "2000",
      ip: "0000",
      dl: "80",
      edd: "90",
      sector: "ok",
      checksum: "ok",
    });
  });

  it.each([512 * MiB, 4 * GiB, 32 * GiB, 128 * GiB, 2047 * GiB])("boots from a drive of %i bytes", async (size) => {
    const path = directory.path(`${size}.img`);
    await plan(path, size);
    await expectBoot(path, { bus: "xhci" });
    await expectBoot(path, { bus: "ide" });
  });

  it("boots without EDD, the byte that says so cleared", async () => {
    const floppy = directory.file("filter.img", biosFilterFloppy({ faults: biosFault.noEdd }));
    expect(await expectBoot(fresh, { bus: "ide", floppy })).toMatchObject({ edd: "00", sector: "ok" });
    expect(await expectBoot(fresh, { bus: "ehci", floppy })).toMatchObject({ edd: "00", sector: "ok" });
  });

  it("boots a BOOTMGR among 20,000 names of the root", async () => {
    const names = Array.from({ length: 20_000 }, (_, index) => {
      const initial = String.fromCharCode(0x41 + (index % 26));
      return file(`${initial} longer name ${index}`, new Uint8Array(0));
    });
    const path = directory.path("many.img");
    await plan(path, 128 * MiB, windowsTree([...names, file("Bootmgr", bootmgrProbe())]));
    await expectBoot(path);
  });

  it("takes the largest BOOTMGR that fits below the BIOS's data, and refuses a larger one", async () => {
    const room = 511 * 1024;
    const largest = directory.path("largest.img");
    await plan(largest, 64 * MiB, windowsTree([file("bootmgr", paddedProbe(room))]));
    await expectBoot(largest);
    const larger = directory.path("larger.img");
    await plan(larger, 64 * MiB, windowsTree([file("bootmgr", paddedProbe(room + 1))]));
    await expectMessage(larger, "BOOTMGR is too large");
  });

  it("without BOOTMGR says so", async () => {
    const path = directory.path("none.img");
    await plan(path, 64 * MiB, windowsTree([]));
    await expectMessage(path, "BOOTMGR is missing");
    const empty = directory.path("empty.img");
    await plan(empty, 64 * MiB, windowsTree([file("bootmgr", new Uint8Array(0))]));
    await expectMessage(empty, "BOOTMGR is empty");
  });

  describe.skipIf(!canMountNtfs())("edited through ntfs-3g", () => {
    it("boots after files were added and the root's index changed", async () => {
      restart();
      editNtfs(image, (root) => {
        for (let index = 0; index < 2000; index += 1) writeFileSync(join(root, `added ${index}.txt`), "text");
        mkdirSync(join(root, "drivers"));
      });
      await expectBoot(image);
    });

    it("boots after BOOTMGR was replaced, and renamed to another case", async () => {
      restart();
      editNtfs(image, (root) => {
        unlinkSync(join(root, "bootmgr"));
        writeFileSync(join(root, "new"), bootmgrProbe());
        renameSync(join(root, "new"), join(root, "BOOTMGR"));
      });
      await expectBoot(image);
    });

    it("boots after BOOTMGR was rewritten in fragments", async () => {
      restart();
      editNtfs(image, (root) => {
        unlinkSync(join(root, "bootmgr"));
        makeHoles(join(root, "fill"), fill(join(root, "fill"), 4096), 7);
      });
      editNtfs(image, (root) => writeFileSync(join(root, "bootmgr"), bootmgrProbe()));
      expect(runsOf(volumeOf(image), "bootmgr")).toBeGreaterThan(80);
      await expectBoot(image);
      await expectBoot(image, { bus: "xhci" });
      await expectBoot(image, { bus: "ide" });
    });

    it("says so after BOOTMGR was deleted", async () => {
      restart();
      editNtfs(image, (root) => unlinkSync(join(root, "bootmgr")));
      await expectMessage(image, "BOOTMGR is missing");
    });
  });

  describe.skipIf(!judge("ntfsinfo"))("damaged", () => {
    it.each([
      ["compressed", 0x0001],
      ["encrypted", 0x4000],
      ["sparse", 0x8000],
    ])("says that BOOTMGR is %s", async (word, flag) => {
      restart();
      inRecord(image, "bootmgr", (record, data) => record.writeUInt16LE(flag, data + 0x0c));
      await expectMessage(image, `BOOTMGR is ${word}`);
    });

    const damages: [string, string | number, (record: Buffer, at: number) => unknown][] = [
      ["a record that chkdsk marked", "bootmgr", (record) => record.write("BAAD")],
      ["a torn record", "bootmgr", (record) => record.writeUInt16LE(record.readUInt16LE(510) ^ 0xffff, 510)],
      ["a record that is not in use", "bootmgr", (record) => record.writeUInt16LE(0, 0x16)],
      ["more fixups than sectors", "bootmgr", (record) => record.writeUInt16LE(9, 6)],
      ["fixups behind the record", "bootmgr", (record) => record.writeUInt16LE(0x3fe, 4)],
      ["attributes behind the record", "bootmgr", (record) => record.writeUInt16LE(0xfff8, 0x14)],
      ["an attribute without length", "bootmgr", (record, at) => record.writeUInt32LE(0, at + 4)],
      ["an attribute behind its record", "bootmgr", (record, at) => record.writeUInt32LE(0x10000018, at + 4)],
      ["no data", "bootmgr", (record, at) => record.writeUInt32LE(0xffffffff, at)],
      ["a run behind the volume", "bootmgr", (record, at) => record.set([0x41, 9, 0, 0, 0, 0x7f], at + 0x40)],
      ["a run of no length", "bootmgr", (record, at) => record.set([0x11, 0, 1, 0], at + 0x40)],
      ["a run of a negative length", "bootmgr", (record, at) => record.set([0x11, 0x80, 1, 0], at + 0x40)],
      ["a first cluster below 0", "bootmgr", (record, at) => record.set([0x11, 1, 0xff, 0], at + 0x40)],
      ["a run of nine bytes", "bootmgr", (record, at) => record.set([0x99], at + 0x40)],
      ["a hole", "bootmgr", (record, at) => record.set([0x01, 0x7f, 0], at + 0x40)],
      ["fewer clusters than bytes", "bootmgr", (record, at) => record.set([0], at + 0x40)],
      ["mapping pairs without an end", "bootmgr", (record, at) => record.fill(0x11, at + 0x40, at + 0x48)],
      ["an MFT without its signature", 0, (record) => record.write("RCRD")],
      ["an MFT without data", 0, (record, at) => record.writeUInt32LE(0x70, at)],
      ["a root without an index", 5, (record, at) => record.writeUInt32LE(0xf0, at)],
      ["an index of impossible blocks", 5, (record, at) => record.writeUInt32LE(0x7fffffff, at + 0x20 + 8)],
      ["an index longer than its attribute", 5, (record, at) => record.writeUInt32LE(0x7fff, at + 0x20 + 0x14)],
      ["an index entry without length", 5, (record, at) => record.writeUInt16LE(0, at + 0x20 + 0x20 + 8)],
    ];
    it.each(damages)("says so: %s", async (_, name, change) => {
      restart();
      inRecord(image, name, change);
      await expectMessage(image, "NTFS is damaged", { bus: "ide" });
    });

    it("ends where every block of an index leads back to itself", async () => {
      const path = directory.path("loop.img");
      const names = Array.from({ length: 500 }, (_, index) => file(`name ${index}`, new Uint8Array(0)));
      await plan(path, 64 * MiB, windowsTree([...names, file("bootmgr", bootmgrProbe())]));
      const disk = readAt(path, 0, 64 * MiB);
      let blocks = 0;
      for (let at = partitionStart; at < disk.length; at += 4096) {
        if (disk.toString("latin1", at, at + 4) !== "INDX") continue;
        const first = at + 0x18 + disk.readUInt32LE(at + 0x18);
        // One entry, the last, with a node below: this block
        disk.writeUInt32LE(disk.readUInt32LE(at + 0x18) + 0x18, at + 0x1c);
        disk.writeUInt16LE(0x18, first + 8);
        disk.writeUInt16LE(3, first + 12);
        disk.copy(disk, first + 16, at + 0x10, at + 0x18);
        blocks += 1;
      }
      expect(blocks).toBeGreaterThan(3);
      writeAt(path, 0, disk);
      await expectMessage(path, "NTFS is damaged", { bus: "ide" });
    });

    it.each([
      ["another file system's name", 0x03, Buffer.from("EXFAT   ")],
      ["4,096 bytes a sector", 0x0b, Uint8Array.of(0x00, 0x10)],
      ["3 sectors a cluster", 0x0d, Uint8Array.of(3)],
      ["0 sectors a cluster", 0x0d, Uint8Array.of(0)],
      ["records of 64 KiB", 0x40, Uint8Array.of(0xf0)],
      ["an MFT behind 2^32 clusters", 0x34, Uint8Array.of(1)],
    ])("says that a BPB with %s is not usable", async (_, offset, bytes) => {
      restart();
      writeAt(image, partitionStart + offset, bytes);
      await expectMessage(image, "not a usable NTFS volume", { bus: "ide" });
    });

    it("says so where its own second stage was overwritten", async () => {
      restart();
      writeAt(image, partitionStart + 4 * sectorSize, new Uint8Array(sectorSize));
      await expectMessage(image, "boot code damaged");
    });
  });
});
