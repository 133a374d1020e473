/** A folder as target: the drive that it lies on is named. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { hintFor } from "../../src/cli/hints.js";
import { Win7UsbError } from "../../src/errors.js";
import { inspectTarget } from "../../src/drive/index.js";
import { writeDemoImage } from "../support/demo-image.js";
import { attachLoopDevice, canAttachLoopDevices, type LoopDevice } from "../support/loop-device.js";
import { parseOutput } from "../support/json-output.js";
import { judge } from "../support/judges.js";
import { programForEverybody, runProgram } from "../support/program.js";

const possible = canAttachLoopDevices();
let folder: string;
let device: LoopDevice;
let mounted: string;

beforeEach(() => {
  if (!possible) return;
  folder = mkdtempSync(join(tmpdir(), "win7usb-folders-"));
  mounted = join(folder, "stick");
  mkdirSync(mounted);
  execFileSync("truncate", ["-s", "64M", join(folder, "stick.img")]);
  execFileSync("mkfs.ext4", ["-q", join(folder, "stick.img")]);
  device = attachLoopDevice(join(folder, "stick.img"));
  execFileSync("mount", [device.path, mounted]);
});
afterEach(() => {
  if (!possible) return;
  execFileSync("umount", [mounted]);
  device.detach();
  rmSync(folder, { recursive: true });
});

async function hintOf(path: string): Promise<string | undefined> {
  const error: unknown = await inspectTarget(path).catch((thrown: unknown) => thrown);
  if (!(error instanceof Win7UsbError)) throw error;
  expect(error.code).toBe("target-not-a-drive");
  return hintFor(error, "write");
}

it.skipIf(!possible)("a mount point names its drive, through links too", async () => {
  symlinkSync(mounted, join(folder, "link"));
  for (const path of [mounted, `${mounted}/`, join(folder, "link")]) {
    expect(await hintOf(path)).toBe(`Name the drive itself, ${device.path}: all that is on it will be lost.`);
  }
});

it.skipIf(!possible)("a folder on it names the drive and a file", async () => {
  mkdirSync(join(mounted, "images"));
  expect(await hintOf(join(mounted, "images"))).toBe(
    `Name a file in it, such as usb.img, or the drive that it lies on, ${device.path}.`,
  );
});

it.skipIf(!possible)("a folder beside it never names that drive", async () => {
  expect(await hintOf(folder)).not.toContain(device.path);
});

it.skipIf(!possible)("a label's name in /dev/disk is the drive that it is on, and a plan says so", async () => {
  const disk = join(folder, "disk.img");
  execFileSync("truncate", ["-s", "256M", disk]);
  execFileSync("sfdisk", ["-q", disk], { input: "start=1MiB, type=c\n" });
  const whole = attachLoopDevice(disk, { partitions: true });
  // Not every kernel reads MBRs itself.
  execFileSync("partx", ["--update", whole.path]);
  const link = `/dev/disk/by-label/win7usb-test-${process.pid}`;
  const before = ["/dev/disk", "/dev/disk/by-label"].filter((path) => !existsSync(path));
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(`${whole.path}p1`, link);
  try {
    expect(await inspectTarget(link)).toMatchObject({ kind: "drive", path: whole.path, givenAs: link });
    const iso = await writeDemoImage(folder);
    const allow = ["--allow", "fixed-disk", "--dry-run"];
    for (const name of [link, whole.path.slice("/dev/".length)]) {
      const { out } = runProgram(["write", iso, name, ...allow]);
      expect(out).toMatch(new RegExp(`drive +${whole.path} .*\n *given as +${name}\n`));
    }
    expect(runProgram(["write", iso, `${whole.path}p1`, ...allow]).exitCode).toBe(5);
  } finally {
    rmSync(link);
    for (const path of before.toReversed()) rmSync(path, { recursive: true });
    whole.detach();
  }
});

it.skipIf(!possible || !judge("setpriv"))(
  "a loop device over a file that is closed to this user is no hindrance",
  async () => {
    const open = mkdtempSync(join(tmpdir(), "win7usb-open-"));
    chmodSync(open, 0o755);
    try {
      const iso = await writeDemoImage(open);
      const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", "--"];
      const words = [
        ...nobody,
        ...programForEverybody(open),
        "write",
        iso,
        device.path,
        "--dry-run",
        "--allow",
        "fixed-disk",
        "--json",
      ];
      const { stdout } = spawnSync("setpriv", words, { encoding: "utf8" });
      expect(parseOutput("write-plan", stdout)).toMatchObject({
        error: { code: "no-permission", data: { target: device.path } },
      });
    } finally {
      rmSync(open, { recursive: true });
    }
  },
);

it.skipIf(!possible)("a drive that holds what goes onto the stick is refused, whatever is allowed", async () => {
  mkdirSync(join(mounted, "extras"));
  const iso = await writeDemoImage(folder);
  const [allow, add] = [
    ["--allow", "fixed-disk"],
    ["--add", join(mounted, "extras")],
  ] as const;
  const run = runProgram(["write", iso, device.path, "--dry-run", ...allow, ...add]);
  expect(run.exitCode, run.err).toBe(5);
  expect(run.err.replaceAll(/\s+/g, " ")).toContain(`${device.path} holds files that are to go onto the stick`);
});
