/** Rights, room and read-only places are told by a dry run, before any question. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryName } from "../../src/drive/leftovers.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseOutput } from "../support/json-output.js";
import { judge } from "../support/judges.js";
import { canAttachLoopDevices } from "../support/loop-device.js";
import { programCommand, programForEverybody, runProgram } from "../support/program.js";

let folder: string;
let iso: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-rights-"));
  iso = await writeDemoImage(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A file system in memory that this test made. */
function inMounted(options: string, work: (place: string) => void): void {
  const place = mkdtempSync(join(folder, "mounted-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "win7usb-test", place]);
  try {
    work(place);
  } finally {
    execFileSync("umount", [place]);
  }
}

const mounts = canAttachLoopDevices() && spawnSync("mount", ["--version"]).status === 0;

describe.skipIf(!mounts)("a dry run", () => {
  it.each([
    ["size=1m", "no-space"],
    ["ro", "target-read-only"],
  ])("into a place mounted with %s says %s", (options, code) => {
    inMounted(options, (place) => {
      const { exitCode, out } = runProgram(["write", iso, join(place, "usb.img"), "--dry-run", "--json"]);
      expect(exitCode).toBe(5);
      expect(parseOutput("write-plan", out)).toMatchObject({ error: { code } });
      expect(readdirSync(place)).toEqual([]);
    });
  });

  it("says both of a full place and of another target", () => {
    inMounted("size=1m", (place) => {
      const targets = [join(place, "usb.img"), join(folder, "none", "usb.img")];
      const { err } = runProgram(["write", iso, ...targets, "--dry-run"]);
      for (const target of targets) expect(err).toContain(target);
    });
  });
});

describe.skipIf(!mounts)("room for an image file", () => {
  type Told = {
    readonly error?: { readonly code: string; readonly message: string; readonly data: { needed: number } };
  };
  const dryRun = (targets: readonly string[]): Told =>
    parseOutput("write-plan", runProgram(["write", iso, ...targets, "--dry-run", "--json"]).out) as Told;
  /** A folder with room for an image and a half; a file of this name takes as much as an image. */
  function inFull(name: string, work: (image: string, other: string) => void): void {
    let needed = 0;
    inMounted("size=1m", (place) => (needed = dryRun([join(place, "usb.img")]).error!.data.needed));
    inMounted(`size=${Math.ceil(1.5 * needed)}`, (place) => {
      if (name !== "") writeFileSync(join(place, name), Buffer.alloc(needed));
      work(join(place, "usb.img"), join(place, "other.img"));
    });
  }
  /** Of a process that has ended: its number is not given away again so soon. */
  const leftover = (): string => {
    const ended = String(spawnSync(process.execPath, ["-e", ""]).pid);
    return temporaryName("/any/usb.img").replace(`-${process.pid}-`, `-${ended}-`);
  };

  it("is there where only what a killed write of it left takes it, which the write removes", () => {
    inFull(leftover(), (image) => {
      expect(dryRun([image])).not.toHaveProperty("error");
      expect(runProgram(["write", iso, image, "--json"]).exitCode).toBe(0);
      expect(readdirSync(dirname(image))).toEqual(["usb.img"]);
    });
  });

  it("is not there where anything else takes it, or a write that goes on", () => {
    for (const name of ["somebodys.img", leftover().replace("usb", "other"), temporaryName("/any/usb.img")]) {
      inFull(name, (image) => {
        expect(dryRun([image])).toMatchObject({ error: { code: "no-space" } });
        expect(readdirSync(dirname(image))).toEqual([name]);
      });
    }
  });

  it("is that of all images together", () => {
    inFull("", (image, other) => {
      expect(dryRun([image])).not.toHaveProperty("error");
      const { error } = dryRun([image, other]);
      expect(error).toMatchObject({ code: "no-space" });
      expect(error?.message).toContain(`${image}, ${other} need`);
    });
  });
});

it.runIf(process.platform === "linux").each(["/proc", "/dev/pts"])(
  "%s keeps no files, which a dry run says",
  (place) => {
    const { exitCode, out } = runProgram(["write", iso, join(place, "usb.img"), "--dry-run", "--json"]);
    expect(exitCode).toBe(5);
    expect(parseOutput("write-plan", out)).toMatchObject({ error: { code: "target-read-only" } });
  },
);

/** Root may write anywhere: without these capabilities, which is what it has over others here, it may not either. */
const asOthers =
  process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"] : [];

it.skipIf(process.platform === "win32")("a folder that one may not write to is refused by a dry run", () => {
  const closed = join(folder, "closed");
  mkdirSync(closed, { mode: 0o555 });
  const words = [...asOthers, ...programCommand, "write", iso, join(closed, "usb.img"), "--dry-run", "--json"];
  const { status, stdout } = spawnSync(words[0]!, words.slice(1), { encoding: "utf8" });
  expect(status).toBe(5);
  expect(parseOutput("write-plan", stdout)).toMatchObject({ error: { code: "no-permission" } });
});

it.skipIf(process.getuid?.() !== 0 || !judge("setpriv"))("an image file needs no root, and is the same without", () => {
  const mine = join(folder, "mine");
  const nobody = 65_534;
  mkdirSync(mine);
  chmodSync(folder, 0o755);
  chownSync(mine, nobody, nobody);
  const user = [`--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", "--"];
  const words = [...user, ...programForEverybody(folder), "write", iso, join(mine, "usb.img")];
  const { status, stderr } = spawnSync("setpriv", words, { encoding: "utf8", cwd: mine });
  expect(status, stderr).toBe(0);
  expect(runProgram(["write", iso, join(folder, "root.img")]).exitCode).toBe(0);
  expect(readFileSync(join(mine, "usb.img")).equals(readFileSync(join(folder, "root.img")))).toBe(true);
});
