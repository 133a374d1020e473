/**
 * `check` on NTFS sticks that ntfs-3g's driver and tools have used: what people did is told apart from damage. Judge of
 * the tree that is read: fls.
 */
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { KiB, MiB } from "../../src/bytes/units.js";
import { readNtfsVolume } from "../../src/volumes/ntfs/read/volume.js";
import type { CheckResult } from "../../src/steps/check-target.js";
import { noise } from "../support/fat-judging-tree.js";
import { judge } from "../support/judges.js";
import { canAttachLoopDevices } from "../support/loop-device.js";
import { contentsOf } from "../support/ntfs-judges.js";
import { flipAt, mountedStick, readAt, withPartition } from "../support/ntfs-stick.js";
import { diskSize, partition, UsedStick, useForLong } from "../support/used-stick.js";

let stick: UsedStick;
/** A stick whose free space is in pieces; made once. */
let fragmented: string | undefined;

const causes = ({ mismatches }: CheckResult): Record<string, string> =>
  Object.fromEntries(mismatches.map(({ path, structure, cause }) => [path ?? structure ?? "null", cause]));

const canRun = canAttachLoopDevices() && ["ntfs-3g", "ntfsfix", "fls"].every((command) => judge(command));

describe.skipIf(!canRun)("a used NTFS stick", () => {
  beforeAll(async () => {
    stick = await UsedStick.write();
  });
  afterAll(() => stick.remove());
  beforeEach(() => stick.reset());

  describe.each(["manifest", "iso"] as const)("compared with the %s", (basis) => {
    it("matches where it was only looked at, and where it was only mounted", async () => {
      expect(mountedStick(stick.image, diskSize, (root) => void contentsOf(root), { readOnly: true })).toBeUndefined();
      const untouched = { exitCode: 0, verdict: "match", usedSince: false, added: [], addedBySystem: [] };
      expect(await stick.check(basis)).toMatchObject(untouched);
      stick.use((root) => void contentsOf(root));
      expect(await stick.check(basis)).toMatchObject({
        exitCode: 0,
        verdict: "match",
        mismatches: [],
        added: [],
      });
    });

    it("matches after long use, and names what was added", async () => {
      stick.use(useForLong);
      stick.use((root) => {
        writeFileSync(join(root, "setup.exe:Zone.Identifier"), "[ZoneTransfer]\r\nZoneId=3\r\n");
        linkSync(join(root, "bootmgr"), join(root, "bootmgr.copy"));
      });
      const result = await stick.check(basis);
      expect(result.mismatches).toEqual([]);
      expect(result).toMatchObject({ exitCode: 0, verdict: "match", usedSince: true });
      expect(result.addedBySystem).toEqual(["System Volume Information/IndexerVolumeGuid"]);
      expect(result.addedCount).toBe(450 + 300 + 2);
      expect(result.added).toEqual(expect.arrayContaining(["setup.exe:Zone.Identifier", "bootmgr.copy", "note 3"]));
    });

    it("tells what was changed, removed and renamed from what is damaged", async () => {
      stick.use((root) => {
        writeFileSync(join(root, "autorun.inf"), "[AutoRun]\r\nopen=evil.exe\r\n");
        writeFileSync(join(root, "evil.exe"), noise(70_000, 3));
        appendFileSync(join(root, "sources", "boot.wim"), "more");
        truncateSync(join(root, "upgrade", "netfx.exe"), 1000);
        rmSync(join(root, "sources", "ei.cfg"));
        renameSync(join(root, "setup.exe"), join(root, "setup.old"));
      });
      const [wim] = stick.spanOf("sources/install.wim");
      flipAt(stick.image, wim + 300_000);
      const [sdi] = stick.spanOf("boot/boot.sdi");
      flipAt(stick.image, sdi + 77);
      const result = await stick.check(basis);
      expect([result.exitCode, result.verdict]).toEqual([7, "mismatch"]);
      expect(causes(result)).toEqual({
        "autorun.inf": "changed",
        "sources/boot.wim": "changed",
        "upgrade/netfx.exe": "changed",
        "sources/ei.cfg": "removed",
        "setup.exe": "removed",
        "sources/install.wim": "damaged",
        "boot/boot.sdi": "damaged",
      });
      expect(new Set(result.added)).toEqual(new Set(["evil.exe", "setup.old"]));
      const damaged = result.mismatches.find(({ path }) => path === "sources/install.wim")!;
      expect(damaged.fileOffset!).toBeLessThanOrEqual(300_000);
      expect(damaged.fileOffset! + damaged.length).toBeGreaterThan(300_000);
      if (basis === "iso") expect(damaged).toMatchObject({ fileOffset: 300_000, length: 1, offset: wim + 300_000 });
      expect(result.mismatches.find(({ path }) => path === "setup.exe")!.reason).toContain("setup.old");
    });

    it("tells damage in a file that was moved, by the byte of the file", async () => {
      const copied = readFileSync(stick.pristine).subarray(...stick.spanOf("sources/install.wim"));
      stick.use((root) => {
        writeFileSync(join(root, "new"), copied);
        const { modified } = stick.manifest.files!.find(({ path }) => path === "sources/install.wim")!;
        utimesSync(join(root, "new"), modified! / 1000, modified! / 1000);
        renameSync(join(root, "new"), join(root, "sources", "install.wim"));
      });
      expect(await stick.check(basis)).toMatchObject({ exitCode: 0, mismatches: [] });
      const [start, end] = stick.spanOf("sources/install.wim");
      const bytes = readFileSync(stick.image);
      let at = bytes.indexOf(copied);
      if (at === start) at = bytes.indexOf(copied, end);
      expect(at).toBeGreaterThan(0);
      flipAt(stick.image, at + 123_456);
      const { mismatches } = await stick.check(basis);
      expect(mismatches).toHaveLength(1);
      expect(mismatches[0]).toMatchObject({ path: "sources/install.wim", cause: "damaged" });
      if (basis === "iso")
        expect(mismatches[0]).toMatchObject({ fileOffset: 123_456, offset: at + 123_456, length: 1 });
    });

    it("follows fragmented files and a fragmented $MFT", async () => {
      useFragmented();
      const copied = readFileSync(stick.pristine).subarray(...stick.spanOf("sources/install.wim"));
      stick.use((root) => {
        rmSync(join(root, "sources", "install.wim"));
        writeFileSync(join(root, "sources", "install.wim"), copied);
      });
      const runs = execFileSync("istat", ["-o", "2048", stick.image, "0"], { encoding: "utf8" });
      expect(runs).toContain("$ATTRIBUTE_LIST");
      const result = await stick.check(basis);
      expect(result.mismatches).toEqual([]);
      expect(result.exitCode).toBe(0);
    });

    it("stands ntfsfix, ntfslabel and ntfscp", async () => {
      const source = join(stick.folder, "source");
      writeFileSync(source, noise(50_000, 9));
      withPartition(stick.image, diskSize, (device) => {
        for (const [command, ...parameters] of [
          ["ntfslabel", device, "TECHNICIAN"],
          ["ntfscp", device, source, "copied.bin"],
          // It marks the volume for chkdsk.
          ["ntfsfix", device],
        ] as const) {
          execFileSync(command, parameters, { stdio: "pipe" });
        }
      });
      const result = await stick.check(basis);
      expect(result.mismatches).toEqual([]);
      expect(result).toMatchObject({ exitCode: 0, usedSince: true, added: ["copied.bin"] });
      expect(result.warnings.map(({ code }) => code)).toEqual(["volume-dirty"]);
    });

    it("says of boot records that they are not what they were, however the volume was used", async () => {
      stick.use(useForLong);
      const places: readonly (readonly [number, RegExp])[] = [
        [100, /master boot record/],
        [partition.start + 0x60, /^boot sector$/],
        [partition.start + 3 * 512 + 9, /boot code/],
        [partition.end - 512 + 0x60, /copy of the boot sector/],
      ];
      for (const [place, structure] of places) {
        flipAt(stick.image, place);
        const { exitCode, mismatches } = await stick.check(basis);
        expect([exitCode, mismatches.length]).toEqual([7, 1]);
        expect(mismatches[0]).toMatchObject({ path: null, cause: "damaged" });
        expect(mismatches[0]!.structure).toMatch(structure);
        flipAt(stick.image, place);
      }
    });
  });

  it("has the tree that fls lists, before and after use", async () => {
    for (const prepare of [(): void => undefined, () => stick.use(useForLong), useFragmented]) {
      prepare();
      const read = async (offset: number, length: number): Promise<Uint8Array> => readAt(stick.image, offset, length);
      const { tree: found, faults } = await readNtfsVolume(read, partition);
      expect(faults).toEqual([]);
      const listed = execFileSync("fls", ["-r", "-p", "-u", "-o", "2048", stick.image], {
        encoding: "utf8",
        maxBuffer: MiB * 16,
      });
      const wanted = new Set<string>();
      for (const line of listed.split("\n")) {
        const [, name] = /^[rd]\/[rd] \d+-\d+-\d+:\t(.*)$/.exec(line) ?? [];
        // Streams are listed with their files' names.
        if (name !== undefined && !name.startsWith("$OrphanFiles")) wanted.add(name.replace(/:[^/]*$/, ""));
      }
      expect(new Set(found.entries.map(({ path }) => path))).toEqual(wanted);
      expect(wanted.size).toBeGreaterThan(430);
    }
  });
});

function useFragmented(): void {
  if (fragmented !== undefined) return cpSync(fragmented, stick.image);
  cpSync(stick.pristine, stick.image);
  fragment();
  fragmented = join(stick.folder, "fragmented");
  cpSync(stick.image, fragmented);
}

/** Leaves holes of one cluster all over the volume, then makes $MFT and files grow into them. */
function fragment(): void {
  stick.use((root) => {
    mkdirSync(join(root, "filling"));
    const name = (index: number): string => join(root, "filling", String(index));
    let written = 0;
    try {
      for (; ; written += 1) writeFileSync(name(written), noise(4 * KiB, written + 1));
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe("ENOSPC");
    }
    for (let index = 0; index < written; index += 2) rmSync(name(index), { force: true });
    mkdirSync(join(root, "small"));
    for (let index = 0; index < 30_000; index += 1) {
      try {
        writeFileSync(join(root, "small", `small ${index}`), "");
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe("ENOSPC");
        break;
      }
    }
    for (let index = 1; index < written; index += 4) rmSync(name(index), { force: true });
  });
}
