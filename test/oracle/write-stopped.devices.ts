/**
 * Writes that are stopped: killed at many moments, on a drive and over an image file, and by Ctrl-C on a real terminal.
 * Whatever the moment, there is the old, nothing that looks finished, or the new and whole.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { bootmgrProbe } from "../../fixtures/boot/bootmgr-probe.js";
import { writeDemoImage } from "../support/demo-image.js";
import { canFail, openFaultyFile, type FaultyFile } from "../support/faulty-file.js";
import { judge } from "../support/judges.js";
import { attachLoopDevice, canAttachLoopDevices, type LoopDevice } from "../support/loop-device.js";
import { rounds } from "../support/sample.js";
import { programCommand } from "../support/program.js";
import { isUnfinished } from "../support/unfinished.js";

const driveSize = 64 * MiB;
const sectorSize = 512;
const moments = rounds(50, 8);
/** For each operation: as a slow stick does. */
const slowByMs = 30;

let folder: string;
let iso: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-stopped-"));
  iso = await writeDemoImage(folder, { bootmgr: bootmgrProbe() });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Fractions of 1 that are the same in every run: the first digits of a hash in counter mode. */
function fraction(index: number): number {
  return createHash("sha256").update(`win7usb killed ${index}`).digest().readUInt32BE(0) / 2 ** 32;
}

/** Milliseconds since the start, and since the program said that it writes. */
type Ended = {
  readonly exitCode: number | null;
  readonly out: string;
  readonly elapsedMs: number;
  readonly writingMs: number;
};

/** Runs the program, or a command that runs it; `started` may write to its input or stop it. */
async function start(command: readonly string[], started: (child: ReturnType<typeof spawn>) => void): Promise<Ended> {
  const from = performance.now();
  const environment = { ...process.env, TERM: "xterm", CI: "" };
  // A group of its own, which can be killed as one.
  const child = spawn(command[0]!, command.slice(1), { stdio: "pipe", env: environment, detached: true });
  let out = "";
  child.stdout.on("data", (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (out += bytes.toString()));
  let writingFrom = from;
  whenSaid(child, "writing", () => (writingFrom = performance.now()));
  started(child);
  const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
  const end = performance.now();
  return { exitCode, out, elapsedMs: end - from, writingMs: end - writingFrom };
}

/** Calls `then` once when the program has said `word`. */
function whenSaid(child: ReturnType<typeof spawn>, word: string, then: () => void): void {
  let said = "";
  const listen = (bytes: Buffer): void => {
    const before = said.includes(word);
    said += bytes.toString();
    if (!before && said.includes(word)) then();
  };
  child.stdout!.on("data", listen);
  child.stderr!.on("data", listen);
}

/** A moment in a write: at a part of its whole time, or of the time in which it writes, which a busy machine shifts. */
type Moment = { readonly ms: number; readonly after: "start" | "writing" };

function momentOf(index: number, undisturbed: Ended): Moment {
  return index % 4 === 0
    ? { ms: fraction(index) * undisturbed.elapsedMs, after: "start" }
    : { ms: fraction(index) * undisturbed.writingMs, after: "writing" };
}

const writeArguments = (target: string): string[] => [...programCommand, "write", iso, target];

/** Kills the process that was started, which supervises the one that writes, or `both`; resolves when neither is left. */
async function killedAt({ ms, after }: Moment, command: readonly string[], both: boolean): Promise<Ended> {
  let group = 0;
  const ended = await start(command, (child) => {
    group = child.pid!;
    let timer: NodeJS.Timeout | undefined;
    const begin = (): void => {
      timer = setTimeout(() => process.kill(both ? -group : group, "SIGKILL"), ms);
    };
    if (after === "start") begin();
    else whenSaid(child, "writing", begin);
    child.once("exit", () => clearTimeout(timer));
  });
  while (isAlive(group)) await delay(5);
  return ended;
}

/** Whether a process of that group has not ended. proc(5): behind the command's name state, parent and group. */
function isAlive(group: number): boolean {
  return readdirSync("/proc").some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const [state, , processGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(processGroup) === group && state !== "Z" && state !== "X";
    } catch (error) {
      // It has just gone.
      if (error instanceof Error) return false;
      throw error;
    }
  });
}

/** Pristine content of a used drive: it booted, and holds no byte of what is written. */
function usedDrive(): Buffer {
  const bytes = Buffer.alloc(driveSize, 0x5a);
  bytes.writeUInt16LE(0xaa55, sectorSize - 2);
  return bytes;
}

