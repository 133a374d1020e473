/** Other people's archives, disks and volumes given in the place of an ISO: each is called by its name. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import type { Win7UsbError } from "../../src/errors.js";
import { openImage } from "../../src/steps/open-image.js";
import { judge } from "../support/judges.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-foreign-"));
  writeFileSync(join(folder, "win7.iso"), "what an archive holds\n".repeat(1000));
  mkdirSync(join(folder, "captured"));
  writeFileSync(join(folder, "captured/file"), "what an image holds");
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
function run(command: string, args: readonly string[], input = ""): void {
  execFileSync(command, args, { cwd: folder, input, stdio: ["pipe", "ignore", "pipe"] });
}

async function formatOf(path: string): Promise<unknown> {
  return openImage(path).then(
    () => "an ISO image",
    (error: Win7UsbError) => (error.code === "image-not-iso" ? error.data["format"] : error.code),
  );
}

describe.skipIf(!judge("7z"))("7z", () => {
  it.each(["zip", "7z", "gzip", "xz", "bzip2", "tar", "wim"])("%s", async (format) => {
    run("7z", ["a", "-bd", `-t${format}`, at(`archive.${format}`), "win7.iso"]);
    expect(await formatOf(at(`archive.${format}`))).toBe(format);
  });
});

describe.skipIf(!judge("qemu-img"))("qemu-img", () => {
  it.each([
    ["vpc", "subformat=dynamic", "vhd"],
    ["vpc", "subformat=fixed", "vhd"],
    ["vhdx", "subformat=dynamic", "vhdx"],
    ["qcow2", "compat=1.1", "qcow2"],
    ["vmdk", "subformat=monolithicSparse", "vmdk"],
    ["vmdk", "subformat=monolithicFlat", "vmdk"],
    ["vmdk", "subformat=streamOptimized", "vmdk"],
    ["vdi", "static=off", "vdi"],
    ["parallels", "cluster_size=1M", "hdd"],
  ])("%s, %s", async (kind, options, format) => {
    run("qemu-img", ["create", "-q", "-f", kind, "-o", options, at("disk"), "64M"]);
    expect(await formatOf(at("disk"))).toBe(format);
  });
});

describe.skipIf(!judge("wimlib-imagex"))("wimlib-imagex", () => {
  it.each([
    ["wim", ["--compress=LZX"]],
    ["wim", ["--compress=LZX", "--pipable"]],
    ["esd", ["--solid"]],
  ])("%s %s", async (format, options) => {
    run("wimlib-imagex", ["capture", "captured", at(`install.${format}`), ...options]);
    expect(await formatOf(at(`install.${format}`))).toBe(format);
    rmSync(at(`install.${format}`));
  });
});

function blank(name: string): string {
  writeFileSync(at(name), "");
  truncateSync(at(name), 64 * MiB);
  return at(name);
}

describe.skipIf(!judge("sfdisk"))("sfdisk", () => {
  it.each([
    ["mbr", "label: dos\n2048,,c,*\n"],
    ["gpt", "label: gpt\n2048,100000\n"],
  ])("%s", async (format, script) => {
    const disk = blank(`${format}.img`);
    run("sfdisk", ["-q", disk], script);
    expect(await formatOf(disk)).toBe(format);
  });
});

describe.skipIf(!judge("fsck.fat") || !judge("mkntfs"))("volumes without a partition table", () => {
  it.each([
    ["fat", "mkfs.fat", ["-F", "32"]],
    ["fat", "mkfs.fat", ["-F", "16"]],
    ["ntfs", "mkntfs", ["-q", "-F", "-f"]],
  ])("%s by %s %s", async (format, command, options) => {
    const volume = blank("volume.img");
    run(command, [...options, volume]);
    expect(await formatOf(volume)).toBe(format);
  });
});

describe.skipIf(!judge("xorriso"))("an ISO", () => {
  it("is one although its system area holds a partition table", async () => {
    const path = at("hybrid.iso");
    run("xorriso", ["-as", "mkisofs", "-quiet", "-o", path, "-partition_offset", "16", at("win7.iso")]);
    expect(await formatOf(path)).toBe("an ISO image");
  });
});
