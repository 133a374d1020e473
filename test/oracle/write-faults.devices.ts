/**
 * Drives that fail: a loop device over a file that gives errors or changes bytes when it is told to. Every operation that
 * the kernel makes of a write is hit once, from it on, and every so many; whatever happens, a write never ends with 0
 * unless everything is right, and never leaves a drive that looks finished. An operation is what the kernel sends down: it
 * cuts a transfer in pieces, may send two as one, and not the same way each time, so that the last of them may not come.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { bootmgrProbe } from "../../fixtures/boot/bootmgr-probe.js";
import { main } from "../../src/cli/main.js";
import { writeDemoImage } from "../support/demo-image.js";
import { fakeTerminal } from "../support/fake-terminal.js";
import { canFail, openFaultyFile, type Fault, type FaultyFile, type Kept } from "../support/faulty-file.js";
import { judge } from "../support/judges.js";
import { attachLoopDevice, type LoopDevice } from "../support/loop-device.js";
import { errorOf, retriesOf, writeTo, type WriteRun } from "../support/write-runs.js";
import { sample } from "../support/sample.js";
import { isUnfinished } from "../support/unfinished.js";

/** Pauses between attempts are another test's (retry.test.ts). */
vi.mock("node:timers/promises", async (original) => {
  const real = await original<{ setTimeout: (ms: number, ...rest: unknown[]) => Promise<unknown> }>();
  const longestPauseMs = 400;
  const shortened: typeof real.setTimeout = (ms, ...rest) => real.setTimeout(ms <= longestPauseMs ? 0 : ms, ...rest);
  return { ...real, setTimeout: shortened };
});

/** Bytes: so much larger than the image that not all of it is written. */
const driveSize = 100 * MiB;
const sectorSize = 512;

/** A drive that boots, and holds no byte of what is written. */
function usedDrive(): Buffer {
  const bytes = Buffer.alloc(driveSize, 0x5a);
  bytes.writeUInt16LE(0xaa55, sectorSize - 2);
  return bytes;
}

/** The numbers of the operations that fail, one after the other. */
const placesTo = (last: number, first = 1): readonly number[] =>
  sample(
    Array.from({ length: last - first + 1 }, (_, index) => index + first),
    8,
  );

