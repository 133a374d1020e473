/** Our NTFS boot record on volumes that mkntfs made and ntfs-3g filled, in every state that editing leaves them in. */
import { linkSync, closeSync, mkdirSync, openSync, truncateSync, unlinkSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { biosFault, biosFilterFloppy } from "../../fixtures/boot/bios-filter.js";
import { bootmgrProbe } from "../../fixtures/boot/bootmgr-probe.js";
import { MiB } from "../../src/bytes/units.js";
import { judge } from "../support/judges.js";
import { bootImage, probeSucceeded } from "../support/qemu.js";
import { canMountNtfs, fill, installNtfs, makeHoles, mkntfs, mounted, recordInfo, runsOf } from "./ntfs-volume.js";
import { expectBoot, expectMessage, scratch } from "./stick.js";

describe.skipIf(!judge("qemu-system-i386") || !canMountNtfs())("NTFS boot record on mkntfs's volumes", () => {
  const directory = scratch();
  const volume = directory.path("volume.ntfs");
  const image = directory.path("usb.img");
  const probe = bootmgrProbe();
  afterAll(() => directory.remove());

  function edit(change: (root: string) => void): void {
    mounted(volume, change);
    installNtfs(image, volume);
  }
  const putBootmgr = (root: string): void => writeFileSync(join(root, "bootmgr"), probe);

  it.each(["ehci", "xhci", "ide"] as const)("boots over %s", async (bus) => {
    mkntfs(volume, 32 * MiB, 4096);
    edit(putBootmgr);
    expect(runsOf(volume, "bootmgr")).toBe(1);
    expect(await expectBoot(image, { bus })).toMatchObject({
      cs: "2000",
      ip: "0000",
      dl: "80",
      edd: "90",
      sector: "ok",
    });
  });

  it.each([512, 1024, 2048, 4096, 8192, 16384, 32768, 65536])(
    "boots with clusters of %i bytes",
    async (clusterSize) => {
      mkntfs(volume, 64 * MiB, clusterSize);
      edit((root) => {
        for (let index = 0; index < 300; index += 1) writeFileSync(join(root, `A name for the index ${index}.txt`), "");
        putBootmgr(root);
      });
      await expectBoot(image);
    },
  );

  it.each(["BOOTMGR", "BootMgr", "bOOTMGR"])("finds it as %s", async (name) => {
    mkntfs(volume, 16 * MiB, 4096);
    edit((root) => writeFileSync(join(root, name), probe));
    await expectBoot(image);
  });

  it("finds it among 9,000 names of the root, in an index of several levels", async () => {
    mkntfs(volume, 64 * MiB, 1024);
    edit((root) => {
      for (let index = 0; index < 9000; index += 1) {
        const initial = String.fromCharCode(0x41 + (index % 26));
        writeFileSync(join(root, `${initial} ${"long ".repeat(12)}${index}`), "");
      }
      for (const name of ["BOOTMGQ", "BOOTMGS", "BOOTMG", "BOOTMGRR", "bootmgr.efi", "Bootmgr "]) {
        writeFileSync(join(root, name), "not this one");
      }
      putBootmgr(root);
    });
    await expectBoot(image);
    edit((root) => unlinkSync(join(root, "bootmgr")));
    await expectMessage(image, "BOOTMGR is missing");
  });

  it("follows BOOTMGR in fragments of one cluster", async () => {
    mkntfs(volume, 24 * MiB, 4096);
    edit((root) => makeHoles(join(root, "fill"), fill(join(root, "fill"), 4096), 7));
    edit(putBootmgr);
    expect(runsOf(volume, "bootmgr")).toBeGreaterThan(80);
    await expectBoot(image);
    await expectBoot(image, { bus: "ide" });
  });

  it("follows BOOTMGR through an attribute list", async () => {
    mkntfs(volume, 24 * MiB, 4096);
    edit((root) => {
      makeHoles(join(root, "fill"), fill(join(root, "fill"), 4096), 7);
      // Long names leave little room for runs in the file's own record
      writeFileSync(join(root, "bootmgr"), "");
      for (const letter of ["x", "y"]) linkSync(join(root, "bootmgr"), join(root, letter.repeat(120)));
    });
    edit((root) => {
      putBootmgr(root);
      for (const letter of ["z", "w"]) linkSync(join(root, "bootmgr"), join(root, letter.repeat(120)));
    });
    const parts = [...recordInfo(volume, "bootmgr").matchAll(/\$DATA \(0x80\) from mft record (\d+)/g)];
    expect(new Set(parts.map((part) => part[1])).size).toBeGreaterThan(1);
    expect(runsOf(volume, "bootmgr")).toBeGreaterThan(80);
    await expectBoot(image);
  });

  it("follows an MFT in fragments, through an attribute list of its own", async () => {
    mkntfs(volume, 16 * MiB, 512);
    let count = 0;
    edit((root) => {
      count = fill(join(root, "fill"), 1024);
      makeHoles(join(root, "fill"), count, 2);
      fill(join(root, "empty"), 0, count / 2 + 700);
    });
    edit((root) => {
      fill(join(root, "more"), 0, 250);
      const bootmgr = openSync(join(root, "bootmgr"), "w");
      makeHoles(join(root, "fill"), count, 4, 1);
      writeSync(bootmgr, probe);
      closeSync(bootmgr);
    });
    expect(recordInfo(volume, 0)).toContain("$ATTRIBUTE_LIST");
    expect(runsOf(volume, 0)).toBeGreaterThan(200);
    await expectBoot(image);
  });

  it("starts a BOOTMGR that is resident", async () => {
    // mov dx, 3F8h; mov al, 'R'; out dx, al; mov dx, F4h; mov al, 10h; out dx, al; hlt
    const tiny = Uint8Array.of(0xba, 0xf8, 0x03, 0xb0, 0x52, 0xee, 0xba, 0xf4, 0x00, 0xb0, 0x10, 0xee, 0xf4);
    mkntfs(volume, 16 * MiB, 4096);
    edit((root) => writeFileSync(join(root, "bootmgr"), tiny));
    expect(await bootImage(image, { bus: "ehci" })).toMatchObject({ serial: "R", exitCode: probeSucceeded });
  });

  it("needs no EDD", async () => {
    mkntfs(volume, 24 * MiB, 4096);
    edit(putBootmgr);
    for (const faults of [biosFault.noEdd, biosFault.eddAlwaysFails, biosFault.spoilsRegisters + biosFault.noEdd]) {
      const floppy = directory.file("filter.img", biosFilterFloppy({ faults }));
      const edd = faults === biosFault.eddAlwaysFails ? "90" : "00";
      expect(await expectBoot(image, { bus: "ide", floppy })).toMatchObject({ edd, dl: "80" });
    }
  });

  describe("says so where BOOTMGR is", () => {
    it.each<[string, (path: string) => void, string]>([
      ["not there", () => undefined, "BOOTMGR is missing"],
      ["a directory", (path) => mkdirSync(path), "BOOTMGR is missing"],
      ["empty", (path) => writeFileSync(path, ""), "BOOTMGR is empty"],
      ["too large", (path) => writeFileSync(path, new Uint8Array(511 * 1024 + 1).fill(1)), "BOOTMGR is too large"],
    ])("%s", async (_, make, message) => {
      mkntfs(volume, 16 * MiB, 4096);
      edit((root) => make(join(root, "bootmgr")));
      await expectMessage(image, message);
    });

    it("sparse", async () => {
      mkntfs(volume, 16 * MiB, 4096);
      edit((root) => {
        const path = join(root, "bootmgr");
        writeFileSync(path, probe.subarray(0, 8192));
        truncateSync(path, 300_000);
      });
      await expectMessage(image, "BOOTMGR is sparse");
    });
  });
});