describe.skipIf(!canAttachLoopDevices())("a write that is killed", () => {
  it("leaves a drive as it was, without a sector that boots, or whole", async () => {
    const file = join(folder, "drive");
    const pristine = usedDrive();
    writeFileSync(file, pristine);
    const device = attachLoopDevice(file, { direct: true });
    const command = [...writeArguments(device.path), "--yes", "--allow", "fixed-disk"];
    try {
      const undisturbed = await start(command, () => undefined);
      expect(undisturbed.exitCode, undisturbed.out).toBe(0);
      const whole = readFileSync(file);
      const seen = { untouched: 0, blank: 0, whole: 0 };
      for (let index = 0; index < moments; index += 1) {
        writeFileSync(file, pristine);
        const at = momentOf(index, undisturbed);
        const { exitCode, out } = await killedAt(at, command, index % 2 === 0);
        const bytes = readFileSync(file);
        const what = `killed ${at.ms.toFixed(0)} ms after ${at.after}: ${out}`;
        if (exitCode === 0) expect(bytes.equals(whole), what).toBe(true);
        if (bytes.equals(whole)) seen.whole += 1;
        else if (bytes.equals(pristine)) seen.untouched += 1;
        else {
          seen.blank += 1;
          expect(isUnfinished(bytes), what).toBe(true);
        }
      }
      expect(seen.blank, JSON.stringify(seen)).toBeGreaterThan(moments / 10);
    } finally {
      device.detach();
    }
  });

  it("leaves the image file that was there, or the new one, and its remains go with the next write", async () => {
    const place = join(folder, "place");
    mkdirSync(place);
    const path = join(place, "usb.img");
    const command = [...writeArguments(path), "--force"];
    const undisturbed = await start(command, () => undefined);
    expect(undisturbed.exitCode, undisturbed.out).toBe(0);
    const whole = readFileSync(path);
    let kept = 0;
    let remains = 0;
    for (let index = 0; index < moments; index += 1) {
      writeFileSync(path, "precious");
      const at = momentOf(moments + index, undisturbed);
      const { exitCode, out } = await killedAt(at, command, index % 2 === 0);
      const what = `killed ${at.ms.toFixed(0)} ms after ${at.after}: ${out}`;
      const bytes = readFileSync(path);
      if (bytes.equals(whole)) continue;
      expect(exitCode, what).not.toBe(0);
      expect(bytes.toString(), what).toBe("precious");
      kept += 1;
      const beside = readdirSync(place).filter((name) => name !== "usb.img");
      expect(beside.length, `only this one's, never an earlier one's: ${beside.join(" ")} ${what}`).toBeLessThanOrEqual(
        1,
      );
      if (beside.length > 0) {
        remains += 1;
        expect(beside[0]).toMatch(/^\.usb\.img\.win7usb-/);
      }
    }
    expect([kept > moments / 5, remains > 0]).toEqual([true, true]);
    expect((await start(command, () => undefined)).exitCode).toBe(0);
    expect(readdirSync(place)).toEqual(["usb.img"]);
    expect(readFileSync(path).equals(whole)).toBe(true);
  });
});

describe.skipIf(!canFail())("a write that is interrupted", () => {
  let slow: FaultyFile;
  let device: LoopDevice;
  beforeAll(async () => {
    slow = await openFaultyFile(usedDrive(), join(folder, "faulty"));
    device = attachLoopDevice(slow.path, { direct: true });
  });
  afterAll(async () => {
    device.detach();
    await slow.close();
  });
  beforeEach(() => {
    slow.restore();
    // Slow enough to be interrupted.
    slow.arm(undefined, slowByMs);
  });

  const isBlank = (): boolean => isUnfinished(slow.bytes);
  const command = (): string[] => [...writeArguments(device.path), "--yes", "--allow", "fixed-disk"];
  it.each([
    { signal: "SIGINT", word: "writing" },
    { signal: "SIGTERM", word: "writing" },
    { signal: "SIGHUP", word: "verifying" },
    { signal: "SIGINT", word: "verifying" },
  ] as const)("by $signal while $word ends with 130 and says what is left", async ({ signal, word }) => {
    const { exitCode, out } = await start(command(), (child) => whenSaid(child, word, () => child.kill(signal)));
    expect(exitCode, out).toBe(130);
    expect(out.replaceAll(/\s+/g, " ")).toContain(`${device.path} holds a part of the image and is not bootable`);
    expect(isBlank()).toBe(true);
  });

  it.skipIf(!judge("script"))("by Ctrl-C on a terminal leaves that with its cursor shown", async () => {
    const line = command()
      .map((word) => `'${word}'`)
      .join(" ");
    const onTerminal = ["script", "--quiet", "--return", "--flush", "--command", line, "/dev/null"];
    const { exitCode, out } = await start(onTerminal, (child) => {
      // The bar's own colour and cursor: somebody is watching.
      whenSaid(child, "\u001b[?25l", () => child.stdin!.write("\u0003"));
    });
    expect(exitCode, out).toBe(130);
    expect(out.lastIndexOf("\u001b[?25h"), out).toBeGreaterThan(out.lastIndexOf("\u001b[?25l"));
    expect(out).toContain("is not bootable");
    expect(isBlank()).toBe(true);
  });

  it("twice ends at once", async () => {
    const { exitCode } = await start(command(), (child) => {
      whenSaid(child, "writing", () => child.kill("SIGINT"));
      whenSaid(child, "Ctrl-C again", () => child.kill("SIGINT"));
    });
    // Either the second came in time, and the system ended it, or the first was done by then.
    expect([null, 130]).toContain(exitCode);
    expect(isBlank()).toBe(true);
    expect(existsSync(device.path)).toBe(true);
  });
});
