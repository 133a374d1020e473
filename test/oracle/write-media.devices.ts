/** Media that are not what they seem: drives of a faked size, an image that cannot be read, a disk that becomes full. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GiB, MiB } from "../../src/bytes/units.js";
import { bootmgrProbe } from "../../fixtures/boot/bootmgr-probe.js";
import { writeDemoImage } from "../support/demo-image.js";
import { canFail, openFaultyFile } from "../support/faulty-file.js";
import { attachLoopDevice, canAttachLoopDevices } from "../support/loop-device.js";
import { errorOf, runWrite, writeTo } from "../support/write-runs.js";
import { sample } from "../support/sample.js";
import { isUnfinished } from "../support/unfinished.js";

const driveSize = 64 * MiB;
const sectorSize = 512;
const old = 0x5a;

let folder: string;
let iso: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-media-"));
  iso = await writeDemoImage(folder, { bootmgr: bootmgrProbe() });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!canFail())("a drive that keeps less than it says", () => {
  const size = 2 * GiB;
  const cases = [
    { kind: "limbo", capacity: 300 * MiB },
    { kind: "wraparound", capacity: 512 * MiB },
  ] as const;

  it.each(cases)("is found out and measured: $kind", async ({ kind, capacity }) => {
    const faulty = await openFaultyFile(size, join(folder, kind), { kind, capacity });
    const device = attachLoopDevice(faulty.path, { direct: true });
    try {
      const result = await writeTo(device.path, iso);
      expect(result.exitCode, result.err).toBe(6);
      expect(errorOf(result)).toMatchObject({ code: "fake-capacity", data: { target: device.path, size } });
      expect(Math.abs(Number(errorOf(result).data?.["capacity"]) - capacity)).toBeLessThanOrEqual(MiB);
      const sector = execFileSync("dd", [`if=${device.path}`, `bs=${sectorSize}`, "count=1", "status=none"]);
      expect(isUnfinished(sector)).toBe(true);
    } finally {
      device.detach();
      await faulty.close();
    }
  });
});

describe.skipIf(!canFail())("an image that cannot be read", () => {
  it("from each read on ends the write with its name and the place", async () => {
    const faulty = await openFaultyFile(readFileSync(iso), join(folder, "faulty-iso"));
    const file = join(folder, "target");
    writeFileSync(file, Buffer.alloc(driveSize, old));
    const device = attachLoopDevice(file);
    try {
      faulty.arm();
      expect((await writeTo(device.path, faulty.path)).exitCode).toBe(0);
      const reads = faulty.count("read");
      let begun = 0;
      const places = Array.from({ length: reads }, (_, index) => index + 1);
      for (const from of sample(places, 10)) {
        writeFileSync(file, Buffer.alloc(driveSize, old));
        faulty.arm({ operation: "read", from });
        const result = await writeTo(device.path, faulty.path);
        const what = `read ${from} of ${reads}`;
        expect(result.exitCode, `${what}: ${result.err}`).toBe(3);
        const { code, message } = errorOf(result);
        expect(code, what).toBe("image-unreadable");
        expect(message, what).toMatch(/the image .*nbd cannot be read: reading at byte \d+ failed: EIO/);
        if (result.events.some(({ event }) => event === "plan")) {
          begun += 1;
          expect(isUnfinished(readFileSync(file)), what).toBe(true);
        }
      }
      expect(begun).toBeGreaterThan(0);
    } finally {
      device.detach();
      await faulty.close();
    }
  });
});

describe.skipIf(!canAttachLoopDevices())("a file system that becomes full under an image file", () => {
  it("ends the write with 6 and keeps the image that was there", async () => {
    const at = join(folder, "small");
    mkdirSync(at);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=96M", "tmpfs", at]);
    try {
      const path = join(at, "usb.img");
      writeFileSync(path, "precious");
      let filled = false;
      const result = await runWrite(["write", iso, path, "--force", "--json"], (text) => {
        if (filled || !text.includes('"phase":"write"')) return;
        filled = true;
        expect(() => writeFileSync(join(at, "filler"), Buffer.alloc(96 * MiB))).toThrow("ENOSPC");
      });
      expect(result.exitCode, result.err).toBe(6);
      expect(errorOf(result)).toMatchObject({ code: "write-failed", data: { cause: "ENOSPC", target: path } });
      expect(readdirSync(at).toSorted()).toEqual(["filler", "usb.img"]);
      expect(readFileSync(path, "utf8")).toBe("precious");
      expect(statSync(join(at, "filler")).size).toBeGreaterThan(MiB);
    } finally {
      execFileSync("umount", [at]);
    }
  });
});
