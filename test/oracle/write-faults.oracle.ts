/**
 * Media that fail: a loop device over a file that gives errors or changes bytes when it is told to. Whatever happens at
 * whatever operation, a write never ends with 0 unless everything is right, and never leaves a drive that looks finished.
 */
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { GiB, MiB } from "../../src/bytes/units.js";
import { main } from "../../src/cli/main.js";
import { bootmgrProbe } from "../../fixtures/boot/bootmgr-probe.js";
import { writeDemoImage } from "../support/demo-image.js";
import { fakeTerminal } from "../support/fake-terminal.js";
import { canFail, openFaultyFile, type FaultyFile, type Operation } from "../support/faulty-file.js";
import { attachLoopDevice, canAttachLoopDevices, type LoopDevice } from "../support/loop-device.js";

const driveSize = 64 * MiB;
const sectorSize = 512;
const old = 0x5a;
/** Retries included, and however slow a script for each operation makes the drive. */
const withinMs = 10_000;

let folder: string;
let iso: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-faults-"));
  iso = await writeDemoImage(folder, { bootmgr: bootmgrProbe() });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Event = { event: string; code?: string; message?: string; hint?: string; data?: Record<string, unknown> };
type Run = { exitCode: number; events: Event[]; err: string; elapsedMs: number };

async function run(argv: readonly string[], onOut: (text: string) => void = () => undefined): Promise<Run> {
  const terminal = fakeTerminal();
  const out = (text: string): void => {
    terminal.out(text);
    onOut(text);
  };
  const started = performance.now();
  const exitCode = await main(argv, { ...terminal, out });
  const events = terminal.shown.out
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Event);
  return { exitCode, events, err: terminal.shown.err, elapsedMs: performance.now() - started };
}

const writeTo = (path: string, image = iso): Promise<Run> =>
  run(["write", image, path, "--yes", "--allow", "fixed-disk", "--json"]);

const errorOf = ({ events }: Run): Event => events.find(({ event }) => event === "error")!;
const retriesOf = ({ events }: Run): Event[] => events.filter(({ code }) => code === "retried");

/** Up to `count` numbers from 1 to `last`, both included, evenly spaced. */
function sample(last: number, count: number): number[] {
  const step = Math.max(1, (last - 1) / (count - 1));
  return [...new Set(Array.from({ length: count }, (_, index) => Math.min(last, Math.round(1 + index * step))))];
}

