/** Sticks in the files of virtual machines start there, from an IDE disk. */
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { wrapDisk } from "../../src/steps/wrap-disk.js";
import type { FileSystemName } from "../../src/volumes/plan.js";
import { planDisk } from "../../src/volumes/index.js";
import { fileOf } from "../containers/disks.js";
import { executePlan } from "../support/execute-plan.js";
import { judge } from "../support/judges.js";
import { sample } from "../support/sample.js";
import { expectBoot, scratch } from "./stick.js";
import { windowsTree } from "./windows-tree.js";

const formats = [
  ["vhd", "vpc"],
  ["vhd-fixed", "vpc"],
  ["vhdx", "vhdx"],
  ["qcow2", "qcow2"],
  ["vmdk", "vmdk"],
  ["vdi", "vdi"],
] as const;
const cases = formats.flatMap(([name, format]) =>
  (["fat32", "ntfs"] as const).map((fileSystem) => ({ name, format, fileSystem })),
);

describe.skipIf(!judge("qemu-system-i386"))("a virtual machine", () => {
  const directory = scratch();
  afterAll(() => directory.remove());

  async function makeDisk(name: (typeof formats)[number][0], fileSystem: FileSystemName): Promise<string> {
    const diskSize = 64 * MiB;
    const plan = planDisk(windowsTree(), { diskSize }, { fileSystem, label: "WIN7", signature: undefined });
    const raw = directory.path(`${name}-${fileSystem}.img`);
    await executePlan(plan, raw);
    const path = directory.path(`${fileSystem}.${name}`);
    const container = wrapDisk(plan, [{ kind: "image-file", path, exists: false, format: name }]).get(path)!;
    writeFileSync(path, await fileOf(container, { diskSize, bytes: readFileSync(raw) }));
    return path;
  }

  it.each(sample(cases, 2))("starts from $fileSystem in a $name", async ({ name, format, fileSystem }) => {
    const path = await makeDisk(name, fileSystem);
    expect(await expectBoot(path, { bus: "ide", format })).toMatchObject({ dl: "80", checksum: "ok" });
  });
});
