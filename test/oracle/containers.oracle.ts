/**
 * Disks of virtual machines, judged by qemu-img and by libyal's readers: they hold what the raw image holds, to the byte; and
 * what qemu-img makes of the raw image is read as that.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import type { CheckResult } from "../../src/steps/check-target.js";
import { MiB } from "../../src/bytes/units.js";
import { writeImageOf } from "../support/demo-image.js";
import { parseOutput } from "../support/json-output.js";
import { judge } from "../support/judges.js";
import { runProgram } from "../support/program.js";
import { sample } from "../support/sample.js";

let folder: string;
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-containers-"));
  await writeImageOf(await windows7Tree(), at("win7.iso"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (command: string, ...argv: string[]): string => execFileSync(command, argv, { encoding: "utf8" });

function write(target: string, ...options: string[]): void {
  const { exitCode, err } = runProgram(["write", at("win7.iso"), at(target), "--force", ...options]);
  expect(exitCode, err).toBe(0);
}
function check(target: string): { exitCode: number | null } & CheckResult {
  const { exitCode, out } = runProgram(["check", at(target), "--json"]);
  return { exitCode, ...parseOutput<CheckResult>("check", out) };
}

/** `format` as qemu-img names it; whether it has a check for it. */
const formats = [
  { name: "vhd", format: "vpc", isChecked: false },
  { name: "vhd-fixed", format: "vpc", isChecked: false },
  { name: "vhdx", format: "vhdx", isChecked: true },
  { name: "qcow2", format: "qcow2", isChecked: true },
  { name: "vmdk", format: "vmdk", isChecked: true },
  { name: "vdi", format: "vdi", isChecked: true },
] as const;
/** The smallest disk, one that no format's blocks divide, and one with several tables. */
const disks = [
  { fileSystem: "ntfs", size: `${301 * MiB + 512}` },
  { fileSystem: "fat32", size: "70M" },
  { fileSystem: "ntfs", size: "5G" },
] as const;

describe.skipIf(!judge("qemu-img")).each(sample(disks, 1))("a disk with $fileSystem of $size bytes", (disk) => {
  const options = ["-f", disk.fileSystem, "--size", disk.size];
  const raw = `${disk.size}.img`;
  beforeAll(() => write(raw, ...options));

  it.each(formats)(
    "is the same as $name, which is sparse and the same file each time",
    ({ name, format, isChecked }) => {
      const target = `disk.${name}`;
      write(target, ...options, "--format", name);
      if (isChecked) expect(run("qemu-img", "check", "-f", format, at(target))).toMatch(/No errors/);
      const compared = run("qemu-img", "compare", "-f", "raw", "-F", format, at(raw), at(target));
      expect(compared.trim()).toBe("Images are identical.");
      expect(statSync(at(target)).blocks * 512).toBeLessThan(64 * MiB);
      const first = `first.${name}`;
      copyFileSync(at(target), at(first));
      write(target, ...options, "--format", name);
      expect(run("cmp", at(first), at(target))).toBe("");
      expect(check(target)).toMatchObject({ exitCode: 0, verdict: "match", target: { format: name } });
      for (const each of [target, first]) rmSync(at(each));
    },
  );

  it.each(formats)("is known when qemu-img has made it $format", ({ format, name }) => {
    const subformat = name === "vhd-fixed" ? ["-o", "subformat=fixed,force_size=on"] : [];
    const dynamic = name === "vhd" ? ["-o", "force_size=on"] : [];
    run("qemu-img", "convert", "-f", "raw", "-O", format, ...subformat, ...dynamic, at(raw), at("made"));
    expect(check("made")).toMatchObject({ exitCode: 0, verdict: "match", target: { format: name } });
    rmSync(at("made"));
  });
});

describe("libyal's readers", () => {
  // Its export tools hash what they read; the raw image is the same bytes.
  it.skipIf(!judge("vhdiinfo"))("know the VHD and the VHDX", () => {
    write("a.vhd", "-f", "fat32", "--size", "64M");
    expect(run("vhdiinfo", at("a.vhd"))).toMatch(/Disk type\s*: Dynamic[^]*67108864/);
    write("a.vhdx", "-f", "fat32", "--size", "64M");
    expect(run("vhdiinfo", at("a.vhdx"))).toMatch(/67108864/);
  });

  it.skipIf(!judge("vmdkinfo"))("know the VMDK", () => {
    write("a.vmdk", "-f", "fat32", "--size", "64M");
    expect(run("vmdkinfo", at("a.vmdk"))).toMatch(/Monolithic sparse[^]*67108864/i);
  });

  it.skipIf(!judge("qcowinfo"))("know the qcow2", () => {
    write("a.qcow2", "-f", "fat32", "--size", "64M");
    expect(run("qcowinfo", at("a.qcow2"))).toMatch(/67108864/);
  });
});

describe("one changed byte of the disk", () => {
  it.each(sample(["vhdx", "vmdk", "vdi"], 1))("in a %s is found by name", (name) => {
    write(`b.${name}`, "-f", "fat32");
    const file = readFileSync(at(`b.${name}`));
    // "MSWIM" begins each WIM; what is changed lies in its content.
    const place = file.indexOf("MSWIM") + 5000;
    run(
      "sh",
      "-c",
      `printf '\\${(file[place]! ^ 1).toString(8).padStart(3, "0")}' | dd of="$1" bs=1 seek=${place} conv=notrunc status=none`,
      "sh",
      at(`b.${name}`),
    );
    const { exitCode, mismatches } = check(`b.${name}`);
    expect([exitCode, mismatches.map(({ path }) => path)]).toEqual([7, [expect.stringMatching(/\.wim$/)]]);
  });
});
