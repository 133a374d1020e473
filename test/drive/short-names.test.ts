/** Words that are no paths: which drive they mean, on each system. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Drive } from "../../src/drive/drive.js";
import { readLinuxDevices } from "../../src/drive/linux-devices.js";
import { drivesOfLinux } from "../../src/drive/linux-drives.js";
import { DriveListing } from "../../src/drive/list.js";
import { inspectTarget } from "../../src/drive/target.js";
import { drivesOfWindows } from "../../src/drive/win32-drives.js";
import { parseWindowsReport } from "../../src/drive/win32-report.js";
import { Win7UsbError } from "../../src/errors.js";
import { playRecording, type LinuxRecording } from "../support/drive-recording.js";

const system = vi.hoisted(() => ({ platform: "linux" as "linux" | "win32" | "darwin" }));
vi.mock("../../src/drive/platform.js", () => ({
  get platform() {
    return system.platform;
  },
}));

class Recorded extends DriveListing {
  readonly #drives: readonly Drive[];
  constructor(drives: readonly Drive[]) {
    super();
    this.#drives = drives;
  }
  override drives(): Promise<Drive[]> {
    return Promise.resolve([...this.#drives]);
  }
}

const recorded = join(import.meta.dirname, "recorded");
let linux: Recorded;
let windows: Recorded;
let mac: Recorded;
let root: string;
const start = process.cwd();

beforeAll(async () => {
  const recording = JSON.parse(readFileSync(join(recorded, "linux/live-ventoy.json"), "utf8")) as LinuxRecording;
  root = playRecording(recording);
  const listed = drivesOfLinux(await readLinuxDevices(root));
  linux = new Recorded(listed);
  const report = parseWindowsReport(readFileSync(join(recorded, "win32/usb-stick.json"), "utf8"));
  windows = new Recorded(drivesOfWindows(report));
  mac = new Recorded([{ ...listed[0]!, path: "/dev/disk4", partitions: [] }]);
  process.chdir(mkdtempSync(join(tmpdir(), "win7usb-short-names-")));
});
afterAll(() => {
  const folder = process.cwd();
  process.chdir(start);
  for (const each of [folder, root]) rmSync(each, { recursive: true });
});
beforeEach(() => {
  system.platform = "linux";
});

async function errorOf(name: string, listing: DriveListing): Promise<Win7UsbError> {
  const error: unknown = await inspectTarget(name, listing).catch((thrown: unknown) => thrown);
  if (!(error instanceof Win7UsbError)) throw new Error(`${name} was taken`);
  return error;
}

describe("a drive by a shorter name", () => {
  it("is /dev/sda by sda on Linux", async () => {
    const [first] = await linux.drives();
    const name = first!.path.slice("/dev/".length);
    expect(await inspectTarget(name, linux)).toEqual({
      kind: "drive",
      path: first!.path,
      drive: first,
      givenAs: name,
    });
  });

  it.each(["E:", "e:\\", "\\\\.\\E:", "PhysicalDrive1"])("is the physical drive by %s on Windows", async (name) => {
    system.platform = "win32";
    const target = await inspectTarget(name, windows);
    expect(target).toMatchObject({ kind: "drive", path: "\\\\.\\PhysicalDrive1", givenAs: name });
  });

  it("is /dev/disk4 by disk4 on macOS, and that name alone is told where it is the drive's own", async () => {
    system.platform = "darwin";
    expect(await inspectTarget("disk4", mac)).toMatchObject({ path: "/dev/disk4", givenAs: "disk4" });
    expect(await inspectTarget("/dev/disk4", mac)).not.toHaveProperty("givenAs");
  });
});

describe("a word that is nothing's name", () => {
  it("is wrong usage, and a partition's names its drive", async () => {
    const drive = (await linux.drives()).find(({ partitions }) => partitions.length > 0)!;
    const name = drive.partitions[0]!.path.slice("/dev/".length);
    const { code, message, hint, data } = await errorOf(name, linux);
    expect([code, data]).toEqual(["usage", { target: name, drives: [drive.path] }]);
    expect(message).toBe(`${name} is a partition of ${drive.path}, and not the name of an image file`);
    expect(hint).toContain(`Do you mean ${drive.path} (`);
    expect(hint).toContain(`(${name}.img) or a folder (./${name})`);
  });

  it.each([
    ["linux", "sdx"],
    ["linux", "E:"],
    ["linux", "usb"],
    ["linux", "stick.v2"],
    ["darwin", "E:"],
    ["win32", "sdb"],
  ] as const)("on %s: %s", async (platform, name) => {
    system.platform = platform;
    const { code, data } = await errorOf(name, platform === "win32" ? windows : linux);
    expect(code).toBe("usage");
    // What carries the system, and what is fixed, is no candidate.
    expect(data["drives"]).toEqual(platform === "win32" ? ["\\\\.\\PhysicalDrive1"] : []);
  });

  it("is wrong usage also where no drive can be listed", async () => {
    class Silent extends DriveListing {
      override drives(): Promise<Drive[]> {
        return Promise.reject(new Win7UsbError("target-unsupported", "no"));
      }
    }
    expect(await errorOf("sdb", new Silent())).toMatchObject({ code: "usage", data: { drives: [] } });
  });

  it("is an image file with a folder or an ending", async () => {
    for (const path of ["./sdb", "sdb.img", "usb.VHDX"]) {
      expect(await inspectTarget(path, linux)).toEqual({ kind: "image-file", path, exists: false });
    }
  });

  it("is a stream where it is -, which has no name of its own", async () => {
    const { code, message } = await errorOf("-", linux);
    expect([code, message]).toEqual(["usage", "- stands for a stream, and names neither a drive nor a file"]);
  });
});
