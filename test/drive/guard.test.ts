import { describe, expect, it } from "vitest";
import { GiB } from "../../src/bytes/units.js";
import type { Drive } from "../../src/drive/drive.js";
import { identityDifference, refusals, type Circumstances } from "../../src/drive/guard.js";
import { exitCodeOf, Win7UsbError } from "../../src/errors.js";
import { stick } from "../support/stick.js";

const nothing: Circumstances = { allow: [] };
const mounted = [{ path: "/media/me/USB", device: "/dev/sdb1" }];
const swap = [{ path: "[SWAP]", device: "/dev/sdb2" }];
const everything = ["fixed-disk", "large-disk", "system-disk", "target-in-use", "source-drive", "too-small"];

type Case = { name: string; drive?: Partial<Drive>; when?: Partial<Circumstances>; refused: string[] };

const cases: Case[] = [
  { name: "an ordinary stick", refused: [] },
  { name: "a mounted stick, which is unmounted", drive: { mountpoints: mounted }, refused: [] },
  { name: "a stick of 256 GiB", drive: { size: 256 * GiB }, refused: [] },
  { name: "a stick just large enough", when: { needed: 16 * GiB }, refused: [] },
  { name: "a stick that is the one listed", when: { listed: stick }, refused: [] },
  { name: "an image on another drive", when: { imageDrives: ["/dev/sda", "/dev/sdb1"] }, refused: [] },
  { name: "the system disk", drive: { system: true }, refused: ["system-disk"] },
  { name: "a fixed system disk", drive: { system: true, removable: false }, refused: ["system-disk", "fixed-disk"] },
  { name: "the system disk, allowed", drive: { system: true }, when: { allow: everything }, refused: ["system-disk"] },
  { name: "the image's drive", when: { imageDrives: ["/dev/sdb"] }, refused: ["source-drive"] },
  {
    name: "the image's drive, allowed",
    when: { imageDrives: ["/dev/sdb"], allow: everything },
    refused: ["source-drive"],
  },
  { name: "a read-only stick", drive: { readOnly: true }, refused: ["target-read-only"] },
  { name: "one with dm-crypt on it", drive: { holders: ["/dev/dm-0"] }, refused: ["target-in-use"] },
  { name: "swap space", drive: { mountpoints: swap }, when: { allow: everything }, refused: ["target-in-use"] },
  { name: "too small by a byte", when: { needed: 16 * GiB + 1, allow: everything }, refused: ["too-small"] },
  { name: "a fixed disk", drive: { removable: false, bus: "sata" }, refused: ["fixed-disk"] },
  { name: "a loop device", drive: { removable: false, bus: "loop", backingFile: "/x" }, refused: ["fixed-disk"] },
  { name: "a fixed disk, allowed", drive: { removable: false }, when: { allow: ["fixed-disk"] }, refused: [] },
  {
    name: "a large fixed disk with one allowed",
    drive: { removable: false, size: 2000 * GiB },
    when: { allow: ["fixed-disk"] },
    refused: ["large-disk"],
  },
  { name: "a large stick", drive: { size: 256 * GiB + 512 }, refused: ["large-disk"] },
  { name: "a large stick, allowed", drive: { size: 512 * GiB }, when: { allow: ["large-disk"] }, refused: [] },
  { name: "another stick in its place", drive: { sequence: 13 }, when: { listed: stick }, refused: ["target-changed"] },
  { name: "another size", drive: { size: 8 * GiB }, when: { listed: stick }, refused: ["target-changed"] },
  {
    name: "another serial, all allowed",
    drive: { serial: "other" },
    when: { listed: stick, allow: [...everything, "target-changed"] },
    refused: ["target-changed"],
  },
];

describe("the guard", () => {
  it.each(cases)("$name: $refused", ({ drive, when, refused }) => {
    const found = refusals({ ...stick, ...drive }, { ...nothing, ...when });
    expect(found.map(({ code }) => code)).toEqual(refused);
    for (const { code, message, hint } of found) {
      expect(exitCodeOf(new Win7UsbError(code, message))).toBe(5);
      expect(message).toMatch(/^\/dev\/sdb /);
      expect(hint).not.toBe("");
    }
  });

  it("names both sizes where the drive is too small", () => {
    const [refusal] = refusals({ ...stick, size: 1000 }, { allow: [], needed: 2000 });
    expect(refusal?.message).toContain("holds 1000 bytes, but 1.95 KiB (2000 bytes) are needed");
    expect(refusal?.data).toEqual({ target: "/dev/sdb", size: 1000, needed: 2000 });
  });

  it("says what changed", () => {
    expect(identityDifference(stick, { ...stick, mountpoints: mounted })).toBeNull();
    expect(identityDifference(stick, { ...stick, serial: null })).toContain("its serial was 4C530001 and is null");
  });
});
