/** The committed boot code is what the sources assemble to, and fits where it is placed. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { biosFilterFloppy } from "../../fixtures/boot/bios-filter.js";
import { bootmgrProbe, bootmgrProbeSize } from "../../fixtures/boot/bootmgr-probe.js";
import {
  fat32BootCode,
  hasOurBootCode,
  mbrBootCode,
  mbrPromptBootCode,
  ntfsBootCode,
} from "../../src/volumes/boot/code.js";
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

  it("that asks for a key fits the MBR and the sector behind it", () => {
    const { sector0, second } = mbrPromptBootCode;
    expect(sector0.length).toBeLessThanOrEqual(0x1b8);
    expect(second.length).toBe(sectorSize);
    expect(text(sector0)).toMatch(/win7usb: \0.*disk read error\0boot code damaged\0/s);
    expect(text(second)).toMatch(/press a key to start from the USB stick\0\.\0.*no active partition\0.*WP$/s);
  });

  // So that one stick passes over another, whichever of the two codes that one has.
  it("begins alike in both MBRs, up to where the drive's number is kept, and is known as ours", () => {
    const start = 0x27;
    expect(text(mbrPromptBootCode.sector0.subarray(0, start))).toBe(text(mbrBootCode.subarray(0, start)));
    for (const code of [mbrBootCode, mbrPromptBootCode.sector0]) {
      expect(hasOurBootCode(code)).toBe(true);
      expect(hasOurBootCode(code.map((byte, at) => (at === code.length - 1 ? byte ^ 1 : byte)))).toBe(false);
    }
    expect(hasOurBootCode(new Uint8Array(sectorSize))).toBe(false);
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
    const all = [mbrBootCode, mbrPromptBootCode.sector0, mbrPromptBootCode.second, ...volumes].map(text).join("");
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