describe.skipIf(!canFail()).each([
  // The kernel's largest operation: the smaller, the more places there are to fail.
  { fileSystem: "fat32", largestKiB: 256 },
  { fileSystem: "ntfs", largestKiB: 1024 },
] as const)("a drive that fails under $fileSystem", ({ fileSystem, largestKiB }) => {
  let folder: string;
  let iso: string;
  let faulty: FaultyFile;
  let device: LoopDevice;
  let whole: Kept;
  const healthy = { read: 0, write: 0, flush: 0, any: 0 };
  /** Reads before the first write, for what will be lost: what fails there is neither told nor tried again. */
  let looks = 0;
  /** The numbers of its operations once it writes. */
  const placesOf = (operation: "read" | "write"): readonly number[] =>
    placesTo(healthy[operation], operation === "read" ? looks + 1 : 1);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "win7usb-faults-"));
    iso = await writeDemoImage(folder, { bootmgr: bootmgrProbe() });
    faulty = await openFaultyFile(usedDrive(), join(folder, "faulty"));
    device = attachLoopDevice(faulty.path, { direct: true });
    writeFileSync(`/sys/block/${basename(device.path)}/queue/max_sectors_kb`, String(largestKiB));
    // Not every time the same: the most that come.
    for (let index = 0; index < 3; index += 1) {
      const result = await write();
      expect(result.exitCode, result.err).toBe(0);
      for (const name of ["read", "write", "flush"] as const)
        healthy[name] = Math.max(healthy[name], faulty.count(name));
      healthy.any = Math.max(healthy.any, faulty.log().length);
      looks = Math.max(looks, readsBeforeWriting());
      whole = faulty.keep();
    }
  });
  afterAll(async () => {
    device.detach();
    await faulty.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function readsBeforeWriting(): number {
    return Math.max(
      0,
      faulty.log().findIndex(({ operation }) => operation === "write"),
    );
  }

  async function write(fault?: Fault): Promise<WriteRun> {
    faulty.restore();
    faulty.arm(fault);
    return writeTo(device.path, iso, "-f", fileSystem);
  }

  /** Whether some byte of the range is not as it should be. */
  function differs(start: number, end: number): boolean {
    return [...whole].some(([at, expected]) => {
      const [from, to] = [Math.max(at, start), Math.min(at + expected.length, end)];
      return from < to && !faulty.bytes.subarray(from, to).equals(expected.subarray(from - at, to - at));
    });
  }

  /** Neither old nor new: no firmware takes it for a disk to boot. */
  const isBlank = (): boolean => isUnfinished(faulty.bytes);

  /** Writes with a fault, and holds the end against what is on the drive. Resolves to whether the fault came. */
  async function writeWith(fault: Fault): Promise<WriteRun & { readonly wasHit: boolean; readonly what: string }> {
    const result = await write(fault);
    const what = `${JSON.stringify(fault)} of ${JSON.stringify(healthy)}: ${result.exitCode} ${result.err}`;
    const wasHit = faulty
      .log()
      .slice(readsBeforeWriting())
      .some(({ hit }) => hit);
    if (result.exitCode === 0) expect(faulty.holds(whole), `told as done: ${what}`).toBe(true);
    // A drive that dies behind the last write has everything, and its last sector cannot be taken back.
    else if (fault.operation !== "any" || !faulty.holds(whole)) {
      expect(isBlank() || faulty.holds(new Map()), what).toBe(true);
      faulty.arm();
      const checkExitCode = await main(["check", device.path, "--json"], fakeTerminal());
      expect(checkExitCode, `taken for whole: ${what}`).not.toBe(0);
    }
    return { ...result, wasHit, what };
  }

  it.each(["write", "read"] as const)(
    "once at each %s goes on, tells of it, and writes the same",
    async (operation) => {
      let hits = 0;
      for (const k of placesOf(operation)) {
        const result = await writeWith({ operation, from: k, last: k });
        expect(result.exitCode, result.what).toBe(0);
        expect(retriesOf(result), result.what).toHaveLength(result.wasHit ? 1 : 0);
        if (result.wasHit) hits += 1;
      }
      expect(hits).toBeGreaterThan(placesOf(operation).length / 2);
    },
  );

  it.each([
    ["write", "writing"],
    ["read", "reading back"],
  ] as const)("from each %s on is given up, with its place and cause", async (operation, doing) => {
    let hits = 0;
    for (const from of placesOf(operation)) {
      const result = await writeWith({ operation, from });
      expect(result.exitCode, result.what).toBe(result.wasHit ? 6 : 0);
      if (!result.wasHit) continue;
      hits += 1;
      const { code, message, hint, data } = errorOf(result);
      expect([code, data?.["cause"]], result.what).toEqual(["write-failed", "EIO"]);
      expect(message, result.what).toMatch(
        new RegExp(`^${doing} \\d+ bytes at byte ${String(data?.["offset"])} of ${device.path} failed`),
      );
      expect(hint, result.what).toContain("not bootable");
      expect(retriesOf(result).length, result.what).toBeGreaterThanOrEqual(2);
    }
    expect(hits).toBeGreaterThan(placesOf(operation).length / 2);
  });

  it.each(["write", "read"] as const)("at every k-th %s goes on, or is given up", async (operation) => {
    const exitCodes: number[] = [];
    for (const k of placesOf(operation)) {
      const result = await writeWith({ operation, from: k, every: k });
      expect([0, 6], result.what).toContain(result.exitCode);
      if (result.wasHit) expect(retriesOf(result).length, result.what).toBeGreaterThan(0);
      exitCodes.push(result.exitCode);
    }
    expect([exitCodes[0], exitCodes.at(-1)]).toEqual([6, 0]);
  });

  it("at each flush is given up at once", async () => {
    for (const from of placesTo(healthy.flush)) {
      for (const rest of [{ last: from }, {}, { every: from }]) {
        const result = await writeWith({ operation: "flush", from, ...rest });
        expect(result.exitCode, result.what).toBe(6);
        expect(errorOf(result).message, result.what).toContain(`flushing ${device.path} failed`);
        expect(retriesOf(result), result.what).toEqual([]);
      }
    }
  });

  it("in whatever comes from each operation on is given up", async () => {
    for (const from of placesTo(healthy.any)) {
      const result = await writeWith({ operation: "any", from });
      expect(result.exitCode, result.what).toBe(result.wasHit ? 6 : 0);
    }
  });

  it("by silently changing a byte of each write is found out when it is read back, and where", async () => {
    let found = 0;
    for (const k of placesTo(healthy.write)) {
      const result = await writeWith({ operation: "write", from: k, last: k, kind: "corrupt" });
      // What was blanked first is written again at the end.
      if (result.exitCode === 0) continue;
      found += 1;
      expect(result.exitCode, result.what).toBe(7);
      const { code, data } = errorOf(result);
      expect(code, result.what).toBe("verify-failed");
      const [offset, length] = [Number(data?.["offset"]), Number(data?.["length"])];
      // The sector that boots is blank by now.
      if (offset > 0) expect(differs(offset, offset + length), result.what).toBe(true);
    }
    expect(found).toBeGreaterThan(placesTo(healthy.write).length / 2);
  });

  it("by being full says so, and is not tried again", async () => {
    for (const from of placesTo(healthy.write)) {
      const result = await writeWith({ operation: "write", from, kind: "ENOSPC" });
      if (!result.wasHit) continue;
      expect(result.exitCode, result.what).toBe(6);
      expect(errorOf(result), result.what).toMatchObject({ code: "write-failed", data: { cause: "ENOSPC" } });
      expect(errorOf(result).hint, result.what).toContain("full");
      expect(retriesOf(result), result.what).toEqual([]);
    }
  });

  it.skipIf(!judge("sfdisk") || !judge("file"))("does not look finished to anybody else either", async () => {
    const others = (): string => {
      const sector = execFileSync("dd", [`if=${device.path}`, "iflag=direct", "bs=4096", "count=1", "status=none"]);
      const kind = execFileSync("file", ["--brief", "-"], { input: sector, encoding: "utf8" });
      const table = execFileSync("sfdisk", ["--list", device.path], { encoding: "utf8" });
      return `${kind} ${table}`;
    };
    await write();
    expect(others()).toMatch(/boot sector[^]*Disklabel type: dos/);
    for (const name of ["write", "read", "flush"] as const) {
      for (const from of [2, healthy[name] >> 1, healthy[name] - 2].filter((each) => each > 1)) {
        const result = await writeWith({ operation: name, from });
        if (!result.wasHit) continue;
        expect(result.exitCode, result.what).toBe(6);
        faulty.arm();
        expect(others(), result.what).not.toMatch(/boot sector|Disklabel/);
      }
    }
  });
});
