/** Drives changed in place: loop devices over files that this test made, judged by other people's tools, byte by byte, and by check. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerFile, shapedKey, userData } from "../../fixtures/windows7/answer-file.js";
import { KiB, MiB } from "../../src/bytes/units.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseEvents, parseOutput } from "../support/json-output.js";
import { judge } from "../support/judges.js";
import { attachLoopDevice, canAttachLoopDevices, type LoopDevice } from "../support/loop-device.js";
import { checkNtfsTools } from "../support/ntfs-judges.js";
import { runProgram } from "../support/program.js";

const isPossible = canAttachLoopDevices();
const size = 100 * MiB;
let folder: string;
let loop: LoopDevice | undefined;
const path = (name: string): string => join(folder, name);

type Last = { event: string; code?: string; hint?: string; targets?: { bytesDiffering: number }[] };
function run(...words: string[]): { exitCode: number | null; last: Last } {
  const { exitCode, out } = runProgram([...words, "--yes", "--allow", "fixed-disk", "--json"], folder);
  return { exitCode, last: parseEvents<Last>(out).at(-1)! };
}
const update = (...words: string[]) => run("update", loop!.path, ...words);
const drive = (): Buffer => readFileSync(path("drive"));

/** What a write with these options makes. */
function written(...options: string[]): Buffer {
  const { exitCode, last } = run("write", "win7.iso", "expected.img", "--force", "--size", "100M", ...options);
  expect([exitCode, last.event]).toEqual([0, "done"]);
  return readFileSync(path("expected.img"));
}

/** Without the MiB that holds the partition table, as tools want it. */
function partition(): string {
  writeFileSync(path("partition"), drive().subarray(MiB, size - MiB));
  return path("partition");
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-update-"));
  await writeDemoImage(folder, { payloadSize: 64 * KiB });
  writeFileSync(path("answer.xml"), answerFile(userData(shapedKey)));
  writeFileSync(path("drive"), "");
  truncateSync(path("drive"), size);
  if (isPossible) loop = attachLoopDevice(path("drive"));
}, 60_000);
afterAll(() => {
  loop?.detach();
  rmSync(folder, { recursive: true });
});

describe.skipIf(!isPossible)("a drive", () => {
  it("with FAT32 becomes what a write makes, by writing kilobytes", () => {
    expect(run("write", "win7.iso", loop!.path).exitCode).toBe(0);
    const asked = ["--edition", "Ultimate", "--answer-file", "answer.xml", "--label", "BENCH-3"];
    const { exitCode, last } = update(...asked);
    expect([exitCode, last.event]).toEqual([0, "done"]);
    expect(last.targets![0]!.bytesDiffering).toBeLessThan(64 * KiB);
    expect(Buffer.compare(drive(), written(...asked))).toBe(0);
    const { exitCode: checked } = runProgram(["check", loop!.path, "--iso", "win7.iso", ...asked.slice(0, 4)], folder);
    expect(checked).toBe(0);
    if (judge("fsck.fat")) {
      const { status, stdout } = spawnSync("fsck.fat", ["-n", "-v", partition()], { encoding: "utf8" });
      expect(status, stdout).toBe(0);
    }
  });

  it("is asked for by its name, and is told what is written and that it does not boot meanwhile", () => {
    const words = ["update", loop!.path, "--label", "OTHER", "--allow", "fixed-disk"];
    const unasked = runProgram(words, folder);
    expect([unasked.exitCode, unasked.err]).toEqual([2, expect.stringContaining("changing")]);
    const { out } = runProgram([...words, "--dry-run", "--json"], folder);
    const plan = parseOutput<{ writes: { name: string }[] }>("update-plan", out);
    expect(plan).toMatchObject({ from: "stick", bootsMeanwhile: false });
    expect(plan.writes.map(({ name }) => name)).toEqual([
      "master boot record",
      "boot sector, its copy and reserved sectors",
      "directories",
      "manifest",
    ]);
    expect(runProgram(["update", loop!.path, "--label", "OTHER", "--yes"], folder).exitCode).toBe(5);
  });

  it("of which files would have to move is left alone, and changed with the ISO", () => {
    const before = drive();
    const refused = update("--edition", "menu");
    expect([refused.exitCode, refused.last.code]).toEqual([2, "image-needed"]);
    expect(refused.last.hint).toContain(`win7usb update ${loop!.path} --edition menu --allow fixed-disk --iso <iso>`);
    expect(Buffer.compare(drive(), before)).toBe(0);
    expect(update("--edition", "menu", "--reset", "label,answer-file", "--iso", "win7.iso").exitCode).toBe(0);
    expect(runProgram(["check", loop!.path, "--iso", "win7.iso", "--edition", "menu"], folder).exitCode).toBe(0);
  });

  it("with a damaged file is left alone", () => {
    const damaged = drive();
    const at = damaged.indexOf("MSWIM\0\0\0", MiB) + 50_000;
    const bytes = Buffer.from(damaged.subarray(at - (at % 512), at - (at % 512) + 512));
    bytes[0]! ^= 1;
    writeFileSync(path("sector"), bytes);
    spawnSync("dd", [
      `if=${path("sector")}`,
      `of=${loop!.path}`,
      "bs=512",
      `seek=${Math.floor(at / 512)}`,
      "conv=notrunc,fsync",
    ]);
    const before = drive();
    expect(update("--label", "X")).toMatchObject({ exitCode: 3, last: { code: "stick-damaged" } });
    expect(Buffer.compare(drive(), before)).toBe(0);
  });

  it("with NTFS becomes what a write makes", () => {
    expect(run("write", "win7.iso", loop!.path, "--filesystem", "ntfs").exitCode).toBe(0);
    const asked = ["--edition", "menu", "--answer-file", "answer.xml", "--signature", "1a2b3c4d", "--boot-prompt"];
    expect(update(...asked)).toMatchObject({ exitCode: 0, last: { event: "done" } });
    copyFileSync(path("drive"), path("changed"));
    const { exitCode } = runProgram(["check", loop!.path, "--iso", "win7.iso", ...asked.slice(0, 4)], folder);
    expect(exitCode).toBe(0);
    expect(run("write", "win7.iso", loop!.path, "--filesystem", "ntfs", "--only-changed", ...asked)).toMatchObject({
      exitCode: 0,
      last: { targets: [{ bytesDiffering: 0 }] },
    });
    checkNtfsTools(partition());
  });
});
