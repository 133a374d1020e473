/** A record and the drive: what is recorded of it, and that no record lies on the drive that is written or checked. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import type { RunRecord } from "../../src/record/index.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseOutput, requireSchema } from "../support/json-output.js";
import { judge } from "../support/judges.js";
import { attachLoopDevice, canAttachLoopDevices, type LoopDevice } from "../support/loop-device.js";
import { runProgram } from "../support/program.js";

const possible = canAttachLoopDevices() && judge("mkfs.ext4");

let folder: string;
let stick: LoopDevice;
beforeAll(async () => {
  if (!possible) return;
  folder = mkdtempSync(join(tmpdir(), "win7usb-record-drive-"));
  await writeDemoImage(folder);
  const file = join(folder, "stick.bin");
  writeFileSync(file, "");
  truncateSync(file, 200 * MiB);
  stick = attachLoopDevice(file);
});
afterAll(() => {
  if (!possible) return;
  stick.detach();
  rmSync(folder, { recursive: true });
});

const write = (record: string) => {
  return runProgram(["write", "win7.iso", stick.path, "--yes", "--allow", "fixed-disk", "--record", record], folder);
};

describe.skipIf(!possible)("a record", () => {
  it("does not lie on the drive that is written or checked", () => {
    const mount = join(folder, "mounted");
    mkdirSync(mount);
    const commands = [
      ["mkfs.ext4", "-q", stick.path],
      ["mount", stick.path, mount],
    ] as const;
    for (const [command, ...words] of commands) expect(spawnSync(command, words).status).toBe(0);
    try {
      const there = readdirSync(mount);
      for (const { exitCode, err } of [
        write("mounted/r.json"),
        runProgram(["check", stick.path, "--record", "mounted/r.json"], folder),
      ]) {
        expect([exitCode, err]).toEqual([
          2,
          expect.stringContaining(`would lie on ${stick.path}, which is the target`),
        ]);
      }
      expect(readdirSync(mount)).toEqual(there);
    } finally {
      spawnSync("umount", [mount]);
    }
  });

  it("has the drive, of a write and of a check, which tells it to scripts, too", () => {
    const written = write("w.json");
    expect(written.exitCode, written.err).toBe(0);
    const checked = runProgram(["check", stick.path, "--json", "--record", "c.json"], folder);
    expect(parseOutput("check", checked.out)).toMatchObject({ target: { drive: { bus: "loop" } } });
    for (const name of ["w.json", "c.json"]) {
      const record = JSON.parse(readFileSync(join(folder, name), "utf8")) as RunRecord;
      requireSchema("record", record);
      expect(record.targets).toMatchObject([{ path: stick.path, kind: "drive", size: 200 * MiB, bus: "loop" }]);
      expect(record.verdicts).toMatchObject([{ tone: "good" }]);
    }
  });
});
