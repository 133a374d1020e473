/**
 * `check` and `write --only-changed` on drives that somebody has used: loop devices over files that this test made,
 * edited by mtools, with the kernel's own counters of what was written.
 */
import { execFileSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { KiB, MiB } from "../../src/bytes/units.js";
import { main } from "../../src/cli/main.js";
import type { CheckResult } from "../../src/steps/check-target.js";
import { writeDemoImage } from "../support/demo-image.js";
import { fakeTerminal } from "../support/fake-terminal.js";
import { judge } from "../support/judges.js";
import type { LoopDevice } from "../support/loop-device.js";
import { attachLoopDevice, canAttachLoopDevices } from "../support/loop-device.js";
import { parseEvents, parseOutput } from "../support/json-output.js";

const driveSize = 256 * MiB;

let folder: string;
let iso: string;
let file: string;
let pristine: string;
let mountPoint: string;
let loop: LoopDevice;
/** Bytes. */
let contentEnd: number;

type Done = { readonly bytesWritten: number; readonly sha256Bytes: number };

async function run(...argv: string[]) {
  const terminal = fakeTerminal();
  const exitCode = await main(argv, terminal);
  return { exitCode, ...terminal.shown };
}

async function write(...extra: string[]) {
  const { exitCode, out, err } = await run(
    "write",
    iso,
    loop.path,
    "--yes",
    "--allow",
    "fixed-disk",
    "--json",
    ...extra,
  );
  expect(exitCode, err).toBe(0);
  const done = parseEvents<{ targets: Done[] }>(out).at(-1)!;
  return done.targets[0]!;
}

async function check(target: string, ...extra: string[]) {
  const { exitCode, out } = await run("check", target, "--json", ...extra);
  return { exitCode, ...parseOutput<CheckResult>("check", out) };
}

/** mtools work on the file: the drive is plugged out for them, as it would be. */
function use(change: () => void): void {
  loop.detach();
  try {
    change();
  } finally {
    loop = attachLoopDevice(file);
  }
}

function mtool(command: string, ...parameters: string[]): void {
  execFileSync(command, ["-i", `${file}@@${MiB}`, ...parameters], { stdio: ["ignore", "ignore", "pipe"] });
}

/** Copies `content` to `path` on the volume, over what is there. */
function put(path: string, content: string): void {
  const source = join(folder, "source");
  writeFileSync(source, content);
  mtool("mcopy", "-o", source, `::${path}`);
}

/** Writes into the directory entry with this short name, as a driver does that changes a file in place. */
function patchEntry(shortName: string, offset: number, bytes: Uint8Array): void {
  writeAt(offsetOf(shortName) + offset, bytes);
}

/** 2026-11-20 as FAT keeps it. */
const today = Uint8Array.of(0x74, 0x5d);
const writeDate = 24;
const lastAccessDate = 18;

function writeAt(offset: number, bytes: Uint8Array): void {
  const handle = openSync(file, "r+");
  writeSync(handle, bytes, 0, bytes.length, offset);
  closeSync(handle);
}

function flip(offset: number): void {
  const handle = openSync(file, "r+");
  const byte = Buffer.alloc(1);
  readSync(handle, byte, 0, 1, offset);
  writeSync(
    handle,
    byte.map((value) => value ^ 0x10),
    0,
    1,
    offset,
  );
  closeSync(handle);
}

function offsetOf(content: string | Buffer): number {
  return readFileSync(file).indexOf(content, MiB);
}

/** Sectors of 512 bytes that the kernel has written to the device (Documentation/block/stat.rst, field 7). */
function sectorsWritten(): number {
  const fields = readFileSync(`/sys/block/${basename(loop.path)}/stat`, "utf8")
    .trim()
    .split(/\s+/);
  return Number(fields[6]);
}

const causes = ({ mismatches }: CheckResult): Record<string, string> =>
  Object.fromEntries(mismatches.map(({ path, cause }) => [String(path).toLowerCase(), cause]));

function volumeCopy(): string {
  const copy = join(folder, "volume");
  writeFileSync(copy, readFileSync(file).subarray(MiB, driveSize - MiB));
  return copy;
}

const against = (extra: readonly string[]): string[] => (extra.length === 0 ? [] : ["--iso", iso]);

describe.skipIf(!canAttachLoopDevices() || !judge("mcopy") || !judge("mkfs.ext4") || !judge("fsck.fat"))(
  "a stick that was written",
  () => {
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "win7usb-check-devices-"));
      mountPoint = join(folder, "mnt");
      mkdirSync(mountPoint);
      iso = await writeDemoImage(folder);
      pristine = join(folder, "pristine");
      file = join(folder, "drive");
      writeFileSync(file, Buffer.alloc(driveSize, 0x5a));
      loop = attachLoopDevice(file);
      contentEnd = (await write()).sha256Bytes;
      loop.detach();
      execFileSync("cp", ["--sparse=always", file, pristine]);
    });
    afterAll(() => rmSync(folder, { recursive: true }));
    beforeEach(() => {
      execFileSync("cp", ["--sparse=always", pristine, file]);
      loop = attachLoopDevice(file);
    });
    afterEach(() => loop.detach());

    const both = [["its manifest", []] as const, ["the ISO", ["--iso"]] as const];

    it.each(both)("matches, read from the medium and compared with %s", async (_, extra) => {
      const before = sectorsWritten();
      const result = await check(loop.path, ...against(extra));
      expect(result).toMatchObject({ exitCode: 0, verdict: "match", usedSince: false, added: [], warnings: [] });
      expect(sectorsWritten()).toBe(before);
    });

    it.each(both)("matches when files were added to it, and names them (%s)", async (_, extra) => {
      use(() => {
        mtool("mmd", "::System Volume Information", "::/sources/$OEM$");
        put("/System Volume Information/IndexerVolumeGuid", "x".repeat(76));
        put("/drivers and notes.txt", "mine ".repeat(30_000));
        put("/sources/$OEM$/setup.cmd", "rem");
      });
      execFileSync("fsck.fat", ["-n", volumeCopy()]);
      const result = await check(loop.path, ...against(extra));
      expect(result).toMatchObject({ exitCode: 0, verdict: "match", usedSince: true, mismatches: [] });
      expect(new Set(result.added)).toEqual(new Set(["drivers and notes.txt", "sources/$OEM$/setup.cmd"]));
      expect(result.addedBySystem).toEqual(["System Volume Information/IndexerVolumeGuid"]);
    });

    it.each(both)("tells changed and removed files from damaged ones (%s)", async (_, extra) => {
      const langIni = offsetOf("[Available UI Languages]");
      const wim = offsetOf("MSWIM");
      expect([langIni, wim]).not.toContain(-1);
      use(() => {
        put("/sources/ei.cfg", "[EditionID]\r\nProfessional\r\n[VL]\r\n1\r\n");
        mtool("mdel", "::/autorun.inf");
        patchEntry("LANG    INI", writeDate, today);
        flip(langIni + 3);
        flip(wim + 300_000);
      });
      const result = await check(loop.path, ...against(extra));
      expect([result.exitCode, result.verdict]).toEqual([7, "mismatch"]);
      const found = causes(result);
      expect(found).toMatchObject({
        "sources/ei.cfg": "changed",
        "sources/lang.ini": "changed",
        "autorun.inf": "removed",
      });
      const damaged = Object.entries(found).filter(([, cause]) => cause === "damaged");
      expect(damaged.map(([path]) => path)).toEqual([expect.stringMatching(/\.wim$/)]);
    });

    it.each(both)("matches where a system only noted that files were read (%s)", async (_, extra) => {
      use(() => patchEntry("SETUP   EXE", lastAccessDate, today));
      const result = await check(loop.path, ...against(extra));
      expect(result).toMatchObject({ exitCode: 0, verdict: "match", usedSince: true, added: [], mismatches: [] });
    });

    it.each(both)("is damaged where its FATs differ, whatever was added (%s)", async (_, extra) => {
      use(() => put("/new.txt", "new"));
      const bootSector = readFileSync(file).subarray(MiB, MiB + 512);
      flip(MiB + bootSector.readUInt16LE(14) * 512 + 4 * 100);
      const result = await check(loop.path, ...against(extra));
      expect([result.exitCode, causes(result)["null"]]).toEqual([7, "damaged"]);
    });

    it("is known on a larger drive that it was copied to", async () => {
      loop.detach();
      truncateSync(file, driveSize + 37 * MiB);
      loop = attachLoopDevice(file);
      expect(await check(loop.path)).toMatchObject({ exitCode: 0, verdict: "match" });
      expect(await check(loop.path, "--iso", iso)).toMatchObject({ exitCode: 0, verdict: "match" });
    });

    it("is told of as mounted, and as none of ours", async () => {
      execFileSync("mkfs.ext4", ["-q", "-F", loop.path]);
      execFileSync("mount", [loop.path, mountPoint]);
      try {
        const { exitCode, err } = await run("check", loop.path);
        expect(exitCode).toBe(3);
        expect(err).toContain(mountPoint);
      } finally {
        execFileSync("umount", [mountPoint]);
      }
    });

    it("takes two sectors for --only-changed where nothing differs", async () => {
      const before = sectorsWritten();
      expect(await write("--only-changed")).toMatchObject({ bytesWritten: 1024 });
      expect(sectorsWritten() - before).toBe(2);
      expect(readFileSync(file).equals(readFileSync(pristine))).toBe(true);
    });

    it("takes at most 2 % of itself for --only-changed where 1 % differs", async () => {
      for (let offset = MiB; offset < contentEnd; offset += 400 * KiB) flip(offset + (offset % 4099));
      const before = sectorsWritten();
      await write("--only-changed");
      expect((sectorsWritten() - before) * 512).toBeLessThanOrEqual(contentEnd / 50);
      expect(readFileSync(file).equals(readFileSync(pristine))).toBe(true);
    });

    it("becomes what another label makes of it, and matches again", async () => {
      const before = sectorsWritten();
      await write("--only-changed", "--label", "OTHER");
      expect((sectorsWritten() - before) * 512).toBeLessThan(MiB);
      const relabelled = join(folder, "relabelled.img");
      expect((await run("write", iso, relabelled, "--size", "256M", "--label", "OTHER")).exitCode).toBe(0);
      for (const [start, end] of [[0, contentEnd] as const, [driveSize - MiB, driveSize] as const]) {
        const part = (path: string): Buffer => readFileSync(path).subarray(start, end);
        expect(part(file).equals(part(relabelled))).toBe(true);
      }
      expect(await check(loop.path)).toMatchObject({ exitCode: 0, label: "OTHER" });
    });

    it("is edited by mtools as an image file, and told so", async () => {
      loop.detach();
      const note = join(folder, "note.txt");
      writeFileSync(note, "hello");
      execFileSync("mcopy", ["-i", `${file}@@${MiB}`, note, "::Note.txt"]);
      execFileSync("mdel", ["-i", `${file}@@${MiB}`, "::autorun.inf"]);
      const result = await check(file);
      expect(result).toMatchObject({ exitCode: 7, added: ["Note.txt"] });
      expect(causes(result)).toEqual({ "autorun.inf": "removed" });
      loop = attachLoopDevice(file);
    });
  },
);