describe.skipIf(!canFail())("a drive that fails", () => {
  let faulty: FaultyFile;
  let device: LoopDevice;
  let backing: string;
  let pristine: string;
  let whole: Buffer;
  const healthy: Record<Operation, number> = { read: 0, write: 0, flush: 0 };

  beforeAll(async () => {
    backing = join(folder, "drive");
    pristine = join(folder, "pristine");
    const used = Buffer.alloc(driveSize, old);
    used.writeUInt16LE(0xaa55, sectorSize - 2);
    writeFileSync(pristine, used);
    copyFileSync(pristine, backing);
    faulty = await openFaultyFile(backing, join(folder, "faulty"));
    device = attachLoopDevice(faulty.path, { direct: true });
    faulty.arm();
    const { exitCode, err } = await writeTo(device.path);
    expect(exitCode, err).toBe(0);
    for (const operation of ["read", "write", "flush"] as const) healthy[operation] = faulty.count(operation);
    whole = readFileSync(backing);
  });
  afterAll(async () => {
    device.detach();
    await faulty.close();
  });
  beforeEach(() => copyFileSync(pristine, backing));

  /** Neither old nor new: no firmware takes it for a disk to boot. */
  const isBlank = (): boolean => readFileSync(backing).subarray(0, sectorSize).equals(Buffer.alloc(sectorSize));
  const isUntouched = (): boolean => readFileSync(backing).equals(readFileSync(pristine));
  const isWhole = (): boolean => readFileSync(backing).equals(whole);

  function expectHonest(result: Run, what: string): void {
    if (result.exitCode === 0) expect(isWhole(), `${what}: told as done`).toBe(true);
    else expect(isBlank() || isUntouched(), `${what}: ended with ${result.exitCode}`).toBe(true);
    expect(result.elapsedMs, what).toBeLessThan(withinMs);
  }

  it.each([
    ["write", "writing"],
    ["read", "reading back"],
  ] as const)("from some %s on is given up, with its place and cause", async (operation, doing) => {
    let givenUp = 0;
    for (const from of sample(healthy[operation], 8)) {
      copyFileSync(pristine, backing);
      faulty.arm({ operation, from });
      const result = await writeTo(device.path);
      const what = `from ${operation} ${from} of ${healthy[operation]}`;
      expectHonest(result, what);
      // When all was done the kernel looks for partitions, and reads as well.
      if (result.exitCode === 0) continue;
      givenUp += 1;
      expect(result.exitCode, `${what}: ${result.err}`).toBe(6);
      const { code, message, hint, data } = errorOf(result);
      expect([code, data?.["cause"]], what).toEqual(["write-failed", "EIO"]);
      expect(message, what).toMatch(
        new RegExp(`^${doing} \\d+ bytes at byte ${String(data?.["offset"])} of ${device.path} failed`),
      );
      expect(hint, what).toContain("not bootable");
      expect(retriesOf(result).length, what).toBeGreaterThanOrEqual(2);
    }
    expect(givenUp).toBeGreaterThanOrEqual(7);
  });

  it("at some flush is given up at once", async () => {
    for (let from = 1; from <= healthy.flush; from += 1) {
      for (const last of [from, undefined]) {
        copyFileSync(pristine, backing);
        faulty.arm({ operation: "flush", from, ...(last === undefined ? {} : { last }) });
        const result = await writeTo(device.path);
        const what = `flush ${from} to ${last ?? "the last"}`;
        expectHonest(result, what);
        // The last one of all comes when everything is there already.
        if (result.exitCode !== 0) expect(errorOf(result).message, what).toContain(`flushing ${device.path} failed`);
        if (result.exitCode !== 0) expect(result.exitCode, what).toBe(6);
        else expect(from, what).toBe(healthy.flush);
      }
    }
  });

  it.each(["write", "read"] as const)("at each k-th %s is tried again, or given up", async (operation) => {
    const outcomes: number[] = [];
    for (const every of [1, 2, 5, 25]) {
      copyFileSync(pristine, backing);
      faulty.arm({ operation, from: every, every });
      const result = await writeTo(device.path);
      const what = `each ${operation} of ${every}`;
      expectHonest(result, what);
      expect([0, 6], what).toContain(result.exitCode);
      expect(retriesOf(result).length, what).toBeGreaterThan(0);
      outcomes.push(result.exitCode);
    }
    expect([outcomes[0], outcomes.at(-1)]).toEqual([6, 0]);
  });

  it("once at any write goes on, tells of it, and writes the same", async () => {
    // The kernel does not cut every write into the same number of operations.
    for (const from of sample(Math.floor(0.9 * healthy.write), 3)) {
      copyFileSync(pristine, backing);
      faulty.arm({ operation: "write", from, last: from });
      const result = await writeTo(device.path);
      expect(result.exitCode, result.err).toBe(0);
      expect(isWhole()).toBe(true);
      expect(retriesOf(result)).toHaveLength(1);
      expect(result.err).toContain("trying again");
    }
  });

  it("that silently changes a byte is found out when it is read back, and where", async () => {
    let found = 0;
    for (const from of sample(healthy.write, 7)) {
      copyFileSync(pristine, backing);
      faulty.arm({ operation: "write", from, last: from, kind: "corrupt" });
      const result = await writeTo(device.path);
      expectHonest(result, `write ${from}`);
      if (result.exitCode === 0) continue;
      found += 1;
      expect(result.exitCode, result.err).toBe(7);
      const { code, data } = errorOf(result);
      const offset = Number(data?.["offset"]);
      expect(code).toBe("verify-failed");
      if (offset > 0) expect(readFileSync(backing)[offset]).not.toBe(whole[offset]);
    }
    expect(found).toBeGreaterThan(3);
  });

  it("that is full says so, and is not tried again", async () => {
    faulty.arm({ operation: "write", from: 4, kind: "ENOSPC" });
    const result = await writeTo(device.path);
    expectHonest(result, "full");
    expect(result.exitCode).toBe(6);
    expect(errorOf(result)).toMatchObject({ code: "write-failed", data: { cause: "ENOSPC" } });
    expect(errorOf(result).hint).toContain("full");
    expect(retriesOf(result)).toEqual([]);
  });
});

describe.skipIf(!canFail())("a drive that keeps less than it says", () => {
  const size = 2 * GiB;
  const cases = [
    { kind: "limbo", capacity: 300 * MiB },
    { kind: "wraparound", capacity: 512 * MiB },
  ] as const;

  it.each(cases)("is found out within seconds, and measured: $kind", async ({ kind, capacity }) => {
    const backing = join(folder, `fake-${kind}`);
    writeFileSync(backing, "");
    truncateSync(backing, size);
    const faulty = await openFaultyFile(backing, join(folder, kind), { kind, capacity });
    const device = attachLoopDevice(faulty.path, { direct: true });
    try {
      const result = await writeTo(device.path);
      expect(result.exitCode, result.err).toBe(6);
      expect(errorOf(result)).toMatchObject({ code: "fake-capacity", data: { target: device.path, size } });
      expect(Math.abs(Number(errorOf(result).data?.["capacity"]) - capacity)).toBeLessThanOrEqual(MiB);
      expect(result.elapsedMs).toBeLessThan(withinMs);
      const sector = execFileSync("dd", [`if=${device.path}`, `bs=${sectorSize}`, "count=1", "status=none"]);
      expect(sector.equals(Buffer.alloc(sectorSize))).toBe(true);
    } finally {
      device.detach();
      await faulty.close();
    }
  });
});

describe.skipIf(!canFail())("an image that cannot be read", () => {
  it("from some place on ends the write with its name and the place", async () => {
    const faulty = await openFaultyFile(iso, join(folder, "faulty-iso"));
    const file = join(folder, "target");
    writeFileSync(file, Buffer.alloc(driveSize, old));
    const device = attachLoopDevice(file);
    try {
      faulty.arm();
      expect((await writeTo(device.path, faulty.path)).exitCode).toBe(0);
      const reads = faulty.count("read");
      let begun = 0;
      for (const from of sample(reads, 12)) {
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
          expect(readFileSync(file).subarray(0, sectorSize).equals(Buffer.alloc(sectorSize)), what).toBe(true);
        }
        expect(result.elapsedMs, what).toBeLessThan(withinMs);
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
      const result = await run(["write", iso, path, "--force", "--json"], (text) => {
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
