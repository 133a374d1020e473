/** What will be lost is told by other people's volumes: blkid and the kernel say whether it is so. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DriveVolume } from "../../src/drive/drive.js";
import { inspectTarget } from "../../src/drive/index.js";
import { withVolumes } from "../../src/steps/drive-volumes.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseOutput } from "../support/json-output.js";
import { attachLoopDevice, canAttachLoopDevices, type LoopDevice } from "../support/loop-device.js";
import { runProgram } from "../support/program.js";

const possible = canAttachLoopDevices();
let folder: string;
let attached: LoopDevice[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-volumes-"));
  attached = [];
});
afterEach(() => {
  for (const device of attached) device.detach();
  rmSync(folder, { recursive: true });
});

function attach(file: string, options = {}): string {
  const device = attachLoopDevice(file, options);
  attached.push(device);
  return device.path;
}

function stick(size = "96M"): string {
  const file = join(folder, "stick.img");
  execFileSync("truncate", ["-s", size, file]);
  return file;
}

async function volumesOf(path: string): Promise<readonly DriveVolume[]> {
  const target = await inspectTarget(path);
  if (target.kind !== "drive") throw new Error(`${path} is no drive`);
  return (await withVolumes(target.drive)).volumes!;
}

type Maker = {
  fileSystem: string;
  size?: string;
  make: readonly string[];
  label: string | null;
  /** Puts a file of a million bytes in it. */
  fill?: "mtools" | "mount";
};
const makers: readonly Maker[] = [
  { fileSystem: "fat32", make: ["mkfs.vfat", "-I", "-F", "32", "-n", "HOLIDAY"], label: "HOLIDAY", fill: "mtools" },
  {
    fileSystem: "fat16",
    size: "16M",
    make: ["mkfs.vfat", "-F", "16", "-n", "OLD STICK"],
    label: "OLD STICK",
    fill: "mtools",
  },
  { fileSystem: "fat12", size: "2M", make: ["mkfs.vfat", "-F", "12"], label: null },
  { fileSystem: "ntfs", make: ["mkntfs", "-q", "-F", "-f", "-L", "Bücher"], label: "Bücher" },
  { fileSystem: "ext4", make: ["mkfs.ext4", "-q", "-F", "-L", "größe"], label: "größe", fill: "mount" },
  { fileSystem: "ext2", make: ["mkfs.ext2", "-q", "-F"], label: null },
  { fileSystem: "swap", make: ["mkswap", "-L", "swapped"], label: "swapped" },
  { fileSystem: "udf", make: ["mkudffs", "--label=A disc"], label: "A disc" },
];

describe.skipIf(!possible)("what is on a drive", () => {
  it.each(makers)("$fileSystem, label $label", async ({ fileSystem, size, make, label, fill }) => {
    const file = stick(size);
    const [command, ...options] = make;
    execFileSync(command!, [...options, file], { stdio: "ignore", env: { ...process.env, LC_ALL: "C.UTF-8" } });
    const asked = execFileSync("blkid", ["-p", "-o", "value", "-s", "LABEL", file], { encoding: "utf8" }).trim();
    expect(asked).toBe(label ?? "");
    writeFileSync(join(folder, "photos"), Buffer.alloc(1_000_000, 1));
    if (fill === "mtools") execFileSync("mcopy", ["-i", file, join(folder, "photos"), "::"]);
    const path = attach(file);
    if (fill === "mount") await fillMounted(path);
    const [volume, ...others] = await volumesOf(path);
    expect(others).toEqual([]);
    expect(volume).toMatchObject({ device: path, fileSystem, label });
    if (fill === undefined) return;
    expect(volume!.used).toBeGreaterThanOrEqual(1_000_000);
    expect(volume!.used).toBeLessThan(16_000_000);
  });

  /** As full as the kernel says, while it is mounted. */
  async function fillMounted(path: string): Promise<void> {
    const at = join(folder, "at");
    mkdirSync(at);
    execFileSync("mount", [path, at]);
    try {
      copyFileSync(join(folder, "photos"), join(at, "photos"));
      execFileSync("sync", ["-f", at]);
      const { blocks, bfree, bsize } = statfsSync(at);
      expect((await volumesOf(path))[0]!.used).toBe((blocks - bfree) * bsize);
    } finally {
      execFileSync("umount", [at]);
    }
  }

  it("and of a disc image, in the plan and in drives", async () => {
    const iso = await writeDemoImage(folder);
    const file = stick();
    execFileSync("mkfs.vfat", ["-I", "-F", "32", "-n", "PHOTOS", file], { stdio: "ignore" });
    const path = attach(file);
    const words = ["write", iso, path, "--allow", "fixed-disk", "--dry-run"];
    const { out } = runProgram(words);
    const text = out.replaceAll(/\s+/g, " ");
    expect(text).toMatch(/will be lost everything on it: FAT32 "PHOTOS", [\d.]+ MB used/);
    const plan = parseOutput<{ targets: { drive: { volumes: DriveVolume[] } }[] }>(
      "write-plan",
      runProgram([...words, "--json"]).out,
    );
    expect(plan.targets[0]!.drive.volumes).toMatchObject([{ device: path, label: "PHOTOS" }]);
    const listed = runProgram(["drives", "--all", "--json"]).out;
    const { drives } = parseOutput<{ drives: { path: string; volumes: DriveVolume[] }[] }>("drives", listed);
    expect(drives.find((drive) => drive.path === path)!.volumes).toMatchObject([{ label: "PHOTOS" }]);
    // Into a pipe a drive is one line, whatever else the machine has.
    const lines = runProgram(["drives", "--all"]).out.split("\n");
    expect(lines.find((line) => line.startsWith(`${path} `))).toContain('FAT32 "PHOTOS"');
    const disc = attach(iso);
    expect(await volumesOf(disc)).toMatchObject([{ fileSystem: "udf", label: expect.stringMatching(/./) }]);
    const { out: ofDisc } = runProgram(["write", iso, disc, "--allow", "fixed-disk", "--dry-run", "--json"]);
    // It holds the image itself: refused, and nothing else goes wrong for it.
    expect(parseOutput<{ error: { code: string } }>("write-plan", ofDisc).error.code).toBe("source-drive");
  });

  it("that cannot be read is no reason against it", async () => {
    const path = attach(stick());
    const unreadable = { ...(await driveOf(path)), partitions: [{ path: `${path}p9`, size: 512 }] };
    expect((await withVolumes(unreadable)).volumes).toEqual([]);
  });
});

async function driveOf(path: string) {
  const target = await inspectTarget(path);
  if (target.kind !== "drive") throw new Error(`${path} is no drive`);
  return target.drive;
}
