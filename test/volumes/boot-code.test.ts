/** The committed boot code is what the sources assemble to, and fits where it is placed. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { biosFilterFloppy } from "../../fixtures/boot/bios-filter.js";
import { bootmgrProbe, bootmgrProbeSize } from "../../fixtures/boot/bootmgr-probe.js";
import { fat32BootCode, mbrBootCode, ntfsBootCode } from "../../src/volumes/boot/code.js";
import { sectorSize } from "../../src/volumes/plan.js";
import { judge } from "../support/judges.js";

const pathOf = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

// Elsewhere `as` is not GNU's.
describe.skipIf(process.platform !== "linux" || !judge("as"))("boot code, assembled again", () => {
  it.each(["src/volumes/boot", "fixtures/boot"])("%s gives the committed bytes", (directory) => {
    const printed = execFileSync(process.execPath, [pathOf(`${directory}/assemble.js`), "--print"], {
      encoding: "utf8",
    });
    expect(printed).toBe(readFileSync(pathOf(`${directory}/assembled.ts`), "utf8"));
  });
});

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

describe("boot code", () => {
  it("fits the MBR in front of the disk signature", () => {
    expect(mbrBootCode.length).toBeLessThanOrEqual(0x1b8);
    expect(text(mbrBootCode)).toMatch(/win7usb: \0.*no active partition\0partition table damaged\0disk read error\0/s);
  });

  it("fits FAT32's boot sector and reserved sectors without touching FSInfo and the backups", () => {
    const { sector0, reserved, reservedStartSector } = fat32BootCode;
    expect(sector0.length).toBe(0x1fe - 0x5a);
    expect(reserved.length % sectorSize).toBe(0);
    expect(reservedStartSector).toBeGreaterThan(8);
    expect(reservedStartSector + reserved.length / sectorSize).toBeLessThanOrEqual(32);
    expect(text(sector0)).toContain("win7usb: ");
    expect(text(reserved)).toMatch(/BOOTMGR is missing\0.*BOOTMGR {4}/s);
  });

  it("fits NTFS's boot sector and the rest of $Boot", () => {
    const { sector0, rest } = ntfsBootCode;
    expect(sector0.length).toBe(0x1fe - 0x54);
    expect(rest.length % sectorSize).toBe(0);
    expect(rest.length).toBeLessThanOrEqual(15 * sectorSize);
    expect(text(sector0)).toContain("win7usb: ");
    expect(text(rest)).toContain("BOOTMGR is missing\0");
  });

  it("knows no other loader's messages", () => {
    const volumes = [fat32BootCode.sector0, fat32BootCode.reserved, ntfsBootCode.sector0, ntfsBootCode.rest];
    const all = [mbrBootCode, ...volumes].map(text).join("");
    expect(all).not.toMatch(/NTLDR|Operating System|operating system|Ctrl\+Alt|TCPA|SYSLINUX|GRUB/);
  });
});

describe("the probe in BOOTMGR's place", () => {
  const probe = bootmgrProbe();
  it("looks like the real one to loaders that look", () => {
    expect(probe.length).toBe(bootmgrProbeSize);
    expect([probe[0], probe[2]]).toEqual([0xe9, 0x01]);
    expect([probe[0x1fe], probe[0x1ff]]).not.toEqual([0x55, 0xaa]);
  });

  it("has no dword of its padding twice", () => {
    const view = new DataView(probe.buffer);
    const start = 0x600;
    const words = Array.from({ length: Math.floor((probe.length - start) / 4) }, (_, index) =>
      view.getUint32(start + index * 4, true),
    );
    expect(new Set(words).size).toBe(words.length);
  });

  it("is preceded by a filter that is a boot sector", () => {
    const floppy = biosFilterFloppy({ faults: 3, disk: 0x81, handedOver: 0 });
    expect([...floppy.subarray(0x1fb, 0x200)]).toEqual([3, 0x81, 0, 0x55, 0xaa]);
  });
});
